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

// A Pace is how fast a wall clock goes while the monotonic one next to it goes as it does, in parts per billion: Steady unless
// something outside sets the time that nodes see, as a time server does that slews a clock.
type Pace int64

// Steady is the pace of a clock left alone; MaxPace is the fastest.
const (
	Steady  Pace = billion
	MaxPace Pace = 1000 * billion
)

// A clock reads a node's wall clock and its monotonic clock, which are one oscillator.
type clock struct {
	since   protocol.Time // when base, running, drift and pace were set
	base    protocol.Time // the wall clock then
	running time.Duration // the monotonic clock then
	drift   Drift
	pace    Pace
}

// elapsed gives what the oscillator counts from since to t.
func (c *clock) elapsed(t protocol.Time) time.Duration {
	d := int64(t - c.since)
	if c.drift == 0 {
		return time.Duration(d)
	}
	return time.Duration(d + d/billion*int64(c.drift) + d%billion*int64(c.drift)/billion)
}

func (c *clock) now(t protocol.Time) protocol.Time {
	d := c.elapsed(t)
	if c.pace != Steady {
		d = d/billion*time.Duration(c.pace) + d%billion*time.Duration(c.pace)/billion // fits for 100 days at the fastest
	}
	return c.base.Add(d)
}

func (c *clock) instant(t protocol.Time) protocol.Time {
	return protocol.Time(c.running + c.elapsed(t))
}

// when gives the first time, not before since, at which the monotonic clock shows at least wish.
func (c *clock) when(wish protocol.Time) protocol.Time {
	if wish == protocol.Never {
		return protocol.Never
	}
	d := time.Duration(wish) - c.running
	if d <= 0 {
		return c.since
	}
	if c.drift == 0 {
		return c.since.Add(d)
	}
	rate := billion + time.Duration(c.drift)
	t := c.since.Add(d/rate*billion + d%rate*billion/rate) // d%rate < 1.5·10⁹
	for c.instant(t) < wish {                              // at most a few: rounding
		t++
	}
	for t > c.since && c.instant(t-1) >= wish {
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
