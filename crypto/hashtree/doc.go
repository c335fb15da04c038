// Package hashtree is the Internet Computer's hash tree: the commitment to a subnet's state of
// which certificates and certified streams reveal parts.
//
// Tree is the state's side: an immutable labelled tree, all of it known. Mixed is the other side:
// what travels, with parts revealed and the rest replaced by digests. A Pattern says which parts.
//
// Source: reference/interface.md, section D.4 (interface specification, "Certification"), and
// reference/protocol.md, section E (state certification); rs/crypto/tree_hash for the names.
//
// # The digest
//
//	empty     H("\x11ic-hashtree-empty")
//	fork      H("\x10ic-hashtree-fork" ‖ left ‖ right)
//	labeled   H("\x13ic-hashtree-labeled" ‖ label ‖ subtree)
//	leaf      H("\x10ic-hashtree-leaf" ‖ contents)
//	pruned    the digest itself
//
// with SHA-256. The specification leaves the shape of forks open, provided that labels ascend.
//
// # The shape: a crit-bit tree
//
// The labels of one directory hang from forks that each test one bit: the first one in which the
// labels below it differ, a label being a sequence of nine-bit symbols (1 ‖ byte) with an end
// symbol 0. In-order is then the order of labels, and the shape depends on the set of labels
// alone, whatever the history: two nodes that reach one state over different paths have one digest.
//
// A node never changes and its digest is made with it. Hence a snapshot is a copy of one pointer,
// goroutines may share trees without synchronisation, and setting a leaf costs a new path: one
// fork hash per level, about log2(n) levels for ids and indices. Apply makes many changes at once,
// hashing each fork of the union of their paths once; building from nothing is the same call.
//
// Why not a treap with hashed priorities: it is canonical too, but its inner nodes carry labels, so
// that a level takes two forks, it has 1.4 times the levels, and witnesses grow likewise.
//
// # Invariants
//
//   - Digest of a Tree depends on its contents alone;
//   - a witness has the digest of its tree, and every lookup in it that is not Unknown gives what the
//     tree holds;
//   - Decode gives a well-formed tree or an error, for any input, in time and memory linear in it.
//
// # What is left out
//
// Model: the replica arranges forks by its own builder (rs/crypto/tree_hash), so equal states have
// other root hashes there. No rule depends on the shape, and agents accept any.
//
// A directory whose labels share long prefixes can be as deep as the labels have bits. The state
// tree has no such one: ids and indices branch early. Decode refuses what nests deeper than MaxDepth.
package hashtree
