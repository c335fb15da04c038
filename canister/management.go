package canister

import (
	m "icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// A managementCall is a call of aaaaa-aa that waits in the subnet's own queue: a canister's, of this subnet or another, or a user's.
// Calls of canisters are bounded by their queues: each may have queue.Capacity calls open to the management canister of a
// subnet; those of users by the blocks they come in, since nearly all are answered in the round that they come in.
type managementCall struct {
	message *protocol.CanisterMessage // exactly one of the two is set
	ingress *protocol.SignedIngress
	remote  bool            // the message came from another subnet
	since   protocol.Height // of the round it came in
}

func (k managementCall) method() string {
	if k.ingress != nil {
		return k.ingress.Content.Method
	}
	return k.message.Request.Method
}

func (k managementCall) arg() []byte {
	if k.ingress != nil {
		return k.ingress.Content.Arg
	}
	return k.message.Request.Arg
}

func (k managementCall) cycles() protocol.Cycles {
	if k.ingress != nil {
		return protocol.Cycles{}
	}
	return k.message.Cycles()
}

func cyclesOfCalls(calls []managementCall) protocol.Cycles {
	var sum protocol.Cycles
	for _, k := range calls {
		sum = sum.Add(k.cycles())
	}
	return sum
}

// A request is a management call that is being answered.
type request struct {
	managementCall
	caller principal.ID
	cycles protocol.Cycles // came with the call and not taken: goes back
}

func newRequest(k managementCall) *request {
	if k.ingress != nil {
		return &request{managementCall: k, caller: k.ingress.Content.Sender}
	}
	return &request{managementCall: k, caller: k.message.From().Principal(), cycles: k.cycles()}
}

// decode reads the call's argument.
func (q *request) decode(to any) *fault {
	if err := m.Decode(q.arg(), to); err != nil {
		return undecodable(err)
	}
	return nil
}

func undecodable(err error) *fault {
	return refusal(errInvalidManagement, "Error decoding %s", err)
}

// origin tells who calls, for a canister's history.
func (q *request) origin() m.Origin {
	if q.ingress != nil {
		return m.Origin{User: &m.FromUser{User: q.caller}}
	}
	var sender struct {
		Version *uint64 `candid:"sender_canister_version"`
	}
	_ = m.Decode(q.arg(), &sender) // the method has read the argument already
	return m.Origin{Canister: &m.FromCanister{Canister: q.caller, Version: sender.Version}}
}

// manage answers the calls to aaaaa-aa, in order, as far as they need not wait, and gives the instructions that it took.
func (r *Round) manage(budget int64) uint64 {
	calls := r.management
	r.management, r.managing = nil, 0
	for _, k := range calls {
		if r.mustWait(k, budget) {
			r.management = append(r.management, k)
			continue
		}
		q := newRequest(k)
		if reply, f := r.execute(q); reply != nil || f != nil {
			r.answer(q, reply, f)
		}
	}
	r.outcome.Instructions += r.managing
	return r.managing
}

// mustWait holds a call back. Randomness is not known when it is asked for: raw_rand waits for the next round (interface.md B.1). A
// canister with a long job under way is left alone; one such installation at a time runs on a subnet, and as many short ones as
// the round's budget is for (rs/execution_environment/src/scheduler.rs, can_execute_subnet_msg).
func (r *Round) mustWait(k managementCall, budget int64) bool {
	name := k.method()
	if name == "raw_rand" {
		return k.since == r.ctx.Height
	}
	installs := name == "install_code" || name == "install_chunked_code"
	if installs && int64(r.managing) >= budget {
		return true
	}
	for _, c := range r.order {
		if c.long == nil {
			continue
		}
		if installs && c.long.deployment != nil {
			return true
		}
		if id, err := targetOf(name, k.arg()); err == nil && id == c.id.Principal() {
			return true
		}
	}
	return false
}

// execute runs a method. If both results are nil, the answer comes later.
func (r *Round) execute(q *request) ([]byte, *fault) {
	if f := r.overdue(q.managementCall); f != nil {
		return nil, f
	}
	method, ok := findMethod(q.method())
	switch {
	case !ok || method.run == nil:
		return nil, refusedMethod(q.method(), ok)
	case q.ingress != nil && !method.users:
		return nil, contract("%s cannot be called by a user.", method.name)
	case !method.aboutCanister():
		return method.run(r, q, nil)
	}
	id, err := targetOf(method.name, q.arg())
	if err != nil {
		return nil, undecodable(err)
	}
	n, ok := canisterOf(id.Bytes())
	if !ok {
		return nil, notFound(id)
	}
	c := r.touch(n)
	if c == nil {
		return nil, notFound(id)
	}
	if f := method.permits(c, q); f != nil {
		return nil, f
	}
	return method.run(r, q, c)
}

// overdue says that nobody waits for a call any more.
func (r *Round) overdue(k managementCall) *fault {
	switch {
	case k.ingress != nil && k.ingress.Content.Expiry < r.ctx.Time:
		return refusal(errIngressTimeout, "Ingress message timed out waiting to start executing.")
	case k.message != nil && k.message.Request.Deadline != 0 && k.message.Request.Deadline < r.ctx.Time:
		return refusal(errDeadlineExpired, "Deadline expired.")
	}
	return nil
}

// answer gives a call its one answer, with the cycles that were not taken.
func (r *Round) answer(q *request, reply []byte, f *fault) {
	var reject protocol.Reject
	if f != nil {
		reply, reject = nil, f.bare(f.text)
	}
	if q.ingress != nil {
		status := protocol.IngressStatus{State: protocol.IngressReplied, Reply: reply}
		if f != nil {
			status = protocol.IngressStatus{State: protocol.IngressRejected, Reject: reject}
		}
		r.record(protocol.IngressUpdate{ID: q.ingress.MessageID, Status: status})
		return
	}
	asked := q.message.Request
	response := protocol.NewResponse(&protocol.Response{
		Originator: asked.Sender, Respondent: asked.Receiver, Callback: asked.Callback, Deadline: asked.Deadline,
		Refund: q.cycles, Reply: reply, Reject: reject,
	})
	if q.remote {
		r.departing = append(r.departing, response)
		return
	}
	r.deliver(r.touch(asked.Sender), response, false)
}

// refusedMethod says that a method of aaaaa-aa cannot be called.
func refusedMethod(name string, known bool) *fault {
	if known {
		return refusal(errUnknownManagement, "not available yet: %s", name)
	}
	return refusal(errUnknownManagement, "Management canister has no method '%s'", name)
}

// targetOf reads from an argument which canister a call is about.
func targetOf(method string, arg []byte) (principal.ID, error) {
	if method == "install_chunked_code" {
		var to struct {
			Canister principal.ID `candid:"target_canister"`
		}
		err := m.Decode(arg, &to)
		return to.Canister, err
	}
	var to m.CanisterID
	err := m.Decode(arg, &to)
	return to.Canister, err
}

// canisterOf gives the canister with a principal, if it can be one's.
func canisterOf(raw []byte) (protocol.CanisterID, bool) {
	id, err := principal.FromBytes(raw)
	if err != nil {
		return 0, false
	}
	n, ok := protocol.CanisterFromPrincipal(id)
	return n, ok && n != protocol.ManagementCanister
}

// randomBytes draws the 32 bytes of a raw_rand from the random tape's value of this round.
func (r *Round) randomBytes() []byte {
	if r.random == nil {
		r.random = protocol.NewRand(r.ctx.Randomness, "raw_rand")
	}
	var out []byte
	for range 4 {
		out = appendUint(out, r.random.Uint64())
	}
	return out
}
