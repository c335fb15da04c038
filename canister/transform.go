package canister

import (
	"fmt"

	m "icsim/canister/management"
	"icsim/canister/wasm"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// Transform implements protocol.Transformer: a server's response becomes Candid, and passes through the function that the call
// names (rs/https_outcalls/client/src/client.rs; interface.md A.1, mode TQ). Responses are held to the bounds of requests.
func (e *Executor) Transform(
	s protocol.CanisterState, ctx *protocol.RoundContext, c *protocol.OutcallContext, r *protocol.HTTPResponse,
) protocol.Transformed {
	response := m.HTTPResponse{Status: protocol.CyclesOf(uint64(r.Status)), Body: r.Body}
	for _, h := range r.Headers {
		response.Headers = append(response.Headers, m.HTTPHeader(h))
	}
	if f := checkHTTP(response.Headers, response.Body); f != nil {
		return protocol.Transformed{Reject: protocol.Reject{Code: protocol.SysFatal, Message: f.text}}
	}
	if c.Transform == nil {
		return protocol.Transformed{Reply: m.Encode(response)}
	}
	q := &query{
		sender: principal.Management(), canister: c.Caller(), method: c.Transform.Method,
		arg: m.Encode(m.TransformArgs{Response: response, Context: c.Transform.Context}),
	}
	g := callGraph{round: e.open(s.(*State), ctx), left: maxQueryInstructions}
	reply, f := g.transform(q)
	t := protocol.Transformed{Reply: replyOf(reply), Reject: rejectOf(q.canister, reply, f), Instructions: maxQueryInstructions - g.left}
	if t.Reject.Error != "" && f != nil {
		t.Reject.Message = fmt.Sprintf("%s: %s", t.Reject.Error, t.Reject.Message)
	}
	return t
}

// transform runs a transform function: a query, which no user asked for.
func (g *callGraph) transform(q *query) (*answer, *fault) {
	c := g.round.peek(q.canister)
	if c == nil {
		return nil, notFound(q.canister.Principal())
	}
	if f := c.closedToCalls(); f != nil {
		return nil, f
	}
	if !g.round.executor.module(c.code).HasMethod(wasm.Query, q.method) {
		return nil, noQuery(q.method)
	}
	x := g.round.newQuery(c, modeTransform, q)
	return g.enter(x, wasm.Entry{Kind: wasm.EntryExport, Name: "canister_query " + q.method, Discard: true})
}
