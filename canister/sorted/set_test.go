package sorted

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type number int

func (n number) Compare(m number) int { return cmp.Compare(n, m) }

func contents(s Set[number]) []number { return slices.AppendSeq([]number{}, s.All()) }

// A set is what a plain map would be, whatever batches made it, and older sets stay as they were.
func TestSetAgreesWithAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var set Set[number]
		model := map[number]bool{}
		for range rapid.IntRange(1, 20).Draw(t, "batches") {
			before, was := set, contents(set)
			touched := rapid.SliceOfNDistinct(rapid.IntRange(0, 900), 0, 600, rapid.ID[int]).Draw(t, "touched")
			slices.Sort(touched)
			remove := rapid.SliceOfN(rapid.Bool(), len(touched), len(touched)).Draw(t, "remove")
			var edits []Edit[number]
			for i, v := range touched {
				edits = append(edits, Edit[number]{Value: number(v), Remove: remove[i]})
				if remove[i] {
					delete(model, number(v))
				} else {
					model[number(v)] = true
				}
			}
			set = set.Apply(edits)
			if !slices.Equal(contents(before), was) {
				t.Fatal("an older set changed")
			}
			check(t, set, model)
		}
	})
}

func check(t *rapid.T, set Set[number], model map[number]bool) {
	var want []number
	for v := range model {
		want = append(want, v)
	}
	slices.Sort(want)
	if got := contents(set); !slices.Equal(got, want) || set.Len() != len(want) {
		t.Fatalf("holds %v, want %v", got, want)
	}
	least, ok := set.Min()
	if ok != (len(want) > 0) || ok && least != want[0] {
		t.Fatalf("least is %d, %v", least, ok)
	}
	for v := number(-1); v <= 901; v++ {
		if got, ok := set.Get(v); ok != model[v] || ok && got != v {
			t.Fatalf("Get(%d) gives %d, %v", v, got, ok)
		}
	}
	for _, run := range set.runs {
		if len(run) == 0 || len(run) > 2*half {
			t.Fatalf("a run of %d", len(run))
		}
	}
}

func BenchmarkApplyOneInHundredThousand(b *testing.B) {
	var edits []Edit[number]
	for i := range 100_000 {
		edits = append(edits, Edit[number]{Value: number(i)})
	}
	set := Set[number]{}.Apply(edits)
	for b.Loop() {
		set.Apply(edits[500:501])
	}
}
