package canister

import (
	"slices"

	"icsim/canister/wasm"
	"icsim/protocol"
)

// executeResponse runs the callback of a call that has its answer.
func (r *Round) executeResponse(c *Canister, m *protocol.Response) uint64 {
	i, b := c.findCallback(m.Callback)
	if b == nil || !b.answered {
		panicf(c.id, "a response in the queue to callback %d, which is not waiting", m.Callback)
	}
	c.callbacks = slices.Delete(c.callbacks, i, i+1)
	r.callbacks--
	c.balance = c.balance.Add(m.Refund)
	r.refundTransmission(c, b, m)
	_, now := c.findContext(b.context)
	ctx := *now
	ctx.outstanding--
	c.setContext(ctx)
	if ctx.deleted {
		c.balance = c.balance.Add(b.execution)
		c.forgetContext(ctx.id)
		return 0
	}
	failure, instructions := r.callBack(c, b, m)
	r.refundExecution(c, b.execution, instructions)
	r.settle(c, b.context, failure)
	return instructions
}

// refundTransmission gives back what was prepaid for a response as long as one may be.
func (r *Round) refundTransmission(c *Canister, b *callback, m *protocol.Response) {
	used := r.prices.response(uint64(len(m.Reply) + len(m.Reject.Message))).Min(b.transmission)
	c.balance = c.balance.Add(b.transmission.Sub(used))
	r.lose(used)
}

// callBack enters the reply or reject callback and, if that traps, the cleanup callback, on what was before. The
// refund stays credited (interface.md section C).
func (r *Round) callBack(c *Canister, b *callback, m *protocol.Response) (*fault, uint64) {
	entry, mode := b.reply, modeReply
	if m.Reject.Code != 0 {
		entry, mode = b.reject, modeReject
	}
	if entry.index == noFunction {
		return nil, 0
	}
	limit := r.limits.message
	x := r.newCallback(c, b, m, mode)
	result := x.enter(entry.entry(), limit-limit/100*cleanupPercent)
	failure := r.conclude(c, x, b.context, result)
	if failure == nil || !b.hasCleanup {
		return failure, result.Instructions
	}
	x = r.newCallback(c, b, m, modeCleanup)
	cleaned := x.enter(b.cleanup.entry(), limit-result.Instructions)
	r.conclude(c, x, b.context, cleaned) // its own failure changes nothing
	return failure, result.Instructions + cleaned.Instructions
}

func (r *Round) newCallback(c *Canister, b *callback, m *protocol.Response, mode mode) *execution {
	_, ctx := c.findContext(b.context)
	x := r.newExecution(c, mode)
	x.inContext(ctx)
	x.refunded = m.Refund
	x.code, x.reject = uint32(m.Reject.Code), m.Reject.Message
	if m.Reject.Code == 0 {
		x.arg = m.Reply
	}
	return x
}

func (c closure) entry() wasm.Entry {
	return wasm.Entry{Kind: wasm.EntryTable, Index: c.index, Env: c.env}
}

// uninstall takes the code and all it made away. Open calls are rejected; responses still to come find their
// contexts deleted (interface.md B.2).
func (r *Round) uninstall(c *Canister) {
	c.code, c.image, c.stable, c.certified, c.timer = nil, nil, wasm.Pages{}, nil, 0
	c.chunks, c.log = nil, canisterLog{next: c.log.next}
	c.version++
	for _, now := range slices.Clone(c.contexts) {
		ctx := *now
		if !ctx.responded {
			f := &fault{code: errRejectedMessage, text: "Canister has been uninstalled."}
			r.send(c, &ctx, nil, f.reject(c.id))
		}
		ctx.deleted = true
		c.setContext(ctx)
		c.forgetContext(ctx.id)
	}
}
