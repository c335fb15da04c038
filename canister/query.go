package canister

import (
	"icsim/canister/wasm"
	"icsim/crypto/principal"
	"icsim/protocol"

	m "icsim/canister/management"
)

// A query is one that is being answered: a user's, or one that a composite query makes.
type query struct {
	sender      principal.ID
	canister    protocol.CanisterID
	method      string
	arg         []byte
	certificate []byte // of the canister's certified data in the state, for ic0.data_certificate_*; nil: there is none
}

// Query implements protocol.Querier. s must come from this package; it is not changed.
func (e *Executor) Query(
	s protocol.CanisterState, ctx *protocol.RoundContext, q *protocol.IngressContent, certificate []byte,
) protocol.QueryAnswer {
	g := callGraph{round: e.open(s.(*State), ctx), left: maxQueryInstructions}
	var reply *answer
	var f *fault
	if q.Canister == protocol.ManagementCanister {
		reply, f = g.manage(q.Sender, q.Method, q.Arg)
	} else {
		reply, f = g.ask(&query{q.Sender, q.Canister, q.Method, q.Arg, certificate}, 0)
	}
	return protocol.QueryAnswer{
		Instructions: maxQueryInstructions - g.left, Reply: replyOf(reply), Reject: rejectOf(q.Canister, reply, f),
	}
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
	if method == "list_canisters" {
		return nil, notAdmin(sender)
	}
	if method != "canister_status" && method != "canister_metrics" && method != "fetch_canister_logs" {
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
	if method == "canister_metrics" {
		if !c.isController(sender) {
			return nil, c.notController(sender)
		}
		return &answer{reply: c.metricsReply()}, nil
	}
	if sender != id && !c.shows(c.inspectors, sender) {
		return nil, c.notController(sender)
	}
	return &answer{reply: m.Encode(c.statusReply(g.round.prices, g.round.isReady(c)))}, nil
}

// ask answers a query of a canister at a depth of the graph.
func (g *callGraph) ask(q *query, depth int) (*answer, *fault) {
	c := g.round.peek(q.canister)
	if c == nil {
		return nil, notFound(q.canister.Principal())
	}
	if f := c.closedToCalls(); f != nil {
		return nil, f
	}
	if c.balance.Less(c.frozen(g.round.prices, 0)) {
		return nil, c.outOfCycles()
	}
	module := g.round.executor.module(c.code)
	switch {
	case module.HasMethod(wasm.Query, q.method):
		x := g.round.newQuery(c, modeQuery, q)
		return g.enter(x, wasm.Entry{Kind: wasm.EntryExport, Name: "canister_query " + q.method, Discard: true})
	case module.HasMethod(wasm.CompositeQuery, q.method):
		working := *c
		k := composite{callGraph: g, canister: &working, caller: q.sender, depth: depth}
		return k.run(q)
	}
	return nil, noQuery(q.method)
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

func (r *Round) newQuery(c *Canister, mode mode, q *query) *execution {
	x := r.newExecution(c, mode)
	x.arg, x.caller, x.certificate, x.responded = q.arg, q.sender, q.certificate, false
	return x
}

// AcceptsIngress implements protocol.Querier. A canister may refuse calls by canister_inspect_message; who may call the
// management canister is known beforehand. s must come from this package; it is not changed.
func (e *Executor) AcceptsIngress(
	s protocol.CanisterState, ctx *protocol.RoundContext, x *protocol.SignedIngress,
) protocol.Reject {
	r := e.open(s.(*State), ctx)
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

// Subject implements protocol.Querier (rs/types/types/src/messages/ingress_messages.rs, extract_effective_canister_id).
func (e *Executor) Subject(method string, arg []byte) (subject principal.ID, bound bool, err error) {
	known, ok := findMethod(method)
	if !ok || known.run == nil || known.access == open && method != "fetch_canister_logs" {
		return subject, false, nil
	}
	subject, err = targetOf(method, arg)
	return subject, true, err
}
