package hashtree

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// labels are drawn so that prefixes of one another, shared bytes and zero bytes are common.
func drawLabel(t *rapid.T) Label {
	return Label(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 'a', 'b', 0x80, 0xff}), 0, 4).Draw(t, "label"))
}

func fromMap(m map[Label]string) Tree {
	var edits []Edit
	for label, value := range m { // Apply sorts
		edits = append(edits, Edit{Label: label, To: LeafOf([]byte(value))})
	}
	return Tree{}.Apply(edits)
}

// Whatever the history, equal contents give an equal digest, and reads give the contents.
func TestDigestDependsOnContentsAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tree Tree
		model := map[Label]string{}
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			label := drawLabel(t)
			if rapid.IntRange(0, 2).Draw(t, "op") == 0 {
				tree = tree.Delete(Path{label})
				delete(model, label)
			} else {
				value := rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "value")
				tree = tree.SetLeaf(Path{label}, []byte(value))
				model[label] = value
			}
		}
		if tree.Digest() != fromMap(model).Digest() {
			t.Fatalf("history changed the digest of %v", model)
		}
		checkReads(t, tree, model)
	})
}

func checkReads(t *rapid.T, tree Tree, model map[Label]string) {
	if tree.Len() != len(model) {
		t.Fatalf("%d entries, want %d", tree.Len(), len(model))
	}
	from := drawLabel(t)
	var want []Label
	for _, label := range slices.Sorted(maps.Keys(model)) {
		if label >= from {
			want = append(want, label)
		}
	}
	var got []Label
	for label, content := range tree.Ascend(from) {
		got = append(got, label)
		if value, ok := content.Leaf(); !ok || string(value) != model[label] {
			t.Fatalf("%q holds %q, want %q", label, value, model[label])
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("from %q on: %q, want %q", from, got, want)
	}
	probe := drawLabel(t)
	value, ok := tree.Leaf(probe)
	if wantValue, wantOK := model[probe]; ok != wantOK || string(value) != wantValue {
		t.Fatalf("%q: %q %v, want %q %v", probe, value, ok, wantValue, wantOK)
	}
	for range tree.Ascend("") { // a visitor may stop
		break
	}
}

// Apply is the same as its edits one by one, and does not touch the tree it starts from.
func TestApplyIsItsEditsInTurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) (edits []Edit) {
			for range rapid.IntRange(0, 20).Draw(t, name) {
				value := []byte{rapid.Byte().Draw(t, "value")}
				edits = append(edits, Edit{drawLabel(t), LeafOf(value), rapid.IntRange(0, 2).Draw(t, "remove") == 0})
			}
			return edits
		}
		start := Tree{}.Apply(draw("start"))
		before := start.Digest()
		edits := draw("edits")
		want := start
		for _, e := range edits {
			if e.Remove {
				want = want.Delete(Path{e.Label})
			} else {
				want = want.set(Path{e.Label}, e.To)
			}
		}
		if got := start.Apply(edits); got.Digest() != want.Digest() {
			t.Fatal("a batch differs from its edits in turn")
		}
		if start.Witness(Everything()).Digest() != before {
			t.Fatal("the old tree changed")
		}
	})
}

// What changes nothing returns the very same tree, so that callers may compare with ==.
func TestIdleUpdateKeepsTheTree(t *testing.T) {
	tree := fromMap(map[Label]string{"a": "1", "b": "2", "bb": "3"}).SetLeaf(Path{"dir", "x"}, []byte("4"))
	sub, _ := tree.Subtree("dir")
	for name, same := range map[string]Tree{
		"equal leaf":          tree.SetLeaf(Path{"b"}, []byte("2")),
		"equal leaf below":    tree.SetLeaf(Path{"dir", "x"}, []byte("4")),
		"equal subtree":       tree.SetSubtree(Path{"dir"}, sub),
		"absent label":        tree.Delete(Path{"c"}),
		"label before all":    tree.Delete(Path{""}),
		"absent label below":  tree.Delete(Path{"dir", "y"}),
		"label below nowhere": tree.Delete(Path{"nodir", "y"}),
		"label below a leaf":  tree.Delete(Path{"a", "y"}),
		"no edits":            tree.Apply(nil),
	} {
		if same != tree {
			t.Errorf("%s made another tree", name)
		}
	}
}

func TestPathsMakeAndReplaceWhatIsInTheWay(t *testing.T) {
	tree := Tree{}.SetLeaf(Path{"a"}, nil).SetLeaf(Path{"a", "b", "c"}, []byte("v"))
	if value, ok := tree.Leaf("a", "b", "c"); !ok || string(value) != "v" {
		t.Errorf("a/b/c is %q, %v", value, ok)
	}
	if _, ok := tree.Leaf("a"); ok {
		t.Error("a is still a leaf")
	}
	emptied := tree.Delete(Path{"a", "b", "c"})
	if sub, ok := emptied.Subtree("a", "b"); !ok || sub != (Tree{}) {
		t.Error("deleting a leaf took its directory along")
	}
	if emptied.Digest() == (Tree{}).Digest() || emptied.Digest() == emptied.Delete(Path{"a", "b"}).Digest() {
		t.Error("an empty directory does not count")
	}
	if leaf := (Tree{}).SetLeaf(Path{"a"}, nil); leaf.Digest() == (Tree{}).SetSubtree(Path{"a"}, Tree{}).Digest() {
		t.Error("an empty leaf and an empty directory have one digest")
	}
}

func TestIndexLabelsOrderAsNumbers(t *testing.T) {
	var tree Tree
	for _, i := range []uint64{300, 2, 255, 256, 1 << 40, 0} {
		tree = tree.SetLeaf(Path{Index(i)}, nil)
	}
	var got []uint64
	for label := range tree.Ascend(Index(2)) {
		i, ok := label.Index()
		if !ok {
			t.Fatalf("%q is no index", label)
		}
		got = append(got, i)
	}
	if fmt.Sprint(got) != "[2 255 256 300 1099511627776]" {
		t.Error(got)
	}
	if _, ok := Label("seven b").Index(); ok {
		t.Error("a label of seven bytes is an index")
	}
}

func buildLeaves(n int) Tree {
	edits := make([]Edit, n)
	for i := range edits {
		key := leafDigest([]byte(fmt.Sprint(i))) // spread as request ids are
		edits[i] = Edit{Label: Label(key[:]), To: LeafOf([]byte("value"))}
	}
	return Tree{}.Apply(edits)
}

func BenchmarkUpdateOneOf10000(b *testing.B) {
	tree := buildLeaves(10_000)
	var labels []Label
	for label := range tree.Ascend("") {
		labels = append(labels, label)
	}
	values := [2][]byte{[]byte("value a"), []byte("value b")}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		tree = tree.SetLeaf(Path{labels[i*7919%len(labels)]}, values[i/len(labels)&1])
	}
}

func BenchmarkApply100Of10000(b *testing.B) {
	tree := buildLeaves(10_000)
	edits := make([]Edit, 100)
	i := 0
	for label := range tree.Ascend("") {
		if i%100 == 0 {
			edits[i/100].Label = label
		}
		i++
	}
	for k := 0; b.Loop(); k++ {
		for j := range edits {
			edits[j].To = LeafOf([]byte{byte(k), byte(k >> 8), byte(k >> 16)})
		}
		tree = tree.Apply(edits)
	}
}

func BenchmarkBuild10000(b *testing.B) {
	var edits []Edit
	for label, content := range buildLeaves(10_000).Ascend("") {
		edits = append(edits, Edit{Label: label, To: content})
	}
	for b.Loop() {
		Tree{}.Apply(edits)
	}
}

func BenchmarkWitnessOneOf10000(b *testing.B) {
	tree := buildLeaves(10_000)
	var label Label
	for label = range tree.Ascend("\x80") {
		break
	}
	pattern := Paths(Path{label})
	for b.Loop() {
		tree.Witness(pattern)
	}
}
