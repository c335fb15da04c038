package replica

import (
	"icsim/protocol"
	"icsim/protocol/dkg"
	"icsim/protocol/p2p"
)

// A dkgLane deals for the subnet's next keys, judges what peers dealt, and opens the node's shares. It is woken by finalized
// summaries and by peers, and otherwise never: between a summary and the last dealing it has work, and then sleeps.
//
// Model: shares are opened on this thread; the replica loads them on others beside.
type dkgLane struct {
	pool      *dkg.Pool
	payloads  *dkg.Payloads
	broadcast *p2p.Broadcast
	events    []p2p.Event
	effects   dkg.Effects
}

func (l *dkgLane) init(r *Replica) {
	l.pool = dkg.NewPool(dkg.Config{
		Node: r.cfg.Node, Version: r.cfg.Version, Keys: r.keys,
		Latest: func() *protocol.Summary { return r.consensus.consensus.Reader().Summary().Payload.Summary },
	})
	l.payloads = &dkg.Payloads{Subnet: r.cfg.Subnet, Keys: r.keys, Pool: l.pool}
	l.broadcast = r.broadcast(protocol.LaneDKG, l.pool.Bouncer)
}

func (l *dkgLane) step(in *protocol.Input, out *protocol.Outputs) {
	l.effects.Reset()
	l.events = l.events[:0]
	for i := range in.Arrivals {
		if _, poked := in.Arrivals[i].Msg.(*protocol.Poke); poked {
			continue
		}
		out.Meter.Charge(protocol.OpReceive, 1)
		l.broadcast.Handle(&in.Arrivals[i], in.Instant, out, &l.events)
	}
	l.broadcast.Tick(in.Instant, out, &l.events)
	for i := range l.events {
		if e := &l.events[i]; e.Kind == p2p.Received {
			l.pool.Insert(e.Artifact.(*protocol.Dealing), e.From)
		} else {
			l.pool.Lost(e.Meta.ID)
		}
	}
	l.pool.Step(&l.effects)
	for _, meta := range l.effects.Withdraw {
		l.broadcast.Withdraw(meta)
	}
	for _, d := range l.effects.Publish {
		l.broadcast.Publish(d, true, out)
	}
	out.Notes = append(out.Notes, l.effects.Notes...)
	out.Wake = l.broadcast.NextWake()
}
