package wasm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm/wasmtest"
)

// testHosts is enough of a system for the tests: "out" appends to the log that Execute is given, "fail" traps, "charge" charges.
func testHosts() []HostFunc {
	return []HostFunc{
		{Module: "ic0", Name: "out", Params: wasmtest.T(I64), Fn: func(c *Call, s []uint64) {
			log := c.User.(*[]uint64)
			*log = append(*log, s[0])
		}},
		{Module: "ic0", Name: "trap", Params: wasmtest.T(Pointer, Pointer), Fn: func(c *Call, s []uint64) {
			c.Trap(string(c.Bytes(s[0], s[1])))
		}},
		{Module: "ic0", Name: "legacy", Narrow: true, Fn: func(*Call, []uint64) {}},
		{Module: "ic0", Name: "charge", Params: wasmtest.T(I64), Fn: func(c *Call, s []uint64) { c.Charge(s[0]) }},
		{Module: "ic0", Name: "put", Params: wasmtest.T(Pointer, I64), Fn: func(c *Call, s []uint64) {
			c.Put(s[0], []byte{byte(s[1]), byte(s[1] >> 8)})
		}},
	}
}

func newTestEngine(t testing.TB) *Engine {
	e := NewEngine(Config{Hosts: testHosts()})
	t.Cleanup(e.Close)
	return e
}

func compile(t testing.TB, e *Engine, b *wasmtest.Builder) *Module {
	m, err := e.Compile(b.Bytes(), CompileOptions{})
	require.NoError(t, err)
	return m
}

const enough = 1_000_000_000

func call(e *Engine, m *Module, img *Image, name string) (Result, []uint64) {
	var log []uint64
	r := e.Execute(m, img, Entry{Name: name}, enough, &log)
	return r, log
}

// counter has a method that adds one to a cell of memory and one to a global, and reports both.
func counter() *wasmtest.Builder {
	b := &wasmtest.Builder{}
	out := b.Import("ic0", "out", wasmtest.T(I64), nil)
	_ = out
	b.Memory(1, 0)
	b.Global(I64, 40)
	b.Data(65528, "\x07")
	b.Entry("canister_update inc", nil, `i32.const 65528 i32.const 65528 i64.load 0 i64.const 1 i64.add i64.store 0
		global.get 0 i64.const 1 i64.add global.set 0
		i32.const 65528 i64.load 0 call 0 global.get 0 call 0`)
	b.Entry("canister_query fail", nil, `i32.const 8 i64.const 99 i64.store 0 i32.const 65528 i64.const 99 i64.store 0
		i64.const 99 global.set 0 unreachable`)
	return b
}

func TestExecutionMakesANewImageAndLeavesTheOldOne(t *testing.T) {
	e := newTestEngine(t)
	m := compile(t, e, counter())
	zero := m.InitialImage()
	r1, log := call(e, m, zero, "canister_update inc")
	require.Nil(t, r1.Trap)
	require.Equal(t, []uint64{8, 41}, log)
	require.Equal(t, 1, r1.DirtyPages)
	r2, log := call(e, m, r1.Image, "canister_update inc")
	require.Equal(t, []uint64{9, 42}, log)
	_, log = call(e, m, zero, "canister_update inc")
	require.Equal(t, []uint64{8, 41}, log, "an old image runs as if nothing had happened since")
	_, log = call(e, m, r2.Image, "canister_update inc")
	require.Equal(t, []uint64{10, 43}, log)
	require.Equal(t, []uint64{40}, zero.Globals())
}

func TestTrapLeavesNoTrace(t *testing.T) {
	e := newTestEngine(t)
	m := compile(t, e, counter())
	r, _ := call(e, m, m.InitialImage(), "canister_update inc")
	img := r.Image
	before := img.Hash()
	r, _ = call(e, m, img, "canister_query fail")
	require.Equal(t, Unreachable, r.Trap.Kind)
	require.Same(t, img, r.Image)
	require.Equal(t, before, r.Image.Hash())
	_, log := call(e, m, img, "canister_update inc")
	require.Equal(t, []uint64{9, 42}, log)
}
