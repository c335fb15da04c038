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
func FullHash(s *State) protocol.StateHash { return manifestHash(s) }
