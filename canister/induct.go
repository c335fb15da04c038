package canister

import (
	"cmp"
	"fmt"
	"slices"

	"icsim/protocol"
)

// InductIngress implements protocol.Round.
func (r *Round) InductIngress(m *protocol.SignedIngress) protocol.IngressUpdate {
	id := m.Content.Canister
	if id == protocol.ManagementCanister {
		return r.inductManagement(m)
	}
	c := r.peek(id)
	if c == nil {
		f := &fault{code: errCanisterNotFound}
		return ingressRejected(m.MessageID, f.bare(fmt.Sprintf("Canister %s not found", id)))
	}
	if f := c.closedToCalls(); f != nil {
		return ingressRejected(m.MessageID, f.reject(id))
	}
	if f := r.chargeIngress(c, m); f != nil {
		return ingressRejected(m.MessageID, f.reject(id))
	}
	c = r.touch(id)
	c.queues.PushIngress(m)
	return protocol.IngressUpdate{ID: m.MessageID, Status: protocol.IngressStatus{State: protocol.IngressReceived}}
}

// inductManagement takes a user's call of the management canister. The canister that it is about pays for it.
func (r *Round) inductManagement(x *protocol.SignedIngress) protocol.IngressUpdate {
	_, c, f := r.managed(x)
	if f == nil && c != nil {
		f = r.chargeIngress(c, x)
	}
	if f != nil {
		return ingressRejected(x.MessageID, f.bare(f.text))
	}
	r.management = append(slices.Clip(r.management), managementCall{ingress: x, since: r.ctx.Height})
	return protocol.IngressUpdate{ID: x.MessageID, Status: protocol.IngressStatus{State: protocol.IngressReceived}}
}

// managed finds the method that a user calls, and the canister that the call is about if it is about one.
func (r *Round) managed(x *protocol.SignedIngress) (method, *Canister, *fault) {
	found, known := findMethod(x.Content.Method)
	switch {
	case !known || found.run == nil:
		return found, nil, refusedMethod(x.Content.Method, known)
	case !found.users:
		return found, nil, contract("%s cannot be called by a user.", found.name)
	case !found.aboutCanister():
		return found, nil, nil
	}
	id, err := targetOf(found.name, x.Content.Arg)
	if err != nil {
		return found, nil, undecodable(err)
	}
	n, ok := canisterOf(id.Bytes())
	c := r.peek(n)
	if !ok || c == nil {
		return found, nil, notFound(id)
	}
	return found, c, nil
}

// chargeIngress takes the fee for a user's call from the canister that it is for, or says that it has not so much.
//
// Model: a short update_settings is free. The replica charges it once it is done, so that a frozen canister can be thawed by a
// lower threshold.
func (r *Round) chargeIngress(c *Canister, x *protocol.SignedIngress) *fault {
	const short = 267 // bytes (MAX_DELAYED_INGRESS_COST_PAYLOAD_SIZE)
	if x.Content.Canister == protocol.ManagementCanister && x.Content.Method == "update_settings" && len(x.Content.Arg) <= short {
		return nil
	}
	due, _ := c.owed(r.prices, r.ctx.Time)
	fee := r.prices.ingress(&x.Content)
	if less(c.liquid(r.prices), due).Less(fee) {
		return c.outOfCycles()
	}
	r.burn(r.touch(c.id), useIngress, fee)
	return nil
}

func ingressRejected(id protocol.MessageID, reject protocol.Reject) protocol.IngressUpdate {
	return protocol.IngressUpdate{ID: id, Status: protocol.IngressStatus{State: protocol.IngressRejected, Reject: reject}}
}

// closedToCalls says why a canister takes no calls, or nil.
func (c *Canister) closedToCalls() *fault {
	switch {
	case c.status == Stopped:
		return refusal(errStopped, "Canister %s is stopped", c.id)
	case c.status == Stopping:
		return refusal(errStopping, "Canister %s is stopping", c.id)
	case c.code == nil:
		return c.noModule()
	}
	return nil
}

func (c *Canister) noModule() *fault {
	return &fault{code: errNoModule, text: "Attempted to execute a message, but the canister contains no Wasm module."}
}

func (c *Canister) outOfCycles() *fault {
	return refusal(errOutOfCycles, "Canister %s is out of cycles", c.id)
}

// Induct implements protocol.Round.
func (r *Round) Induct(m *protocol.CanisterMessage) protocol.RejectReason {
	if m.Response != nil {
		c := r.touch(m.To())
		if c == nil {
			return protocol.RejectCanisterMigrating // the only reason a response may get
		}
		r.deliver(c, m, true)
		return protocol.Accepted
	}
	if s, ok := m.To().ManagedSubnet(); ok && s == r.ctx.Subnet {
		r.management = append(slices.Clip(r.management), managementCall{message: m, remote: true, since: r.ctx.Height})
		return protocol.Accepted
	}
	c := r.peek(m.To())
	switch {
	case c == nil:
		return protocol.RejectCanisterNotFound
	case c.status == Stopped:
		return protocol.RejectCanisterStopped
	case c.status == Stopping:
		return protocol.RejectCanisterStopping
	case m.Request.Deadline == 0 && r.guaranteed >= maxGuaranteedSlots:
		return protocol.RejectOutOfMemory
	case c.queues.OfferRoom(m.From()) == 0:
		return protocol.RejectQueueFull
	}
	r.offer(r.touch(m.To()), m, true)
	return protocol.Accepted
}

// offer puts a request into an input queue with room.
func (r *Round) offer(c *Canister, m *protocol.CanisterMessage, remote bool) {
	expires := protocol.Never
	if m.Request.Deadline == 0 {
		r.guaranteed++
	} else {
		expires = m.Request.Deadline
	}
	c.queues.OfferRequest(m, remote, expires)
}

// deliver gives a response to the canister that called. One that nobody waits for any more is dropped and its
// cycles are lost (interface.md section C, "Best-effort"). A refund above what was sent could only come from a
// malicious subnet: the excess is lost too.
func (r *Round) deliver(c *Canister, m *protocol.CanisterMessage, remote bool) {
	i, b := c.findCallback(m.Response.Callback)
	if b == nil || b.answered || b.respondent != m.From() {
		r.lose(m.Cycles())
		return
	}
	if excess := less(m.Cycles(), b.cycles); !excess.IsZero() {
		r.lose(excess)
		clamped := *m.Response
		clamped.Refund = b.cycles
		m = protocol.NewResponse(&clamped)
	}
	answered := *b
	answered.answered = true
	c.callbacks[i] = &answered
	if b.deadline == 0 {
		r.guaranteed--
	}
	c.queues.DeliverResponse(m, remote)
}

// inductLocal moves messages between canisters of this subnet, from output to input queues.
//
// Model: the replica leaves what it cannot move to the loopback stream. Here the sender gets the reject at once
// that the loopback stream would bring a round later; only messages to canisters that are not hosted leave by Route.
func (r *Round) inductLocal() {
	for _, c := range r.senders() {
		for _, peer := range c.queues.Receivers() {
			for m := c.queues.FrontOutput(peer); m != nil && r.moveLocal(c, m); m = c.queues.FrontOutput(peer) {
			}
		}
	}
}

// senders are the touched canisters with output, ascending.
func (r *Round) senders() []*Canister {
	var senders []*Canister
	for _, c := range r.order {
		if c.queues.Outputs() > 0 {
			senders = append(senders, c)
		}
	}
	slices.SortFunc(senders, func(a, b *Canister) int { return cmp.Compare(a.id, b.id) })
	return senders
}

// moveLocal takes the next message of an output queue to its receiver, if it is one of this subnet.
func (r *Round) moveLocal(c *Canister, m *protocol.CanisterMessage) bool {
	if m.To() == protocol.ManagementCanister {
		c.queues.PopOutput(m.To())
		r.management = append(slices.Clip(r.management), managementCall{message: m, since: r.ctx.Height})
		return true
	}
	receiver := r.touch(m.To())
	if receiver == nil {
		return false
	}
	if m.Response != nil {
		c.queues.PopOutput(m.To())
		r.deliver(receiver, m, false)
		return true
	}
	if f := receiver.refusal(); f != nil {
		c.queues.PopOutput(m.To())
		r.deliver(c, m.Request.RejectTo(f.reject(receiver.id)), false)
		return true
	}
	if receiver.queues.OfferRoom(c.id) == 0 {
		return false // until the receiver has worked
	}
	c.queues.PopOutput(m.To())
	r.offer(receiver, m, false)
	return true
}

// refusal says why a canister takes no requests into its queues, or nil.
func (c *Canister) refusal() *fault {
	if c.status == Running {
		return nil
	}
	return c.closedToCalls()
}
