package replica

import (
	"icsim/crypto/certificate"
	"icsim/protocol"
	"icsim/protocol/authentication"
	"icsim/protocol/delegation"
	"icsim/protocol/endpoint"
	"icsim/protocol/messaging"
)

// queryThreads is how many requests are worked on at a time (rs/config/src/execution_environment.rs, query_execution_threads_total).
const queryThreads = 4

// maxRequests bounds the queries and reads that wait at a node (rs/config/src/http_handler.rs, max_query_concurrent_requests).
const maxRequests = 400

// A queryLane answers users from the latest certified state: queries, and reads of the state. It also tells the node's health and
// fetches its delegation.
// It answers up to queryThreads requests a step, a thread each, and is charged what the busiest of them did.
//
// Model: the threads begin together, so that answers leave with the slowest of their step.
type queryLane struct {
	delegation *delegation.Manager
	started    bool // there has been a certified state: there is something to prove
	waiting    []protocol.Arrival
}

func (l *queryLane) init(r *Replica) {
	l.delegation = delegation.New(r.cfg.Subnet, r.keys, r.rand("delegation"))
}

func (l *queryLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		l.take(r, &in.Arrivals[i], in, out)
	}
	if state, _ := r.states.Certified(); l.started || state != nil {
		l.started = true
		l.delegation.Step(in, out)
		out.Wake = l.delegation.NextWake()
	}
	arrived := out.Meter
	var busiest protocol.Meter
	for range min(queryThreads, len(l.waiting)) {
		out.Meter = protocol.Meter{}
		a := l.waiting[0]
		l.waiting[0] = protocol.Arrival{}
		l.waiting = l.waiting[1:]
		switch m := a.Msg.(type) {
		case *protocol.QueryRequest:
			out.Send([]protocol.NodeID{a.From}, l.answer(r.visit(in), m, out))
		case *protocol.ReadRequest:
			out.Send([]protocol.NodeID{a.From}, l.read(r.visit(in), m, out))
		}
		for op := range busiest {
			busiest[op] = max(busiest[op], out.Meter[op])
		}
	}
	for op := range arrived {
		out.Meter[op] = arrived[op] + busiest[op]
	}
	if len(l.waiting) > 0 {
		out.Wake = in.Instant
	}
}

// take queues a request, or refuses it when too many wait. Of its health the node tells at once.
func (l *queryLane) take(r *Replica, a *protocol.Arrival, in *protocol.Input, out *protocol.Outputs) {
	busy := protocol.Refusal{Status: protocol.StatusTooMany, Text: "Too many requests. Please try again."}
	switch m := a.Msg.(type) {
	case *protocol.StatusRequest:
		out.Meter.Charge(protocol.OpReceive, 1)
		out.Send([]protocol.NodeID{a.From}, &protocol.StatusReply{
			Health: r.health(r.visit(in).registry), Height: r.states.CertifiedHeight(), Serial: m.Serial,
		})
	case *protocol.ReadReply:
		out.Meter.Charge(protocol.OpReceive, 1)
		l.delegation.Handle(m, in)
	case *protocol.QueryRequest:
		out.Meter.Charge(protocol.OpReceive, 1)
		if len(l.waiting) < maxRequests {
			l.waiting = append(l.waiting, *a)
			return
		}
		out.Send([]protocol.NodeID{a.From}, &protocol.QueryReply{ID: m.Query.ID, Serial: m.Serial, Refusal: busy})
	case *protocol.ReadRequest:
		out.Meter.Charge(protocol.OpReceive, 1)
		if len(l.waiting) < maxRequests {
			l.waiting = append(l.waiting, *a)
			return
		}
		out.Send([]protocol.NodeID{a.From}, &protocol.ReadReply{ID: m.Read.ID, Serial: m.Serial, Refusal: busy})
	}
}

// answer runs a query on the latest certified state and signs what comes of it (rs/http_endpoints/public/src/query.rs).
func (l *queryLane) answer(v visit, m *protocol.QueryRequest, out *protocol.Outputs) *protocol.QueryReply {
	out.Meter.Charge(protocol.OpIngressValidate, 1)
	c := &m.Query.Content
	reply := &protocol.QueryReply{ID: m.Query.ID, Serial: m.Serial}
	if reply.Refusal = l.refuses(v, m); reply.Refusal.Status != 0 {
		return reply
	}
	if reply.Refusal = v.unhealthy(); reply.Refusal.Status != 0 {
		return reply
	}
	state, _ := v.states.Certified()
	ctx := v.states.Context(state)
	proof := v.certificate(m.Effective, m.Flat, messaging.CertifiedDataPath(c.Canister))
	got := v.cfg.Querier.Query(state.Canisters(), ctx, c, proof)
	out.Meter.Charge(protocol.OpWitness, 1)
	out.Meter.Charge(protocol.OpCanisterMessage, 1)
	out.Meter.Charge(protocol.OpInstruction, int(got.Instructions))
	reply.Reply, reply.Reject = got.Reply, got.Reject
	reply.Timestamp = ctx.Genesis + uint64(state.Time())
	reply.Node = v.registry.Node(v.cfg.Node).Principal
	reply.Signature = v.keys.SignBasic(reply.Signable())
	return reply
}

func (l *queryLane) refuses(v visit, m *protocol.QueryRequest) protocol.Refusal {
	c := &m.Query.Content
	if f := first(
		v.destined(c, m.Effective), endpoint.Nonce(c.Nonce), endpoint.ExpiryOfRead(c.Sender, c.Expiry, v.now, v.registry.Genesis),
	); f.Status != 0 {
		return f
	}
	scope, f := v.authenticate(&m.Query.Auth, authentication.Request{Sender: c.Sender, ID: m.Query.ID, Info: c.Info})
	if f.Status != 0 {
		return f
	}
	return refusedBy(scope.Forbids(c.Canister.Principal(), false).Text)
}

// read shows paths of the latest certified state (rs/http_endpoints/public/src/read_state.rs).
func (l *queryLane) read(v visit, m *protocol.ReadRequest, out *protocol.Outputs) *protocol.ReadReply {
	out.Meter.Charge(protocol.OpIngressValidate, 1)
	reply := &protocol.ReadReply{ID: m.Read.ID, Serial: m.Serial}
	c := &m.Read.Content
	if reply.Refusal = first(
		endpoint.Nonce(c.Nonce), endpoint.ExpiryOfRead(c.Sender, c.Expiry, v.now, v.registry.Genesis),
	); reply.Refusal.Status != 0 {
		return reply
	}
	if !m.Subnet {
		if reply.Refusal = endpoint.Hosted(m.Effective, v.cfg.Subnet, v.registry.Routing); reply.Refusal.Status != 0 {
			return reply
		}
	}
	scope, f := v.authenticate(&m.Read.Auth, authentication.Request{Sender: c.Sender, ID: m.Read.ID})
	if reply.Refusal = f; f.Status != 0 {
		return reply
	}
	if reply.Refusal = v.unhealthy(); reply.Refusal.Status != 0 {
		return reply
	}
	state, _ := v.states.Certified()
	rules := endpoint.Read{
		ReadRequest: m, State: state, Scope: scope,
		Subnet: v.registry.Subnet(v.cfg.Subnet).Principal, Root: v.registry.Subnet(v.registry.Root).Principal,
	}
	if reply.Refusal = rules.Check(); reply.Refusal.Status != 0 {
		return reply
	}
	out.Meter.Charge(protocol.OpWitness, 1)
	var d *certificate.Delegation
	if m.Subnet {
		d, _ = l.delegation.ForSubnet(m.Flat, v.registry)
	} else {
		d, _ = l.delegation.ForCanister(m.Effective, m.Flat, v.registry)
	}
	reply.Certificate = v.states.Certificate(d, rules.Shown(state.Tree())...)
	return reply
}
