package wasm

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm/module"
	"icsim/canister/wasm/wasmtest"
)

// refusal compiles and gives the error's text: one line, of type *module.Error.
func refusal(t *testing.T, raw []byte, opt CompileOptions) string {
	_, err := newTestEngine(t).Compile(raw, opt)
	require.Error(t, err)
	var fault *module.Error
	require.ErrorAs(t, err, &fault)
	require.NotContains(t, err.Error(), "\n")
	return err.Error()
}

func build(f func(b *wasmtest.Builder)) []byte {
	b := &wasmtest.Builder{}
	f(b)
	return b.Bytes()
}

// Five malformed modules, one clear error each.
func TestMalformedModules(t *testing.T) {
	whole := counter().Bytes()
	untyped := &wasmtest.Builder{}
	untyped.Entry("canister_init", nil, "i64.const 1 i32.eqz drop")
	unknown := &wasmtest.Builder{}
	unknown.Import("ic0", "msg_replyy", nil, nil)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(whole)
	_ = w.Close()
	for _, c := range []struct {
		raw  []byte
		want string
	}{
		{[]byte("#!/bin/sh"), `module, byte 0x0: not a WebAssembly module: it does not begin with "\0asm"`},
		{whole[:len(whole)-40], "code section, byte 0x65: unexpected end: 68 bytes wanted, 39 left"},
		{z.Bytes()[:z.Len()-9], "module: gzip: unexpected EOF"},
		{unknown.Bytes(), "import section: import 0 (ic0.msg_replyy): no such function"},
		{untyped.Bytes(), "code section, function 0 (canister_init), byte 0x2a: the code does not type-check: "},
	} {
		require.Contains(t, refusal(t, c.raw, CompileOptions{}), c.want)
	}
}

// Interface.md A.4, one case a rule.
func TestRulesOfCanisterModules(t *testing.T) {
	entry := func(name string) func(b *wasmtest.Builder) {
		return func(b *wasmtest.Builder) { b.Entry(name, nil, "") }
	}
	zero := module.ConstExpr{Op: module.OpI32Const}
	cases := []struct {
		build func(b *wasmtest.Builder)
		want  string
	}{
		{func(b *wasmtest.Builder) { b.Import("env", "f", nil, nil) }, `import 0 (env.f): functions can be imported only from "ic0"`},
		{func(b *wasmtest.Builder) { b.Import("wasi_snapshot_preview1", "fd_write", nil, nil) }, `only from "ic0"`},
		{func(b *wasmtest.Builder) { b.Import("ic0", "out", wasmtest.T(I32), nil) },
			"import 0 (ic0.out): type (i32) -> (), but the function has type (i64) -> ()"},
		{func(b *wasmtest.Builder) {
			b.M.Imports = []module.Import{{Module: "env", Name: "m", Kind: module.KindMemory}}
		}, "import 0 (env.m): a memory cannot be imported, only functions"},
		{func(b *wasmtest.Builder) { b.M.Memories = []module.Limits{{}, {}} }, "2 memories, at most one is allowed"},
		{func(b *wasmtest.Builder) { b.M.Memories = []module.Limits{{Min: 65530}} }, "a memory of 65530 pages, at most 65519"},
		{func(b *wasmtest.Builder) {
			b.M.Tables = []module.Table{{Elem: module.FuncRef}, {Elem: module.FuncRef}}
		}, "2 tables, at most one"},
		{func(b *wasmtest.Builder) { b.Table(1_000_001) }, "a table of 1000001 elements, at most 1000000"},
		{func(b *wasmtest.Builder) { b.Table(1, b.Func(nil, nil, nil, ""), 0) }, "segment 0 of 2 elements at element 0 of a table of 1"},
		{func(b *wasmtest.Builder) {
			b.Memory(1, 0)
			b.Data(65535, "ab")
		}, "data section: segment 0 of 2 bytes at byte 65535 of a memory of 65536"},
		{func(b *wasmtest.Builder) {
			for range 1001 {
				b.Global(I32, 0)
			}
		}, "1001 globals, at most 1000"},
		{func(b *wasmtest.Builder) {
			b.M.Globals = []module.Global{{GlobalType: module.GlobalType{Type: module.FuncRef, Mutable: true},
				Init: module.ConstExpr{Op: module.OpRefNull, Value: uint64(module.FuncRef)}}}
		}, "global 0: a mutable funcref cannot be kept between messages"},
		{func(b *wasmtest.Builder) {
			for range 50_001 {
				b.M.Funcs = append(b.M.Funcs, b.Type(nil, nil))
				b.M.Code = append(b.M.Code, module.Body{Code: []byte{byte(module.OpEnd)}})
			}
		}, "50001 functions, at most 50000"},
		{entry("canister_update"), `"canister_update" is not an entry of a canister`},
		{entry("canister_upgrade x"), `"canister_upgrade x" is not an entry of a canister`},
		{entry("canister_start"), `"canister_start" is a reserved name`},
		{func(b *wasmtest.Builder) { b.Export("canister_init", b.Func(wasmtest.T(I32), nil, nil, "")) },
			`"canister_init" has type (i32) -> (), it must be () -> ()`},
		{func(b *wasmtest.Builder) {
			b.Global(I32, 0)
			b.M.Exports = []module.Export{{Name: "canister_init", Kind: module.KindGlobal}}
		}, `"canister_init" is a global, not a function`},
		{func(b *wasmtest.Builder) {
			b.Entry("canister_update x", nil, "")
			b.Entry("canister_query x", nil, "")
		}, `method "x" is exported twice`},
		{func(b *wasmtest.Builder) {
			for i := range 1001 {
				b.Entry(fmt.Sprint("canister_update m", i), nil, "")
			}
		}, "1001 methods, at most 1000"},
		{entry("canister_update " + strings.Repeat("x", 20_001)), "method names of 20001 bytes, at most 20000"},
		{func(b *wasmtest.Builder) { b.Custom("icp:secret x", "") }, `"icp:secret x" is neither "icp:public NAME" nor "icp:private NAME"`},
		{func(b *wasmtest.Builder) {
			b.Custom("icp:public x", "")
			b.Custom("icp:private x", "")
		}, `icp section "x" appears twice`},
		{func(b *wasmtest.Builder) {
			for i := range 17 {
				b.Custom(fmt.Sprint("icp:public ", i), "")
			}
		}, "17 icp sections, at most 16"},
		{func(b *wasmtest.Builder) { b.Custom("icp:public x", string(make([]byte, 1<<20))) }, "icp sections of 1048588 bytes"},
		{func(b *wasmtest.Builder) {
			b.M.HasStart, b.M.Start = true, b.Func(nil, wasmtest.T(I32), nil, "i32.const 0")
		},
			"start section: function 0 has type () -> (i32), it must be () -> ()"},
		{func(b *wasmtest.Builder) {
			b.M.Globals = []module.Global{{GlobalType: module.GlobalType{Type: I32}, Init: zero},
				{GlobalType: module.GlobalType{Type: I32}, Init: module.ConstExpr{Op: module.OpGlobalGet}}}
		}, "global 1: initialised from another global"},
	}
	for _, c := range cases {
		require.Contains(t, refusal(t, build(c.build), CompileOptions{}), c.want)
	}
}

// The table stays what the file says, and a function has a bounded length.
func TestRulesOfFunctionBodies(t *testing.T) {
	body := func(code string) func(b *wasmtest.Builder) {
		return func(b *wasmtest.Builder) {
			b.Memory(1, 0)
			b.Table(1)
			b.Entry("f", nil, code)
		}
	}
	for _, c := range []struct {
		build func(b *wasmtest.Builder)
		want  string
	}{
		{body("i32.const 0 ref.null funcref table.set 0"), "function 0 (f), byte 0x35: table.set is not allowed in a canister"},
		{body("i32.const 0 i32.const 0 i32.const 0 table.copy 0 0"), "table.copy is not allowed"},
		{body("ref.null funcref i32.const 1 table.grow 0 drop"), "table.grow is not allowed"},
		{body("i32.const 0 ref.null funcref i32.const 1 table.fill 0"), "table.fill is not allowed"},
		{body("i32.const 0 i32.const 0 i32.const 0 table.init 0 0"), "table.init is not allowed"},
		{body(strings.Repeat("nop ", 1_000_000)), "1000001 instructions, at most 1000000"},
	} {
		require.Contains(t, refusal(t, build(c.build), CompileOptions{}), c.want)
	}
}

func TestInterfaceOfAModule(t *testing.T) {
	e := newTestEngine(t)
	b := &wasmtest.Builder{}
	b.Entry("canister_update greet", nil, "")
	b.Entry("canister_query look at", nil, "")
	b.Entry("canister_composite_query all", nil, "")
	b.Entry("canister_init", nil, "")
	b.Export("main", b.Func(wasmtest.T(I32), nil, nil, ""))
	b.Custom("icp:public candid:service", "service: {}")
	b.Custom("other", "")
	b.Custom("icp:private notes", "n")
	raw := b.Bytes()
	m, err := e.Compile(raw, CompileOptions{})
	require.NoError(t, err)
	require.Equal(t, []Method{{Kind: Update, Name: "greet"}, {Kind: Query, Name: "look at"}, {Kind: CompositeQuery, Name: "all"}}, m.Methods())
	require.True(t, m.HasMethod(Query, "look at"))
	require.False(t, m.HasMethod(Update, "look at"))
	require.True(t, m.HasExport("canister_init"))
	require.False(t, m.HasExport("main"))
	require.Equal(t, []CustomSection{
		{Name: "candid:service", Public: true, Data: []byte("service: {}")}, {Name: "notes", Data: []byte("n")}}, m.CustomSections())

	again, err := e.Compile(bytes.Clone(raw), CompileOptions{})
	require.NoError(t, err)
	require.Same(t, m, again)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(raw)
	require.NoError(t, w.Close())
	zipped, err := e.Compile(z.Bytes(), CompileOptions{})
	require.NoError(t, err)
	require.NotEqual(t, m.Hash(), zipped.Hash(), "the hash is of the bytes as they were installed")
}

// Go refuses a space in an export and needs WASI; only our own library modules may have it so.
func TestLibraryModules(t *testing.T) {
	wasi := HostFunc{Module: "wasi_snapshot_preview1", Name: "random_get", Params: wasmtest.T(I32, I32), Results: wasmtest.T(I32),
		Fn: func(_ *Call, s []uint64) { s[0] = 0 }}
	e := NewEngine(Config{Hosts: []HostFunc{wasi}})
	defer e.Close()
	b := &wasmtest.Builder{}
	b.Import("wasi_snapshot_preview1", "random_get", wasmtest.T(I32, I32), wasmtest.T(I32))
	b.Entry("canister_update_SP_greet_all", nil, "i32.const 0 i32.const 0 call 0 drop")
	b.Entry("_initialize", nil, "")
	m, err := e.Compile(b.Bytes(), CompileOptions{Library: true})
	require.NoError(t, err)
	require.Equal(t, []Method{{Kind: Update, Name: "greet_all"}}, m.Methods())
	require.True(t, m.HasStart())
	for _, entry := range []Entry{{Name: "canister_update greet_all"}, {Kind: EntryStart}} {
		require.Nil(t, e.Execute(m, m.InitialImage(), entry, enough, nil).Trap)
	}
	_, err = e.Compile(b.Bytes(), CompileOptions{})
	require.ErrorContains(t, err, "functions can be imported only from")
}

func TestHostFunctionsHaveOneName(t *testing.T) {
	h := testHosts()
	require.Panics(t, func() { NewEngine(Config{Hosts: append(h, h[0])}) })
}

// A twin has what was compiled before it was made, and nothing to do with what either does after.
func TestTwinsShareWhatIsCompiled(t *testing.T) {
	e := NewEngine(Config{Hosts: testHosts()})
	defer e.Close()
	m := compile(t, e, counter())
	twin := e.Twin()
	defer twin.Rest()
	require.Same(t, m, compile(t, twin, counter()))
	results := make(chan Result, 2)
	for _, engine := range []*Engine{e, twin} {
		go func() {
			img := m.InitialImage()
			var r Result
			for range 100 {
				r, _ = call(engine, m, img, "canister_update inc")
				img = r.Image
			}
			results <- r
		}()
	}
	one, other := <-results, <-results
	require.Nil(t, one.Trap)
	require.Equal(t, one.Image.Hash(), other.Image.Hash())
	require.NotEqual(t, m.InitialImage().Hash(), one.Image.Hash())
	empty := []byte("\x00asm\x01\x00\x00\x00")
	later, err := twin.Compile(empty, CompileOptions{})
	require.NoError(t, err)
	own, err := e.Compile(empty, CompileOptions{})
	require.NoError(t, err)
	require.NotSame(t, later, own)
}
