package canister

import (
	"fmt"

	"icsim/canister/wasm"
	"icsim/protocol"
)

// executeNext begins the message whose turn it is and gives the instructions of its first slice.
func (r *Round) executeNext(c *Canister) uint64 {
	m, user := c.queues.PopInput()
	r.outcome.Messages++
	var j *job
	switch {
	case user != nil:
		j = r.beginIngress(c, user)
	case m.Request != nil:
		j = r.beginRequest(c, m.Request)
	default:
		j = r.beginResponse(c, m.Response)
	}
	if j == nil {
		return 0
	}
	return r.start(c, j)
}

func (r *Round) beginIngress(c *Canister, m *protocol.SignedIngress) *job {
	return r.beginCall(c, m.Content.Method, m.Content.Arg, callContext{
		origin: fromUser, message: m.MessageID, sender: m.Content.Sender,
	})
}

func (r *Round) beginRequest(c *Canister, q *protocol.Request) *job {
	opened := callContext{
		origin: fromCanister, caller: q.Sender, callback: q.Callback,
		deadline: q.Deadline, depth: q.Depth + 1, available: q.Cycles,
	}
	if q.Cycles.Less(c.incoming) {
		r.settle(c, c.open(opened).id, refusal(errInsufficientInCall, "Canister %s accepts calls from canisters with at least %s cycles, "+
			"and this came with %s.", c.id, c.incoming, q.Cycles))
		return nil
	}
	return r.beginCall(c, q.Method, q.Arg, opened)
}

// beginCall opens a call context for the method that was called. If the call fails at once, there is no job.
func (r *Round) beginCall(c *Canister, method string, arg []byte, opened callContext) *job {
	ctx := c.open(opened)
	if f := c.closedToCalls(); f != nil {
		r.settle(c, ctx.id, f)
		return nil
	}
	prepaid := r.prices.execution(r.limits.message, c.code.wide)
	if c.liquid(r.prices).Less(prepaid) {
		r.settle(c, ctx.id, c.outOfCycles())
		return nil
	}
	m, name, f := r.resolve(c, method)
	if f == nil {
		f = c.beyondHeapLimit(m, c.heapBytes())
	}
	if f != nil {
		r.burn(c, useInstructions, r.prices.execution(0, c.code.wide))
		r.settle(c, ctx.id, f)
		return nil
	}
	c.balance = c.balance.Sub(prepaid)
	return &job{prepaid: prepaid, wide: c.code.wide, context: ctx.id, mode: m, name: name, arg: arg}
}

// resolve finds the export that a call enters by.
func (r *Round) resolve(c *Canister, method string) (mode, string, *fault) {
	module := r.executor.module(c.code)
	switch {
	case module.HasMethod(wasm.Update, method):
		return modeUpdate, "canister_update " + method, nil
	case module.HasMethod(wasm.Query, method):
		return modeReplicatedQuery, "canister_query " + method, nil
	case module.HasMethod(wasm.CompositeQuery, method):
		return 0, "", &fault{code: errCompositeReplicated, text: "Composite query cannot be called in replicated mode"}
	}
	return 0, "", &fault{code: errMethodNotFound, text: fmt.Sprintf("Canister has no update method '%s'", method)}
}

// open begins a call context.
func (c *Canister) open(x callContext) *callContext {
	c.contextID++
	x.id = c.contextID
	c.contexts = append(c.contexts, &x)
	return &x
}

// conclude applies the journal of an execution in a call context, or says why it failed. The instructions are
// counted either way.
func (r *Round) conclude(c *Canister, a attempt, id uint64) *fault {
	_, now := c.findContext(id)
	ctx := *now
	ctx.instructions += a.Instructions
	c.log = a.log
	failure := a.failure(c, r.limits.message)
	if failure != nil {
		c.setContext(ctx)
		return failure
	}
	ctx.available = a.available
	ctx.outstanding += len(a.calls)
	c.store(a.execution, a.Result)
	c.version++
	r.memory += a.fresh
	r.wrote(c, a.dirty())
	r.consume(c, useTransmission, a.transmitted)
	r.consume(c, useBurned, a.burned)
	r.outcome.Minted = r.outcome.Minted.Add(a.minted)
	r.place(c, a.execution, id)
	if a.answer != nil {
		r.respond(c, &ctx, a.answer)
	}
	c.setContext(ctx)
	return nil
}

// failure says why an execution changes nothing, if it does not: it trapped, or it spent cycles that others, while it was
// under way, have left too few of.
func (a attempt) failure(c *Canister, limit uint64) *fault {
	switch {
	case a.Trap != nil:
		return faultOf(a.Trap, limit)
	case c.balance.Add(a.balance).Less(a.began):
		return c.outOfCycles()
	}
	return nil
}

// dirty is how many bytes of pages stay written.
func (a attempt) dirty() uint64 {
	if a.mode == modeReplicatedQuery {
		return 0
	}
	return a.written + uint64(a.DirtyPages)*wasm.PageSize
}

// store keeps what an execution that returned did to its canister itself. A replicated query keeps only its cycles.
func (c *Canister) store(x *execution, result wasm.Result) {
	c.balance = c.balance.Add(x.balance).Sub(x.began)
	c.reserved = c.reserved.Add(x.reserved).Sub(x.beganReserved)
	if x.mode == modeReplicatedQuery {
		return
	}
	c.image = result.Image
	c.stable = x.stable
	c.timer = x.timer
	c.watchHeap()
	if x.certified != nil {
		c.certified = x.certified
	}
}

// place puts the calls of an execution into the output queues and opens their callbacks.
func (r *Round) place(c *Canister, x *execution, context uint64) {
	for _, made := range x.calls {
		c.callback++
		b := made.callback
		b.id, b.context = c.callback, context
		c.callbacks = append(c.callbacks, &b)
		r.callbacks++
		expires := b.deadline
		if expires == 0 {
			r.guaranteed++
			expires = r.ctx.Time + requestLifetime
		}
		request := protocol.NewRequest(&protocol.Request{
			Sender: c.id, Receiver: b.respondent, Callback: b.id, Method: made.method, Arg: made.arg,
			Cycles: b.cycles, Deadline: b.deadline, Depth: x.depth,
		})
		if !made.nowhere {
			c.queues.PushRequest(request, expires)
			continue
		}
		f := &fault{code: errCanisterNotFound}
		c.queues.Reserve(b.respondent)
		r.deliver(c, request.Request.RejectTo(f.bare(fmt.Sprintf("Canister %s not found", made.callee))), false)
	}
}

// refundExecution gives back what was prepaid for a job and not used.
func (r *Round) refundExecution(c *Canister, j *job, instructions uint64) {
	used := r.prices.execution(instructions, j.wide).Min(j.prepaid)
	c.balance = c.balance.Add(j.prepaid.Sub(used))
	r.consume(c, useInstructions, used)
}

// respond gives a call its one answer; what is left of its cycles goes along.
func (r *Round) respond(c *Canister, ctx *callContext, a *answer) {
	var reject protocol.Reject
	if a.reject != nil {
		f := &fault{code: errRejectedMessage}
		reject = f.bare(*a.reject)
	}
	r.send(c, ctx, a.reply, reject)
}

func (r *Round) send(c *Canister, ctx *callContext, reply []byte, reject protocol.Reject) {
	refund := ctx.available
	guaranteed := ctx.owesGuaranteed()
	ctx.responded = true
	ctx.available = protocol.Cycles{}
	if ctx.origin == fromUser {
		status := protocol.IngressStatus{State: protocol.IngressReplied, Reply: reply}
		if reject.Code != 0 {
			status = protocol.IngressStatus{State: protocol.IngressRejected, Reject: reject}
		}
		r.record(protocol.IngressUpdate{ID: ctx.message, Status: status})
		return
	}
	expires := protocol.Never
	if ctx.deadline != 0 {
		expires = ctx.deadline
	}
	if guaranteed {
		r.guaranteed--
	}
	c.queues.PushResponse(protocol.NewResponse(&protocol.Response{
		Originator: ctx.caller, Respondent: c.id, Callback: ctx.callback, Refund: refund,
		Reply: reply, Reject: reject, Deadline: ctx.deadline,
	}), expires)
}

// settle ends what an execution did for a call context: a call that can have no answer any more is rejected,
// with the failure if there was one, and a context in which nothing more can happen is forgotten.
func (r *Round) settle(c *Canister, id uint64, failure *fault) {
	_, now := c.findContext(id)
	ctx := *now
	if !ctx.responded && ctx.outstanding == 0 {
		if failure == nil {
			failure = didNotReply()
		}
		r.send(c, &ctx, nil, failure.reject(c.id))
	}
	c.setContext(ctx)
	c.forgetContext(id)
}
