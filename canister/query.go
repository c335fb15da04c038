package canister

import (
	"icsim/canister/wasm"
	"icsim/crypto/principal"
	"icsim/protocol"

	m "icsim/canister/management"
)

// A Query asks a canister something outside of rounds: it is answered by one node from a state that it has, and changes nothing.
type Query struct {
	Sender      principal.ID
	Canister    protocol.CanisterID
	Method      string
	Arg         []byte
	Certificate []byte // of the canister's certified data in the state, for ic0.data_certificate_*; nil: there is none
}

// An Answer is what became of a query.
type Answer struct {
	Reply        []byte          // if Reject.Code is 0
	Reject       protocol.Reject // else
	Instructions uint64          // used, all executions together: what the node is to be charged
}

// Query answers a query from a state, which is not changed; ctx tells the time of the state and what a round on it would be told.
// Equal arguments give equal answers.
func (e *Executor) Query(s *State, ctx *protocol.RoundContext, q *Query) Answer {
	g := callGraph{round: e.open(s, ctx), left: maxQueryInstructions}
	var reply *answer
	var f *fault
	if q.Canister == protocol.ManagementCanister {
		reply, f = g.manage(q.Sender, q.Method, q.Arg)
	} else {
		reply, f = g.ask(q, 0)
	}
	return Answer{Instructions: maxQueryInstructions - g.left, Reply: replyOf(reply), Reject: rejectOf(q.Canister, reply, f)}
}

func replyOf(a *answer) []byte {
	if a == nil || a.reject != nil {
		return nil
	}
	return a.reply
}

// rejectOf puts a failure, or a canister's own reject, into the words that a caller hears.
func rejectOf(id protocol.CanisterID, a *answer, f *fault) protocol.Reject {
	switch {
	case f != nil:
		return f.reject(id)
	case a.reject != nil:
		return (&fault{code: errRejectedMessage}).bare(*a.reject)
	}
	return protocol.Reject{}
}

// Bounds of queries (interface.md A.5, A.6 and C "Composite query").
const (
	maxQueryInstructions = 5_000_000_000 // of a query with all that it calls
	queryCallOverhead    = 50_000_000    // each call is counted as
	maxQueryDepth        = 6
	maxQueryReplyBytes   = 3 << 20
	maxInspect           = 200_000_000 // instructions of canister_inspect_message
)

// A callGraph is a query with the queries that it calls. They are answered depth first, each on the canister as the state has it.
//
// Model: the replica ends a call graph after ten seconds on its clock; here instructions alone bound it.
type callGraph struct {
	round *Round // on which nothing is touched
	left  uint64 // instructions
}

// manage answers the methods of the management canister that are queries.
func (g *callGraph) manage(sender principal.ID, method string, arg []byte) (*answer, *fault) {
	if method != "canister_status" && method != "fetch_canister_logs" {
		_, known := findMethod(method)
		if known {
			return nil, contract("%s cannot be called as a query.", method)
		}
		return nil, refusedMethod(method, false)
	}
	id, err := targetOf(method, arg)
	if err != nil {
		return nil, undecodable(err)
	}
	n, ok := canisterOf(id.Bytes())
	c := g.round.peek(n)
	if !ok || c == nil {
		return nil, notFound(id)
	}
	if method == "fetch_canister_logs" {
		if !c.shows(c.logs, sender) {
			return nil, refusal(errRejectedMessage, "Caller %s is not allowed to access canister logs", sender)
		}
		return &answer{reply: c.fetchLogs()}, nil
	}
	if sender != id && !c.shows(c.inspectors, sender) {
		return nil, c.notController(sender)
	}
	return &answer{reply: m.Encode(c.statusReply(g.round.prices))}, nil
}

// ask answers a query of a canister at a depth of the graph.
func (g *callGraph) ask(q *Query, depth int) (*answer, *fault) {
	c := g.round.peek(q.Canister)
	if c == nil {
		return nil, notFound(q.Canister.Principal())
	}
	if f := c.closedToCalls(); f != nil {
		return nil, f
	}
	if c.balance.Less(c.frozen(g.round.prices, 0)) {
		return nil, c.outOfCycles()
	}
	module := g.round.executor.module(c.code)
	switch {
	case module.HasMethod(wasm.Query, q.Method):
		x := g.round.newQuery(c, modeQuery, q)
		return g.enter(x, wasm.Entry{Kind: wasm.EntryExport, Name: "canister_query " + q.Method, Discard: true})
	case module.HasMethod(wasm.CompositeQuery, q.Method):
		working := *c
		k := composite{callGraph: g, canister: &working, caller: q.Sender, depth: depth}
		return k.run(q)
	}
	return nil, noQuery(q.Method)
}

func noQuery(method string) *fault {
	return &fault{code: errMethodNotFound, text: "Canister has no query method '" + method + "'"}
}

// enter makes an execution and gives its answer, or says why there is none.
func (g *callGraph) enter(x *execution, entry wasm.Entry) (*answer, *fault) {
	if _, f := g.try(x, entry); f != nil {
		return nil, f
	}
	if x.answer == nil {
		return nil, didNotReply()
	}
	return x.answer, nil
}

// try makes an execution out of what is left of the graph's instructions.
func (g *callGraph) try(x *execution, entry wasm.Entry) (*wasm.Image, *fault) {
	result := x.enter(entry, g.left)
	x.close()
	g.left -= result.Instructions
	if result.Trap != nil {
		return nil, faultOf(result.Trap, maxQueryInstructions)
	}
	return result.Image, nil
}

func didNotReply() *fault {
	return &fault{code: errDidNotReply, text: "Canister did not reply to the call"}
}

func (r *Round) newQuery(c *Canister, mode mode, q *Query) *execution {
	x := r.newExecution(c, mode)
	x.arg, x.caller, x.certificate, x.responded = q.Arg, q.Sender, q.Certificate, false
	return x
}

// AcceptsIngress reports why a user's call would not be taken into a block, from a state: what a node decides when the call is
// handed in. The zero Reject means that it would. A canister may refuse calls by canister_inspect_message; who may call the
// management canister is known beforehand.
func (e *Executor) AcceptsIngress(s *State, ctx *protocol.RoundContext, x *protocol.SignedIngress) protocol.Reject {
	r := e.open(s, ctx)
	id := x.Content.Canister
	if id == protocol.ManagementCanister {
		if f := r.acceptsManagement(x); f != nil {
			return f.bare(f.text)
		}
		return protocol.Reject{}
	}
	c := r.peek(id)
	if c == nil {
		f := notFound(id.Principal())
		return f.bare(f.text)
	}
	f := c.closedToCalls()
	if f == nil && c.liquid(r.prices).Less(r.prices.ingress(&x.Content)) {
		f = c.outOfCycles()
	}
	if f == nil {
		f = r.inspect(c, x)
	}
	if f != nil {
		return f.reject(id)
	}
	return protocol.Reject{}
}

// inspect asks the canister itself, if it wants to be asked.
func (r *Round) inspect(c *Canister, m *protocol.SignedIngress) *fault {
	const export = "canister_inspect_message"
	if !r.executor.module(c.code).HasExport(export) {
		return nil
	}
	x := r.newExecution(c, modeInspect)
	x.arg, x.caller, x.method = m.Content.Arg, m.Content.Sender, m.Content.Method
	result := x.enter(wasm.Entry{Kind: wasm.EntryExport, Name: export, Discard: true}, maxInspect)
	switch {
	case result.Trap != nil:
		return faultOf(result.Trap, maxInspect)
	case !x.accepted:
		return &fault{code: errRejectedMessage, text: "Canister rejected the message"}
	}
	return nil
}

func (r *Round) acceptsManagement(x *protocol.SignedIngress) *fault {
	method, c, f := r.managed(x)
	if f != nil || c == nil {
		return f
	}
	return method.permits(c, newRequest(managementCall{ingress: x}))
}
