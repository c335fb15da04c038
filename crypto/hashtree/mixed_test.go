package hashtree

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// example is the tree of the interface specification ("Example", section on certification).
func example() *Mixed {
	value := func(s string) *Mixed { return leaf([]byte(s)) }
	return fork(
		fork(
			labeled("a", fork(
				fork(labeled("x", value("hello")), empty()),
				labeled("y", value("world")))),
			labeled("b", value("good"))),
		fork(labeled("c", empty()), labeled("d", value("morning"))))
}

const (
	exampleRoot = "eb5c5b2195e62d996b84c9bcc8259d19a83786a2f59e0878cec84c811f669aa0"
	exampleCBOR = "8301830183024161830183018302417882034568656c6c6f810083024179820345776f726c6483024162820344676f6f64" +
		"8301830241638100830241648203476d6f726e696e67"
)

func TestExampleOfTheSpecification(t *testing.T) {
	tree := example()
	if got := tree.Digest().Hex(); got != exampleRoot {
		t.Errorf("digest %s, want %s", got, exampleRoot)
	}
	raw := tree.AppendCBOR(nil)
	if hex.EncodeToString(raw) != exampleCBOR {
		t.Errorf("CBOR %x", raw)
	}
	back, err := Decode(raw)
	if err != nil || back.Digest() != tree.Digest() {
		t.Errorf("decoded: %v", err)
	}
	pruned := tree.Prune(Paths(Path{"a", "y"}))
	if pruned.Digest() != tree.Digest() {
		t.Error("pruning changed the digest")
	}
	if _, result := pruned.Lookup("d"); result != Unknown {
		t.Errorf("d is %v after pruning", result)
	}
}

func TestLookupFollowsTheSpecification(t *testing.T) {
	whole := example()
	gone := pruned(leafDigest([]byte("gone")))
	gaps := fork(fork(labeled("b", leaf([]byte("1"))), gone), fork(labeled("d", gone), labeled("f", leaf(nil))))
	for _, v := range []struct {
		name string
		tree *Mixed
		path string
		want Result
	}{
		{"a leaf", whole, "a/x", Found},
		{"a directory", whole, "a", Error},
		{"the root", whole, "", Error},
		{"an empty directory", whole, "c", Absent},
		{"below an empty directory", whole, "c/x", Absent},
		{"below a leaf", whole, "b/x", Absent},
		{"before the first", whole, "A", Absent},
		{"behind the last", whole, "e", Absent},
		{"between neighbours", whole, "aa", Absent},
		{"between neighbours across an empty node", whole, "a/xx", Absent},
		{"in a pruned gap", gaps, "c", Unknown},
		{"before the first, with a gap later", gaps, "a", Absent},
		{"between neighbours, with a gap earlier", gaps, "e", Absent},
		{"a label with pruned content", gaps, "d", Unknown},
		{"below pruned content", gaps, "d/x", Unknown},
		{"an empty leaf", gaps, "f", Found},
		{"a pruned root", gone, "", Unknown},
		{"below a pruned root", gone, "x", Unknown},
		{"a leaf as root", leaf([]byte("v")), "", Found},
		{"an empty root", empty(), "", Absent},
		{"a gap at the end", fork(labeled("a", empty()), gone), "b", Unknown},
		{"a gap at the start", fork(gone, labeled("b", empty())), "a", Unknown},
		{"a found label behind a gap", fork(gone, labeled("b", leaf(nil))), "b", Found},
	} {
		var path Path
		if v.path != "" {
			for label := range strings.SplitSeq(v.path, "/") {
				path = append(path, Label(label))
			}
		}
		if _, got := v.tree.Lookup(path...); got != v.want {
			t.Errorf("%s: %q is %v, want %v", v.name, v.path, got, v.want)
		}
	}
}

func TestIllFormedTreesAreRefused(t *testing.T) {
	value := leaf([]byte("v"))
	for name, bad := range map[string]*Mixed{
		"labels descend":           fork(labeled("b", value), labeled("a", value)),
		"a label twice":            fork(labeled("a", value), labeled("a", value)),
		"descend across forks":     fork(fork(labeled("a", value), labeled("c", value)), labeled("b", value)),
		"descend across pruned":    fork(labeled("b", value), fork(pruned(value.digest), labeled("a", value))),
		"a leaf beside a label":    fork(labeled("a", value), value),
		"two leaves":               fork(value, value),
		"a leaf beside nothing":    fork(empty(), value),
		"ill formed below a label": labeled("x", fork(value, value)),
	} {
		if bad.WellFormed() {
			t.Errorf("%s: well formed", name)
		}
		if _, err := Decode(bad.AppendCBOR(nil)); err == nil {
			t.Errorf("%s: decoded", name)
		}
	}
}

// bomb nests forks n deep.
func bomb(n int) []byte {
	raw := bytes.Repeat([]byte{0x83, 1}, n)
	return append(raw, bytes.Repeat([]byte{0x81, 0}, n+1)...)
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	if _, err := Decode(bomb(MaxDepth - 1)); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	for name, v := range map[string]struct {
		raw []byte
		why string
	}{
		"nothing":             {nil, "ends too early"},
		"a bomb":              {bomb(MaxDepth), "deeper than 512"},
		"an endless bomb":     {bytes.Repeat([]byte{0x83, 1}, 1<<20), "deeper than 512"},
		"a map":               {[]byte{0xa0}, "CBOR type 5 where type 4 belongs"},
		"an indefinite array": {[]byte{0x9f, 0, 0xff}, "unsupported CBOR head"},
		"an unknown node":     {[]byte{0x81, 5}, "no node has number 5"},
		"a short fork":        {[]byte{0x82, 1, 0x81, 0}, "no node has number 1 and 2 parts"},
		"a huge array":        {[]byte{0x9b, 255, 255, 255, 255, 255, 255, 255, 255, 0}, "no node has number 0"},
		"a huge leaf":         {[]byte{0x82, 3, 0x5b, 255, 255, 255, 255, 255, 255, 255, 255}, "end too early"},
		"a cut head":          {[]byte{0x82, 3, 0x59, 1}, "ends too early"},
		"a text label":        {[]byte{0x83, 2, 0x61, 'a', 0x81, 0}, "type 3 where type 2 belongs"},
		"a short digest":      {[]byte{0x82, 4, 0x41, 0}, "digest of 1 bytes"},
		"trailing bytes":      {[]byte{0x81, 0, 0}, "1 bytes follow"},
	} {
		if _, err := Decode(v.raw); err == nil || !strings.Contains(err.Error(), v.why) {
			t.Errorf("%s: %v, want %q", name, err, v.why)
		}
	}
}

func FuzzDecode(f *testing.F) {
	raw, _ := hex.DecodeString(exampleCBOR)
	f.Add(raw)
	f.Add(bomb(3))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Decode(raw)
		if err != nil {
			return
		}
		canonical := m.AppendCBOR(nil)
		back, err := Decode(canonical)
		if err != nil || back.Digest() != m.Digest() || !bytes.Equal(back.AppendCBOR(nil), canonical) {
			t.Fatalf("%x does not survive a round trip: %v", raw, err)
		}
		for label := range m.Entries() {
			if at, result := m.Subtree(label); at == nil || result != Found {
				t.Fatalf("%x: entry %q is not found", raw, label)
			}
		}
		m.Prune(Paths(Path{"a", "b"}))
	})
}

func BenchmarkDecodeWitness(b *testing.B) {
	raw := buildLeaves(1000).Witness(Everything()).AppendCBOR(nil)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := Decode(raw); err != nil {
			b.Fatal(err)
		}
	}
}
