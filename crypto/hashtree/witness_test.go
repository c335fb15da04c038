package hashtree

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawTree makes a tree of leaves and directories, up to three levels.
func drawTree(t *rapid.T, levels int) Tree {
	var edits []Edit
	for range rapid.IntRange(0, 7).Draw(t, "entries") {
		e := Edit{Label: drawLabel(t), To: LeafOf([]byte{rapid.Byte().Draw(t, "value")})}
		if levels > 1 && rapid.Bool().Draw(t, "directory") {
			e.To = SubtreeOf(drawTree(t, levels-1))
		}
		edits = append(edits, e)
	}
	return Tree{}.Apply(edits)
}

func drawPath(t *rapid.T) Path {
	var path Path
	for range rapid.IntRange(0, 3).Draw(t, "length") {
		path = append(path, drawLabel(t))
	}
	return path
}

// truth is what a lookup in the whole tree gives, following the specification's rules.
func truth(tree Tree, path Path) ([]byte, Result) {
	c := SubtreeOf(tree)
	for _, label := range path {
		next, ok := c.subtree.Get(label)
		if !ok {
			return nil, Absent
		}
		c = next
	}
	if value, ok := c.Leaf(); ok {
		return value, Found
	}
	if c.subtree.Len() == 0 {
		return nil, Absent
	}
	return nil, Error
}

func reDecode(t *rapid.T, m *Mixed) *Mixed {
	raw := m.AppendCBOR(nil)
	back, err := Decode(raw)
	if err != nil {
		t.Fatalf("decoding what was encoded: %v", err)
	}
	if !bytes.Equal(back.AppendCBOR(nil), raw) {
		t.Fatal("encoding what was decoded gives other bytes")
	}
	return back
}

// A witness has the tree's digest (Decode recomputes it from the bytes), answers every path it was
// made for with the truth, and never lies about another.
func TestWitnessAnswersWhatItWasMadeFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t, 3)
		asked := []Path{drawPath(t), drawPath(t), drawPath(t)}
		witness := reDecode(t, tree.Witness(Paths(asked...)))
		if witness.Digest() != tree.Digest() {
			t.Fatal("the witness has another digest than the tree")
		}
		for _, path := range asked {
			value, result := witness.Lookup(path...)
			wantValue, want := truth(tree, path)
			if result != want || !bytes.Equal(value, wantValue) {
				t.Fatalf("%q: %v %x, want %v %x", path, result, value, want, wantValue)
			}
		}
		other := drawPath(t)
		value, result := witness.Lookup(other...)
		wantValue, want := truth(tree, other)
		if result != Unknown && (result != want || !bytes.Equal(value, wantValue)) {
			t.Fatalf("%q was not asked for: %v, but it is %v", other, result, want)
		}
	})
}

// Only leaves under asked paths are revealed, or a leaf that a path runs into.
func TestWitnessRevealsNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree, asked := drawTree(t, 3), drawPath(t)
		var walk func(m *Mixed, path Path)
		walk = func(m *Mixed, path Path) {
			if m.kind == kindLeaf && !slices.Equal(path[:min(len(path), len(asked))], asked[:min(len(path), len(asked))]) {
				t.Fatalf("asked for %q, revealed %q", asked, path)
			}
			for label, below := range m.Entries() {
				walk(below, append(slices.Clip(path), label))
			}
		}
		walk(tree.Witness(Paths(asked)), nil)
	})
}

// Pruning a larger witness gives the witness made for the pattern at once, byte by byte.
func TestPruneIsAWitnessOfLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t, 3)
		p := Union(Paths(drawPath(t)), Range(drawPath(t), drawLabel(t), drawLabel(t)), Paths(drawPath(t), drawPath(t)))
		q := Union(p, Paths(drawPath(t)))
		want := tree.Witness(p).AppendCBOR(nil)
		for _, from := range []Pattern{Everything(), q, p} {
			if got := tree.Witness(from).Prune(p).AppendCBOR(nil); !bytes.Equal(got, want) {
				t.Fatalf("pruned to %x, want %x", got, want)
			}
		}
	})
}

// The holder of a range's witness knows each entry in it and that there are no others.
func TestRangeWitnessIsComplete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		streams := drawTree(t, 1)
		tree := Tree{}.SetSubtree(Path{"streams", "peer"}, streams).SetLeaf(Path{"time"}, []byte{1})
		from, to := drawLabel(t), drawLabel(t)
		witness := reDecode(t, tree.Witness(Range(Path{"streams", "peer"}, from, to)))
		if witness.Digest() != tree.Digest() {
			t.Fatal("the witness has another digest than the tree")
		}
		if _, result := witness.Lookup("time"); result != Unknown {
			t.Fatalf("time is %v", result)
		}
		for range 5 {
			label := drawLabel(t)
			value, result := witness.Lookup("streams", "peer", label)
			wantValue, want := truth(streams, Path{label})
			switch {
			case label >= from && label < to && (result != want || !bytes.Equal(value, wantValue)):
				t.Fatalf("%q in [%q, %q): %v, want %v", label, from, to, result, want)
			case (label < from || label >= to) && result == Found:
				t.Fatalf("%q is not in [%q, %q)", label, from, to)
			}
		}
	})
}
