package wasm

import (
	"context"
	"testing"

	"icsim/canister/wasm/module"
	"icsim/canister/wasm/rewrite"
	"icsim/canister/wasm/wasmtest"
)

// What the rewriter accepts compiles if the original does, and only then: it neither breaks programs nor makes bad ones pass. The bytes
// are a module, or choices for the generator of programs.
func FuzzRewrite(f *testing.F) {
	o := newOriginal(f)
	f.Add(counter().Bytes(), false)
	f.Add(writer().Bytes(), false)
	f.Add(trapModule().Bytes(), false)
	f.Add(computeLoop().Bytes(), false)
	for seed := range byte(4) {
		choices := make([]byte, 600)
		for i := range choices {
			choices[i] = byte(i)*(2*seed+37) + seed
		}
		f.Add(choices, true)
	}
	f.Fuzz(func(t *testing.T, raw []byte, generate bool) {
		if generate {
			raw = wasmtest.Random(chooser(raw)).Bytes()
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
		before, was := o.rt.CompileModule(context.Background(), raw)
		after, is := o.rt.CompileModule(context.Background(), out.Binary)
		if (was == nil) != (is == nil) {
			t.Fatalf("original: %v\nrewritten: %v", was, is)
		}
		if was == nil {
			_ = before.Close(context.Background())
			_ = after.Close(context.Background())
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
