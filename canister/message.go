package canister

import (
	"fmt"

	"icsim/canister/wasm"
	"icsim/protocol"
)

// executeNext runs the message whose turn it is and gives the instructions it took.
func (r *Round) executeNext(c *Canister) uint64 {
	m, user := c.queues.PopInput()
	r.outcome.Messages++
	switch {
	case user != nil:
		return r.executeIngress(c, user)
	case m.Request != nil:
		return r.executeRequest(c, m.Request)
	}
	return r.executeResponse(c, m.Response)
}

func (r *Round) executeIngress(c *Canister, m *protocol.SignedIngress) uint64 {
	return r.executeCall(c, m.Content.Method, m.Content.Arg, callContext{
		origin: fromUser, message: m.MessageID, sender: m.Content.Sender,
	})
}

func (r *Round) executeRequest(c *Canister, q *protocol.Request) uint64 {
	if q.Cycles.Less(c.incoming) {
		ctx := c.open(callContext{origin: fromCanister, caller: q.Sender, callback: q.Callback, deadline: q.Deadline, available: q.Cycles})
		r.settle(c, ctx.id, refusal(errInsufficientInCall, "Canister %s accepts calls from canisters with at least %s cycles, and this came "+
			"with %s.", c.id, c.incoming, q.Cycles))
		return 0
	}
	return r.executeCall(c, q.Method, q.Arg, callContext{
		origin: fromCanister, caller: q.Sender, callback: q.Callback,
		deadline: q.Deadline, depth: q.Depth + 1, available: q.Cycles,
	})
}

// executeCall opens a call context and runs the method that was called.
func (r *Round) executeCall(c *Canister, method string, arg []byte, opened callContext) uint64 {
	ctx := c.open(opened)
	if f := c.closedToCalls(); f != nil {
		r.settle(c, ctx.id, f)
		return 0
	}
	prepaid := r.prices.execution(r.limits.message)
	if c.liquid(r.prices).Less(prepaid) {
		r.settle(c, ctx.id, c.outOfCycles())
		return 0
	}
	m, name, f := r.resolve(c, method)
	if f != nil {
		r.burn(c, r.prices.execution(0))
		r.settle(c, ctx.id, f)
		return 0
	}
	c.balance = c.balance.Sub(prepaid)
	x := r.newExecution(c, m)
	x.inContext(ctx)
	x.arg = arg
	result := x.enter(wasm.Entry{Kind: wasm.EntryExport, Name: name, Discard: m == modeReplicatedQuery}, r.limits.message)
	f = r.conclude(c, x, ctx.id, result)
	r.refundExecution(c, prepaid, result.Instructions)
	r.settle(c, ctx.id, f)
	if opened.origin == fromUser && c.awaits(ctx.id) {
		r.record(protocol.IngressUpdate{ID: opened.message, Status: protocol.IngressStatus{State: protocol.IngressProcessing}})
	}
	return result.Instructions
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
func (r *Round) conclude(c *Canister, x *execution, id uint64, result wasm.Result) *fault {
	_, now := c.findContext(id)
	ctx := *now
	ctx.instructions += result.Instructions
	c.log = x.log
	if result.Trap != nil {
		c.setContext(ctx)
		return faultOf(result.Trap, r.limits.message)
	}
	ctx.available = x.available
	ctx.outstanding += len(x.calls)
	c.store(x, result)
	c.version++
	r.memory += x.fresh
	r.lose(x.burned)
	r.outcome.Minted = r.outcome.Minted.Add(x.minted)
	r.place(c, x, id)
	if x.answer != nil {
		r.respond(c, &ctx, x.answer)
	}
	c.setContext(ctx)
	return nil
}

// store keeps what an execution that returned did to its canister itself. A replicated query keeps only its cycles.
func (c *Canister) store(x *execution, result wasm.Result) {
	x.dropCall()
	c.balance, c.reserved = x.balance, x.reserved
	if x.mode == modeReplicatedQuery {
		return
	}
	c.image = result.Image
	c.stable = x.stablePages()
	c.timer = x.timer
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
		if _, manager := b.respondent.ManagedSubnet(); manager || made.callee == b.respondent.Principal() {
			c.queues.PushRequest(request, expires)
			continue
		}
		f := &fault{code: errCanisterNotFound}
		c.queues.Reserve(b.respondent)
		r.deliver(c, request.Request.RejectTo(f.bare(fmt.Sprintf("Canister %s not found", made.callee))), false)
	}
}

// refundExecution gives back what was prepaid and not used.
func (r *Round) refundExecution(c *Canister, prepaid protocol.Cycles, instructions uint64) {
	used := r.prices.execution(instructions).Min(prepaid)
	c.balance = c.balance.Add(prepaid.Sub(used))
	r.lose(used)
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
			failure = &fault{code: errDidNotReply, text: "Canister did not reply to the call"}
		}
		r.send(c, &ctx, nil, failure.reject(c.id))
	}
	c.setContext(ctx)
	c.forgetContext(id)
}
