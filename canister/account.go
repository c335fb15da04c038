package canister

import "icsim/protocol"

// maxThreshold is where freezing thresholds end to make a difference, in seconds: nobody holds cycles for 500,000 years.
const maxThreshold = 1 << 44

// upkeep is what the canister pays for by the second: its memory, or what is allocated if that is more, and its compute.
func (c *Canister) upkeep() upkeep { return c.upkeepGrown(0) }

// upkeepGrown is upkeep with so many bytes more.
func (c *Canister) upkeepGrown(bytes uint64) upkeep {
	return upkeep{bytes: max(c.bytes()+bytes, c.memory), compute: c.compute}
}

// owed is what the canister has to pay for its upkeep at a time, as far as it can, and up to when that is.
func (c *Canister) owed(p prices, now protocol.Time) (due protocol.Cycles, until protocol.Time) {
	if now < c.charged+chargeInterval {
		return due, c.charged
	}
	seconds := (now - c.charged) / 1e9
	return p.upkeep(c.upkeep(), uint64(seconds)).Min(c.balance.Add(c.reserved)), c.charged + seconds*1e9
}

// frozen is the balance below which the canister, with so many bytes more, is frozen: its upkeep over the freezing threshold, of
// which reserved cycles pay their part.
func (c *Canister) frozen(p prices, grown uint64) protocol.Cycles {
	return less(p.upkeep(c.upkeepGrown(grown), min(c.threshold, maxThreshold)), c.reserved)
}

// liquid is what the canister may spend without falling under its freezing limit.
func (c *Canister) liquid(p prices) protocol.Cycles {
	return less(c.balance, c.frozen(p, 0))
}

// bill charges the canister's upkeep, first to what is reserved. One that has nothing left is uninstalled, and what it had
// allocated is free again (interface.md B.2).
func (r *Round) bill(c *Canister) {
	u, since := c.upkeep(), c.charged
	due, until := c.owed(r.prices, r.ctx.Time)
	c.charged = until
	r.payUpkeep(c, u, uint64((until-since)/1e9), due)
	if !r.prices.free && c.code != nil && c.balance.IsZero() && c.reserved.IsZero() {
		r.uninstall(c)
		r.compute -= c.compute
		c.compute, c.memory = 0, 0
	}
}

// payUpkeep takes what is due for some seconds, first out of what is reserved. Memory comes before computing, and what does not pay for
// one of them goes with the code (charge_canister_for_resource_allocation_and_usage).
func (r *Round) payUpkeep(c *Canister, u upkeep, seconds uint64, due protocol.Cycles) {
	take := func(of use, amount protocol.Cycles) {
		reserved := amount.Min(c.reserved)
		c.reserved = c.reserved.Sub(reserved)
		c.balance = c.balance.Sub(amount.Sub(reserved))
		r.consume(c, of, amount)
		due = due.Sub(amount)
	}
	memory, compute := r.prices.storage(u.bytes, seconds), r.prices.computing(u.compute, seconds)
	if !due.Less(memory) {
		take(useMemory, memory)
		if !due.Less(compute) {
			take(useCompute, compute)
		}
	}
	take(useUninstall, due)
}

// burn takes cycles out of a canister and out of the world.
func (r *Round) burn(c *Canister, of use, amount protocol.Cycles) {
	c.balance = c.balance.Sub(amount)
	r.consume(c, of, amount)
}

// lose counts cycles that are gone and were no canister's, or a deleted one's.
func (r *Round) lose(amount protocol.Cycles) {
	r.lost = r.lost.Add(amount)
	r.outcome.Burned = r.outcome.Burned.Add(amount)
}

// A debit is work that a canister did beyond its share of a round, and that the rounds since have been working off.
type debit struct {
	amount uint64
	since  protocol.Height
}

// left is what is still to be worked off at a height, with so much a round.
func (d debit) left(now protocol.Height, rate uint64) uint64 {
	rounds := uint64(now - d.since)
	if d.amount == 0 || rounds > d.amount/rate {
		return 0
	}
	return d.amount - rounds*rate
}

// add gives the debit with more work.
func (d debit) add(amount uint64, now protocol.Height, rate uint64) debit {
	return debit{d.left(now, rate) + amount, now}
}
