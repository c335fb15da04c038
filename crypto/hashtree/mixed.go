package hashtree

import (
	"iter"

	"icsim/crypto"
)

// A Mixed is a hash tree of which parts are revealed and parts pruned: a witness, or the tree of a
// certificate. Immutable; it carries its digest. Made by Tree.Witness and Decode.
type Mixed struct {
	kind        kind
	digest      crypto.Hash
	left, right *Mixed // a fork's two sides; what a label names is in left
	label       Label
	value       []byte
}

// A kind is the number of a hash tree node in its CBOR form.
type kind uint8

const (
	kindEmpty kind = iota
	kindFork
	kindLabeled
	kindLeaf
	kindPruned
)

func empty() *Mixed { return &Mixed{kind: kindEmpty, digest: emptyDigest()} }

func fork(left, right *Mixed) *Mixed {
	return &Mixed{kind: kindFork, digest: forkDigest(&left.digest, &right.digest), left: left, right: right}
}

func labeled(label Label, below *Mixed) *Mixed {
	return &Mixed{kind: kindLabeled, digest: labeledDigest(label, below.digest), label: label, left: below}
}

func leaf(value []byte) *Mixed {
	return &Mixed{kind: kindLeaf, digest: leafDigest(value), value: value}
}

func pruned(digest crypto.Hash) *Mixed { return &Mixed{kind: kindPruned, digest: digest} }

// Digest is the root hash of the tree that this reveals parts of.
func (m *Mixed) Digest() crypto.Hash { return m.digest }

// Entries goes through the revealed labels of a directory and what they name.
func (m *Mixed) Entries() iter.Seq2[Label, *Mixed] {
	return func(yield func(Label, *Mixed) bool) { m.each(yield) }
}

func (m *Mixed) each(visit func(Label, *Mixed) bool) bool {
	switch m.kind {
	case kindFork:
		return m.left.each(visit) && m.right.each(visit)
	case kindLabeled:
		return visit(m.label, m.left)
	default:
		return true
	}
}

// members are the nodes of a directory from left to right, its forks taken away.
func (m *Mixed) members(to []*Mixed) []*Mixed {
	switch m.kind {
	case kindEmpty:
		return to
	case kindFork:
		return m.right.members(m.left.members(to))
	default:
		return append(to, m)
	}
}

// WellFormed says whether labels ascend strictly in every directory and no leaf stands beside
// others, as in every tree that a subnet makes. Decode accepts no other.
func (m *Mixed) WellFormed() bool {
	return m.kind == kindLeaf || m.wellFormedDirectory(new(*Label))
}

// wellFormedDirectory goes on after the last label seen, nil before the first.
func (m *Mixed) wellFormedDirectory(last **Label) bool {
	switch m.kind {
	case kindFork:
		return m.left.wellFormedDirectory(last) && m.right.wellFormedDirectory(last)
	case kindLabeled:
		ascends := *last == nil || **last < m.label
		*last = &m.label
		return ascends && m.left.WellFormed()
	default:
		return m.kind != kindLeaf
	}
}
