package wasm

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"pgregory.net/rapid"

	"icsim/canister/wasm/module"
	"icsim/canister/wasm/wasmtest"
)

func globalName(i int) string { return string(rune('a' + i)) }

func exportGlobal(i int) module.Export {
	return module.Export{Name: globalName(i), Kind: module.KindGlobal, Index: uint32(i)}
}

// outcome is what a program did, as far as anyone can see.
type outcome struct {
	trap    TrapKind
	log     []uint64
	memory  []byte
	globals []uint64
}

// original runs a module as it is, in plain wazero.
type original struct {
	rt  wazero.Runtime
	log []uint64
}

func newOriginal(t testing.TB) *original {
	ctx := context.Background()
	o := &original{rt: wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().
		WithCoreFeatures(api.CoreFeaturesV2|experimental.CoreFeaturesTailCall))}
	t.Cleanup(func() { _ = o.rt.Close(ctx) })
	_, err := o.rt.NewHostModuleBuilder("ic0").NewFunctionBuilder().WithGoFunction(
		api.GoFunc(func(_ context.Context, s []uint64) { o.log = append(o.log, s[0]) }), []api.ValueType{api.ValueTypeI64}, nil).
		Export("out").Instantiate(ctx)
	require.NoError(t, err)
	return o
}

func (o *original) run(t require.TestingT, b *wasmtest.Builder) outcome {
	ctx := context.Background()
	for i := range b.M.Globals { // see the globals
		b.M.Exports = append(b.M.Exports, exportGlobal(i))
	}
	raw := b.Bytes()
	b.M.Exports = b.M.Exports[:len(b.M.Exports)-len(b.M.Globals)]
	m, err := o.rt.InstantiateWithConfig(ctx, raw, wazero.NewModuleConfig().WithName(""))
	require.NoError(t, err)
	defer m.Close(ctx)
	o.log = nil
	out := outcome{}
	if _, err := m.ExportedFunction("canister_update run").Call(ctx); err != nil {
		out.trap = trapOf(err).Kind
	}
	out.log = o.log
	size := m.Memory().Size()
	view, _ := m.Memory().Read(0, size)
	out.memory = bytes.Clone(view)
	for i := range b.M.Globals {
		out.globals = append(out.globals, m.ExportedGlobal(globalName(i)).Get())
	}
	return out
}

// The rewritten module computes what the original computes, and a trap leaves the image it began with. So does its transcription to a
// 64-bit memory and table.
func TestRewrittenProgramComputesWhatTheOriginalDoes(t *testing.T) {
	o, e := newOriginal(t), newTestEngine(t)
	traps, returns := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		b := wasmtest.Random(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") })
		want := o.run(t, b)
		if want.trap != 0 {
			traps++
		} else {
			returns++
		}
		requireOutcome(t, e, b, want)
		requireOutcome(t, e, wasmtest.Widen(b, func() bool { return rapid.Bool().Draw(t, "fold") }), want)
	})
	t.Logf("%d programs returned, %d trapped", returns, traps)
	require.NotZero(t, traps)
	require.NotZero(t, returns)
}

// requireOutcome runs a program and compares all that can be seen of it.
func requireOutcome(t require.TestingT, e *Engine, b *wasmtest.Builder, want outcome) {
	m, err := e.Compile(b.Bytes(), CompileOptions{})
	require.NoError(t, err)
	before := m.InitialImage()
	hash := before.Hash()
	r, log := call(e, m, before, "canister_update run")
	require.Equal(t, want.log, log)
	requireHolds(t, e, r.Image)
	if r.Trap != nil {
		require.Equal(t, want.trap, r.Trap.Kind)
		require.Same(t, before, r.Image)
		require.Equal(t, hash, r.Image.Hash())
		return
	}
	require.Zero(t, want.trap)
	memory := make([]byte, r.Image.Memory().Len())
	r.Image.Memory().Read(memory, 0)
	require.True(t, bytes.Equal(want.memory, memory), "memory differs")
	require.Equal(t, want.globals, r.Image.Globals())
}

// requireHolds looks into the live instance: its memory is the image's, byte for byte, nothing is marked, and what lies past the end
// is zero.
func requireHolds(t require.TestingT, e *Engine, img *Image) {
	inst := e.pool.byLine[img.line]
	require.Same(t, img, inst.holds)
	memory := make([]byte, img.Memory().Len())
	img.Memory().Read(memory, 0)
	require.True(t, bytes.Equal(memory, inst.guest()), "the instance does not hold its image")
	require.Equal(t, -1, bytes.IndexByte(inst.mem.buf[:1<<20], 1), "a page is still marked")
	if inst.mem.reserved != nil {
		past := inst.mem.reserved[len(inst.mem.buf):]
		past = past[:min(len(past), 1<<18)]
		require.True(t, bytes.Equal(past, make([]byte, len(past))), "bytes past the end of memory are not zero")
	}
	for k, g := range inst.globals {
		require.Equal(t, img.globals[k], g.Get())
	}
}
