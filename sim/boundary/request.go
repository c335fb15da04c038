package boundary

import (
	"time"

	"icsim/crypto/principal"
	"icsim/protocol"
)

// A Request is what somebody outside asks of the network. Exactly one of Call, Query and Read is set; their Serial is the boundary
// node's to set.
type Request struct {
	Ticket uint64 // comes back with the answer
	Call   *protocol.CallRequest
	Query  *protocol.QueryRequest
	Read   *protocol.ReadRequest
	// Subnet is asked unless it is zero; else the one that hosts the effective canister. The management canister is
	// everywhere: calls that are about no canister, and name it, go to the first application subnet.
	Subnet principal.ID
}

// An Answer is what became of a request: a node's reply of the kind that fits the request, or a refusal by the boundary node itself.
type Answer struct {
	Ticket  uint64
	Call    *protocol.CallReply
	Query   *protocol.QueryReply
	Read    *protocol.ReadReply
	Refusal protocol.Refusal
}

// How long a node is given, by kind: a synchronous call waits for ten seconds at the node.
const (
	callPatience  = 14 * time.Second
	queryPatience = 10 * time.Second
	readPatience  = 5 * time.Second
)

// Refusals of the boundary node itself, in the words of ic-boundary.
const (
	refusalNoCanister = "canister_not_found: no subnet hosts the canister"
	refusalNoSubnet   = "subnet_not_found: there is no such subnet"
	refusalNoAnswer   = "upstream_timeout: no node of the subnet answered"
	statusNotFound    = 400
	statusUnavailable = 503
	statusTimeout     = 504
)

func (r *Request) effective() protocol.CanisterID {
	switch {
	case r.Call != nil:
		return r.Call.Effective
	case r.Query != nil:
		return r.Query.Effective
	}
	return r.Read.Effective
}

func (r *Request) patience() time.Duration {
	switch {
	case r.Call != nil:
		return callPatience
	case r.Query != nil:
		return queryPatience
	}
	return readPatience
}

// message gives what goes to a node, under a serial number.
func (r *Request) message(serial uint64) protocol.Message {
	switch {
	case r.Call != nil:
		m := *r.Call
		m.Serial = serial
		return &m
	case r.Query != nil:
		m := *r.Query
		m.Serial = serial
		return &m
	}
	m := *r.Read
	m.Serial = serial
	return &m
}

// A Request reaches the boundary node as a message.
func (r *Request) Lane() protocol.Lane { return protocol.LaneIngress }
func (r *Request) Size() int           { return 0 }
func (r *Request) Fingerprint() uint64 { return r.message(0).Fingerprint() ^ r.Ticket }
func (r *Request) String() string      { return "from outside: " + r.message(0).String() }
