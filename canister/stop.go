package canister

import (
	"slices"

	m "icsim/canister/management"
	"icsim/protocol"
)

// stopTimeout is how long a canister may take to stop (interface.md B.2).
const stopTimeout = protocol.Time(5 * 60 * 1e9)

// A stopCall is a call of stop_canister that waits for the canister's open call contexts.
type stopCall struct {
	*request
	at protocol.Time
}

// heldByStops are the cycles that came with the calls that wait.
func (c *Canister) heldByStops() protocol.Cycles {
	var sum protocol.Cycles
	for _, s := range c.stops {
		sum = sum.Add(s.cycles)
	}
	return sum
}

// stopCanister begins to stop a canister. It answers when that is done, see stopAll.
func (r *Round) stopCanister(q *request, c *Canister) ([]byte, *fault) {
	if c.status == Stopped {
		return m.Encode(nil), nil
	}
	c.version++
	c.status = Stopping
	c.stops = append(slices.Clip(c.stops), stopCall{q, r.ctx.Time})
	return nil, nil
}

// startCanister lets a canister take calls again. Whoever waits for it to stop hears that it does not.
func (r *Round) startCanister(_ *request, c *Canister) ([]byte, *fault) {
	c.version++
	c.status = Running
	r.answerStops(c, len(c.stops), refusal(errStoppingCancelled, "Canister %s's stop request was cancelled.", c.id))
	return m.Encode(nil), nil
}

// stopAll ends the stopping of canisters in which no call is open, and of those who took too long.
func (r *Round) stopAll() {
	for _, c := range r.order {
		if c.status != Stopping || c.deleted {
			continue
		}
		if len(c.contexts) == 0 {
			c.version++
			c.status = Stopped
			r.answerStops(c, len(c.stops), nil)
			continue
		}
		late := 0
		for late < len(c.stops) && c.stops[late].at+stopTimeout < r.ctx.Time {
			late++
		}
		r.answerStops(c, late, refusal(errStopTimeout, "Stop canister request timed out"))
	}
}

// answerStops answers the first of the calls that wait.
func (r *Round) answerStops(c *Canister, n int, f *fault) {
	calls := c.stops[:n]
	c.stops = c.stops[n:]
	for _, s := range calls {
		r.answer(s.request, m.Encode(nil), f)
	}
}
