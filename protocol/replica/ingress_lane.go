package replica

import (
	"time"

	"icsim/protocol"
	"icsim/protocol/ingress"
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
	watches   []watch // by deadline
	ids       []protocol.MessageID
	now       protocol.Time
}

// A watch is a client waiting for a call.
type watch struct {
	id       protocol.MessageID
	client   []protocol.NodeID
	serial   uint64
	deadline protocol.Time // on the monotonic clock
}

func (l *ingressLane) init(r *Replica) {
	l.pool = ingress.NewPool(ingress.Config{
		Node: r.cfg.Node, Subnet: r.cfg.Subnet, Keys: r.keys,
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
	l.answer(r, in.Instant, out)
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
		l.call(a.From, m, in, out)
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

// call takes a user's call, or says why not.
func (l *ingressLane) call(from protocol.NodeID, m *protocol.CallRequest, in *protocol.Input, out *protocol.Outputs) {
	client, id := []protocol.NodeID{from}, m.Ingress.MessageID
	v := l.pool.Submit(m.Ingress, in.Now, &l.effects)
	switch {
	case v.Kind != protocol.Accepts:
		out.Send(client, &protocol.CallReply{ID: id, Serial: m.Serial, Refusal: protocol.Refusal{Status: 400, Text: v.Reason}})
	case m.Async || len(l.watches) == maxWatches:
		out.Send(client, &protocol.CallReply{ID: id, Serial: m.Serial})
	default:
		l.watches = append(l.watches, watch{id: id, client: client, serial: m.Serial, deadline: in.Instant.Add(syncWait)})
	}
}

// answer gives waiting clients their certified outcome, and those who have waited too long an acknowledgement.
func (l *ingressLane) answer(r *Replica, instant protocol.Time, out *protocol.Outputs) {
	if len(l.watches) == 0 {
		return
	}
	state, _ := r.states.Certified()
	kept := l.watches[:0]
	for _, w := range l.watches {
		switch {
		case state != nil && state.IngressState(w.id).IsTerminal():
			out.Meter.Charge(protocol.OpWitness, 1)
			out.Send(w.client, &protocol.CallReply{ID: w.id, Serial: w.serial, Certificate: r.states.CertifiedStatus(w.id)})
		case instant >= w.deadline:
			out.Send(w.client, &protocol.CallReply{ID: w.id, Serial: w.serial})
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
	for _, meta := range l.effects.Withdraw {
		l.broadcast.Withdraw(meta)
	}
	out.Notes = append(out.Notes, l.effects.Notes...)
}
