package messagingtest

import (
	"fmt"

	"icsim/protocol"
)

// An Executor implements protocol.Executor for scripted canisters.
type Executor struct {
	Messages int // executed in a round at most
	Queue    int // requests in a canister's input at most
}

// Methods of a scripted canister that users may call. Any other method follows the script in the argument.
const (
	MethodStop  = "stop"  // take no requests from now on
	MethodStart = "start" // take requests again
)

// Begin implements protocol.Executor.
func (x *Executor) Begin(parent protocol.CanisterState, ctx *protocol.RoundContext) protocol.Round {
	r := &round{executor: x, ctx: ctx, outcome: new(protocol.RoundOutcome)}
	r.Canisters = *parent.(*Canisters)
	r.hosted = append([]*canister(nil), r.hosted...)
	return r
}

// A round works on copies of the canisters it touches.
type round struct {
	Canisters
	executor *Executor
	ctx      *protocol.RoundContext
	outcome  *protocol.RoundOutcome
	own      []*canister // copied in this round
}

// get gives a canister to write to, or nil.
func (r *round) get(id protocol.CanisterID) *canister {
	i, ok := r.find(id)
	if !ok {
		return nil
	}
	for _, c := range r.own {
		if c == r.hosted[i] {
			return c
		}
	}
	c := r.hosted[i].clone()
	r.hosted[i] = c
	r.own = append(r.own, c)
	return c
}

func (r *round) InductIngress(m *protocol.SignedIngress) protocol.IngressUpdate {
	update := protocol.IngressUpdate{ID: m.MessageID, Status: protocol.IngressStatus{State: protocol.IngressReceived}}
	c := r.get(m.Content.Canister)
	if c == nil {
		update.Status.State = protocol.IngressRejected
		update.Status.Reject = protocol.Reject{Code: protocol.DestinationInvalid, Message: "no such canister", Error: "IC0301"}
		return update
	}
	c.Calls = append(c.Calls, m)
	return update
}

func (r *round) Induct(m *protocol.CanisterMessage) protocol.RejectReason {
	i, ok := r.find(m.To())
	switch {
	case !ok:
		return protocol.RejectCanisterNotFound
	case m.Request == nil:
	case r.hosted[i].Stopped:
		return protocol.RejectCanisterStopped
	case len(r.hosted[i].Input) >= r.executor.Queue:
		return protocol.RejectQueueFull
	}
	c := r.get(m.To())
	c.Input = append(c.Input, m)
	return protocol.Accepted
}

// Answer implements protocol.Round. Scripted canisters make no outcalls.
func (r *round) Answer(protocol.OutcallAnswer) {}

// AnswerSignature implements protocol.Round. They sign nothing.
func (r *round) AnswerSignature(*protocol.SignatureAnswer) {}

// Execute gives each canister a turn, again and again, until the budget is gone or all are idle.
func (r *round) Execute() {
	for r.outcome.Messages < r.executor.Messages {
		before := r.outcome.Messages
		for i := range r.hosted {
			if c := r.hosted[i]; len(c.Input)+len(c.Calls) > 0 && r.outcome.Messages < r.executor.Messages {
				r.outcome.Messages++
				r.turn(r.get(c.ID))
			}
		}
		if r.outcome.Messages == before {
			break
		}
	}
	r.outcome.Instructions = uint64(r.outcome.Messages) * 1000
	r.outcome.BusiestThread = r.outcome.Instructions
}

// turn executes one message of a canister, canisters' messages first.
func (r *round) turn(c *canister) {
	if c.Balance > 0 {
		c.Balance--
		r.outcome.Burned = r.outcome.Burned.Add(protocol.CyclesOf(1))
	}
	if len(c.Input) == 0 {
		call := c.Calls[0]
		c.Calls = c.Calls[1:]
		r.user(c, call)
		return
	}
	m := c.Input[0]
	c.Input = c.Input[1:]
	if m.Request == nil {
		r.response(c, m.Response)
		return
	}
	sequence, script := openArgument(m.Request.Arg)
	if last := c.Received[m.From()]; sequence <= last {
		panic(fmt.Sprintf("messagingtest: canister %s got request %d of %s after %d", c.ID, sequence, m.From(), last))
	}
	c.Received[m.From()] = sequence
	kept := m.Request.Cycles.Lo - m.Request.Cycles.Lo/2
	c.Balance += kept
	r.follow(c, openCall{Request: m.Request, Available: m.Request.Cycles.Lo - kept}, decode(script))
}

func (r *round) user(c *canister, call *protocol.SignedIngress) {
	r.progress(call.MessageID, protocol.IngressStatus{State: protocol.IngressProcessing})
	open := openCall{User: call.MessageID}
	switch call.Content.Method {
	case MethodStop, MethodStart:
		c.Stopped = call.Content.Method == MethodStop
		r.answer(c, open)
	default:
		r.follow(c, open, decode(call.Content.Arg))
	}
}

// follow makes a script's calls and leaves the call open until they are answered.
func (r *round) follow(c *canister, open openCall, calls []Call) {
	open.Waiting = len(calls)
	if open.Waiting == 0 {
		r.answer(c, open)
		return
	}
	c.Next++
	number := c.Next
	c.Contexts[number] = open
	for _, call := range calls {
		c.Next++
		callback := protocol.CallbackID(c.Next)
		c.Callback[callback] = number
		c.Sent[call.To]++
		cycles := min(call.Cycles, c.Balance)
		c.Balance -= cycles
		r.send(c, protocol.NewRequest(&protocol.Request{
			Sender: c.ID, Receiver: call.To, Callback: callback, Method: "follow",
			Arg: argument(c.Sent[call.To], Encode(call.Then), call.Pad), Cycles: protocol.CyclesOf(cycles),
		}))
	}
}

func (r *round) response(c *canister, p *protocol.Response) {
	number, ok := c.Callback[p.Callback]
	if !ok {
		panic(fmt.Sprintf("messagingtest: canister %s got a response to callback %d that is not open", c.ID, p.Callback))
	}
	delete(c.Callback, p.Callback)
	c.Answers[p.Reject.Code]++
	c.Balance += p.Refund.Lo
	open := c.Contexts[number]
	open.Waiting--
	c.Contexts[number] = open
	if open.Waiting == 0 {
		delete(c.Contexts, number)
		r.answer(c, open)
	}
}

// answer replies to whoever called.
func (r *round) answer(c *canister, open openCall) {
	if open.Request == nil {
		r.progress(open.User, protocol.IngressStatus{State: protocol.IngressReplied, Reply: []byte("done")})
		return
	}
	r.send(c, protocol.NewResponse(&protocol.Response{
		Originator: open.Request.Sender, Respondent: c.ID, Callback: open.Request.Callback,
		Refund: protocol.CyclesOf(open.Available), Reply: []byte("done"),
	}))
}

// send puts a message into an output queue, or at once into the input of a canister of this subnet, unless others wait for it since it was
// elsewhere.
func (r *round) send(c *canister, m *protocol.CanisterMessage) {
	q := c.queue(m.To())
	if to, ok := r.ctx.Routing.Route(m.To()); !ok || to != r.ctx.Subnet || len(q.Messages) > 0 {
		q.Messages = append(q.Messages, m)
		return
	}
	if reason := r.Induct(m); reason != protocol.Accepted {
		c.Input = append(c.Input, m.Request.RejectTo(protocol.Reject{Code: protocol.CanisterError, Message: reason.String()}))
	}
}

func (r *round) progress(id protocol.MessageID, s protocol.IngressStatus) {
	r.outcome.Ingress = append(r.outcome.Ingress, protocol.IngressUpdate{ID: id, Status: s})
}

// Route takes one message of every queue in turn, until all are empty or excluded.
func (r *round) Route(take func(*protocol.CanisterMessage) bool) {
	excluded := map[[2]protocol.CanisterID]bool{}
	for moved := true; moved; {
		moved = false
		for i := range r.hosted {
			for k := range r.hosted[i].Output {
				q := &r.hosted[i].Output[k]
				key := [2]protocol.CanisterID{r.hosted[i].ID, q.To}
				if len(q.Messages) == 0 || excluded[key] {
					continue
				}
				if !take(q.Messages[0]) {
					excluded[key] = true
					continue
				}
				q = &r.get(r.hosted[i].ID).Output[k]
				q.Messages = q.Messages[1:]
				moved = true
			}
		}
	}
}

func (r *round) Commit() (protocol.CanisterState, *protocol.RoundOutcome) {
	state := r.Canisters
	if len(r.own) > 0 {
		state.seal(r.own)
	}
	return &state, r.outcome
}
