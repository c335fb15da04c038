package messaging

import (
	"icsim/crypto/hashtree"
	"icsim/protocol"
)

// RebuildTree builds the certified tree of a state from nothing.
func RebuildTree(s *State, previous protocol.StateHash, registry *protocol.RegistrySnapshot) hashtree.Tree {
	return wholeTree(s, previous, registry)
}

// FullHash covers all of a state, checkpoint or not.
func FullHash(s *State) protocol.StateHash { return manifestOf(s).Root() }

// WithCanisters gives a state with other canisters: what is left, or has been taken in, when some are moved.
func WithCanisters(s *State, c protocol.CanisterState) *State {
	next := *s
	next.canisters, next.cycles, next.files = c, c.TotalCycles().Add(cyclesIn(s.streams)), nil
	next.tree = s.tree.Apply([]hashtree.Edit{{Label: labelCanister, To: hashtree.SubtreeOf(c.Tree())}})
	next.root = protocol.StateHash(next.tree.Digest())
	return &next
}

// EncodeMetrics gives the leaf of the certified tree.
func EncodeMetrics(canisters, bytes uint64, consumed protocol.Cycles, updates uint64) []byte {
	m := metrics{canisters: canisters, bytes: bytes, consumed: consumed, updates: updates}
	return m.encode()
}
