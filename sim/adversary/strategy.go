package adversary

import "icsim/protocol"

// An Assignment corrupts a node from the start of the run. Strategies apply in order, each on top of the one before.
type Assignment struct {
	Node       protocol.NodeID
	Strategies []string // names, as Names lists them
}
