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

// withdraw takes out of the line what nobody waits for any more: its sender stops, and what comes after moves up.
//
// Model: what of it is on the way already is not received either, at most a round trip's worth.
func (n *Network) withdraw(t protocol.Time, e *endpoint, unwanted func(*Transfer) bool, eff *Effects) {
	var saved protocol.Time
	line := e.waiting
	e.waiting = nil
	for _, tr := range line {
		if unwanted(tr) {
			saved += max(0, min(tr.At-saved-t, e.down.takes(tr.wire)))
			tr.void = true
			continue
		}
		e.waiting = append(e.waiting, n.move(t, tr, tr.At-saved, eff))
	}
	e.down.busy -= saved
}

// move gives a transfer another time to arrive at. The time that it had is void.
func (n *Network) move(t protocol.Time, tr *Transfer, at protocol.Time, eff *Effects) *Transfer {
	if at = max(at, t+1); at == tr.At {
		return tr
	}
	moved := n.endpoints[tr.To].take()
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
	for i, tr := range e.waiting {
		e.waiting[i] = n.move(t, tr, rescaled(t, tr.At, before, e.down.picosPerByte), eff)
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
