package machine

import (
	"fmt"
	"time"

	"icsim/protocol"
)

// Drift is how much faster a clock runs than time, in parts per billion: 50_000 gains 50 µs a second.
type Drift int64

// MaxDrift bounds a drift either way: half the speed of time.
const MaxDrift Drift = 500_000_000

const billion = 1_000_000_000

// A clock reads a node's wall clock and its monotonic clock, which are one oscillator.
type clock struct {
	since   protocol.Time // when base, started and drift were set
	base    protocol.Time // the wall clock then
	running time.Duration // the monotonic clock then
	drift   Drift
}

// elapsed gives what the oscillator counts from since to t.
func (c *clock) elapsed(t protocol.Time) time.Duration {
	d := int64(t - c.since)
	if c.drift == 0 {
		return time.Duration(d)
	}
	return time.Duration(d + d/billion*int64(c.drift) + d%billion*int64(c.drift)/billion)
}

func (c *clock) now(t protocol.Time) protocol.Time { return c.base.Add(c.elapsed(t)) }

func (c *clock) instant(t protocol.Time) protocol.Time {
	return protocol.Time(c.running + c.elapsed(t))
}

// when gives the first time, not before since, at which the wall clock shows at least wish.
func (c *clock) when(wish protocol.Time) protocol.Time {
	if wish == protocol.Never {
		return protocol.Never
	}
	d := wish.Sub(c.base)
	if d <= 0 {
		return c.since
	}
	if c.drift == 0 {
		return c.since.Add(d)
	}
	rate := billion + time.Duration(c.drift)
	t := c.since.Add(d/rate*billion + d%rate*billion/rate) // d%rate < 1.5·10⁹
	for c.now(t) < wish {                                  // at most a few: rounding
		t++
	}
	for t > c.since && c.now(t-1) >= wish {
		t--
	}
	return t
}

// reset moves the point of reference to t, so that the clock may change from there on.
func (c *clock) reset(t protocol.Time) {
	c.base, c.running, c.since = c.now(t), time.Duration(c.instant(t)), t
}

// restart begins the monotonic clock anew.
func (c *clock) restart(t protocol.Time) {
	c.reset(t)
	c.running = 0
}

func checkDrift(d Drift) {
	if d > MaxDrift || d < -MaxDrift {
		panic(fmt.Sprintf("machine: drift of %d parts per billion", d))
	}
}
