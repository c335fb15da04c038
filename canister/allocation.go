package canister

import "icsim/protocol"

// reservedSeconds is how long storage is paid for in advance when the subnet is full (rs/config/src/execution_environment.rs).
const reservedSeconds = 300_000_000

// fresh is how many of so many bytes more the canister has not been given yet by its memory allocation.
func (c *Canister) fresh(grown uint64) uint64 {
	return less64(c.bytes()+grown, max(c.bytes(), c.memory))
}

// reservation is what is set aside for fresh bytes while the subnet holds so many: storage for the longer, the fuller the subnet is.
func (r *Round) reservation(held, fresh uint64) protocol.Cycles {
	if held <= r.limits.reserving {
		return protocol.Cycles{}
	}
	span := r.limits.memory - r.limits.reserving
	seconds := protocol.CyclesOf(reservedSeconds).Mul(min(held-r.limits.reserving, span)).Div(span)
	return r.prices.storage(fresh, seconds.Lo)
}

// reserve lets a canister take so many bytes more, or says why it cannot have them.
func (r *Round) reserve(c *Canister, bytes uint64) *fault {
	return r.allocate(c, c.fresh(bytes), bytes)
}

// allocate takes fresh bytes from the subnet for a canister that grows by so many.
func (r *Round) allocate(c *Canister, fresh, grown uint64) *fault {
	if r.memory+fresh > r.limits.memory {
		return refusal(errSubnetOversubscribed, "Canister requested %d bytes of memory but only %d bytes are available in the subnet.",
			fresh, less64(r.limits.memory, r.memory))
	}
	price := r.reservation(r.memory, fresh)
	if c.reservable.Less(c.reserved.Add(price)) && !price.IsZero() {
		return refusal(errReservedLimit, "Cannot allocate memory: the reserved cycles limit %s is below the %s cycles that were to be reserved.",
			c.reservable, c.reserved.Add(price))
	}
	if c.balance.Less(price.Add(less(c.frozen(r.prices, grown), price))) {
		return refusal(errCyclesMemoryGrow, "Canister %s cannot grow memory by %d bytes due to insufficient cycles.", c.id,
			max(grown, fresh))
	}
	c.balance, c.reserved = c.balance.Sub(price), c.reserved.Add(price)
	r.memory += fresh
	return nil
}

// pay takes the fee for a method of the management canister from what a canister may spend: methods are priced in instructions.
func (r *Round) pay(c *Canister, fee protocol.Cycles) *fault {
	if c.liquid(r.prices).Less(fee) {
		return c.outOfCycles()
	}
	r.burn(c, useInstructions, fee)
	return nil
}
