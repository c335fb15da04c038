package wasm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Live instances stay within both bounds, and a canister finds its own again while there is room.
func TestPoolKeepsItsBounds(t *testing.T) {
	e := NewEngine(Config{Hosts: testHosts(), MaxInstances: 3})
	defer e.Close()
	m, other := compile(t, e, counter()), compile(t, e, writer())
	images := []*Image{}
	for range 8 {
		images = append(images, m.InitialImage())
	}
	for turn := range 3 {
		for i := range images {
			r, log := call(e, m, images[i], "canister_update inc")
			require.Equal(t, uint64(8+turn), log[0], "canisters do not mix")
			images[i] = r.Image
			require.LessOrEqual(t, len(e.pool.live), 3)
			require.LessOrEqual(t, len(e.pool.byLine), 3)
			r, _ = call(e, other, other.InitialImage(), "canister_update fill")
			require.Nil(t, r.Trap)
		}
	}
	total := uint64(0)
	for _, inst := range e.pool.live {
		total += uint64(len(inst.mem.buf))
	}
	require.Equal(t, total, e.pool.bytes)

	inst := e.pool.byLine[images[7].line]
	call(e, m, images[7], "canister_update inc")
	require.Same(t, inst, e.pool.byLine[images[7].line], "one's own instance comes first")
}

func TestPoolBoundsMemory(t *testing.T) {
	const instance = 1<<20 + 1<<16
	e := NewEngine(Config{Hosts: testHosts(), MaxInstanceBytes: 2 * instance})
	defer e.Close()
	m := compile(t, e, counter())
	for range 5 {
		call(e, m, m.InitialImage(), "canister_update inc")
	}
	require.LessOrEqual(t, e.pool.bytes, uint64(2*instance))
	require.Len(t, e.pool.live, 2)
}

// A host function may execute another canister, or the same one: the instance at work is not touched.
func TestExecutionsNest(t *testing.T) {
	var e *Engine
	var m *Module
	var img *Image
	var inner []uint64
	depth := 0
	nest := HostFunc{Module: "ic0", Name: "out", Params: []ValueType{I64}, Fn: func(c *Call, s []uint64) {
		inner = append(inner, s[0])
		if depth++; depth == 1 {
			r := e.Execute(m, img, Entry{Name: "canister_update inc"}, enough, nil)
			require.Nil(t, r.Trap)
		}
	}}
	e = NewEngine(Config{Hosts: []HostFunc{nest}, MaxInstances: 1})
	defer e.Close()
	m = compile(t, e, counter())
	depth = 1
	img = e.Execute(m, m.InitialImage(), Entry{Name: "canister_update inc"}, enough, nil).Image
	depth, inner = 0, nil
	r := e.Execute(m, img, Entry{Name: "canister_update inc"}, enough, nil)
	require.Nil(t, r.Trap)
	require.Equal(t, []uint64{9, 9, 42, 42}, inner)
	require.Equal(t, []byte{9}, peek(r.Image, 65528, 1))
	require.Len(t, e.pool.live, 1)
}
