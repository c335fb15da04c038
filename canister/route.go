package canister

import (
	"fmt"

	"icsim/protocol"
)

// An outlet is an output queue with messages for somewhere else.
type outlet struct {
	from *Canister
	to   protocol.CanisterID
}

// Route implements protocol.Round. The queues take turns, one message each, until all are empty or refused; who
// begins moves on by one each round, so that a stream nearly full serves all in time.
func (r *Round) Route(take func(*protocol.CanisterMessage) bool) {
	r.depart(take)
	var outlets []outlet
	for _, c := range r.senders() {
		for _, peer := range c.queues.Receivers() {
			if peer != protocol.ManagementCanister && r.peek(peer) == nil {
				outlets = append(outlets, outlet{c, peer})
			}
		}
	}
	if len(outlets) == 0 {
		return
	}
	first := int(uint64(r.ctx.Height) % uint64(len(outlets)))
	outlets = append(outlets[first:len(outlets):len(outlets)], outlets[:first]...)
	for len(outlets) > 0 {
		left := outlets[:0:0]
		for _, o := range outlets {
			if r.leave(o, take) {
				left = append(left, o)
			}
		}
		outlets = left
	}
}

// depart offers the management canister's answers to other subnets; those refused are offered again in the next round.
func (r *Round) depart(take func(*protocol.CanisterMessage) bool) {
	var left []*protocol.CanisterMessage
	for _, x := range r.departing {
		if !take(x) {
			left = append(left, x)
		}
	}
	r.departing = left
}

// leave offers the next message of an output queue; false means that nothing more can leave by it.
func (r *Round) leave(o outlet, take func(*protocol.CanisterMessage) bool) bool {
	m := o.from.queues.FrontOutput(o.to)
	if m == nil {
		return false
	}
	if m.Request != nil && len(m.Request.Method)+len(m.Request.Arg) > maxRemoteBytes {
		o.from.queues.PopOutput(o.to)
		reject := protocol.Reject{Code: protocol.CanisterError, Message: fmt.Sprintf(
			"Canister %s violated contract: payload size %d exceeds the limit %d for calls to other subnets.",
			o.from.id, len(m.Request.Method)+len(m.Request.Arg), maxRemoteBytes)}
		r.deliver(o.from, m.Request.RejectTo(reject), true)
		return true
	}
	if !take(m) {
		return false
	}
	o.from.queues.PopOutput(o.to)
	return true
}
