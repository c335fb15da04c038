package wasm

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/canister/wasm/wasmtest"
)

// writer's methods write the way their name says; the host sees what they see.
func writer() *wasmtest.Builder {
	b := &wasmtest.Builder{}
	b.Import("ic0", "out", wasmtest.T(I64), nil)
	b.Import("ic0", "put", wasmtest.T(I32, I64), nil)
	b.Memory(1, 4)
	b.Entry("canister_update across", nil, "i32.const 4090 i64.const -1 i64.store 0")
	b.Entry("canister_update offset", nil, "i32.const 4088 i64.const -1 i64.store 4")
	b.Entry("canister_update host", nil, "i32.const 8191 i64.const 0x0202 call 1")
	b.Entry("canister_update tail", nil, "i32.const 4089 i64.const 0x0100000000000000 i64.store 0")
	b.Entry("canister_query tail and fail", nil, "i32.const 4089 i64.const 0x0100000000000000 i64.store 0 unreachable")
	b.Entry("canister_update zero", nil, "i32.const 100 i64.const 0 i64.store 0")
	b.Entry("canister_update fill", nil, "i32.const 4095 i32.const 7 i32.const 8194 memory.fill")
	b.Entry("canister_update grow", nil, `i32.const 2 memory.grow i64.extend_i32_s call 0 memory.size i64.extend_i32_u call 0
		i32.const 196600 i64.const 5 i64.store 0 i32.const 2 memory.grow i64.extend_i32_s call 0`)
	b.Entry("canister_update read", nil, "i32.const 131072 i64.load 0 call 0")
	b.Entry("canister_query grow and fail", nil, "i32.const 3 memory.grow drop i32.const 131072 i64.const 6 i64.store 0 unreachable")
	return b
}

// A page is dirty if a byte of it was stored to, however the store begins in another page.
func TestDirtyPagesAreThoseWritten(t *testing.T) {
	for name, pages := range map[string][]uint64{"across": {0, 1}, "offset": {0, 1}, "tail": {1}, "host": {1, 2}, "zero": {},
		"fill": {0, 1, 2, 3}} {
		e := newTestEngine(t)
		m := compile(t, e, writer())
		before := m.InitialImage()
		r, _ := call(e, m, before, "canister_update "+name)
		require.Nil(t, r.Trap)
		changed := []uint64{}
		before.memory.diff(r.Image.memory, func(p uint64, _ *page) { changed = append(changed, p) })
		require.Equal(t, pages, changed, name)
		requireHolds(t, e, r.Image)
		r, _ = call(e, m, before, "canister_query tail and fail")
		require.Equal(t, Unreachable, r.Trap.Kind)
		requireHolds(t, e, before)
	}
}

// Marks of blocks only spare reading: whatever is written where in a memory of three blocks, and how, its page is found, and no mark is
// left.
func TestPagesAreFoundInEveryBlock(t *testing.T) {
	const block, size = 1 << 24, 3 << 24
	rapid.Check(t, func(t *rapid.T) {
		b := &wasmtest.Builder{}
		b.Memory(size>>16, 0)
		place := rapid.OneOf(rapid.IntRange(0, size-8), rapid.IntRange(block-10, block+10), rapid.IntRange(2*block-10, 2*block+10))
		code := ""
		for range rapid.IntRange(1, 5).Draw(t, "stores") {
			at := place.Draw(t, "at")
			offset := rapid.OneOf(rapid.IntRange(0, at), rapid.IntRange(0, min(at, 5000))).Draw(t, "offset")
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				code += "i32.const " + itoa(at-offset) + " i64.const -1 i64.store " + itoa(offset) + " "
			case 1:
				n := rapid.IntRange(0, 2*block+5000).Draw(t, "n")
				code += "i32.const " + itoa(at) + " i32.const 7 i32.const " + itoa(min(size-at, n)) + " memory.fill "
			case 2:
				code += "i32.const " + itoa(at) + " i64.const 7 call 0 "
			case 3: // leaves its mark on a page inside, as the sum wraps, and faults
				code += "i32.const " + itoa(-1-offset) + " i32.const 7 i32.store8 " + itoa(at+offset+1) + " "
			}
		}
		b.Import("ic0", "put", wasmtest.T(I32, I64), nil)
		b.Entry("canister_update set", nil, code)
		e := NewEngine(Config{Hosts: testHosts()})
		defer e.Close()
		m, err := e.Compile(b.Bytes(), CompileOptions{})
		require.NoError(t, err)
		inst := newInstance(e, m, newLinear(size+1<<20))
		defer inst.close()
		inst.switchTo(m.InitialImage())
		r := inst.run(Entry{Name: "canister_update set"}, enough, new([]uint64))
		require.True(t, bytes.Equal(inst.guest(), peek(r.Image, 0, size)))
		require.Equal(t, -1, bytes.IndexByte(inst.mem.buf[:1<<20], 1))
	})
}

func TestMemoryGrowsAndShrinksWithTheImage(t *testing.T) {
	e := newTestEngine(t)
	m := compile(t, e, writer())
	small := m.InitialImage()
	r, log := call(e, m, small, "canister_update grow")
	require.Nil(t, r.Trap)
	require.Equal(t, []uint64{1, 3, math.MaxUint64}, log, "old size, new size, refusal past the maximum of 4")
	big := r.Image
	require.Equal(t, uint64(3), big.Size())
	require.Equal(t, uint64(1), small.Size())
	requireHolds(t, e, big)

	r, _ = call(e, m, small, "canister_update read")
	require.Equal(t, MemoryOutOfBounds, r.Trap.Kind, "the old image has the old size")
	requireHolds(t, e, small)
	r, log = call(e, m, big, "canister_update read")
	require.Nil(t, r.Trap)
	require.Equal(t, []uint64{0}, log)

	r, _ = call(e, m, small, "canister_query grow and fail")
	require.Equal(t, Unreachable, r.Trap.Kind)
	requireHolds(t, e, small)
	r, _ = call(e, m, small, "canister_update grow")
	require.Equal(t, big.Hash(), r.Image.Hash(), "what the failed execution wrote past the end is gone")
}

func TestGrowthAsksTheHost(t *testing.T) {
	var asked [][2]uint64
	e := NewEngine(Config{Hosts: testHosts(), Grow: func(c *Call, from, to uint64) bool {
		asked = append(asked, [2]uint64{from, to})
		c.Charge(1000)
		return to <= 2
	}})
	defer e.Close()
	b := &wasmtest.Builder{}
	b.Import("ic0", "out", wasmtest.T(I64), nil)
	b.Memory(1, 4)
	b.Entry("canister_init", nil, `i32.const 1 memory.grow i64.extend_i32_s call 0 i32.const 1 memory.grow i64.extend_i32_s call 0
		i32.const -1 memory.grow i64.extend_i32_s call 0 i32.const 0 memory.grow i64.extend_i32_s call 0`)
	m := compile(t, e, b)
	r, log := call(e, m, m.InitialImage(), "canister_init")
	require.Nil(t, r.Trap)
	require.Equal(t, []uint64{1, math.MaxUint64, math.MaxUint64, 2}, log)
	require.Equal(t, [][2]uint64{{1, 2}, {2, 3}}, asked, "never for what cannot be, nor for nothing")
	require.Equal(t, uint64(1+2000+4*(1+300+1+5)), r.Instructions)
}

// Random stores, then a trap: not one byte may differ, in memories from mmap and from the heap.
func TestRollbackRestoresEveryByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &wasmtest.Builder{}
		b.Memory(3, 0)
		b.Data(0, rapid.StringN(0, 5000, 9000).Draw(t, "data"))
		code := func(label string) (s string) {
			for range rapid.IntRange(1, 30).Draw(t, label) {
				place := rapid.OneOf(rapid.IntRange(0, 3<<16-8), rapid.IntRange(4080, 4100)) // or where a page ends
				at := itoa(place.Draw(t, "at"))
				switch rapid.IntRange(0, 3).Draw(t, "how") {
				case 0:
					s += "i32.const " + at + " i64.const -1 i64.store 0 "
				case 1:
					s += "i32.const 0 i32.const 7 i32.store8 " + at + " "
				case 2:
					s += "i32.const " + itoa(rapid.IntRange(0, 1<<16).Draw(t, "to")) + " i32.const " + at + " i32.const 8 memory.copy "
				case 3:
					s += "i32.const " + itoa(rapid.IntRange(0, 1<<16).Draw(t, "to")) + " i32.const 3 i32.const " +
						itoa(rapid.IntRange(0, 10000).Draw(t, "n")) + " memory.fill "
				}
			}
			return s
		}
		b.Entry("canister_update set", nil, code("first"))
		b.Entry("canister_update fail", nil, code("second")+"unreachable")
		e := NewEngine(Config{})
		defer e.Close()
		m, err := e.Compile(b.Bytes(), CompileOptions{})
		require.NoError(t, err)
		inst := newInstance(e, m, newLinear(4<<20))
		if rapid.Bool().Draw(t, "heap") {
			inst = newInstance(e, m, &linear{})
		}
		inst.switchTo(m.InitialImage())
		require.Nil(t, inst.run(Entry{Name: "canister_update set"}, enough, nil).Trap)
		image, before := inst.holds, bytes.Clone(inst.mem.buf)
		r := inst.run(Entry{Name: "canister_update fail"}, enough, nil)
		require.Equal(t, Unreachable, r.Trap.Kind)
		require.Same(t, image, r.Image)
		require.True(t, bytes.Equal(before, inst.mem.buf))
		require.Equal(t, before[1<<20:], peek(image, 0, 3<<16))
	})
}

// Queries change nothing, and say how much they wrote.
func TestDiscardRollsBackWithoutATrap(t *testing.T) {
	e := newTestEngine(t)
	m := compile(t, e, counter())
	img := m.InitialImage()
	var log []uint64
	r := e.Execute(m, img, Entry{Name: "canister_update inc", Discard: true}, enough, &log)
	require.Nil(t, r.Trap)
	require.Equal(t, []uint64{8, 41}, log)
	require.Same(t, img, r.Image)
	require.Equal(t, 1, r.DirtyPages)
	requireHolds(t, e, img)
}

// What a message drops is back for the next one: the replica makes a new instance for each.
func TestDroppedSegmentsAreBackForTheNextExecution(t *testing.T) {
	e := newTestEngine(t)
	b := &wasmtest.Builder{}
	b.Memory(1, 0)
	b.Passive("abc")
	b.Entry("canister_init", nil, "i32.const 0 i32.const 1 i32.const 2 memory.init 0 data.drop 0")
	m := compile(t, e, b)
	r, _ := call(e, m, m.InitialImage(), "canister_init")
	require.Nil(t, r.Trap)
	r, _ = call(e, m, r.Image, "canister_init")
	require.Nil(t, r.Trap)
	require.Equal(t, []byte("bc"), peek(r.Image, 0, 2))
}

func TestUpgradeKeepsMemoryAndTakesFreshGlobals(t *testing.T) {
	e := newTestEngine(t)
	m := compile(t, e, counter())
	r, _ := call(e, m, m.InitialImage(), "canister_update inc")
	kept, err := m.ImageOver(r.Image.Memory())
	require.NoError(t, err)
	_, log := call(e, m, kept, "canister_update inc")
	require.Equal(t, []uint64{9, 41}, log)

	same, err := m.RestoreImage(r.Image.Memory(), r.Image.Globals())
	require.NoError(t, err)
	require.Equal(t, r.Image.Hash(), same.Hash())
	_, err = m.RestoreImage(r.Image.Memory(), nil)
	require.ErrorContains(t, err, "0 globals for a module with 1")
	_, err = m.RestoreImage(Pages{}, r.Image.Globals())
	require.ErrorContains(t, err, "a memory of 0 bytes does not fit")
}

// Every NaN an operation makes is the canonical one; operations on signs, and moves, keep bits.
func TestNaNsAreCanonical(t *testing.T) {
	const quiet32, quiet64 = 0x7fc00000, 0x7ff8000000000000
	odd64, odd32 := "i64.const 0x7ff4000000000123 f64.reinterpret_i64 ", "i32.const 0x7fa00123 f32.reinterpret_i32 "
	see64, see32 := " i64.reinterpret_f64 call 0 ", " i32.reinterpret_f32 i64.extend_i32_u call 0 "
	type pair struct {
		code string
		want uint64
	}
	cases := []pair{
		{odd64 + "f64.neg" + see64, 0xfff4000000000123},
		{odd64 + "f64.const -1 f64.copysign" + see64, 0xfff4000000000123},
		{"i32.const 0 " + odd64 + "f64.store 0 i32.const 0 f64.load 0" + see64, 0x7ff4000000000123},
		{odd64 + "f32.demote_f64" + see32, quiet32},
		{odd32 + "f64.promote_f32" + see64, quiet64},
		{"f64.const 0 f64.const 0 f64.div" + see64, quiet64},
		{"f64.const inf f64.const inf f64.sub" + see64, quiet64},
		{"f64.const -1 f64.sqrt" + see64, quiet64},
		{"f32.const -1 f32.sqrt" + see32, quiet32},
		{"f64.const 2 f64.const 3 f64.mul" + see64, math.Float64bits(6)},
		{"f32.const 2 f32.const 3 f32.add" + see32, uint64(math.Float32bits(5))},
	}
	for _, op := range []string{"ceil", "floor", "trunc", "nearest", "sqrt"} {
		cases = append(cases, pair{odd64 + "f64." + op + see64, quiet64}, pair{odd32 + "f32." + op + see32, quiet32})
	}
	for _, op := range []string{"add", "sub", "mul", "div", "min", "max"} {
		cases = append(cases, pair{odd64 + "f64.const 1 f64." + op + see64, quiet64}, pair{"f32.const 1 " + odd32 + "f32." + op + see32, quiet32})
	}
	e := newTestEngine(t)
	for _, c := range cases {
		b := &wasmtest.Builder{}
		b.Import("ic0", "out", wasmtest.T(I64), nil)
		b.Memory(1, 0)
		b.Entry("canister_init", nil, c.code)
		m := compile(t, e, b)
		r, log := call(e, m, m.InitialImage(), "canister_init")
		require.Nil(t, r.Trap)
		require.Equal(t, []uint64{c.want}, log, c.code)
	}
}
