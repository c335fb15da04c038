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

// EncodeMetrics gives the leaf of the certified tree.
func EncodeMetrics(canisters, bytes uint64, consumed protocol.Cycles, updates uint64) []byte {
	m := metrics{canisters: canisters, bytes: bytes, consumed: consumed, updates: updates}
	return m.encode()
}
