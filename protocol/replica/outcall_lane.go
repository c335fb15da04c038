package replica

import (
	"fmt"

	"icsim/protocol"
	"icsim/protocol/outcalls"
	"icsim/protocol/p2p"
)

// fetched brings a server's answer from the adapter.
type fetched struct{ request *outcalls.Request }

func (f *fetched) Lane() protocol.Lane { return protocol.LaneOutcalls }
func (f *fetched) Size() int           { return 0 }
func (f *fetched) Fingerprint() uint64 { return uint64(f.request.ID) }
func (f *fetched) String() string      { return fmt.Sprintf("answer to outcall %d", f.request.ID) }

// An outcallLane makes the outcalls of the latest state and spreads shares of the responses. It is woken by states with open
// calls, by answers and by peers, and otherwise never.
//
// Model: it learns of connections when it is woken, at the latest by the next state.
type outcallLane struct {
	pool      *outcalls.Pool
	selector  *outcalls.Selector
	broadcast *p2p.Broadcast
	events    []p2p.Event
	effects   outcalls.Effects
}

func (l *outcallLane) init(r *Replica) {
	l.pool = outcalls.NewPool(outcalls.Config{
		Node: r.cfg.Node, Subnet: r.cfg.Subnet, Version: r.cfg.Version, Keys: r.keys, Adapter: r.cfg.Adapter,
		Latest: func() protocol.Outcalls { return r.states.Latest().Canisters().Outcalls() },
		Registry: func() (protocol.RegistryVersion, bool) {
			reader := r.consensus.consensus.Reader()
			return reader.RegistryVersion(reader.FinalizedHeight())
		},
		Transform: r.transform,
	})
	l.selector = &outcalls.Selector{
		Subnet: r.cfg.Subnet, Keys: r.keys, Pool: l.pool,
		StateAt: func(h protocol.Height) (open protocol.Outcalls, ok bool) {
			s := r.states.At(h)
			if s == nil {
				return open, false
			}
			return s.Canisters().Outcalls(), true
		},
		Registry: func(h protocol.Height) (protocol.RegistryVersion, bool) {
			return r.consensus.consensus.Reader().RegistryVersion(h)
		},
	}
	l.broadcast = r.broadcast(protocol.LaneOutcalls, l.pool.Bouncer)
}

func (l *outcallLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	l.effects.Reset()
	l.events = l.events[:0]
	l.broadcast.Follow(r.ingress.broadcast, out, &l.events)
	for i := range in.Arrivals {
		switch m := in.Arrivals[i].Msg.(type) {
		case *fetched:
			l.pool.Arrived(m.request, &l.effects)
		case *protocol.Poke:
		default:
			out.Meter.Charge(protocol.OpReceive, 1)
			l.broadcast.Handle(&in.Arrivals[i], in.Instant, out, &l.events)
		}
	}
	l.broadcast.Tick(in.Instant, out, &l.events)
	for i := range l.events {
		if e := &l.events[i]; e.Kind == p2p.Received {
			l.pool.Insert(e.Artifact.(*protocol.OutcallShare), e.From)
		} else {
			l.pool.Lost(e.Meta.ID)
		}
	}
	l.pool.Step(&l.effects)
	l.apply(out)
	out.Wake = l.broadcast.NextWake()
}

func (l *outcallLane) apply(out *protocol.Outputs) {
	for _, request := range l.effects.Requests {
		out.Locals = append(out.Locals, protocol.Local{After: request.After, Msg: &fetched{request}})
	}
	for _, p := range l.effects.Publish {
		l.broadcast.Publish(p.Artifact, p.Push, out)
	}
	l.broadcast.Withdraw(l.effects.Withdraw...)
	out.Notes = append(out.Notes, l.effects.Notes...)
}

// transform runs a call's transform function on the highest certified state, where queries run
// (rs/execution_environment/src/query_handler.rs).
func (r *Replica) transform(c *protocol.OutcallContext, response *protocol.HTTPResponse) protocol.Transformed {
	s, _ := r.states.Certified()
	if s == nil {
		return protocol.Transformed{Reject: protocol.Reject{Code: protocol.SysTransient, Message: "Certified state is not available yet"}}
	}
	return r.cfg.Transformer.Transform(s.Canisters(), r.states.Context(s), c, response)
}
