package wasm

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"

	"icsim/canister/wasm/wasmtest"
)

// computeLoop is an integer loop like the inside of a hash function: rotations, additions and xors over locals, a conditional, two
// stores and a load, 100,000 times.
func computeLoop() *wasmtest.Builder {
	b := &wasmtest.Builder{}
	b.Memory(2, 0)
	b.Entry("canister_update run", wasmtest.T(I32, I32, I32, I32, I32), `
		i32.const 100000 local.set 0 i32.const 0x6a09e667 local.set 1 i32.const 0x3c6ef372 local.set 2
		loop
			local.get 1 i32.const 6 i32.rotr local.get 1 i32.const 11 i32.rotr i32.xor local.get 1 i32.const 25 i32.rotr i32.xor local.set 3
			local.get 2 local.get 1 i32.and local.get 3 i32.add i32.const 0x428a2f98 i32.add local.set 4
			local.get 2 i32.const 2 i32.rotr local.get 2 i32.const 13 i32.rotr i32.xor local.get 2 i32.const 22 i32.rotr i32.xor
			local.get 4 i32.add local.get 1 i32.xor local.set 2
			local.get 4 local.get 0 i32.mul local.get 1 i32.add local.set 1
			local.get 1 i32.const 7 i32.shr_u local.get 2 i32.const 3 i32.shl i32.or local.get 3 i32.sub local.get 4 i32.xor local.set 3
			local.get 3 i32.const 15 i32.rotl local.get 1 i32.add local.get 2 i32.xor local.set 1
			local.get 1 i32.const 1 i32.and if local.get 2 i32.const 5 i32.add local.set 2 end
			local.get 0 i32.const 0xffc i32.and local.get 1 i32.store 16
			local.get 0 i32.const 0xffc i32.and local.get 2 i32.store 8192
			local.get 1 i32.const 0xfff8 i32.and i32.load 0 local.get 2 i32.add local.set 2
			local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
		end`)
	return b
}

func benchOriginal(b *testing.B, mod []byte, entry string) {
	ctx := context.Background()
	rt := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler())
	defer rt.Close(ctx)
	m, err := rt.Instantiate(ctx, mod)
	require.NoError(b, err)
	fn := m.ExportedFunction(entry)
	for b.Loop() {
		if err := fn.CallWithStack(ctx, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func benchMetered(b *testing.B, mod []byte, entry string) {
	e := newTestEngine(b)
	m, err := e.Compile(mod, CompileOptions{})
	require.NoError(b, err)
	img := m.InitialImage()
	var r Result
	for b.Loop() {
		if r = e.Execute(m, img, Entry{Name: entry}, 1<<50, nil); r.Trap != nil {
			b.Fatal(r.Trap)
		}
		img = r.Image
	}
	b.ReportMetric(float64(r.Instructions), "instructions")
}

func BenchmarkComputeLoopOriginal(b *testing.B) {
	benchOriginal(b, computeLoop().Bytes(), "canister_update run")
}
func BenchmarkComputeLoopMetered(b *testing.B) {
	benchMetered(b, computeLoop().Bytes(), "canister_update run")
}

// The same in a 64-bit memory, its addresses extended from 32 bits.
func BenchmarkComputeLoopWide(b *testing.B) {
	benchMetered(b, wasmtest.Widen(computeLoop(), never).Bytes(), "canister_update run")
}

func never() bool { return false }

// A pure store loop is the worst case of the write barrier.
func storeLoop() *wasmtest.Builder {
	b := &wasmtest.Builder{}
	b.Memory(2, 0)
	b.Entry("canister_update run", wasmtest.T(I32), `i32.const 65536 local.set 0
		loop local.get 0 local.get 0 i32.store 0 local.get 0 i32.const 4 i32.sub local.tee 0 br_if 0 end`)
	return b
}

func BenchmarkStoreLoopOriginal(b *testing.B) {
	benchOriginal(b, storeLoop().Bytes(), "canister_update run")
}
func BenchmarkStoreLoopMetered(b *testing.B) {
	benchMetered(b, storeLoop().Bytes(), "canister_update run")
}
func BenchmarkStoreLoopWide(b *testing.B) {
	benchMetered(b, wasmtest.Widen(storeLoop(), never).Bytes(), "canister_update run")
}

// Recursion is the worst case of metering and the depth counter.
func fib() []byte {
	b := &wasmtest.Builder{}
	b.Func(wasmtest.T(I32), wasmtest.T(I32), nil, `local.get 0 i32.const 2 i32.lt_u if:i32 local.get 0 else
		local.get 0 i32.const 1 i32.sub call 0 local.get 0 i32.const 2 i32.sub call 0 i32.add end`)
	b.Entry("canister_update run", nil, `i32.const 20 call 0 drop`)
	return b.Bytes()
}

func BenchmarkFibOriginal(b *testing.B) { benchOriginal(b, fib(), "canister_update run") }
func BenchmarkFibMetered(b *testing.B)  { benchMetered(b, fib(), "canister_update run") }

// touch writes to some pages, scattered over 3 MB of a heap of 64 MiB.
func touch(pages string) []byte { return touchIn(1024, pages) }

func touchIn(heap uint64, pages string) []byte {
	b := &wasmtest.Builder{}
	b.Memory(heap, 0)
	b.Global(I32, 0)
	b.Entry("canister_update run", wasmtest.T(I32), `global.get 0 i32.const 1 i32.add global.set 0 i32.const `+pages+` local.set 0
		loop local.get 0 i32.const 300000 i32.mul global.get 0 i32.store 0
		local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end`)
	b.Entry("canister_update noop", nil, "")
	return b.Bytes()
}

// BenchmarkCommitHeap compares heaps of 4 MiB, 64 MiB and 1 GiB, 10 dirty pages each: the size of the heap must not matter.
func BenchmarkCommitHeap(b *testing.B) {
	for _, mib := range []uint64{4, 64, 1024} {
		b.Run(fmt.Sprintf("%dMiB", mib), func(b *testing.B) {
			benchMetered(b, touchIn(mib*16, "10"), "canister_update run")
		})
	}
}

func BenchmarkCommit10Pages(b *testing.B)  { benchMetered(b, touch("10"), "canister_update run") }
func BenchmarkCommit100Pages(b *testing.B) { benchMetered(b, touch("100"), "canister_update run") }
func BenchmarkEmptyCall(b *testing.B)      { benchMetered(b, touch("1"), "canister_update noop") }

func BenchmarkDiscard10Pages(b *testing.B) {
	e := newTestEngine(b)
	m, err := e.Compile(touch("10"), CompileOptions{})
	require.NoError(b, err)
	img := m.InitialImage()
	for b.Loop() {
		e.Execute(m, img, Entry{Name: "canister_update run", Discard: true}, 1<<50, nil)
	}
}

func BenchmarkHash10Pages(b *testing.B) {
	e := newTestEngine(b)
	m, err := e.Compile(touch("10"), CompileOptions{})
	require.NoError(b, err)
	img := m.InitialImage()
	for b.Loop() {
		img = e.Execute(m, img, Entry{Name: "canister_update run"}, 1<<50, nil).Image
		img.Hash()
	}
}

// Two canisters in turn in one instance: each execution begins by restoring the pages that differ.
func BenchmarkSwitch10Pages(b *testing.B) {
	e := NewEngine(Config{Hosts: testHosts(), MaxInstances: 1})
	defer e.Close()
	m, err := e.Compile(touch("10"), CompileOptions{})
	require.NoError(b, err)
	imgs := [2]*Image{m.InitialImage(), m.InitialImage()}
	for i := 0; b.Loop(); i++ {
		imgs[i%2] = e.Execute(m, imgs[i%2], Entry{Name: "canister_update run"}, 1<<50, nil).Image
	}
}

func BenchmarkNewInstance(b *testing.B) {
	e := newTestEngine(b)
	m, err := e.Compile(touch("10"), CompileOptions{})
	require.NoError(b, err)
	for b.Loop() {
		newInstance(e, m, newLinear(1<<32)).close()
	}
}
