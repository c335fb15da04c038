package canister

import (
	"slices"

	m "icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// createCanister takes the fee out of the cycles that came with the call; the rest is the new canister's.
func (r *Round) createCanister(q *request, _ *Canister) ([]byte, *fault) {
	var arg m.CreateCanister
	if len(q.arg()) > 0 { // agents may send no argument
		if f := q.decode(&arg); f != nil {
			return nil, f
		}
	}
	if q.remote && (r.ctx.Registry == nil || !r.fromRoot(q)) {
		return nil, refusal(errInvalidManagement, "Cannot create canister. Sender should be on the same subnet or on the NNS subnet.")
	}
	fee := r.prices.creation()
	if q.cycles.Less(fee) {
		return nil, refusal(errInsufficientForCreate, "Creating a canister requires a fee of %s that is deducted from the canister's initial "+
			"balance but only %s cycles were received with the create_canister request.", fee, q.cycles)
	}
	c, f := r.found(q, arg.Settings, nil, q.cycles.Sub(fee))
	if f != nil {
		return nil, f
	}
	r.consume(c, useCreation, fee)
	q.cycles = protocol.Cycles{}
	return m.Encode(m.CanisterID{Canister: c.id.Principal()}), nil
}

// fromRoot reports whether a call of a canister comes from the root subnet.
func (r *Round) fromRoot(q *request) bool {
	host, ok := r.ctx.Routing.Route(q.message.From())
	return ok && host == r.ctx.Registry.Root
}

// provisionalCycles are what a provisional canister gets unless the call says how much.
const provisionalCycles = 100_000_000_000_000

func (r *Round) provisionalCreate(q *request, _ *Canister) ([]byte, *fault) {
	var arg m.ProvisionalCreate
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	amount := protocol.CyclesOf(provisionalCycles)
	if arg.Amount != nil {
		amount = *arg.Amount
	}
	if f := r.mayMint(amount); f != nil {
		return nil, f
	}
	c, f := r.found(q, arg.Settings, arg.Specified, amount)
	if f != nil {
		return nil, f
	}
	r.outcome.Minted = r.outcome.Minted.Add(amount)
	return m.Encode(m.CanisterID{Canister: c.id.Principal()}), nil
}

func (r *Round) provisionalTopUp(q *request, c *Canister) ([]byte, *fault) {
	var arg m.ProvisionalTopUp
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	if f := r.mayMint(arg.Amount); f != nil {
		return nil, f
	}
	c.balance = c.balance.Add(arg.Amount)
	r.outcome.Minted = r.outcome.Minted.Add(arg.Amount)
	return m.Encode(nil), nil
}

// mayMint guards the provisional methods: on mainnet nobody may call them, and nowhere may sums overflow.
func (r *Round) mayMint(amount protocol.Cycles) *fault {
	if r.executor.mainnet {
		return refusal(errRejectedMessage, "Provisional methods are for development: cycles are not minted on mainnet.")
	}
	if r.tooMany(amount) {
		return refusal(errInvalidManagement, "More cycles than there can be.")
	}
	return nil
}

// found makes a new canister for a caller.
func (r *Round) found(q *request, wanted *m.Settings, specified *principal.ID, cycles protocol.Cycles) (*Canister, *fault) {
	s, f := defaultSettings(q.caller).with(wanted)
	if f != nil {
		return nil, f
	}
	if r.parent.NumCanisters()+r.founded >= maxCanisters {
		return nil, refusal(errMaxCanisters, "Subnet has reached the allowed canister limit of %d canisters.", maxCanisters)
	}
	id, f := r.newID(specified)
	if f != nil {
		return nil, f
	}
	c := &Canister{id: id, status: Running, settings: s, balance: cycles, charged: r.ctx.Time, created: r.now, ran: r.ctx.Height}
	if f := r.affordable(c, settings{}); f != nil {
		return nil, f
	}
	c.queues = c.queues.Fork(r.owner)
	r.adopt(c)
	r.founded++
	c.note(r, q, m.Details{Creation: &m.Controllers{Controllers: c.controllers}})
	return c, nil
}

// newID gives a specified id if it is this subnet's and free, else the next free one of the subnet's last range: earlier ranges are
// what it hosts since before it was given that (rs/replicated_state/src/metadata_state.rs, generate_new_canister_id). No id is
// given twice.
func (r *Round) newID(specified *principal.ID) (protocol.CanisterID, *fault) {
	if specified != nil {
		id, ok := protocol.CanisterFromPrincipal(*specified)
		switch {
		case !ok || !r.hosts(id):
			return 0, refusal(errNotHosted, "The `specified_id` %s is invalid because it is not in the subnet's ranges.", specified)
		case !r.free(id):
			return 0, refusal(errIDExists, "The `specified_id` %s is already in use.", specified)
		}
		return id, nil
	}
	if span, ok := r.allocation(); ok {
		for id := max(span.First, r.nextID); id <= span.Last && id >= span.First; id++ {
			if r.free(id) {
				r.nextID = id + 1
				return id, nil
			}
		}
	}
	return 0, refusal(errMaxCanisters, "Subnet has no canister ids left.")
}

func (r *Round) free(id protocol.CanisterID) bool {
	return r.touched[id] == nil && r.parent.find(id) == nil && !slices.Contains(r.retired, id)
}

// allocation is the subnet's range that new canisters get ids from. A range of one id is that of a canister that was moved here.
func (r *Round) allocation() (last protocol.CanisterRange, ok bool) {
	if r.ctx.Routing == nil {
		return last, false
	}
	for _, span := range r.ctx.Routing.Ranges {
		if span.Subnet == r.ctx.Subnet && span.First < span.Last {
			last, ok = span, true
		}
	}
	return last, ok
}

// hosts reports whether an id is one of this subnet's.
func (r *Round) hosts(id protocol.CanisterID) bool {
	if r.ctx.Routing == nil {
		return false
	}
	host, ok := r.ctx.Routing.Route(id)
	return ok && host == r.ctx.Subnet
}

func (r *Round) updateSettings(q *request, c *Canister) ([]byte, *fault) {
	var arg m.UpdateSettings
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	before := c.settings
	s, f := before.with(&arg.Settings)
	if f != nil {
		return nil, f
	}
	c.settings = s
	if f := r.affordable(c, before); f != nil {
		c.settings = before
		return nil, f
	}
	c.version++
	c.watchHeap()
	c.noteControllers(r, q, before.controllers)
	return m.Encode(nil), nil
}

// affordable says why a canister cannot have the settings it was given in place of others: because the subnet has not
// so much, or because the canister would be frozen by them.
func (r *Round) affordable(c *Canister, before settings) *fault {
	if before.compute < c.compute {
		free := uint64(maxComputeSum) - min(maxComputeSum, r.compute-before.compute)
		if c.compute > free {
			return refusal(errSubnetOversubscribed, "Canister requested a compute allocation of %d%% which cannot be satisfied because the "+
				"Subnet's remaining compute capacity is %d%%.", c.compute, free)
		}
		if c.balance.Less(c.frozen(r.prices, 0)) {
			return refusal(errCyclesCompute, "Cannot increase compute allocation to %d%%: canister %s would hold less than its freezing limit "+
				"of %s cycles.", c.compute, c.id, c.frozen(r.prices, 0))
		}
	}
	if c.reservable.Less(c.reserved) {
		return refusal(errReservedLimitTooLow, "Cannot set the reserved cycles limit %s below the reserved cycles balance %s.",
			c.reservable, c.reserved)
	}
	if grown := less64(c.memory, max(before.memory, c.bytes())); grown > 0 {
		if f := r.allocate(c, grown, 0); f != nil {
			return f
		}
	}
	r.compute += c.compute - before.compute
	return nil
}

func (r *Round) uninstallCode(q *request, c *Canister) ([]byte, *fault) {
	var arg m.UninstallCode
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	r.uninstall(c)
	c.note(r, q, m.Details{Uninstall: &m.Null{}})
	return m.Encode(nil), nil
}

// deleteCanister takes a stopped canister out of the world, with its cycles and snapshots. Its id is not given again.
func (r *Round) deleteCanister(q *request, c *Canister) ([]byte, *fault) {
	switch {
	case q.caller == c.id.Principal():
		return nil, refusal(errInvalidController, "Canister %s cannot delete itself.", c.id)
	case c.status != Stopped:
		return nil, refusal(errNotStopped, "Canister %s must be stopped before it is deleted.", c.id)
	case c.queues.Inputs() > 0 || c.queues.Outputs() > 0:
		return nil, refusal(errQueueNotEmpty, "Canister %s has messages in its queues and cannot be deleted now. Please retry after some time",
			c.id)
	}
	r.lose(c.balance.Add(c.reserved))
	r.compute -= c.compute
	c.balance, c.reserved, c.deleted = protocol.Cycles{}, protocol.Cycles{}, true
	r.retire(c.id)
	return m.Encode(nil), nil
}
