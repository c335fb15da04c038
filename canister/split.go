package canister

import (
	"fmt"
	"slices"

	"icsim/canister/sorted"
	"icsim/crypto/hashtree"
	"icsim/protocol"
)

// Split implements protocol.CanisterState (rs/replicated_state/src/replicated_state.rs, split). Canisters keep their queues, calls and
// snapshots, whichever side they come to. The management canister's calls, the answers that it has on the way, and the ids that were given
// stay on the old side.
//
// Model: the replica rejects the calls of the management canister and the outcalls that are under way for a canister that goes; here a
// subnet is not split while there are some.
func (s *State) Split(mine func(protocol.CanisterID) bool, old bool) (protocol.CanisterState, error) {
	if err := s.mayPart(mine, old); err != nil {
		return nil, err
	}
	next := *s
	next.files = nil
	if !old {
		next.cycles = next.cycles.Sub(s.held())
		next.management, next.departing, next.outcalls, next.chainKeys = nil, nil, protocol.Outcalls{}, nil
		next.nextID, next.retired, next.idle, next.delta = 0, nil, 0, 0
	}
	var members []sorted.Edit[member]
	var wakes []sorted.Edit[wake]
	var certified []hashtree.Edit
	for m := range s.canisters.All() {
		if mine(m.id) {
			continue
		}
		gone := &Canister{id: m.id, sums: sums{wake: protocol.Never}}
		next.count(m.Canister, gone)
		members = append(members, sorted.Edit[member]{Value: m, Remove: true})
		wakes = appendWakes(wakes, m.Canister, gone)
		certified = append(certified, hashtree.Edit{Label: treeLabel(m.id), Remove: true})
	}
	slices.SortFunc(wakes, func(a, b sorted.Edit[wake]) int { return a.Value.Compare(b.Value) })
	next.canisters, next.wakes = next.canisters.Apply(members), next.wakes.Apply(wakes)
	next.tree = next.tree.Apply(certified)
	return next.checkpoint(), nil
}

// mayPart says whose affairs with the management canister keep a subnet from being split.
func (s *State) mayPart(mine func(protocol.CanisterID) bool, old bool) error {
	goes := func(c protocol.CanisterID) bool { return mine(c) != old }
	for _, k := range s.management {
		if k.message != nil && !k.remote && goes(k.message.From()) {
			return fmt.Errorf("canister %s waits for an answer of the management canister", k.message.From())
		}
	}
	for _, c := range s.outcalls.Open {
		if goes(c.Caller()) {
			return fmt.Errorf("canister %s waits for an answer of an HTTPS server", c.Caller())
		}
	}
	return nil
}
