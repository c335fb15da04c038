package wasm

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/canister/wasm/wasmtest"
)

// Interface.md A.5: the cost of each opcode, charged a basic block at a time.
func TestInstructionsFollowTheCostTable(t *testing.T) {
	const function = 1 // every function costs one
	cases := []struct {
		code string
		want uint64
	}{
		{"", 0},
		{"nop nop", 2},
		{"i32.const 1 drop", 2},
		{"i32.const 8 i32.const 2 i32.div_u drop", 1 + 1 + 10 + 1},
		{"i64.const 8 i64.const 2 i64.rem_s drop", 1 + 1 + 10 + 1},
		{"f64.const 1 f64.const 2 f64.add drop", 1 + 1 + 2 + 1},
		{"f32.const 1 f32.const 2 f32.div drop", 1 + 1 + 3 + 1},
		{"f64.const 1 f64.const 2 f64.div drop", 1 + 1 + 5 + 1},
		{"f64.const 1 f64.const 2 f64.min drop", 1 + 1 + 18 + 1},
		{"f64.const 4 f64.sqrt drop", 1 + 8 + 1},
		{"f32.const 4 f32.sqrt drop", 1 + 5 + 1},
		{"f64.const 4 f64.const 1 f64.lt drop", 1 + 1 + 3 + 1},
		{"i32.const 4 f64.convert_i32_s drop", 1 + 3 + 1},
		{"i32.const 4 f64.convert_i32_u drop", 1 + 16 + 1},
		{"f64.const 4 i32.trunc_f64_s drop", 1 + 20 + 1},
		{"f64.const 4 i32.trunc_sat_f64_u drop", 1 + 20 + 1},
		{"f64.const 4 f32.demote_f64 drop", 1 + 1 + 1},
		{"global.get 0 global.set 0", 2 + 2},
		{"i32.const 0 i32.const 1 i32.store 0", 1 + 1 + 1},
		{"i32.const 0 i32.load 0 drop", 1 + 1 + 1},
		{"memory.size drop", 20 + 1},
		{"i32.const 0 memory.grow drop", 1 + 300 + 1},
		{"i32.const 0 i32.const 0 i32.const 50 memory.fill", 3 + 100 + 50},
		{"i32.const 0 i32.const 9 i32.const 70 memory.copy", 3 + 100 + 70},
		{"i32.const 0 i32.const 0 i32.const 3 memory.init 0", 3 + 100 + 3},
		{"data.drop 0", 300},
		{"call 1", 5 + function},
		{"i32.const 0 call_indirect 1 0", 1 + 10 + function},
		{"return_call 1", 3 + function},
		{"i32.const 0 return_call_indirect 1 0", 1 + 60 + function},
		{"table.size 0 drop", 100 + 1},
		{"ref.func 1 drop", 130 + 1},
		{"ref.null funcref ref.is_null drop", 1 + 5 + 1},
		{"i32.const 0 table.get 0 drop", 1 + 5 + 1},
		{"block br 0 nop nop end", 2},                              // what is not reached costs nothing
		{"block i32.const 0 br_if 0 nop end", 1 + 2 + 1},           // not taken
		{"block i32.const 1 br_if 0 nop end", 1 + 2},               // taken
		{"i32.const 1 if nop nop else nop end", 1 + 2 + 2},         // one arm
		{"i32.const 0 if nop nop else nop end nop", 1 + 2 + 1 + 1}, // the other, and what follows
		{"i32.const 0 return nop", 1 + 1},                          // return ends a block
		{"i32.const 5 local.set 0 loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end", 2 + 5*(4+2)},
		{"i64.const 1000 call 0", 1 + 5 + 1000}, // a host function charges
	}
	e := newTestEngine(t)
	for _, c := range cases {
		b := &wasmtest.Builder{}
		b.Import("ic0", "charge", wasmtest.T(I64), nil)
		b.Memory(1, 0)
		b.Global(I32, 0)
		b.Passive("abc")
		b.Func(nil, nil, nil, "")
		b.Table(1, 1)
		b.Entry("canister_init", wasmtest.T(I32), c.code)
		m := compile(t, e, b)
		r := e.Execute(m, m.InitialImage(), Entry{Name: "canister_init"}, enough, nil)
		require.Nil(t, r.Trap, c.code)
		require.Equal(t, function+c.want, r.Instructions, c.code)
	}
}

// An execution may use exactly its limit; with one instruction less it ends, and is charged the limit.
func TestLimitIsExact(t *testing.T) {
	e := newTestEngine(t)
	b := &wasmtest.Builder{}
	b.Entry("canister_init", wasmtest.T(I32), "i32.const 100 local.set 0 loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end")
	m := compile(t, e, b)
	r, _ := call(e, m, m.InitialImage(), "canister_init")
	limited := func(limit uint64) Result {
		return e.Execute(m, m.InitialImage(), Entry{Name: "canister_init"}, limit, nil)
	}
	require.Nil(t, limited(r.Instructions).Trap)
	short := limited(r.Instructions - 1 - 6) // the last turn is not checked
	require.Equal(t, OutOfInstructions, short.Trap.Kind)
	require.Equal(t, r.Instructions-7, short.Instructions)
	require.Nil(t, limited(1<<64-1).Trap)
}

// A result does not depend on what the engine did before: whichever instance is at hand, whatever ran in it, whether the cache has room.
func TestResultsDoNotDependOnTheInstance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := wasmtest.Random(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") })
		type step struct{ image, entry int }
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
			return step{rapid.IntRange(0, 100).Draw(t, "image"), rapid.IntRange(0, 3).Draw(t, "entry")}
		}), 1, 12).Draw(t, "steps")
		type seen struct {
			trap         string
			instructions uint64
			dirty        int
			hash         Hash
			log          []uint64
		}
		history := func(c Config) (out []seen) {
			c.Hosts = testHosts()
			e := NewEngine(c)
			defer e.Close()
			m, err := e.Compile(b.Bytes(), CompileOptions{})
			require.NoError(t, err)
			images := []*Image{m.InitialImage(), m.InitialImage()}
			for _, s := range steps {
				var log []uint64
				entry := Entry{Name: "canister_update run", Discard: s.entry == 1}
				if s.entry == 2 {
					entry = Entry{Kind: EntryTable, Index: 2}
				}
				r := e.Execute(m, images[s.image%len(images)], entry, 50_000, &log)
				trap := ""
				if r.Trap != nil {
					trap = r.Trap.Error()
				}
				images = append(images, r.Image)
				out = append(out, seen{trap, r.Instructions, r.DirtyPages, r.Image.Hash(), log})
			}
			return out
		}
		want := history(Config{})
		require.Equal(t, want, history(Config{}))
		require.Equal(t, want, history(Config{MaxInstances: 1}))
		require.Equal(t, want, history(Config{MaxInstanceBytes: 1}))
	})
}
