package replica

import (
	"icsim/protocol"
	"icsim/protocol/xnet"
)

// An xnetLane serves this subnet's streams to others and pulls theirs.
type xnetLane struct {
	endpoint xnet.Endpoint
	pool     *xnet.Pool
	selector *xnet.Selector
}

func (l *xnetLane) init(r *Replica) {
	l.endpoint = xnet.Endpoint{Subnet: r.cfg.Subnet, States: r.states, Limits: xnet.DefaultLimits()}
	l.pool = xnet.NewPool(xnet.PoolConfig{
		Subnet: r.cfg.Subnet, Principal: r.cfg.Registry.At(r.cfg.Genesis.Summary().RegistryVersion).Subnet(r.cfg.Subnet).Principal,
		Seed: r.cfg.Seed, Limits: xnet.DefaultLimits(),
	})
	l.selector = &xnet.Selector{
		Subnet: r.cfg.Subnet, Keys: r.keys, States: r.states, Pool: l.pool, Rand: r.rand("xnet"), Limits: xnet.DefaultLimits(),
	}
}

func (l *xnetLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		a := &in.Arrivals[i]
		switch m := a.Msg.(type) {
		case *protocol.StreamPull:
			out.Meter.Charge(protocol.OpReceive, 1)
			l.endpoint.Serve(m, a.From, out)
		case *protocol.StreamReply:
			out.Meter.Charge(protocol.OpReceive, 1)
			l.pool.Handle(m, a.From, in.Instant)
		case *protocol.Poke: // a payload was built or validated
			l.pool.Refill(r.cfg.Registry.At(r.cfg.Registry.Latest(in.Now)), in.Instant, out)
		}
	}
}
