package hashtree

import (
	"bytes"
	"iter"
	"slices"
	"strings"

	"icsim/crypto"
)

// A Tree is a directory: labels in ascending order, each with a leaf or a subtree. It is immutable;
// what changes it returns another one that shares all untouched parts. The zero value is the empty
// directory. Trees with == are the same tree; trees with one Digest have the same contents.
//
// Values handed to a tree, or got from it, must not be modified.
type Tree struct{ root *node }

// A node is an entry (left is nil) or a fork of one directory.
type node struct {
	digest      crypto.Hash // of the hash tree at and below this node
	left, right *node
	entry       *entry   // itself, or for a fork the first entry below it: a sample of its labels
	at          position // the bit a fork tests: the first in which labels below it differ
	count       uint32   // entries at and below
}

type entry struct {
	label   Label
	content Content
}

// Content is what a label names: a leaf, or a subtree. The zero value is the empty subtree.
type Content struct {
	leaf    []byte // nil for a subtree
	subtree Tree
}

// LeafOf is a leaf's content. The value is kept, not copied.
func LeafOf(value []byte) Content {
	if value == nil {
		value = []byte{}
	}
	return Content{leaf: value}
}

// SubtreeOf is a directory as the content of a label.
func SubtreeOf(t Tree) Content { return Content{subtree: t} }

// Leaf gives a leaf's value; ok is false for a subtree.
func (c Content) Leaf() (value []byte, ok bool) { return c.leaf, c.leaf != nil }

// Subtree gives a directory; ok is false for a leaf.
func (c Content) Subtree() (t Tree, ok bool) { return c.subtree, c.leaf == nil }

func (c Content) digest() crypto.Hash {
	if c.leaf != nil {
		return leafDigest(c.leaf)
	}
	return c.subtree.Digest()
}

// same tells contents that need no new node. Large values are compared too: that is cheaper than
// hashing the path, and an update that changes nothing then returns the very same tree.
func (c Content) same(d Content) bool {
	return c.subtree == d.subtree && (c.leaf == nil) == (d.leaf == nil) && bytes.Equal(c.leaf, d.leaf)
}

// Digest is the root hash.
func (t Tree) Digest() crypto.Hash {
	if t.root == nil {
		return emptyDigest()
	}
	return t.root.digest
}

// Len counts the entries of this directory, not those of its subtrees.
func (t Tree) Len() int {
	if t.root == nil {
		return 0
	}
	return int(t.root.count)
}

// Get finds what a path names. The empty path names the tree itself.
func (t Tree) Get(path ...Label) (Content, bool) {
	c := SubtreeOf(t)
	for _, label := range path {
		e := c.subtree.find(label)
		if e == nil {
			return Content{}, false
		}
		c = e.content
	}
	return c, true
}

// Leaf finds a leaf's value; ok is false if there is none or the path names a subtree.
func (t Tree) Leaf(path ...Label) (value []byte, ok bool) {
	c, _ := t.Get(path...)
	return c.Leaf()
}

// Subtree finds a directory; ok is false if there is none or the path names a leaf.
func (t Tree) Subtree(path ...Label) (sub Tree, ok bool) {
	c, found := t.Get(path...)
	sub, ok = c.Subtree()
	return sub, found && ok
}

func (t Tree) find(label Label) *entry {
	n := t.root
	if n == nil {
		return nil
	}
	for n.left != nil {
		if label.bit(n.at) {
			n = n.right
		} else {
			n = n.left
		}
	}
	if n.entry.label != label {
		return nil
	}
	return n.entry
}

// SetLeaf puts a leaf at a path of at least one label. Directories on the way come to be; a leaf in
// the way gives place.
func (t Tree) SetLeaf(path Path, value []byte) Tree { return t.set(path, LeafOf(value)) }

// SetSubtree puts a directory at a path of at least one label, instead of what stood there.
func (t Tree) SetSubtree(path Path, sub Tree) Tree { return t.set(path, SubtreeOf(sub)) }

func (t Tree) set(path Path, to Content) Tree {
	if len(path) == 0 {
		panic("hashtree: setting the root of a tree")
	}
	if len(path) > 1 {
		below, _ := t.Subtree(path[0])
		to = SubtreeOf(below.set(path[1:], to))
	}
	edit := [1]Edit{{Label: path[0], To: to}}
	return Tree{apply(t.root, edit[:])}
}

// Delete removes what a path of at least one label names, if it is there. The directories above
// stay, even when emptied: they were put by whoever owns them.
func (t Tree) Delete(path Path) Tree {
	switch len(path) {
	case 0:
		panic("hashtree: deleting the root of a tree")
	case 1:
		edit := [1]Edit{{Label: path[0], Remove: true}}
		return Tree{apply(t.root, edit[:])}
	}
	below, ok := t.Subtree(path[0])
	if !ok {
		return t
	}
	return t.set(path[:1], SubtreeOf(below.Delete(path[1:])))
}

// An Edit sets the content of a label, or removes it.
type Edit struct {
	Label  Label
	To     Content
	Remove bool
}

// Apply makes many changes to one directory at once, in any order of labels; of two for one label
// the later counts. Applied to the zero Tree it is the bulk builder. It sorts edits in place.
func (t Tree) Apply(edits []Edit) Tree {
	byLabel := func(a, b Edit) int { return strings.Compare(string(a.Label), string(b.Label)) }
	if !slices.IsSortedFunc(edits, byLabel) {
		slices.SortStableFunc(edits, byLabel)
	}
	return Tree{apply(t.root, lastOfEach(edits))}
}

// lastOfEach drops all but the last edit of each label, in place.
func lastOfEach(edits []Edit) []Edit {
	kept := edits[:0]
	for i, e := range edits {
		if i+1 == len(edits) || edits[i+1].Label != e.Label {
			kept = append(kept, e)
		}
	}
	return kept
}

// Ascend goes through the entries of this directory in the order of labels, from a label on.
func (t Tree) Ascend(from Label) iter.Seq2[Label, Content] {
	return func(yield func(Label, Content) bool) {
		if t.root != nil {
			t.root.ascend(from, yield)
		}
	}
}
