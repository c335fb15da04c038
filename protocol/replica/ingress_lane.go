package replica

import (
	"time"

	"icsim/protocol"
	"icsim/protocol/authentication"
	"icsim/protocol/endpoint"
	"icsim/protocol/ingress"
	"icsim/protocol/messaging"
	"icsim/protocol/p2p"
)

// syncWait is how long a synchronous call waits for its outcome before it is merely acknowledged
// (reference/interface.md D: ten seconds).
const syncWait = 10 * time.Second

// maxWatches bounds the synchronous calls that wait at one node (rs/http_endpoints/public, max_call_concurrent_requests).
const maxWatches = 1000

// An ingressLane takes users' calls, spreads them, and answers when their outcome is certified.
type ingressLane struct {
	pool      *ingress.Pool
	broadcast *p2p.Broadcast
	events    []p2p.Event
	effects   ingress.Effects
	watches   []watch          // by deadline
	answered  *messaging.State // the certified state by which all of them were looked at, when they began or since
	ids       []protocol.MessageID
	now       protocol.Time
}

// A watch is a client waiting for a call.
type watch struct {
	request  *protocol.CallRequest
	client   []protocol.NodeID
	deadline protocol.Time // on the monotonic clock
}

func (l *ingressLane) init(r *Replica) {
	l.pool = ingress.NewPool(ingress.Config{
		Node: r.cfg.Node, Subnet: r.cfg.Subnet, Keys: r.keys, Judge: r.cfg.Judge,
		IsKnown: func(id protocol.MessageID) bool {
			return r.states.Latest().IngressState(id) != protocol.IngressUnknown
		},
	})
	l.broadcast = r.broadcast(protocol.LaneIngress, func(m protocol.ArtifactMeta) protocol.Wish {
		return l.pool.Bouncer(m, l.now)
	})
}

func (l *ingressLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	l.now = in.Now
	l.effects.Publish, l.effects.Withdraw, l.effects.Notes = l.effects.Publish[:0], l.effects.Withdraw[:0], l.effects.Notes[:0]
	l.events = l.events[:0]
	for i := range in.Arrivals {
		l.handle(r, &in.Arrivals[i], in, out)
	}
	l.broadcast.Tick(in.Instant, out, &l.events)
	for i := range l.events {
		if e := &l.events[i]; e.Kind == p2p.Received {
			l.pool.Insert(e.Artifact.(*protocol.SignedIngress), e.From)
		} else {
			l.pool.Lost(e.Meta.ID)
		}
	}
	l.pool.Step(in.Now, &l.effects)
	l.answer(r.visit(in), in.Instant, out)
	l.apply(out)
	out.Wake = l.broadcast.NextWake()
	if expiry := l.pool.NextWake(); expiry != protocol.Never {
		out.Wake = min(out.Wake, in.Instant+max(expiry-in.Now, 0))
	}
	if len(l.watches) > 0 {
		out.Wake = min(out.Wake, l.watches[0].deadline)
	}
}

func (l *ingressLane) handle(r *Replica, a *protocol.Arrival, in *protocol.Input, out *protocol.Outputs) {
	switch m := a.Msg.(type) {
	case *protocol.CallRequest:
		out.Meter.Charge(protocol.OpReceive, 1)
		l.call(r.visit(in), a.From, m, in.Instant, out)
	case *inducted:
		l.ids = l.ids[:0]
		for _, call := range m.calls {
			l.ids = append(l.ids, call.MessageID)
		}
		l.pool.Inducted(l.ids, &l.effects)
	case *protocol.Poke:
	default:
		out.Meter.Charge(protocol.OpReceive, 1)
		l.broadcast.Handle(a, in.Instant, out, &l.events)
	}
}

// call takes a user's call, or says why not (rs/http_endpoints/public/src/call.rs). One that the certified state knows is answered
// at once.
func (l *ingressLane) call(v visit, from protocol.NodeID, m *protocol.CallRequest, instant protocol.Time, out *protocol.Outputs) {
	client, id := []protocol.NodeID{from}, m.Ingress.MessageID
	reply := &protocol.CallReply{ID: id, Serial: m.Serial}
	if reply.Refusal = l.refuses(v, m.Ingress, m.Effective); reply.Refusal.Status != 0 {
		out.Send(client, reply)
		return
	}
	state, _ := v.states.Certified()
	if !m.Async && state.IngressState(id) != protocol.IngressUnknown {
		out.Meter.Charge(protocol.OpWitness, 1)
		reply.Certificate = v.certificate(m.Effective, m.Flat, messaging.StatusPath(id))
		out.Send(client, reply)
		return
	}
	if !l.pool.Has(id) {
		out.Meter.Charge(protocol.OpCanisterMessage, 1) // Model: what canister_inspect_message executes is not charged
		reply.Reject = v.cfg.Querier.AcceptsIngress(state.Canisters(), v.states.Context(state), m.Ingress)
		if reply.Reject.Code == 0 && l.pool.Submit(m.Ingress, &l.effects).Kind != protocol.Accepts {
			reply.Refusal = protocol.Refusal{
				Status: protocol.StatusUnavailable, Text: "Service is overloaded, try again later.",
			}
		}
	}
	if m.Async || reply.Reject.Code != 0 || reply.Refusal.Status != 0 || len(l.watches) == maxWatches {
		out.Send(client, reply)
		return
	}
	l.watches = append(l.watches, watch{request: m, client: client, deadline: instant.Add(syncWait)})
}

// refuses says why a call is not even looked at. One that the pool has was signed by its sender.
func (l *ingressLane) refuses(v visit, m *protocol.SignedIngress, effective protocol.CanisterID) protocol.Refusal {
	if !v.serves(v.registry) {
		return endpoint.Unavailable()
	}
	v.keys.Meter.Charge(protocol.OpIngressValidate, 1)
	c := &m.Content
	if f := first(
		v.destined(c, effective), endpoint.TooLarge(m, v.registry.Subnet(v.cfg.Subnet)), endpoint.Nonce(c.Nonce),
		endpoint.Expiry(c.Expiry, v.now, v.registry.Genesis),
	); f.Status != 0 {
		return f
	}
	scope, f := v.authenticate(&m.Auth, authentication.Request{Sender: c.Sender, ID: m.MessageID, Info: c.Info})
	if f.Status != 0 {
		return f
	}
	return refusedBy(scope.Forbids(c.Canister.Principal(), true).Text)
}

// answer gives waiting clients their certified outcome, and those who have waited too long an acknowledgement.
func (l *ingressLane) answer(v visit, instant protocol.Time, out *protocol.Outputs) {
	if len(l.watches) == 0 {
		return
	}
	state, _ := v.states.Certified()
	if state == l.answered && instant < l.watches[0].deadline {
		return // an outcome is news only when the state is
	}
	l.answered = state
	kept := l.watches[:0]
	for _, w := range l.watches {
		m := w.request
		id := m.Ingress.MessageID
		switch {
		case state != nil && state.IngressState(id).IsTerminal():
			out.Meter.Charge(protocol.OpWitness, 1)
			shown := v.certificate(m.Effective, m.Flat, messaging.StatusPath(id))
			out.Send(w.client, &protocol.CallReply{ID: id, Serial: m.Serial, Certificate: shown})
		case instant >= w.deadline:
			out.Send(w.client, &protocol.CallReply{ID: id, Serial: m.Serial})
		default:
			kept = append(kept, w)
		}
	}
	clear(l.watches[len(kept):])
	l.watches = kept
}

func (l *ingressLane) apply(out *protocol.Outputs) {
	for _, m := range l.effects.Publish {
		l.broadcast.Publish(m, true, out)
	}
	l.broadcast.Withdraw(l.effects.Withdraw...)
	out.Notes = append(out.Notes, l.effects.Notes...)
}
