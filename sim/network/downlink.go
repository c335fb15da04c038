package network

import (
	"math/bits"
	"slices"

	"icsim/protocol"
)

// wait puts a large transfer in the line for the downlink, until done.
func (e *endpoint) wait(tr *Transfer, done protocol.Time) {
	tr.At, tr.waited = done, true
	if !tr.small {
		e.waiting = append(e.waiting, tr)
	}
}

// through takes a transfer off the line.
func (e *endpoint) through(tr *Transfer) {
	if i := slices.Index(e.waiting, tr); i >= 0 {
		e.waiting = slices.Delete(e.waiting, i, i+1)
	}
}

// withdraw takes out of the line what nobody waits for any more. What comes after moves up.
func (n *Network) withdraw(t protocol.Time, e *endpoint, unwanted func(*Transfer) bool, eff *Effects) (found bool) {
	var saved protocol.Time
	line := e.waiting
	e.waiting = nil
	for _, tr := range line {
		if unwanted(tr) {
			saved += max(0, min(tr.At-saved-t, e.down.takes(tr.wire)))
			tr.void, found = true, true
			continue
		}
		if saved > 0 {
			tr = n.move(t, tr, tr.At-saved, eff)
		}
		e.waiting = append(e.waiting, tr)
	}
	e.down.busy -= saved
	return found
}

// streamed is a message on a stream that its receiver may stop.
type streamed interface{ Stream() uint64 }

// maxStopped bounds the streams of a link that were stopped before anything came on them; the oldest is forgotten first. A connection
// has as many streams open at most (reference/protocol.md B).
const maxStopped = 1000

// stop follows a protocol.StopSending when it reaches the sender.
func (n *Network) stop(t protocol.Time, tr *Transfer, stream uint64, eff *Effects) {
	l := n.link(tr.To, tr.From)
	if n.withdraw(t, l.to, func(reply *Transfer) bool {
		m, ok := reply.Msg.(streamed)
		return ok && reply.From == tr.To && reply.Conn == tr.Conn && m.Stream() == stream
	}, eff) {
		return
	}
	if len(l.stopped) == maxStopped {
		l.stopped = slices.Delete(l.stopped, 0, 1)
	}
	l.stopped = append(l.stopped, stream)
}

// refuses tells whether a message comes on a stream that was stopped.
func (l *link) refuses(m protocol.Message) bool {
	if len(l.stopped) == 0 {
		return false
	}
	s, ok := m.(streamed)
	if !ok {
		return false
	}
	i := slices.Index(l.stopped, s.Stream())
	if i >= 0 {
		l.stopped = slices.Delete(l.stopped, i, i+1)
	}
	return i >= 0
}

// move gives a transfer another time to arrive at. The time that it had is void.
func (n *Network) move(t protocol.Time, tr *Transfer, at protocol.Time, eff *Effects) *Transfer {
	if at = max(at, t+1); at == tr.At {
		return tr
	}
	moved := n.endpoints[tr.To].stock.take()
	*moved = *tr
	moved.At, tr.void = at, true
	eff.Transfers = append(eff.Transfers, moved)
	return moved
}

// Cap limits an endpoint's bandwidth below its own, in bits a second; 0: no limit. It replaces the last cap, and goes for what is sent
// from now on and for what waits for the downlink.
//
// Model: what has a turn on the uplink already leaves as it would have.
func (n *Network) Cap(t protocol.Time, node protocol.NodeID, uplink, downlink int64, eff *Effects) {
	e := &n.endpoints[node]
	e.up.change(t, max(picosPerByte(e.Uplink), picosPerByte(uplink)))
	before := e.down.picosPerByte
	e.down.change(t, max(picosPerByte(e.Downlink), picosPerByte(downlink)))
	e.capped = downlink > 0
	for i := range n.endpoints {
		if l := n.find(protocol.NodeID(i), node); l != nil {
			l.foresee()
		}
	}
	for i, tr := range e.waiting {
		e.waiting[i] = n.move(t, tr, rescaled(t, tr.At, before, e.down.picosPerByte), eff)
	}
}

// foresee follows a change of the receiver's downlink.
func (l *link) foresee() {
	if l.down = l.to.down.picosPerByte; l.to.capped {
		l.down = 0
	}
}

// change gives a wire another bandwidth, for what it has yet to carry too.
func (q *queue) change(t protocol.Time, picosPerByte uint64) {
	q.busy = rescaled(t, q.busy, q.picosPerByte, picosPerByte)
	q.small = rescaled(t, q.small, q.picosPerByte, picosPerByte)
	q.picosPerByte = picosPerByte
}

// longest is longer than any run, and short enough to add up.
const longest = 1 << 60

// rescaled is when a wire is done that at t would have been done by at, when a byte takes after instead of before.
func rescaled(t, at protocol.Time, before, after uint64) protocol.Time {
	if at <= t || before == 0 {
		return at
	}
	hi, lo := bits.Mul64(uint64(at-t), after)
	lo, carry := bits.Add64(lo, before-1, 0) // rounded up
	if hi += carry; hi >= before {
		return t + longest
	}
	left, _ := bits.Div64(hi, lo, before)
	return t + protocol.Time(min(left, longest))
}
