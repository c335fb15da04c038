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
	due, until := c.owed(r.prices, r.ctx.Time)
	c.charged = until
	reserved := due.Min(c.reserved)
	c.reserved = c.reserved.Sub(reserved)
	r.lose(reserved)
	r.burn(c, due.Sub(reserved))
	if !r.prices.free && c.code != nil && c.balance.IsZero() && c.reserved.IsZero() {
		r.uninstall(c)
		r.compute -= c.compute
		c.compute, c.memory = 0, 0
	}
}

// burn takes cycles out of a canister and out of the world.
func (r *Round) burn(c *Canister, amount protocol.Cycles) {
	c.balance = c.balance.Sub(amount)
	r.lose(amount)
}

// lose counts cycles that are gone and were held by nothing any more.
func (r *Round) lose(amount protocol.Cycles) { r.outcome.Burned = r.outcome.Burned.Add(amount) }

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
