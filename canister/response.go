package canister

import (
	"slices"

	"icsim/canister/wasm"
	"icsim/protocol"
)

// beginResponse takes the answer to a call. There is no job if no callback is to run.
func (r *Round) beginResponse(c *Canister, m *protocol.Response) *job {
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
	closure, mode := b.reply, modeReply
	if m.Reject.Code != 0 {
		closure, mode = b.reject, modeReject
	}
	switch {
	case ctx.deleted:
		c.balance = c.balance.Add(b.execution)
		c.forgetContext(ctx.id)
		return nil
	case closure.index == noFunction:
		r.refundExecution(c, &job{prepaid: b.execution}, 0)
		r.settle(c, b.context, nil)
		return nil
	}
	j := &job{prepaid: b.execution, wide: c.code.wide, context: b.context, mode: mode, callback: b, response: m}
	if f := r.adjustPrepaid(c, j); f != nil {
		r.refundExecution(c, j, 0)
		r.settle(c, b.context, f)
		return nil
	}
	return j
}

// adjustPrepaid makes of what was prepaid for a callback what it costs now: the canister may have got a module with another size of
// memory since it called. It may go under its freezing limit for it (adjust_prepayment_for_response_execution).
func (r *Round) adjustPrepaid(c *Canister, j *job) *fault {
	required := r.prices.execution(r.limits.message, j.wide)
	if c.balance.Add(j.prepaid).Less(required) {
		return c.outOfCycles()
	}
	c.balance = c.balance.Add(j.prepaid).Sub(required)
	j.prepaid = required
	return nil
}

// refundTransmission gives back what was prepaid for a response as long as one may be.
func (r *Round) refundTransmission(c *Canister, b *callback, m *protocol.Response) {
	used := r.prices.response(uint64(len(m.Reply) + len(m.Reject.Message))).Min(b.transmission)
	c.balance = c.balance.Add(b.transmission.Sub(used))
	r.consume(c, useTransmission, used)
}

// callBack enters the reply or reject callback and, if that traps, the cleanup callback, on what was before. The
// refund stays credited (interface.md section C).
func (r *Round) callBack(c *Canister, j *job) *outcome {
	entry := j.callback.reply
	if j.mode == modeReject {
		entry = j.callback.reject
	}
	limit := r.limits.message
	o := &outcome{}
	x := r.newCallback(c, j, j.mode)
	if trap := o.add(x, entry.entry(), limit-limit/100*cleanupPercent); trap == nil || !j.callback.hasCleanup {
		return o
	}
	cleanup := r.newCallback(c, j, modeCleanup)
	cleanup.earlier += o.instructions
	cleanup.log = x.log
	o.add(cleanup, j.callback.cleanup.entry(), limit-o.instructions)
	return o
}

func (r *Round) newCallback(c *Canister, j *job, mode mode) *execution {
	_, ctx := c.findContext(j.context)
	m := j.response
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
	c.code, c.image, c.stable, c.certified, c.timer, c.deployed = nil, nil, wasm.Pages{}, nil, 0, 0
	c.chunks, c.log = nil, canisterLog{next: c.log.next}
	c.version++
	c.watchHeap()
	r.dropJob(c)
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

// dropJob ends what a canister is at without an outcome, when its code goes.
func (r *Round) dropJob(c *Canister) {
	l := c.long
	if l == nil {
		return
	}
	c.long = nil
	r.consume(c, useInstructions, l.prepaid)
	if l.request != nil {
		r.answer(l.request, nil, c.outOfCycles())
	}
}
