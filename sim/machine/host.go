package machine

import (
	"fmt"
	"time"

	"icsim/protocol"
	"icsim/sim/rng"
)

// MaxQueued bounds the arrivals that wait for one lane. It is far above what a healthy node sees (a subnet of 40
// makes 15.6 thousand deliveries a second over all nodes: reference/protocol.md G).
const MaxQueued = 1 << 16

// A Due says when to call a host again for a lane. Zero: no call needed. Times lie after the call that gave it.
type Due struct {
	Free protocol.Time // call Free
	Wake protocol.Time // call WakeUp
}

// Dues is a Due for each lane.
type Dues [protocol.NumLanes]Due

// A Config is what a host is made of.
type Config struct {
	Node  protocol.NodeID
	Slow  Ratio         // of the time that work takes, against the cost table; zero: 1/1
	Costs *CostTable    // shared, unchanged
	Clock time.Duration // what its wall clock is ahead by, at time 0
	Drift Drift         // of its clocks
	// Chance decides which writes a faulty disk does not make as it should.
	Chance rng.Source
	// Bench is where the host does its steps; nil: one of its own.
	Bench *Bench
	// Watch is told of each step when it begins, with what it got and will put out at its end; nil: nobody looks. It changes nothing
	// and keeps nothing.
	Watch func(at protocol.Time, on protocol.Lane, in *protocol.Input, out *protocol.Outputs, end protocol.Time)
}

// A Host is a simulated computer with one node on it. It is a state machine without a clock of its own: see the
// package's rule.
type Host struct {
	machine protocol.Machine // nil: down
	bench   *Bench
	costs   *CostTable
	clock   clock
	slow    Ratio // beside its own
	node    protocol.NodeID
	boots   uint32
	paused  bool
	drive   drive
	own     Config // as it was made
	lanes   [protocol.NumLanes]lane
}

// New makes a host that is down, with an empty disk.
func New(c Config) *Host {
	checkDrift(c.Drift)
	c.Slow = c.Slow.orOne()
	h := &Host{node: c.Node, costs: c.Costs, own: c, slow: Ratio{1, 1}, drive: drive{disk: protocol.NewDisk(), chance: c.Chance}}
	h.UseBench(c.Bench)
	h.clock = clock{base: protocol.Time(c.Clock), drift: c.Drift, pace: Steady}
	return h
}

// Start boots the host with a machine, which gets a wake-up at once in every lane that does not sleep. The host must be down.
func (h *Host) Start(t protocol.Time, m protocol.Machine) Dues {
	if h.machine != nil {
		panic(fmt.Sprintf("machine: node %s starts while it runs", h.node))
	}
	h.machine = m
	h.boots++
	h.clock.restart(t)
	var dues Dues
	for i := range h.lanes {
		l := &h.lanes[i]
		l.end = t + 1
		l.wish = h.clock.instant(t)
		if protocol.Lane(i).Sleeps() {
			l.wish = protocol.Never
		}
		dues[i] = h.arm(l)
	}
	return dues
}

// Crash stops the host at once. What its lanes were doing is lost; the disk stays.
func (h *Host) Crash() {
	h.machine, h.paused = nil, false
	for i := range h.lanes {
		h.lanes[i] = lane{worked: h.lanes[i].worked}
	}
}

// Pause stops the host's processor; its clocks run on and what arrives waits.
func (h *Host) Pause(t protocol.Time) {
	if h.machine == nil || h.paused {
		return
	}
	h.paused = true
	for i := range h.lanes {
		h.lanes[i].suspend(t)
	}
}

// Resume lets a paused host go on where it was.
func (h *Host) Resume(t protocol.Time) Dues {
	var dues Dues
	if !h.paused {
		return dues
	}
	h.paused = false
	for i := range h.lanes {
		l := &h.lanes[i]
		l.end += t
		if l.out != nil || len(l.queue) > 0 {
			l.freeAt = l.end
			dues[i].Free = l.end
		}
		dues[i].Wake = h.arm(l).Wake
	}
	return dues
}

// JumpClock sets the wall clock forward or back.
func (h *Host) JumpClock(t protocol.Time, by time.Duration) {
	h.clock.reset(t)
	h.clock.base = h.clock.base.Add(by)
}

// SetPace makes the wall clock go faster or slower than the monotonic one; 0: it stands.
func (h *Host) SetPace(t protocol.Time, p Pace) {
	if p < 0 || p > MaxPace {
		panic(fmt.Sprintf("machine: pace of %d parts per billion", p))
	}
	h.clock.reset(t)
	h.clock.pace = p
}

// SetDrift makes the clocks drift more than they do of their own; 0: no more. Together MaxDrift is the bound.
func (h *Host) SetDrift(t protocol.Time, d Drift) Dues {
	checkDrift(d)
	h.clock.reset(t)
	h.clock.drift = min(max(h.own.Drift+d, -MaxDrift), MaxDrift)
	return h.rearm(t)
}

// rearm looks at all wishes again after the clock was changed.
func (h *Host) rearm(t protocol.Time) Dues {
	var dues Dues
	if h.machine == nil || h.paused {
		return dues
	}
	for i := range h.lanes {
		l := &h.lanes[i]
		l.end = max(l.end, t+1) // a wish overdue by now is met a nanosecond later
		dues[i] = h.arm(l)
	}
	return dues
}

// SetSlow makes the steps to come take longer than they do of their own; zero or 1/1: no longer.
//
// Model: a step in progress ends as planned.
func (h *Host) SetSlow(r Ratio) { h.slow = r.orOne() }

// A LaneStatus is what a lane is about.
type LaneStatus struct {
	Busy   protocol.Time // until then
	Queued int           // arrivals that wait
	Wish   protocol.Time // to be woken, on the simulation's clock; Never
}

// Lane tells what a lane of a host that is up is about.
func (h *Host) Lane(l protocol.Lane) LaneStatus {
	x := &h.lanes[l]
	return LaneStatus{Busy: x.end, Queued: len(x.queue), Wish: h.clock.when(x.wish)}
}

// Running tells whether the host is up and not paused.
func (h *Host) Running() bool { return h.machine != nil && !h.paused }

// Boots counts the starts. A local message belongs to the boot it was sent in; the caller drops it in a later one.
func (h *Host) Boots() uint32 { return h.boots }

// Machine is what runs on the host; nil when it is down.
func (h *Host) Machine() protocol.Machine { return h.machine }

// Now reads the wall clock.
func (h *Host) Now(t protocol.Time) protocol.Time { return h.clock.now(t) }

// Instant reads the monotonic clock.
func (h *Host) Instant(t protocol.Time) protocol.Time { return h.clock.instant(t) }

// Worked is the time that a lane's steps have taken, those in progress included.
func (h *Host) Worked(l protocol.Lane) time.Duration { return h.lanes[l].worked }
