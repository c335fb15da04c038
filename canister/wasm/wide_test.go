package wasm

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm/module"
	"icsim/canister/wasm/wasmtest"
)

// wideModule is trapModule with 64-bit memory and table: 1 page of at most 2, and a table [f64 function, (i64) function, null].
func wideModule() *wasmtest.Builder {
	b := &wasmtest.Builder{}
	b.Import("ic0", "trap", wasmtest.T(I64, I64), nil)
	b.Import("ic0", "put", wasmtest.T(I64, I64), nil)
	b.Import("ic0", "out", wasmtest.T(I64), nil)
	b.Memory64(1, 2)
	b.Data(0, "reason")
	b.Passive("abc")
	number := b.Func(nil, wasmtest.T(F64), nil, "f64.const 1")
	callback := b.Func(wasmtest.T(I64), nil, nil, "i64.const 32 local.get 0 i64.store 0")
	b.Table64(3, number, callback)
	return b
}

func runWide(t *testing.T, code string) (Result, []uint64) {
	e := newTestEngine(t)
	b := wideModule()
	b.Entry("canister_update run", nil, code)
	m := compile(t, e, b)
	return call(e, m, m.InitialImage(), "canister_update run")
}

// An address, index or length past 32 bits is out of bounds, however it comes about; nothing is cut off.
func TestWideAddressesDoNotWrap(t *testing.T) {
	const callback = " call_indirect 1 0"
	cases := []struct {
		code string
		want TrapKind
	}{
		{"i64.const 65528 i64.load 0 drop", 0},
		{"i64.const 65529 i64.load 0 drop", MemoryOutOfBounds},
		{"i64.const 65536 i32.load8_u 0 drop", MemoryOutOfBounds},
		{"i64.const 0xffffffff i32.load8_u 0 drop", MemoryOutOfBounds},
		{"i64.const 0x100000000 i32.load8_u 0 drop", MemoryOutOfBounds},
		{"i64.const 0x8000000000000000 i32.load8_u 0 drop", MemoryOutOfBounds},
		{"i64.const -1 i32.load8_u 1 drop", MemoryOutOfBounds},
		{"i64.const -8 i64.load 8 drop", MemoryOutOfBounds},
		{"i64.const 8 i64.load 0xfffffff8 drop", MemoryOutOfBounds},
		{"i64.const 0 i32.load8_u 0x100000000 drop", MemoryOutOfBounds},
		{"i64.const 0 i32.load8_u 0xfffffffffff00000 drop", MemoryOutOfBounds}, // the shadow is no place to arrive at
		{"i64.const 0 i32.load8_u 0xffffffffffffffff drop", MemoryOutOfBounds},
		{"i64.const 1 i32.load8_u 0xffffffffffffffff drop", MemoryOutOfBounds},
		{"i64.const 0x100000000 i32.const 1 i32.store 0", MemoryOutOfBounds},
		{"i64.const -4 i32.const 1 i32.store 4", MemoryOutOfBounds},
		{"i64.const 0 i64.const 1 i64.store 0x100000000", MemoryOutOfBounds},
		{"i64.const 0 f64.const 1 f64.store 0xfffffffffff00000", MemoryOutOfBounds},
		{"i64.const 65535 i32.const 1 i32.store8 0", 0},

		{"i64.const 0x100000000 i64.const 0 i64.const 1 memory.copy", MemoryOutOfBounds},
		{"i64.const 0 i64.const 0x100000000 i64.const 1 memory.copy", MemoryOutOfBounds},
		{"i64.const 0 i64.const 0 i64.const 0x100000000 memory.copy", OutOfInstructions}, // the length is paid for first
		{"i64.const 0 i64.const 0 i64.const -1 memory.copy", OutOfInstructions},
		{"i64.const 0 i64.const 0 i64.const 65537 memory.copy", MemoryOutOfBounds},
		{"i64.const 0 i64.const 0 i64.const 65536 memory.copy", 0},
		{"i64.const 0x100000000 i64.const 0 i64.const 0 memory.copy", MemoryOutOfBounds},
		{"i64.const 65536 i64.const 0 i64.const 0 memory.copy", 0},
		{"i64.const 0x100000000 i32.const 0 i64.const 1 memory.fill", MemoryOutOfBounds},
		{"i64.const 0 i32.const 0 i64.const 0x100000000 memory.fill", OutOfInstructions},
		{"i64.const 0 i32.const 0 i64.const 65536 memory.fill", 0},
		{"i64.const 0x100000000 i32.const 0 i32.const 1 memory.init 1", MemoryOutOfBounds},
		{"i64.const 0 i32.const 0 i32.const 4 memory.init 1", MemoryOutOfBounds},
		{"i64.const 0 i32.const -1 i32.const 2 memory.init 1", MemoryOutOfBounds},
		{"i64.const 0 i32.const 0 i32.const 3 memory.init 1", 0},

		{"i64.const 5 i64.const 1" + callback, 0},
		{"i64.const 5 i64.const 0" + callback, IndirectCallMismatch},
		{"i64.const 5 i64.const 2" + callback, TableOutOfBounds},
		{"i64.const 5 i64.const 0x100000001" + callback, TableOutOfBounds},
		{"i64.const 5 i64.const -1" + callback, TableOutOfBounds},
		{"i64.const 5 i64.const 0x100000001 return_call_indirect 1 0", TableOutOfBounds},
		{"i64.const 0x100000001 table.get 0 drop", TableOutOfBounds},
		{"i64.const 1 table.get 0 drop", 0},

		{"i64.const 0 i64.const 6 call 0", HostTrap},
		{"i64.const 0x100000000 i64.const 6 call 0", MemoryOutOfBounds},
		{"i64.const 0 i64.const 0x100000006 call 0", MemoryOutOfBounds},
		{"i64.const 0x100000000 i64.const 6 call 1", MemoryOutOfBounds},
	}
	for _, c := range cases {
		r, _ := runWide(t, c.code)
		if c.want == 0 {
			require.Nil(t, r.Trap, c.code)
			continue
		}
		require.NotNil(t, r.Trap, c.code)
		require.Equal(t, c.want, r.Trap.Kind, c.code)
	}
}

// A length past 32 bits costs what it says even if the limit allows for it.
func TestWideLengthIsPaidInFull(t *testing.T) {
	e := newTestEngine(t)
	b := wideModule()
	b.Entry("canister_update run", nil, "i64.const 0 i32.const 0 i64.const 0x200000000 memory.fill")
	m := compile(t, e, b)
	r := e.Execute(m, m.InitialImage(), Entry{Name: "canister_update run"}, 1<<40, nil)
	require.Equal(t, MemoryOutOfBounds, r.Trap.Kind)
	require.Equal(t, uint64(1+3+100+1<<33), r.Instructions)
}

// Sizes are 64 bits wide, and −1 is.
func TestWideSizes(t *testing.T) {
	r, log := runWide(t, `memory.size call 2 i64.const 0x100000000 memory.grow call 2 i64.const 2 memory.grow call 2
		i64.const -1 memory.grow call 2 i64.const 1 memory.grow call 2 memory.size call 2 table.size 0 call 2`)
	require.Nil(t, r.Trap)
	require.Equal(t, []uint64{1, math.MaxUint64, math.MaxUint64, math.MaxUint64, 1, 2, 3}, log)

	e := newTestEngine(t)
	b := &wasmtest.Builder{}
	b.Import("ic0", "out", wasmtest.T(I64), nil)
	b.Memory64(0, 1<<48)
	b.Entry("canister_update run", nil, "i64.const 65519 memory.grow call 0 i64.const 1 memory.grow call 0")
	m := compile(t, e, b)
	r, log = call(e, m, m.InitialImage(), "canister_update run")
	require.Nil(t, r.Trap)
	require.Equal(t, []uint64{0, math.MaxUint64}, log, "however much the module asks for, 65519 pages are the most")
	b.M.Memories[0].Max++
	require.Contains(t, refusal(t, b.Bytes(), CompileOptions{}), "memory larger than 281474976710656 pages")
}

// A callback's argument is as wide as the memory.
func TestWideCallback(t *testing.T) {
	e := newTestEngine(t)
	m := compile(t, e, wideModule())
	r := e.Execute(m, m.InitialImage(), Entry{Kind: EntryTable, Index: 1, Env: 0x0807060504030201}, enough, nil)
	require.Nil(t, r.Trap)
	require.Equal(t, []byte{1, 2, 3, 4, 5, 6, 7, 8}, peek(r.Image, 32, 8))
	for index, kind := range map[uint32]TrapKind{0: IndirectCallMismatch, 2: TableOutOfBounds, 1<<32 - 1: TableOutOfBounds} {
		r = e.Execute(m, m.InitialImage(), Entry{Kind: EntryTable, Index: index}, enough, nil)
		require.Equal(t, kind, r.Trap.Kind)
	}
}

// Memory and table are wide or narrow each for itself: older Motoko has a 64-bit memory with a 32-bit table.
func TestWidthsAreIndependent(t *testing.T) {
	for _, c := range []struct {
		memory, table bool
		env, index    string
	}{{true, false, "i64", "i32"}, {false, true, "i32", "i64"}} {
		e := newTestEngine(t)
		b := &wasmtest.Builder{}
		b.Import("ic0", "out", wasmtest.T(I64), nil)
		b.Memory(1, 0)
		b.M.Memories[0].Is64 = c.memory
		env := I32
		if c.memory {
			env = I64
		}
		table := b.Table
		if c.table {
			table = b.Table64
		}
		table(1, b.Func(wasmtest.T(env), nil, nil, "i64.const 7 call 0"))
		b.Entry("canister_update run", nil, c.env+".const 0 "+c.index+".const 0 call_indirect "+
			itoa(int(b.Type(wasmtest.T(env), nil)))+" 0 "+c.env+".const 9 i32.load 0 drop")
		m := compile(t, e, b)
		require.Equal(t, c.memory, m.Memory64())
		r, log := call(e, m, m.InitialImage(), "canister_update run")
		require.Nil(t, r.Trap)
		require.Equal(t, []uint64{7}, log)
	}
}

// Interface.md A.5: an access to a 64-bit memory costs 2, everything else what it does in 32 bits.
func TestWideAccessCostsTwo(t *testing.T) {
	for code, want := range map[string]uint64{
		"i64.const 0 i32.load 0 drop":                           1 + 2 + 1,
		"i64.const 0 i64.load32_u 0 drop":                       1 + 2 + 1,
		"i64.const 0 i32.const 1 i32.store 0":                   1 + 1 + 2,
		"i64.const 0 f64.const 1 f64.store 0":                   1 + 1 + 2,
		"memory.size drop":                                      20 + 1,
		"i64.const 0 memory.grow drop":                          1 + 300 + 1,
		"i64.const 0 i64.const 9 i64.const 70 memory.copy":      3 + 100 + 70,
		"i64.const 0 i32.const 0 i64.const 50 memory.fill":      3 + 100 + 50,
		"i64.const 0 i32.const 0 i32.const 3 memory.init 1":     3 + 100 + 3,
		"i64.const 5 i64.const 1 call_indirect 1 0":             2 + 10 + 1 + 2 + 2,
		"table.size 0 drop":                                     100 + 1,
		"i64.const 0 table.get 0 drop":                          1 + 5 + 1,
		"i64.const 5 i64.const 1 return_call_indirect 1 0":      2 + 60 + 1 + 2 + 2,
		"i64.const 1 i64.const 2 i64.add i32.wrap_i64 drop nop": 6,
	} {
		r, _ := runWide(t, code)
		require.Nil(t, r.Trap, code)
		require.Equal(t, 1+want, r.Instructions, code)
	}
}

// The depth of a recursion is bounded in 64 bits as in 32: narrowed addresses take no room in a frame.
func TestWideRecursionEndsBeforeTheMachineDoes(t *testing.T) {
	e := newTestEngine(t)
	b := &wasmtest.Builder{}
	b.Memory(1, 0)
	code := ""
	for range 200 {
		code += "local.get 0 i32.load 0 local.get 0 local.get 0 i32.store 4 "
	}
	code += "local.get 0 call 0 "
	for range 199 {
		code += "i32.add "
	}
	b.Func(wasmtest.T(I32), nil, nil, code+"drop")
	b.Entry("canister_init", nil, "i32.const 0 call 0")
	m := compile(t, e, wasmtest.Widen(b, func() bool { return true }))
	r, _ := call(e, m, m.InitialImage(), "canister_init")
	require.Equal(t, StackOverflow, r.Trap.Kind)
	require.NotEmpty(t, r.Trap.Backtrace, "the machine's own limit came first")
}

// A 32-bit address for a 64-bit memory, or the other way round, is a type error, as are the operands of bulk instructions.
func TestWidthsAreChecked(t *testing.T) {
	for _, code := range []string{
		"i32.const 0 i32.load 0 drop", "i32.const 0 i32.const 0 i32.store 0", "i32.const 0 memory.grow drop", "memory.size i32.eqz drop",
		"i64.const 0 i64.const 0 i32.const 0 memory.copy", "i32.const 0 i32.const 0 i64.const 0 memory.fill",
		"i64.const 0 i64.const 0 i64.const 0 memory.fill", "i64.const 0 i64.const 0 i64.const 0 memory.init 1",
		"i64.const 0 i32.const 0 call_indirect 1 0", "i32.const 0 table.get 0 drop", "table.size 0 i32.eqz drop",
	} {
		b := wideModule()
		b.Entry("canister_init", nil, code)
		require.Contains(t, refusal(t, b.Bytes(), CompileOptions{}), "the code does not type-check", code)
	}
	require.Equal(t, "unknown type", module.ValueType(Pointer).String(), "no module can name it")
}

// Interface.md A.1, A.2 and A.4: what differs in a module with a 64-bit memory or table.
func TestRulesOfWideModules(t *testing.T) {
	for _, c := range []struct {
		build func(b *wasmtest.Builder)
		want  string
	}{
		{func(b *wasmtest.Builder) { b.M.Memories = []module.Limits{{Min: 65530, Is64: true}} }, "a memory of 65530 pages, at most 65519"},
		{func(b *wasmtest.Builder) {
			b.Import("ic0", "legacy", nil, nil)
			b.Memory64(1, 0)
		}, "import 0 (ic0.legacy): no such function for a module with a 64-bit memory"},
		{func(b *wasmtest.Builder) {
			b.Import("ic0", "trap", wasmtest.T(I32, I32), nil)
			b.Memory64(1, 0)
		}, "import 0 (ic0.trap): type (i32, i32) -> (), but the function has type (i64, i64) -> ()"},
		{func(b *wasmtest.Builder) {
			b.Import("ic0", "trap", wasmtest.T(I64, I64), nil)
			b.Memory(1, 0)
		}, "import 0 (ic0.trap): type (i64, i64) -> (), but the function has type (i32, i32) -> ()"},
		{func(b *wasmtest.Builder) {
			b.Table64(1, b.Func(nil, nil, nil, ""))
			b.M.Elems[0].Offset.Value = 1<<64 - 1
		}, "segment 0 of 1 elements at element 18446744073709551615 of a table of 1"},
		{func(b *wasmtest.Builder) {
			b.Table(1)
			b.M.Tables[0].Is64 = true
		}, "segment 0: the offset is i32.const, only i64.const is supported"},
		{func(b *wasmtest.Builder) {
			b.Memory64(1, 0)
			b.Data(0, "ab")
			b.M.Data[0].Offset.Value = 1<<64 - 1
		}, "data section: segment 0 of 2 bytes at byte 18446744073709551615 of a memory of 65536"},
		{func(b *wasmtest.Builder) {
			b.Memory(1, 0)
			b.Data(0, "ab")
			b.M.Data[0].Offset.Op = module.OpI64Const
		}, "data section: segment 0: the offset is i64.const, only i32.const is supported"},
	} {
		require.Contains(t, refusal(t, build(c.build), CompileOptions{}), c.want)
	}
}
