package messaging

import (
	"fmt"

	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/protocol"
)

// Split gives what one of two subnets has of a checkpoint when a subnet is split (rs/replicated_state/src/replicated_state.rs, split;
// reference/protocol.md C): the canisters that it hosts by the registry, with their queues. The old subnet, which keeps its name, also
// keeps the streams, and what the management canister has to do. Of users' calls both know those that are answered, and each those of its
// canisters that are not. The error says why the checkpoint cannot be split.
func (s *State) Split(subnet protocol.SubnetID, registry *protocol.RegistrySnapshot) (*State, error) {
	if s.files == nil {
		panic(fmt.Sprintf("messaging: the state of subnet %s at height %d, which is to be split, is no checkpoint", s.subnet, s.height))
	}
	old := subnet == s.subnet
	mine := func(c protocol.CanisterID) bool {
		host, ok := registry.Routing.Route(c)
		return ok && host == subnet
	}
	canisters, err := s.canisters.Split(mine, old)
	if err != nil {
		return nil, err
	}
	part := &State{
		subnet: subnet, height: s.height, time: s.time, registry: registry.Version, canisters: canisters,
		history: s.history.part(func(c protocol.CanisterID) bool { return mine(c) || old && c == protocol.ManagementCanister }),
		makers:  new(blockMakers),
	}
	before := new(State)
	if old {
		part.streams, part.makers, before = s.streams, s.makers, s
	}
	part.cycles = canisters.TotalCycles().Add(cyclesIn(part.streams))
	part.metrics = metricsOf(before, canisters, new(protocol.RoundOutcome))
	part.tree = wholeTree(part, s.root, registry)
	part.root = protocol.StateHash(part.tree.Digest())
	part.lineage = crypto.Sum("split", s.lineage[:], fmt.Appendf(nil, "%d %d", subnet, registry.Version))
	part.files = manifestOf(part)
	return part, nil
}

// part is what a subnet knows of users' calls after a split: all that are answered, and of the others those of its canisters
// (ingress_history, prune_after_split).
func (h *history) part(mine func(protocol.CanisterID) bool) *history {
	var gone []hashtree.Edit
	known := h.calls.edit()
	for label := range h.tree.Ascend("") {
		id := protocol.MessageID([]byte(label))
		if origin, ok := h.origin(id); !h.state(id).IsTerminal() && (!ok || !mine(origin.Receiver)) {
			gone = append(gone, hashtree.Edit{Label: label, Remove: true})
			known.remove(id)
		}
	}
	left := *h
	left.tree, left.calls = h.tree.Apply(gone), known.calls
	return &left
}

// IsEmpty reports whether a subnet has never had anything to do: no canister, no stream, no call of a user that it knows.
func (s *State) IsEmpty() bool {
	return s.canisters.NumCanisters() == 0 && len(s.streams) == 0 && s.history.size() == 0
}
