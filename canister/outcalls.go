package canister

import (
	"slices"

	m "icsim/canister/management"
	"icsim/protocol"
)

// Bounds of a call of http_request (interface.md B.1; rs/types/types/src/canister_http.rs).
const (
	maxURLBytes         = 8192
	maxHeaders          = 64
	maxHeaderBytes      = 8 << 10  // of a name, and of a value
	maxHeadersBytes     = 48 << 10 // all names and values
	maxHTTPRequestBytes = 2_000_000
)

// httpRequest opens an outcall. It answers when consensus does, see Answer.
//
// As in the replica, that the URL begins with https is the adapter's to check.
func (r *Round) httpRequest(q *request, _ *Canister) ([]byte, *fault) {
	if q.remote {
		return nil, contract("Incorrect sender subnet id of %s. Sender should be on the same subnet or on the NNS subnet.", q.caller)
	}
	var arg m.HTTPRequest
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	if f := checkHTTPRequest(q, &arg); f != nil {
		return nil, f
	}
	c := r.outcallContext(q, &arg)
	fee := r.prices.outcall(requestBytes(c), c.MaxResponse)
	switch {
	case len(r.outcalls.Open) >= protocol.MaxOpenOutcalls:
		return nil, refusal(errRejectedMessage, "max number (%d) of http requests in-flight reached.", protocol.MaxOpenOutcalls)
	case q.cycles.Less(fee):
		return nil, refusal(errRejectedMessage, "http_request request sent with %s cycles, but %s cycles are required.", q.cycles, fee)
	}
	r.consume(r.touch(q.message.Request.Sender), useOutcalls, fee) // which is here, and cannot be deleted while a call is open
	c.Refund = q.cycles.Sub(fee)
	q.cycles = protocol.Cycles{}
	r.outcalls.Open = append(slices.Clip(r.outcalls.Open), c)
	r.outcalls.Next++
	return nil, nil
}

// checkHTTPRequest says what is wrong with a call, in the replica's words.
func checkHTTPRequest(q *request, arg *m.HTTPRequest) *fault {
	if t := arg.Transform; t != nil && t.Function.Canister != q.caller {
		return refusal(errRejectedMessage, "transform principal id expected to be %s, got %s", q.caller, t.Function.Canister)
	}
	if len(arg.URL) > maxURLBytes {
		return refusal(errRejectedMessage, "url size %d exceeds %d", len(arg.URL), maxURLBytes)
	}
	var body []byte
	if arg.Body != nil {
		body = *arg.Body
	}
	if f := checkHTTP(arg.Headers, body); f != nil {
		return f
	}
	if most := arg.MaxResponse; most != nil && *most > protocol.MaxOutcallResponse {
		return refusal(errRejectedMessage, "max_response_bytes expected to be in the range [0..%d], got %d", protocol.MaxOutcallResponse, *most)
	}
	if httpMethod(&arg.Method) >= protocol.HTTPPut && (arg.Replicated == nil || *arg.Replicated) {
		return refusal(errRejectedMessage, "The requested HTTP method is only allowed for non-replicated requests.")
	}
	return nil
}

// checkHTTP is what holds for requests and responses (validate_http_headers_and_body).
func checkHTTP(headers []m.HTTPHeader, body []byte) *fault {
	var name, value, all int
	for _, h := range headers {
		name, value = max(name, len(h.Name)), max(value, len(h.Value))
		all += len(h.Name) + len(h.Value)
	}
	switch {
	case len(headers) > maxHeaders:
		return refusal(errRejectedMessage, "number of all http headers %d exceeds %d", len(headers), maxHeaders)
	case name > maxHeaderBytes:
		return refusal(errRejectedMessage, "number of bytes to represent some http header name %d exceeds %d", name, maxHeaderBytes)
	case value > maxHeaderBytes:
		return refusal(errRejectedMessage, "number of bytes to represent some http header value %d exceeds %d", value, maxHeaderBytes)
	case all > maxHeadersBytes:
		return refusal(errRejectedMessage, "total number of bytes to represent all http header names and values %d exceeds %d",
			all, maxHeadersBytes)
	case all+len(body) > maxHTTPRequestBytes:
		return refusal(errRejectedMessage, "total number of bytes to represent all http header names and values and http body %d exceeds %d",
			all+len(body), maxHTTPRequestBytes)
	}
	return nil
}

func httpMethod(v *m.HTTPMethod) protocol.HTTPMethod {
	cases := [protocol.NumHTTPMethods]*m.Null{v.Get, v.Head, v.Post, v.Put, v.Delete, v.Patch}
	return protocol.HTTPMethod(slices.IndexFunc(cases[:], func(c *m.Null) bool { return c != nil }))
}

// outcallContext is what a call asks for, all but its refund.
func (r *Round) outcallContext(q *request, arg *m.HTTPRequest) *protocol.OutcallContext {
	c := &protocol.OutcallContext{
		ID: r.outcalls.Next, Call: q.message, URL: arg.URL, Method: httpMethod(&arg.Method), MaxResponse: protocol.MaxOutcallResponse,
		Time: r.ctx.Time, Node: protocol.NoNode,
	}
	for _, h := range arg.Headers {
		c.Headers = append(c.Headers, protocol.HTTPHeader(h))
	}
	if arg.Body != nil {
		c.Body = *arg.Body
	}
	if arg.MaxResponse != nil {
		c.MaxResponse = *arg.MaxResponse
	}
	if t := arg.Transform; t != nil {
		c.Transform = &protocol.Transform{Method: t.Function.Method, Context: t.Context}
	}
	if arg.Replicated != nil && !*arg.Replicated {
		c.Node = r.delegate()
	}
	return c
}

// delegate draws the node that alone makes a call.
func (r *Round) delegate() protocol.NodeID {
	if r.delegates == nil {
		r.delegates = protocol.NewRand(r.ctx.Randomness, "http_request")
	}
	return r.ctx.Members[r.delegates.Below(uint64(len(r.ctx.Members)))]
}

// requestBytes is the size that a call pays for (CanisterHttpRequestContext::variable_parts_size).
func requestBytes(c *protocol.OutcallContext) uint64 {
	n := len(c.URL) + len(c.Body)
	for _, h := range c.Headers {
		n += len(h.Name) + len(h.Value)
	}
	if c.Transform != nil {
		n += len(c.Transform.Method) + len(c.Transform.Context)
	}
	return uint64(n)
}

// Answer implements protocol.Round: the canister's call is answered before anything else runs (the consensus queue of
// rs/execution_environment/src/scheduler.rs).
func (r *Round) Answer(a protocol.OutcallAnswer) {
	c := r.outcalls.Find(a.ID)
	if c == nil {
		return
	}
	r.outcalls.Open = slices.DeleteFunc(slices.Clone(r.outcalls.Open), func(o *protocol.OutcallContext) bool { return o == c })
	asked := c.Call.Request
	r.deliver(r.touch(asked.Sender), protocol.NewResponse(&protocol.Response{
		Originator: asked.Sender, Respondent: asked.Receiver, Callback: asked.Callback, Deadline: asked.Deadline,
		Refund: c.Refund, Reply: a.Reply, Reject: a.Reject,
	}), false)
}

// Outcalls implements protocol.CanisterState.
func (s *State) Outcalls() protocol.Outcalls { return s.outcalls }

func cyclesOfOutcalls(o protocol.Outcalls) protocol.Cycles {
	var sum protocol.Cycles
	for _, c := range o.Open {
		sum = sum.Add(c.Refund)
	}
	return sum
}

// appendOutcalls covers the open calls for a state's hash: what they ask for follows from the messages that made them.
func appendOutcalls(b []byte, o protocol.Outcalls) []byte {
	b = appendUint(b, uint64(o.Next), uint64(len(o.Open)))
	for _, c := range o.Open {
		b = append(appendUint(b, uint64(c.ID), uint64(c.Time), uint64(c.Node)), c.Call.Hash[:]...)
		b = appendCycles(b, c.Refund)
	}
	return b
}
