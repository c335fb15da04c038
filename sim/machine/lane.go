package machine

import (
	"fmt"
	"time"

	"icsim/protocol"
)

// A lane is a thread: idle, or busy with a step until end.
type lane struct {
	queue  []protocol.Arrival // waiting; handed to the step that takes them
	out    *protocol.Outputs  // what the latest step put out and has not taken effect; nil: nothing
	end    protocol.Time      // of the latest step; while paused, how much of it was left
	freeAt protocol.Time      // when Free is due; 0: not
	alarm  protocol.Time      // when WakeUp is due; 0: not
	wish   protocol.Time      // on the monotonic clock
	spins  int                // steps in a row that had nothing to do and wished for another at once
	worked time.Duration
}

// maxSpins is how often a machine may ask to be stepped at once and do nothing, before we call it a bug.
const maxSpins = 10_000

func (l *lane) busy(t protocol.Time) bool { return t < l.end || l.freeAt != 0 }

// suspend keeps in end what is left of a step.
func (l *lane) suspend(t protocol.Time) {
	l.end = max(l.end-t, 1)
	l.freeAt, l.alarm = 0, 0
}

// Arrive brings a message to the lane that handles it. It reports false when the message is lost: the host is down,
// or the lane's queue is full.
func (h *Host) Arrive(t protocol.Time, to protocol.Lane, a *protocol.Arrival) (Due, bool) {
	l := &h.lanes[to]
	if h.machine == nil || len(l.queue) >= MaxQueued {
		return Due{}, false
	}
	if !h.paused && !l.busy(t) && len(l.queue) == 0 { // the usual case: nothing needs to wait
		h.bench.one[0] = *a
		due := h.step(t, to, h.bench.one[:])
		h.bench.one[0].Msg = nil
		return due, true
	}
	l.queue = append(l.queue, *a)
	switch {
	case h.paused:
		return Due{}, true
	case !l.busy(t):
		return h.stepQueued(t, to), true
	case l.freeAt == 0:
		l.freeAt = l.end
		return Due{Free: l.end}, true
	}
	return Due{}, true
}

// Glance looks at what an arrival at a lane will touch.
func (h *Host) Glance(on protocol.Lane) (seen uint64) {
	l := &h.lanes[on]
	return uint64(h.boots) + uint64(l.end) + uint64(l.worked)
}

// Free ends a lane's step. The outputs, if not nil, take effect now, their writes already have; they are the
// caller's until the next call of Free of a host at this bench. A step for what has queued up follows at once.
func (h *Host) Free(t protocol.Time, on protocol.Lane) (*protocol.Outputs, Due) {
	l := &h.lanes[on]
	if t != l.freeAt {
		return nil, Due{}
	}
	l.freeAt = 0
	out := l.out
	if l.out = nil; out != nil {
		h.bench.lend(out)
		if h.drive.fault.Full && len(out.Writes) > 0 {
			empty(out)
			out.Restart = protocol.Restart{Why: "its disk is full", Takes: protocol.OpRestart}
		} else {
			h.drive.apply(out.Writes)
		}
	}
	if len(l.queue) > 0 || h.clock.when(l.wish) <= t {
		return out, h.stepQueued(t, on)
	}
	return out, Due{}
}

// WakeUp steps a lane that wished for it.
func (h *Host) WakeUp(t protocol.Time, on protocol.Lane) Due {
	l := &h.lanes[on]
	if t != l.alarm {
		return Due{}
	}
	l.alarm = 0
	if l.busy(t) || h.clock.when(l.wish) > t {
		return h.arm(l)
	}
	return h.stepQueued(t, on)
}

// stepQueued runs the machine at t with all that waits.
func (h *Host) stepQueued(t protocol.Time, on protocol.Lane) Due {
	l := &h.lanes[on]
	due := h.step(t, on, l.queue)
	for i := range l.queue {
		l.queue[i].Msg = nil // all that the collector cares about
	}
	l.queue = l.queue[:0]
	if cap(l.queue) > keepQueue {
		l.queue = nil
	}
	return due
}

// step runs the machine at t with some arrivals.
func (h *Host) step(t protocol.Time, on protocol.Lane, arrivals []protocol.Arrival) Due {
	l, in, out := &h.lanes[on], &h.bench.in, h.bench.clear()
	*in = protocol.Input{Lane: on, Now: h.clock.now(t), Instant: h.clock.instant(t), Arrivals: arrivals}
	if !h.drive.lies {
		h.machine.Step(in, out)
	} else if stopped := h.Try(func() { h.machine.Step(in, out) }); stopped != "" {
		empty(out)
		out.Restart = protocol.Restart{Why: stopped, Takes: protocol.OpRestart}
	}

	spent := max(h.slow.scale(h.own.Slow.scale(h.costs.Cost(&out.Meter)+h.slows(&out.Meter))), 1)
	if h.own.Watch != nil {
		h.own.Watch(t, on, in, out, t.Add(spent))
	}
	l.end = t.Add(spent)
	l.worked += spent
	l.wish = out.Wake

	var due Due
	if len(out.Sends)+len(out.Locals)+len(out.Writes)+len(out.Notes) > 0 || out.Restart.Why != "" || out.Peers != nil {
		l.out = h.bench.take()
		l.freeAt = l.end
		due.Free = l.end
	}
	due.Wake = h.arm(l).Wake
	h.checkSpin(l, on, len(arrivals))
	return due
}

// keepQueue is the longest queue whose space is kept for the next one.
const keepQueue = 1024

// arm sees to it that a call is due when the lane's wish is, and not before its step ends: a WakeUp that is due
// earlier will ask again, and so will a Free.
func (h *Host) arm(l *lane) Due {
	if l.wish == protocol.Never {
		return Due{}
	}
	at := max(h.clock.when(l.wish), l.end)
	if l.freeAt != 0 && at <= l.freeAt || l.alarm != 0 && l.alarm <= at {
		return Due{}
	}
	l.alarm = at
	return Due{Wake: at}
}

// checkSpin panics when a lane keeps asking for steps that do nothing.
func (h *Host) checkSpin(l *lane, on protocol.Lane, arrivals int) {
	if arrivals > 0 || l.out != nil || h.clock.when(l.wish) > l.end {
		l.spins = 0
		return
	}
	if l.spins++; l.spins > maxSpins {
		panic(fmt.Sprintf("machine: node %s, lane %s: wished to be woken at once %d times and did nothing", h.node, on, l.spins))
	}
}
