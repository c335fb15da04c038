package protocol

import "slices"

// An OutcallID numbers the HTTPS outcalls that a subnet's canisters make, from 0 (the replica's CanisterHttpRequestId).
type OutcallID uint64

// Limits of outcalls (rs/types/types/src/canister_http.rs, rs/config MAX_CANISTER_HTTP_REQUESTS_IN_FLIGHT;
// reference/protocol.md D).
const (
	OutcallTimeout     = Time(60e9) // after it a block may answer that the call timed out
	MaxOpenOutcalls    = 3000       // of a subnet
	MaxOutcallResponse = 2_000_000  // bytes, headers and body together, and of what a transform function makes of it
)

// An HTTPMethod is the method of an outcall. Those from HTTPPut on may change a server more than once when every node asks,
// so they go only with calls that one node makes.
type HTTPMethod uint8

const (
	HTTPGet HTTPMethod = iota
	HTTPHead
	HTTPPost
	HTTPPut
	HTTPDelete
	HTTPPatch
	NumHTTPMethods
)

var httpMethods = [NumHTTPMethods]string{"get", "head", "post", "put", "delete", "patch"}

func (m HTTPMethod) String() string { return httpMethods[m] }

// An HTTPHeader is a header field of a request or a response.
type HTTPHeader struct{ Name, Value string }

// An HTTPResponse is what a server answered to one node. Immutable.
type HTTPResponse struct {
	Status  uint16
	Headers []HTTPHeader
	Body    []byte
}

// A Transform is the query method by which a canister strips from a response what differs from node to node.
type Transform struct {
	Method  string
	Context []byte // handed to the method with the response
}

// An OutcallContext is a canister's call of http_request that waits for consensus on its answer
// (CanisterHttpRequestContext in the replica's SubnetCallContextManager). Immutable.
type OutcallContext struct {
	ID          OutcallID
	Call        *CanisterMessage // the request that is answered
	Refund      Cycles           // what is left of the call's cycles after the fee: goes back with the answer
	URL         string
	Method      HTTPMethod
	Headers     []HTTPHeader
	Body        []byte
	MaxResponse uint64     // bytes
	Transform   *Transform // nil: none
	Time        Time       // of the round that took the call
	Node        NodeID     // who alone asks, if the call is not replicated; NoNode: every node
}

// Caller is whose call it is.
func (c *OutcallContext) Caller() CanisterID { return c.Call.Request.Sender }

// Deadline is the last block time at which the call has not timed out.
func (c *OutcallContext) Deadline() Time { return c.Time + OutcallTimeout }

// IsReplicated reports whether every node asks.
func (c *OutcallContext) IsReplicated() bool { return c.Node == NoNode }

// Outcalls are a state's open outcalls. Immutable.
type Outcalls struct {
	Open []*OutcallContext // ascending by id
	Next OutcallID         // of the next call
}

// Find gives an open outcall, or nil.
func (o Outcalls) Find(id OutcallID) *OutcallContext {
	i, ok := slices.BinarySearchFunc(o.Open, id, func(c *OutcallContext, id OutcallID) int { return int(int64(c.ID) - int64(id)) })
	if !ok {
		return nil
	}
	return o.Open[i]
}

// A Transformer makes of a server's response what an outcall is answered with: the record http_request_result in Candid, or
// what the canister's transform function turns that into, run as a query on a state (interface.md B.1). Package canister
// implements it. Equal arguments give equal results.
type Transformer interface {
	Transform(s CanisterState, ctx *RoundContext, c *OutcallContext, r *HTTPResponse) Transformed
}

// Transformed is what became of a response. Reject.Code is 0 when there is a reply.
type Transformed struct {
	Reply        []byte
	Reject       Reject
	Instructions uint64 // that the function used; 0 without one
}
