package protocoltest

import (
	"slices"
	"time"

	"icsim/protocol"
)

// A Host steps one machine through time. Steps cost nothing: what a step puts out takes place at once, messages of the node to itself
// a nanosecond later. The next step of a lane is a nanosecond after the last one at the earliest.
type Host struct {
	Machine protocol.Machine
	Skew    time.Duration  // of the wall clock against the monotonic one
	Disk    *protocol.Disk // takes what is written; nil: nothing does
	// Run steps the machine; nil: straight. It may look at in and out, and what it leaves in out is what counts.
	Run func(in *protocol.Input, out *protocol.Outputs)

	now    protocol.Time // monotonic
	wakes  [protocol.NumLanes]protocol.Time
	locals []pending // by due time, then in the order they were put out
}

// pending is a message of the machine to itself.
type pending struct {
	due protocol.Time
	msg protocol.Message
}

// Start steps each lane that does not sleep, as a node does when it starts.
func (h *Host) Start() {
	for lane := range h.wakes {
		h.wakes[lane] = protocol.Never
	}
	for lane := range protocol.NumLanes {
		if !lane.Sleeps() {
			h.step(lane, nil)
		}
	}
}

// Now is the monotonic clock.
func (h *Host) Now() protocol.Time { return h.now }

// Next is when the host has something to do; Never: only when something arrives.
func (h *Host) Next() protocol.Time {
	next := slices.Min(h.wakes[:])
	if len(h.locals) > 0 {
		next = min(next, h.locals[0].due)
	}
	return next
}

// Advance lets time pass up to a moment, with all that is due by then.
func (h *Host) Advance(until protocol.Time) {
	for next := h.Next(); next <= until; next = h.Next() {
		h.now = max(h.now, next)
		if len(h.locals) > 0 && h.locals[0].due == next {
			msg := h.locals[0].msg
			h.locals = h.locals[1:]
			h.step(msg.Lane(), []protocol.Arrival{{From: protocol.NoNode, Msg: msg}})
			continue
		}
		h.step(protocol.Lane(slices.Index(h.wakes[:], next)), nil)
	}
	h.now = max(h.now, until)
}

// Give steps a lane with arrivals, now.
func (h *Host) Give(arrivals ...protocol.Arrival) {
	h.step(arrivals[0].Msg.Lane(), arrivals)
}

// step steps a lane and carries out what the machine does to itself.
func (h *Host) step(lane protocol.Lane, arrivals []protocol.Arrival) {
	in := protocol.Input{Lane: lane, Now: h.now.Add(h.Skew), Instant: h.now, Arrivals: arrivals}
	out := protocol.Outputs{Wake: protocol.Never}
	if h.Run != nil {
		h.Run(&in, &out)
	} else {
		h.Machine.Step(&in, &out)
	}
	h.wakes[lane] = out.Wake
	if out.Wake != protocol.Never {
		h.wakes[lane] = max(out.Wake, h.now+1)
	}
	if h.Disk != nil {
		h.Disk.Apply(out.Writes)
	}
	for _, l := range out.Locals {
		due := max(h.now.Add(l.After), h.now+1)
		at := len(h.locals)
		for at > 0 && h.locals[at-1].due > due {
			at--
		}
		h.locals = slices.Insert(h.locals, at, pending{due, l.Msg})
	}
}
