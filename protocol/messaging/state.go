package messaging

import (
	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// A State is all that a subnet's replicas agree on after a height's batch. Immutable: a snapshot is a pointer, and
// honest nodes share one value.
type State struct {
	subnet    protocol.SubnetID
	height    protocol.Height
	time      protocol.Time
	registry  protocol.RegistryVersion // that the batch was executed under
	streams   []*Stream                // by ascending subnet, the loopback stream among them
	history   *history
	makers    *blockMakers
	canisters protocol.CanisterState
	metrics   metrics
	tree      hashtree.Tree
	root      protocol.StateHash
	files     *protocol.Manifest // of a checkpoint, else nil
	cycles    protocol.Cycles    // in canisters and streams
	lineage   crypto.Hash        // over genesis and all batches since
}

// Genesis gives a subnet's state at height 0, under a registry version. It is a checkpoint: the genesis CUP holds its
// manifest hash.
func Genesis(subnet protocol.SubnetID, canisters protocol.CanisterState, registry *protocol.RegistrySnapshot) *State {
	s := &State{subnet: subnet, registry: registry.Version, history: new(history), makers: new(blockMakers), canisters: canisters}
	s.cycles = canisters.TotalCycles()
	s.metrics = metricsOf(&State{}, canisters, &protocol.RoundOutcome{})
	s.tree = wholeTree(s, protocol.StateHash{}, registry)
	s.root = protocol.StateHash(s.tree.Digest())
	s.files = manifestOf(s)
	s.lineage = crypto.Hash(s.files.Root())
	return s
}

// Subnet is whose state it is.
func (s *State) Subnet() protocol.SubnetID { return s.subnet }

// Height is the height of the batch that led to it.
func (s *State) Height() protocol.Height { return s.height }

// Lineage names the state's whole content by where it comes from: it hashes genesis and every batch since, of which the
// state is a function.
func (s *State) Lineage() crypto.Hash { return s.lineage }

// RegistryVersion is the version that the last batch was executed under.
func (s *State) RegistryVersion() protocol.RegistryVersion { return s.registry }

// Time is the time of the last batch; it is what canisters and certificates see.
func (s *State) Time() protocol.Time { return s.time }

// Tree is the canonical tree of which Root is the digest.
func (s *State) Tree() hashtree.Tree { return s.tree }

// Root is the hash that the subnet certifies.
func (s *State) Root() protocol.StateHash { return s.root }

// Manifest is the hash over everything, that a CUP signs. ok is false when the state is no checkpoint.
func (s *State) Manifest() (hash protocol.StateHash, ok bool) {
	if s.files == nil {
		return hash, false
	}
	return s.files.Root(), true
}

// Files is the manifest of a checkpoint: what its files are; nil when the state is none.
func (s *State) Files() *protocol.Manifest { return s.files }

// IsCheckpoint reports whether the state follows a summary block.
func (s *State) IsCheckpoint() bool { return s.files != nil }

// Canisters is the canister side.
func (s *State) Canisters() protocol.CanisterState { return s.canisters }

// Stream gives the stream to a subnet, or nil. The stream to the own subnet is the loopback stream.
func (s *State) Stream(to protocol.SubnetID) *Stream { return find(s.streams, to) }

// IngressStatus tells where a call stands.
func (s *State) IngressStatus(id protocol.MessageID) protocol.IngressStatus {
	return s.history.status(id)
}

// IngressState is the state alone.
func (s *State) IngressState(id protocol.MessageID) protocol.IngressState { return s.history.state(id) }

// CallOrigin tells who made a call that the history has.
func (s *State) CallOrigin(id protocol.MessageID) (o protocol.CallOrigin, ok bool) {
	return s.history.origin(id)
}

// HidesSection reports whether a custom section is private and may not be seen by a user.
func (s *State) HidesSection(c protocol.CanisterID, name string, from principal.ID) bool {
	return s.canisters.HidesSection(c, name, from)
}

// HasCanister reports whether a canister is hosted here and runs.
func (s *State) HasCanister(c protocol.CanisterID) bool { return s.canisters.HasCanister(c) }

// IngressHistorySize is how many calls the state knows.
func (s *State) IngressHistorySize() int { return s.history.size() }

// Cycles is what canisters and streams hold.
func (s *State) Cycles() protocol.Cycles { return s.cycles }
