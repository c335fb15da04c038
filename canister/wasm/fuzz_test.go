package wasm

import (
	"context"
	"testing"

	"icsim/canister/wasm/module"
	"icsim/canister/wasm/rewrite"
	"icsim/canister/wasm/wasmtest"
)

// What the bytes of FuzzRewrite are: a module, or choices for the generator of programs, transcribed to 64 bits or not.
const (
	fuzzModule = iota
	fuzzNarrow
	fuzzWide
)

// What the rewriter accepts compiles if the original does, and only then: it neither breaks programs nor makes bad ones pass. What has
// a 64-bit memory does not compile before it is rewritten; the program that it was transcribed from does.
func FuzzRewrite(f *testing.F) {
	o := newOriginal(f)
	for _, b := range []*wasmtest.Builder{counter(), writer(), trapModule(), computeLoop(), wideModule(), wasmtest.Widen(writer(), never)} {
		f.Add(b.Bytes(), byte(fuzzModule))
	}
	for seed := range byte(4) {
		choices := make([]byte, 600)
		for i := range choices {
			choices[i] = byte(i)*(2*seed+37) + seed
		}
		f.Add(choices, byte(fuzzNarrow))
		f.Add(choices, byte(fuzzWide))
	}
	f.Fuzz(func(t *testing.T, raw []byte, how byte) {
		narrow := raw // what plain wazero can compile
		if how != fuzzModule {
			choose := chooser(raw)
			b := wasmtest.Random(choose)
			raw, narrow = b.Bytes(), b.Bytes()
			if how == fuzzWide {
				raw = wasmtest.Widen(b, func() bool { return choose(2) == 1 }).Bytes()
			}
		}
		m, err := module.Decode(raw)
		if err != nil {
			return
		}
		types := map[string]module.FuncType{}
		for _, i := range m.Imports {
			if i.Kind == module.KindFunc {
				types[i.Name] = m.Types[i.Type]
			}
		}
		out, err := rewrite.Rewrite(m, rewrite.Rules{Library: true, Import: func(_, name string, _ bool) (module.FuncType, bool) {
			t, ok := types[name]
			return t, ok
		}})
		if err != nil {
			if _, ok := err.(*module.Error); !ok {
				t.Fatalf("error of type %T", err)
			}
			return
		}
		if _, err := module.Decode(out.Binary); err != nil {
			t.Fatalf("the output does not decode: %v", err)
		}
		before, was := o.rt.CompileModule(context.Background(), narrow)
		after, is := o.rt.CompileModule(context.Background(), out.Binary)
		if was == nil {
			_ = before.Close(context.Background())
		}
		if is == nil {
			_ = after.Close(context.Background())
		}
		wide := m.Memory64() || len(m.Tables) > 0 && m.Tables[0].Is64 // plain wazero knows neither
		if known := how != fuzzModule || !wide; known && (was == nil) != (is == nil) {
			t.Fatalf("original: %v\nrewritten: %v", was, is)
		}
	})
}

// chooser draws from bytes, and zeros when they are used up.
func chooser(b []byte) func(n int) int {
	return func(n int) int {
		v := 0
		for range 2 {
			if len(b) > 0 {
				v, b = v<<8|int(b[0]), b[1:]
			}
		}
		return v % n
	}
}
