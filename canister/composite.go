package canister

import (
	"icsim/canister/wasm"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// A composite is a composite query that is being answered: it keeps what its executions do to the canister, for its own callbacks
// only, and forgets it in the end.
type composite struct {
	*callGraph
	canister *Canister // a copy
	caller   principal.ID
	depth    int
	calls    []*call // made and not answered yet
	answer   *answer
}

// run enters the method and then, as long as there is no answer, makes its calls one after the other.
func (k *composite) run(q *query) (*answer, *fault) {
	x := k.round.newQuery(k.canister, modeComposite, q)
	if f := k.step(x, wasm.Entry{Kind: wasm.EntryExport, Name: "canister_composite_query " + q.method}); f != nil {
		return nil, f
	}
	var failure *fault
	for k.answer == nil && len(k.calls) > 0 {
		made := k.calls[0]
		k.calls = k.calls[1:]
		if f := k.callBack(made); f != nil {
			failure = f
		}
	}
	switch {
	case k.answer != nil:
		return k.answer, nil
	case failure != nil:
		return nil, failure
	}
	return nil, didNotReply()
}

// step makes an execution and keeps what it did.
func (k *composite) step(x *execution, entry wasm.Entry) *fault {
	image, f := k.try(x, entry)
	if f != nil {
		return f
	}
	k.canister.image, k.canister.stable = image, x.stable
	k.calls = append(k.calls, x.calls...)
	if x.answer != nil {
		k.answer = x.answer
	}
	return nil
}

// callBack makes a call, and enters its callback and, if that traps, its cleanup.
func (k *composite) callBack(made *call) *fault {
	id, ok := protocol.CanisterFromPrincipal(made.callee)
	if !ok {
		id = protocol.ManagementCanister // which answers for what is no canister
	}
	reply, f := k.call(id, made)
	entry, mode := made.reply, modeCompositeReply
	reject := rejectOf(id, reply, f)
	if reject.Code != 0 {
		entry, mode = made.reject, modeCompositeReject
	}
	if entry.index == noFunction {
		return nil
	}
	failure := k.step(k.newCallback(mode, replyOf(reply), reject), entry.entry())
	if failure != nil && made.hasCleanup {
		_ = k.step(k.newCallback(modeCompositeClean, replyOf(reply), reject), made.cleanup.entry()) // its own failure changes nothing
	}
	return failure
}

func (k *composite) newCallback(mode mode, reply []byte, reject protocol.Reject) *execution {
	x := k.round.newExecution(k.canister, mode)
	x.arg, x.caller, x.responded = reply, k.caller, false
	x.code, x.reject = uint32(reject.Code), reject.Message
	return x
}

// call asks another canister of this subnet, or the management canister.
func (k *composite) call(id protocol.CanisterID, made *call) (*answer, *fault) {
	if k.left < queryCallOverhead {
		return nil, &fault{code: errQueryInstructions, text: "Composite query call graph exceeded the instruction limit"}
	}
	k.left -= queryCallOverhead
	if k.depth+1 > maxQueryDepth {
		return nil, &fault{code: errQueryTooDeep, text: "Composite query exceeded the maximum call depth"}
	}
	self := k.canister.id.Principal()
	if made.callee == principal.Management() || made.callee == k.round.ctx.SubnetPrincipal {
		return k.manage(self, made.method, made.arg)
	}
	if id == protocol.ManagementCanister {
		return nil, notFound(made.callee)
	}
	return k.ask(&query{sender: self, canister: id, method: made.method, arg: made.arg}, k.depth+1)
}
