package link

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm"
	"icsim/canister/wasm/module"
	"icsim/canister/wasm/wasmtest"
)

// goModule makes a module as the compiler does: WASI among the imports, _initialize and the entries of canister/cdk. begin is the body of
// the start, and describe that of cdk_describe; function 5 prints the buffers that stand from 64 on.
func goModule(begin, describe string) *wasmtest.Builder {
	b := &wasmtest.Builder{}
	i32s := func(n int) []wasm.ValueType { return []wasm.ValueType{wasm.I32, wasm.I32, wasm.I32, wasm.I32}[:n] }
	b.Import("wasi_snapshot_preview1", "clock_time_get", wasmtest.T(wasm.I32, wasm.I64, wasm.I32), i32s(1)) // 0
	b.Import("ic0", "msg_reply", nil, nil)                                                                  // 1
	b.Import("wasi_snapshot_preview1", "random_get", i32s(2), i32s(1))                                      // 2
	b.Import("wasi_snapshot_preview1", "fd_write", i32s(4), i32s(1))                                        // 3
	b.Import("wasi_snapshot_preview1", "proc_exit", i32s(1), nil)                                           // 4
	b.Import("ic0", "debug_print", i32s(2), nil)                                                            // 5
	b.Import("wasi_snapshot_preview1", "poll_oneoff", i32s(4), i32s(1))                                     // 6
	b.Import("wasi_snapshot_preview1", "path_open", i32s(4), i32s(1))                                       // 7
	b.Import("wasi_snapshot_preview1", "fd_close", i32s(1), i32s(1))                                        // 8
	b.Import("wasi_snapshot_preview1", "environ_sizes_get", i32s(2), i32s(1))                               // 9
	b.Memory(1, 0)
	b.Data(1000, "canister_update gocanister_init\x00\x00")
	b.Entry("_initialize", nil, begin)
	b.Entry("cdk_describe", nil, describe)
	return b
}

// entry is cdk_enter: it stores its number at 2000 and replies.
func entry(b *wasmtest.Builder) []byte {
	f := b.Func(wasmtest.T(wasm.I32), nil, nil, "i32.const 2000 local.get 0 i32.store 0 call 1")
	b.Export("cdk_enter", f)
	return b.Bytes()
}

const twoEntries = "i32.const 1018 i32.const 13 call 5 i32.const 1000 i32.const 18 call 5 i32.const 1031 i32.const 0 call 5"

// world runs a linked module with the functions of ic0 that it imports.
type world struct {
	engine  *wasm.Engine
	module  *wasm.Module
	image   *wasm.Image
	now     uint64
	printed []string
	replies int
}

func newWorld(t *testing.T, code []byte) *world {
	t.Helper()
	m, err := module.Decode(code)
	require.NoError(t, err)
	w := &world{now: 1e18}
	hosts := mute(m, &w.printed)
	for i := range hosts {
		require.Equal(t, "ic0", hosts[i].Module, "a canister imports from ic0 alone")
		switch hosts[i].Name {
		case "time":
			hosts[i].Fn = func(_ *wasm.Call, s []uint64) { s[0] = w.now }
		case "msg_reply":
			hosts[i].Fn = func(*wasm.Call, []uint64) { w.replies++ }
		}
	}
	w.engine = wasm.NewEngine(wasm.Config{Hosts: hosts})
	t.Cleanup(w.engine.Close)
	w.module, err = w.engine.Compile(code, wasm.CompileOptions{})
	require.NoError(t, err)
	w.image = w.module.InitialImage()
	return w
}

func (w *world) run(e wasm.Entry) *wasm.Trap {
	r := w.engine.Execute(w.module, w.image, e, 1e6, nil)
	w.image = r.Image
	return r.Trap
}

func (w *world) bytes(at uint64, n int) []byte {
	b := make([]byte, n)
	w.image.Memory().Read(b, at)
	return b
}

func (w *world) u32(at uint64) uint32 { return binary.LittleEndian.Uint32(w.bytes(at, 4)) }

func linked(t *testing.T, begin string) *world {
	t.Helper()
	c, err := Link(entry(goModule(begin, twoEntries)))
	require.NoError(t, err)
	require.Equal(t, []string{"canister_init", "canister_update go"}, c.Exports)
	return newWorld(t, c.Module)
}

// What Go's runtime asks WASI for, the module has itself (reference/feasibility.md section 3; ic0 has no time in a start
// function, reference/interface.md A.2).
func TestFunctionsOfWASI(t *testing.T) {
	w := linked(t, `i32.const 0 i64.const 1 i32.const 8 call 0 drop
		i32.const 200 i32.const 40 call 2 drop i32.const 300 i32.const 40 call 2 drop
		i32.const 64 i32.const 1000 i32.store 0 i32.const 68 i32.const 9 i32.store 0
		i32.const 72 i32.const 1009 i32.store 0 i32.const 76 i32.const 6 i32.store 0
		i32.const 1 i32.const 64 i32.const 2 i32.const 400 call 3 drop
		i32.const 404 i32.const 3 i32.const 64 i32.const 2 i32.const 400 call 3 i32.store 0
		i32.const 0 i32.const 0 i32.const 3 i32.const 408 call 6 drop
		i32.const 412 i32.const 0 i32.const 0 i32.const 0 i32.const 0 call 7 i32.store 0
		i32.const 416 i32.const 1 call 8 i32.store 0
		i32.const 420 i32.const -1 i32.store 0 i32.const 420 i32.const 424 call 9 drop`)
	require.Nil(t, w.run(wasm.Entry{Kind: wasm.EntryStart}))
	require.EqualValues(t, startTime, binary.LittleEndian.Uint64(w.bytes(8, 8)))
	a, b := w.bytes(200, 40), w.bytes(300, 40)
	require.NotEqual(t, a, b, "random bytes differ each time")
	require.NotContains(t, [][]byte{a, b}, make([]byte, 40))
	require.Equal(t, make([]byte, 60), w.bytes(240, 60))
	require.Equal(t, []string{"canister_", "update"}, w.printed)
	require.EqualValues(t, 15, w.u32(400))
	require.EqualValues(t, wasiBadFile, w.u32(404), "nothing but standard output and error is open")
	require.EqualValues(t, 3, w.u32(408))
	require.EqualValues(t, wasiNone, w.u32(412))
	require.EqualValues(t, wasiBadFile, w.u32(416))
	require.EqualValues(t, 0, w.u32(420), "no environment")
}

// An export is cdk_enter with its number, and the clock goes once the start function has run.
func TestExportsEnterByNumber(t *testing.T) {
	w := linked(t, "")
	require.Nil(t, w.run(wasm.Entry{Kind: wasm.EntryStart}))
	require.Nil(t, w.run(wasm.Entry{Name: "canister_update go"}))
	require.EqualValues(t, 1, w.u32(2000))
	require.Nil(t, w.run(wasm.Entry{Name: "canister_init"}))
	require.EqualValues(t, 0, w.u32(2000))
	require.Equal(t, 2, w.replies, "what was imported from ic0 is called as before")
	require.Equal(t, wasm.EntryNotFound, w.run(wasm.Entry{Name: "cdk_describe"}).Kind)

	b := goModule("", twoEntries)
	b.Entry("canister_query_SP_by_hand", nil, "i32.const 0 i64.const 1 i32.const 8 call 0 drop")
	b.Entry("canister_update_SP_go", nil, "i32.const 7 call 4")
	c, err := Link(entry(b))
	require.NoError(t, err)
	require.Equal(t, []string{"canister_query by_hand", "canister_update go", "canister_init"}, c.Exports, "what is exported by hand stays")
	w = newWorld(t, c.Module)
	require.Nil(t, w.run(wasm.Entry{Kind: wasm.EntryStart}))
	require.Nil(t, w.run(wasm.Entry{Name: "canister_query by_hand"}))
	require.EqualValues(t, w.now, binary.LittleEndian.Uint64(w.bytes(8, 8)))
	require.ErrorContains(t, w.run(wasm.Entry{Name: "canister_update go"}), exitText)
}

func TestWhatCannotBeLinked(t *testing.T) {
	say := func(text string) string { // as Go prints a panic
		return `i32.const 64 i32.const 1100 i32.store 0 i32.const 68 i32.const ` + text + ` i32.store 0
			i32.const 2 i32.const 64 i32.const 1 i32.const 400 call 3 drop i32.const 2 call 4`
	}
	panics := goModule(say("32"), "")
	panics.Data(1100, "panic: two of a kind\n\ngoroutine 1")
	noCandid := goModule("", `i32.const 1018 i32.const 13 call 5 i32.const 1000 i32.const 8 call 5`)
	foreign := goModule("", twoEntries)
	foreign.M.Imports[7].Module = "env"
	for text, code := range map[string][]byte{
		"not a WebAssembly module":                       []byte("no module"),
		"does not export _initialize":                    new(wasmtest.Builder).Bytes(),
		"does not export cdk_enter":                      goModule("", "").Bytes(),
		"cannot be initialised: two of a kind":           entry(panics),
		"cannot be initialised: host trap: the program":  entry(goModule("i32.const 2 call 4", "")),
		"ic0.msg_reply is called before the canister":    entry(goModule("call 1", "")),
		"cannot describe itself: unreachable":            entry(goModule("", "unreachable")),
		"the canister has no methods":                    entry(goModule("", "")),
		"description is no Candid":                       entry(noCandid),
		"imports env.path_open, but only ic0 is there":   entry(foreign),
		"breaks a rule of the Internet Computer: export": entry(describing(`i32.const 1000 i32.const 15 call 5`)),
		"what the compiler made is no canister: export ": entry(exporting("canister_update")),
	} {
		_, err := Link(code)
		require.ErrorContains(t, err, text)
	}
}

// describing tells of a method without a name, and no Candid.
func describing(code string) *wasmtest.Builder {
	return goModule("", code+" i32.const 1031 i32.const 0 call 5")
}

func exporting(name string) *wasmtest.Builder {
	b := goModule("", twoEntries)
	b.Entry(name, nil, "")
	return b
}
