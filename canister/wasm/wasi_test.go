package wasm

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm/wasmtest"
)

func wasiModule(code string) *wasmtest.Builder {
	b := &wasmtest.Builder{}
	i32s := func(n int) []ValueType { return []ValueType{I32, I32, I32, I32}[:n] }
	b.Import("wasi_snapshot_preview1", "clock_time_get", wasmtest.T(I32, I64, I32), i32s(1))
	b.Import("wasi_snapshot_preview1", "random_get", i32s(2), i32s(1))
	b.Import("wasi_snapshot_preview1", "fd_write", i32s(4), i32s(1))
	b.Import("wasi_snapshot_preview1", "proc_exit", i32s(1), nil)
	b.Import("wasi_snapshot_preview1", "poll_oneoff", i32s(4), i32s(1))
	b.Memory(1, 0)
	b.Data(16, "\x64\x00\x00\x00\x03\x00\x00\x00\x68\x00\x00\x00\x02\x00\x00\x00") // two buffers for fd_write
	b.Data(100, "abc-de")
	b.Entry("_initialize", nil, code)
	return b
}

// Feasibility.md section 3: what Go's runtime gets from its host is a clock, output, the same randomness in each run, and a trap at exit.
func TestWASIServesGoDeterministically(t *testing.T) {
	printed := ""
	hosts := WASI{Time: func(*Call) uint64 { return 1234567 }, Print: func(_ *Call, text []byte) { printed += string(text) }}.Hosts()
	execute := func(code string) Result {
		e := NewEngine(Config{Hosts: hosts})
		defer e.Close()
		m, err := e.Compile(wasiModule(code).Bytes(), CompileOptions{Library: true})
		require.NoError(t, err)
		return e.Execute(m, m.InitialImage(), Entry{Kind: EntryStart}, enough, nil)
	}
	r := execute("i32.const 0 i64.const 1 i32.const 8 call 0 drop")
	require.Equal(t, uint64(1234567), binary.LittleEndian.Uint64(peek(r.Image, 8, 8)))

	r = execute("i32.const 1 i32.const 16 i32.const 2 i32.const 32 call 2 drop")
	require.Nil(t, r.Trap)
	require.Equal(t, "abcde", printed)
	require.Equal(t, []byte{5}, peek(r.Image, 32, 1))

	twice := "i32.const 200 i32.const 40 call 1 drop i32.const 300 i32.const 40 call 1 drop"
	r = execute(twice)
	require.NotEqual(t, peek(r.Image, 200, 40), peek(r.Image, 300, 40))
	require.Equal(t, r.Image.Hash(), execute(twice).Image.Hash())
	require.Equal(t, make([]byte, 60), peek(r.Image, 240, 60))

	require.Equal(t, HostTrap, execute("i32.const 2 call 3").Trap.Kind)
	require.Equal(t, MemoryOutOfBounds, execute("i32.const 65500 i32.const 40 call 1 drop").Trap.Kind)
	require.Equal(t, []byte{3}, peek(execute("i32.const 0 i32.const 0 i32.const 3 i32.const 64 call 4 drop").Image, 64, 1))
}
