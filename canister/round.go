package canister

import (
	"cmp"
	"slices"

	"icsim/canister/queue"
	"icsim/canister/sorted"
	"icsim/crypto/hashtree"
	"icsim/protocol"
)

// A Round implements protocol.Round. It forks the canisters it touches and leaves the parent as it is.
type Round struct {
	executor *Executor
	parent   *State
	ctx      *protocol.RoundContext
	prices   prices
	limits   roundLimits
	now      uint64 // Unix nanoseconds
	owner    *queue.Owner

	touched    map[protocol.CanisterID]*Canister
	order      []*Canister // touched, in the order of touching
	management []managementCall
	departing  []*protocol.CanisterMessage // answers of the management canister to other subnets
	nextID     protocol.CanisterID
	retired    []protocol.CanisterID
	outcalls   protocol.Outcalls
	chainKeys  *protocol.ChainKeyState
	founded    int             // canisters made in this round
	managing   uint64          // instructions of the management canister in this round
	memory     uint64          // bytes that the subnet's canisters have or are kept for them, as far as known
	compute    uint64          // percent that is allocated
	delta      uint64          // bytes of pages written since the last checkpoint
	guaranteed int             // open guaranteed responses of the subnet, as far as known
	callbacks  int             // open calls of the subnet
	lost       protocol.Cycles // a part of what was burned: no canister has consumed it
	random     *protocol.Rand
	delegates  *protocol.Rand // of outcalls, draws
	outcome    protocol.RoundOutcome
}

// peek gives a canister as it stands in this round, to look at; nil if it is not hosted.
func (r *Round) peek(id protocol.CanisterID) *Canister {
	if c, ok := r.touched[id]; ok {
		return c.living()
	}
	return r.parent.find(id)
}

// touch gives a canister to change; nil if it is not hosted. The first touch of a round settles its storage bill.
//
// Model: the replica sends every canister a bill each ten seconds; here it comes when something else happens
// to the canister or its balance would be used up, so that idle canisters cost a round nothing. The sums
// are the same, but for what rounding loses.
func (r *Round) touch(id protocol.CanisterID) *Canister {
	if c, ok := r.touched[id]; ok {
		return c.living()
	}
	old := r.parent.find(id)
	if old == nil {
		return nil
	}
	c := old.fork(r.owner)
	r.adopt(c)
	r.bill(c)
	return c
}

// living gives nothing for a canister that was deleted in this round.
func (c *Canister) living() *Canister {
	if c.deleted {
		return nil
	}
	return c
}

// adopt makes a canister one of the round's.
func (r *Round) adopt(c *Canister) {
	if r.touched == nil {
		r.touched = map[protocol.CanisterID]*Canister{}
	}
	r.touched[c.id] = c
	r.order = append(r.order, c)
}

// Commit implements protocol.Round. A round that touched nothing gives the parent itself.
func (r *Round) Commit() (protocol.CanisterState, *protocol.RoundOutcome) {
	r.abortJobs()
	state := r.parent
	news := r.chainKeys != r.parent.ChainKeys()
	if news || len(r.order)+len(r.management)+len(r.departing)+len(r.parent.management)+len(r.parent.departing) > 0 {
		state = r.seal()
	}
	if r.ctx.Checkpoint {
		state = state.checkpoint()
	}
	return state, &r.outcome
}

// seal makes the next state of what the round touched.
func (r *Round) seal() *State {
	next := *r.parent
	next.management, next.departing, next.nextID, next.retired = r.management, r.departing, r.nextID, r.retired
	next.outcalls, next.chainKeys = r.outcalls, r.chainKeys
	next.delta, next.files = r.delta, nil
	slices.SortFunc(r.order, func(a, b *Canister) int { return cmp.Compare(a.id, b.id) })
	members := make([]sorted.Edit[member], 0, len(r.order))
	var wakes []sorted.Edit[wake]
	var certified []hashtree.Edit
	for _, c := range r.order {
		old := r.parent.find(c.id)
		if c.deleted {
			c.sums = sums{wake: protocol.Never}
		} else {
			c.sums = c.summarize(r.prices, r.ctx.Genesis)
		}
		next.count(old, c)
		members = append(members, sorted.Edit[member]{Value: member{c.id, c}, Remove: c.deleted})
		wakes = appendWakes(wakes, old, c)
		if c.deleted {
			certified = append(certified, hashtree.Edit{Label: treeLabel(c.id), Remove: true})
		} else if old == nil || !old.sameCertified(c) {
			certified = append(certified, hashtree.Edit{Label: treeLabel(c.id), To: hashtree.SubtreeOf(c.certifiedTree())})
		}
	}
	slices.SortFunc(wakes, func(a, b sorted.Edit[wake]) int { return a.Value.Compare(b.Value) })
	next.canisters = next.canisters.Apply(members)
	next.wakes = next.wakes.Apply(wakes)
	next.tree = next.tree.Apply(certified)
	next.cycles = next.cycles.Add(r.held()).Sub(r.parent.held())
	return &next
}

// held are the cycles that the management canister holds.
func (r *Round) held() protocol.Cycles {
	return cyclesOfCalls(r.management).Add(cyclesOfMessages(r.departing)).Add(cyclesOfOutcalls(r.outcalls)).
		Add(cyclesOfSignatures(r.chainKeys))
}

func (s *State) held() protocol.Cycles {
	return cyclesOfCalls(s.management).Add(cyclesOfMessages(s.departing)).Add(cyclesOfOutcalls(s.outcalls)).
		Add(cyclesOfSignatures(s.ChainKeys()))
}

func cyclesOfMessages(messages []*protocol.CanisterMessage) protocol.Cycles {
	var sum protocol.Cycles
	for _, x := range messages {
		sum = sum.Add(x.Cycles())
	}
	return sum
}

// count replaces what an old version of a canister adds to the state's sums by what the new one does.
func (s *State) count(old, c *Canister) {
	if old != nil {
		s.cycles = s.cycles.Sub(old.sums.cycles)
		s.bytes -= old.sums.bytes
		s.memory -= old.sums.memory
		s.compute -= old.sums.compute
		s.guaranteed -= old.sums.guaranteed
		s.callbacks -= old.sums.callbacks
	}
	s.cycles = s.cycles.Add(c.sums.cycles)
	s.bytes += c.sums.bytes
	s.memory += c.sums.memory
	s.compute += c.sums.compute
	s.guaranteed += c.sums.guaranteed
	s.callbacks += c.sums.callbacks
}

func appendWakes(edits []sorted.Edit[wake], old, c *Canister) []sorted.Edit[wake] {
	if old != nil && old.sums.wake == c.sums.wake {
		return edits
	}
	if old != nil && old.sums.wake != protocol.Never {
		edits = append(edits, sorted.Edit[wake]{Value: wake{old.sums.wake, c.id}, Remove: true})
	}
	if c.sums.wake != protocol.Never {
		edits = append(edits, sorted.Edit[wake]{Value: wake{c.sums.wake, c.id}})
	}
	return edits
}

func treeLabel(id protocol.CanisterID) hashtree.Label { return hashtree.Label(id.Principal().Bytes()) }
