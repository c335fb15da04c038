package wasm

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm/wasmtest"
)

// run executes the code as a method's body, over 1 page of memory, a table [f64 function, (i32) function, null] and three locals.
func run(t *testing.T, code string, limit uint64) Result {
	e := newTestEngine(t)
	b := trapModule()
	b.Entry("canister_update run", wasmtest.T(I32, I64, F64), code)
	m := compile(t, e, b)
	var log []uint64
	r := e.Execute(m, m.InitialImage(), Entry{Name: "canister_update run"}, limit, &log)
	return r
}

func trapModule() *wasmtest.Builder {
	b := &wasmtest.Builder{}
	b.Import("ic0", "trap", wasmtest.T(I32, I32), nil)
	b.Import("ic0", "charge", wasmtest.T(I64), nil)
	b.Import("ic0", "put", wasmtest.T(I32, I64), nil)
	b.Memory(1, 2)
	b.Data(0, "reason")
	number := b.Func(nil, wasmtest.T(F64), nil, "f64.const 1")
	callback := b.Func(wasmtest.T(I32), nil, nil, "i32.const 32 local.get 0 i32.store 0")
	b.Table(3, number, callback)
	b.Func(nil, nil, nil, "call 5") // 5, without end
	b.Passive("abc")
	return b
}

// Interface.md A.2, C: every way to end early has one kind, decided by the code and not by the machine.
func TestTrapKinds(t *testing.T) {
	cases := []struct {
		code string
		want TrapKind
	}{
		{"unreachable", Unreachable},
		{"loop br 0 end", OutOfInstructions},
		{"call 5", StackOverflow},
		{"i32.const 1 i32.const 0 i32.div_s drop", IntegerDivideByZero},
		{"i64.const 1 i64.const 0 i64.rem_u drop", IntegerDivideByZero},
		{"i32.const 0x80000000 i32.const -1 i32.div_s drop", IntegerOverflow},
		{"f64.const 1e300 i32.trunc_f64_s drop", IntegerOverflow},
		{"f64.const nan i32.trunc_f64_s drop", InvalidConversion},
		{"i32.const 65536 i32.load8_u 0 drop", MemoryOutOfBounds},
		{"i32.const 65533 i32.load 0 drop", MemoryOutOfBounds},
		{"i32.const -1 i32.load8_u 0xffffffff drop", MemoryOutOfBounds},
		{"i32.const 0 i32.load8_u 0xfff00000 drop", MemoryOutOfBounds},
		{"i32.const -4 i32.const 1 i32.store 0", MemoryOutOfBounds},
		{"i32.const -4 i32.const 1 i32.store 8", MemoryOutOfBounds},
		{"i32.const 65535 i32.const 1 i32.store16 0", MemoryOutOfBounds},
		{"i32.const 0 i32.const 1 i32.store8 0xffffffff", MemoryOutOfBounds},
		{"i32.const -1048576 i32.const 0 i32.const 8 memory.copy", MemoryOutOfBounds},
		{"i32.const 0 i32.const -1048576 i32.const 8 memory.copy", MemoryOutOfBounds},
		{"i32.const 65536 i32.const 0 i32.const 1 memory.copy", MemoryOutOfBounds},
		{"i32.const -1 i32.const 0 i32.const 2 memory.fill", MemoryOutOfBounds},
		{"i32.const 0 i32.const 0 i32.const 4 memory.init 1", MemoryOutOfBounds},
		{"i32.const 65535 i32.const 0 i32.const 2 memory.init 1", MemoryOutOfBounds},
		{"i32.const 0 i32.const 0 i32.const 1 memory.init 0", MemoryOutOfBounds}, // an active segment is dropped from the beginning
		{"data.drop 1 i32.const 0 i32.const 0 i32.const 1 memory.init 1", MemoryOutOfBounds},
		{"i32.const 9 i32.const 2 call_indirect 4 0", TableOutOfBounds},
		{"i32.const 9 i32.const 3 call_indirect 4 0", TableOutOfBounds},
		{"i32.const 9 i32.const 0 call_indirect 4 0", IndirectCallMismatch},
		{"i32.const 0 i32.const 6 call 0", HostTrap},
		{"i32.const 65535 i32.const 6 call 0", MemoryOutOfBounds},
		{"i32.const 65535 i64.const 6 call 2", MemoryOutOfBounds},
		{"i64.const 1000000000 call 1", OutOfInstructions},
		{"i64.const -1 call 1", OutOfInstructions},
		{"i32.const 65536 i32.const 0 i32.const 0 memory.copy", 0},
		{"i32.const 65536 i32.const 0 i32.const 0 memory.fill", 0},
		{"data.drop 1 i32.const 65536 i32.const 0 i32.const 0 memory.init 1", 0},
	}
	for _, c := range cases {
		r := run(t, c.code, 10_000_000)
		if c.want == 0 {
			require.Nil(t, r.Trap, c.code)
			continue
		}
		require.NotNil(t, r.Trap, c.code)
		require.Equal(t, c.want, r.Trap.Kind, c.code)
	}
}

func TestHostTrapCarriesMessageAndCause(t *testing.T) {
	r := run(t, "i32.const 0 i32.const 6 call 0", 1000)
	require.Equal(t, "reason", r.Trap.Message)
	require.Equal(t, "host trap: reason", r.Trap.Error())

	cause := errors.New("not allowed here")
	e := NewEngine(Config{Hosts: []HostFunc{{Module: "ic0", Name: "f", Fn: func(c *Call, _ []uint64) { c.Fail(cause) }}}})
	defer e.Close()
	b := &wasmtest.Builder{}
	b.Import("ic0", "f", nil, nil)
	b.Entry("canister_init", nil, "call 0")
	m := compile(t, e, b)
	r = e.Execute(m, m.InitialImage(), Entry{Name: "canister_init"}, enough, nil)
	require.ErrorIs(t, r.Trap, cause)
}

// A fault in a host function is ours, not the canister's: it must not look like a trap.
func TestFaultInHostFunctionPanics(t *testing.T) {
	e := NewEngine(Config{Hosts: []HostFunc{{Module: "ic0", Name: "f", Fn: func(c *Call, s []uint64) { _ = s[100] }}}})
	defer e.Close()
	b := &wasmtest.Builder{}
	b.Import("ic0", "f", nil, nil)
	b.Entry("canister_init", nil, "call 0")
	m := compile(t, e, b)
	require.Panics(t, func() { e.Execute(m, m.InitialImage(), Entry{Name: "canister_init"}, enough, nil) })
}

func TestBacktraceNamesFunctions(t *testing.T) {
	e := newTestEngine(t)
	b := &wasmtest.Builder{}
	b.Func(nil, nil, nil, "unreachable")
	b.Entry("canister_init", nil, "call 0")
	b.M.Customs = append(b.M.Customs, nameSection("inner", "outer"))
	r, _ := call(e, compile(t, e, b), compile(t, e, b).InitialImage(), "canister_init")
	require.Equal(t, ".inner()\n.outer()", r.Trap.Backtrace)
}

func TestEntries(t *testing.T) {
	e := newTestEngine(t)
	b := trapModule()
	b.M.HasStart, b.M.Start = true, b.Func(nil, nil, nil, "i32.const 64 i32.const 7 i32.store 0")
	m := compile(t, e, b)
	zero := m.InitialImage()
	execute := func(entry Entry) Result { return e.Execute(m, zero, entry, enough, nil) }

	require.Equal(t, EntryNotFound, execute(Entry{Name: "canister_update nothing"}).Trap.Kind)

	r := execute(Entry{Kind: EntryTable, Index: 1, Env: 77})
	require.Nil(t, r.Trap)
	require.Equal(t, []byte{77}, peek(r.Image, 32, 1))
	require.Equal(t, []byte{0}, peek(zero, 32, 1))
	require.Equal(t, IndirectCallMismatch, execute(Entry{Kind: EntryTable, Index: 0}).Trap.Kind)
	require.Equal(t, TableOutOfBounds, execute(Entry{Kind: EntryTable, Index: 2}).Trap.Kind)
	require.Equal(t, TableOutOfBounds, execute(Entry{Kind: EntryTable, Index: 1 << 31}).Trap.Kind)

	require.True(t, m.HasStart())
	r = execute(Entry{Kind: EntryStart})
	require.Nil(t, r.Trap)
	require.Equal(t, []byte{7}, peek(r.Image, 64, 1))

	bare := compile(t, e, &wasmtest.Builder{})
	for _, entry := range []Entry{{Kind: EntryStart}, {Kind: EntryTable}, {Name: ""}} {
		require.Equal(t, EntryNotFound, e.Execute(bare, bare.InitialImage(), entry, enough, nil).Trap.Kind)
	}
}

func peek(img *Image, at uint64, n int) []byte {
	b := make([]byte, n)
	img.Memory().Read(b, at)
	return b
}

// The depth budget ends every recursion, whatever its frames are made of, before the machine's stack does; wazero reports that without a
// backtrace, ours comes from a host function. Depths are the same each time.
func TestDepthEndsRecursionBeforeTheMachineDoes(t *testing.T) {
	frames := map[string]func(b *wasmtest.Builder) uint32{
		"empty": func(b *wasmtest.Builder) uint32 { return b.Func(wasmtest.T(I32), nil, nil, "local.get 0 call 0") },
		"many values across calls": func(b *wasmtest.Builder) uint32 {
			code := ""
			for range 200 {
				code += "local.get 0 i32.load 0 "
			}
			code += "local.get 0 call 0 "
			for range 199 {
				code += "i32.add "
			}
			return b.Func(wasmtest.T(I32), nil, nil, code+"drop")
		},
		"a value across each of many calls": func(b *wasmtest.Builder) uint32 {
			code := ""
			for range 300 {
				code += "local.get 0 i32.load 4 local.get 0 call 0 local.get 0 i32.load 8 i32.add local.set 0 "
			}
			return b.Func(wasmtest.T(I32), nil, nil, code)
		},
		"many locals in use": func(b *wasmtest.Builder) uint32 {
			locals, code, use := wasmtest.T(), "", ""
			for i := range 500 {
				locals = append(locals, I64)
				code += "local.get 0 i64.load 0 local.set " + itoa(i+1) + " "
				use += "local.get 0 local.get " + itoa(i+1) + " i64.store 0 "
			}
			return b.Func(wasmtest.T(I32), nil, locals, code+"local.get 0 call 0 "+use)
		},
		"values merged at each of many joins": func(b *wasmtest.Builder) uint32 {
			const n = 100
			locals, code := wasmtest.T(), strings.Repeat("block ", n)
			for i := range n {
				locals = append(locals, I64)
				code += "local.get 0 i64.load 0 local.set " + itoa(i+1) + " "
			}
			code += "local.get 0 br_table:0"
			for i := 1; i < n; i++ {
				code += "," + itoa(i)
			}
			for range n {
				code += " end local.get 0 call 0 local.get 1 i64.const 1 i64.add local.set 1"
			}
			for i := range n {
				code += " local.get 0 local.get " + itoa(i+1) + " i64.store 0"
			}
			return b.Func(wasmtest.T(I32), nil, locals, code)
		},
	}
	for name, frame := range frames {
		b := &wasmtest.Builder{}
		b.Memory(1, 0)
		frame(b)
		b.Entry("canister_init", nil, "i32.const 0 call 0")
		var first Result
		for range 2 {
			e := newTestEngine(t)
			m := compile(t, e, b)
			img := m.InitialImage()
			for range 2 { // the second time in the same instance
				r, _ := call(e, m, img, "canister_init")
				require.Equal(t, StackOverflow, r.Trap.Kind, name)
				require.NotEmpty(t, r.Trap.Backtrace, "%s: the machine's own limit came first", name)
				if first.Trap != nil {
					require.Equal(t, first.Instructions, r.Instructions, name)
				}
				first = r
			}
		}
	}
}

// A chain of calls whose depth is given back on every way out can go on for ever; one that is not would overflow.
func TestDepthIsGivenBackOnEveryWayOut(t *testing.T) {
	ways := []string{"", "return", "br 0", "i32.const 1 br_if 0", "block br 1 end", "block i32.const 0 br_table:1,1 end", "loop return end",
		"i32.const 1 if return end", "i32.const 1 if br 1 end", "return_call 1",
		"i32.const 0 return_call_indirect 0 0"}
	for _, way := range ways {
		e := newTestEngine(t)
		b := &wasmtest.Builder{}
		b.Func(nil, nil, nil, "call 1 "+way) // calls, so it is counted
		b.Func(nil, nil, nil, "")
		b.Table(1, 1)
		b.Entry("canister_init", wasmtest.T(I32), `i32.const 600000 local.set 0
			loop call 0 local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end`)
		m := compile(t, e, b)
		r, _ := call(e, m, m.InitialImage(), "canister_init")
		require.Nil(t, r.Trap, way)
	}
}

// Tail calls take no depth: a loop made of them runs as long as instructions last.
func TestTailCallsTakeNoDepth(t *testing.T) {
	e := newTestEngine(t)
	b := &wasmtest.Builder{}
	b.Func(nil, nil, nil, "")
	b.Func(wasmtest.T(I32), nil, nil, "call 0 local.get 0 if local.get 0 i32.const 1 i32.sub return_call 1 end")
	b.Entry("canister_init", nil, "i32.const 3000000 call 1")
	m := compile(t, e, b)
	r, _ := call(e, m, m.InitialImage(), "canister_init")
	require.Nil(t, r.Trap)
}
