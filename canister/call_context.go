package canister

import (
	"cmp"
	"slices"

	"icsim/crypto/principal"
	"icsim/protocol"
)

// An origin is who began a call context.
type origin uint8

const (
	fromUser origin = iota
	fromCanister
	fromSystem // a heartbeat or a timer: nobody waits for an answer
)

// A callContext is a call that a canister has begun to answer. Immutable: a change makes a new one.
type callContext struct {
	id     uint64
	origin origin

	message  protocol.MessageID  // fromUser
	sender   principal.ID        // fromUser
	caller   protocol.CanisterID // fromCanister, with the next two
	callback protocol.CallbackID
	deadline protocol.Time // 0: the response is guaranteed
	depth    uint32        // of the calls made for it

	available    protocol.Cycles // came with the call and neither accepted nor given back
	instructions uint64
	outstanding  int  // open calls made for it
	responded    bool // or there is nobody to respond to
	deleted      bool // the code that opened it is gone
}

// caller is who called, as ic0.msg_caller tells it; nothing for the system.
func (x *callContext) callerID() principal.ID {
	switch x.origin {
	case fromUser:
		return x.sender
	case fromCanister:
		return x.caller.Principal()
	}
	return principal.Management()
}

// owesGuaranteed reports whether memory is kept for the response.
func (x *callContext) owesGuaranteed() bool {
	return x.origin == fromCanister && !x.responded && x.deadline == 0
}

// A closure is a table element with its argument.
type closure struct {
	index uint32
	env   uint64
}

// noFunction is the table index of a callback that does nothing: one-way calls give it.
const noFunction = 1<<32 - 1

// A callback is an open call of a canister. Immutable: a change makes a new one.
type callback struct {
	id         protocol.CallbackID
	context    uint64
	respondent protocol.CanisterID
	deadline   protocol.Time   // 0: guaranteed
	cycles     protocol.Cycles // sent with the call

	reply, reject, cleanup closure
	hasCleanup             bool

	execution    protocol.Cycles // prepaid for running the response
	transmission protocol.Cycles // prepaid for sending the response

	answered bool // a response is in the input queue
}

func (b *callback) prepaid() protocol.Cycles { return b.execution.Add(b.transmission) }

func (c *Canister) findContext(id uint64) (int, *callContext) {
	i, ok := c.searchContext(id)
	if !ok {
		panicf(c.id, "no call context %d", id)
	}
	return i, c.contexts[i]
}

// findCallback gives an open call, or nil.
func (c *Canister) findCallback(id protocol.CallbackID) (int, *callback) {
	i, ok := slices.BinarySearchFunc(c.callbacks, id, func(b *callback, id protocol.CallbackID) int { return cmp.Compare(b.id, id) })
	if !ok {
		return 0, nil
	}
	return i, c.callbacks[i]
}

// setContext stores the changed value of a call context.
func (c *Canister) setContext(x callContext) {
	i, _ := c.findContext(x.id)
	c.contexts[i] = &x
}

// forgetContext drops a call context in which nothing more can happen.
func (c *Canister) forgetContext(id uint64) {
	i, x := c.findContext(id)
	if x.responded && x.outstanding == 0 {
		c.contexts = slices.Delete(c.contexts, i, i+1)
	}
}

// awaits reports whether a call context is still to be answered.
func (c *Canister) awaits(id uint64) bool {
	i, ok := c.searchContext(id)
	return ok && !c.contexts[i].responded
}

func (c *Canister) searchContext(id uint64) (int, bool) {
	return slices.BinarySearchFunc(c.contexts, id, func(x *callContext, id uint64) int { return cmp.Compare(x.id, id) })
}
