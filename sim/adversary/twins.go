package adversary

import (
	"slices"

	"icsim/protocol"
	"icsim/protocol/replica"
)

// twins runs a node twice with the same keys: one instance is connected with half of the subnet, the other with the rest, and neither
// knows of the other (Bano et al., Twins: BFT systems made robust, OPODIS 2021). Both are honest; together they equivocate in every way
// that honest code can. It probes all of consensus at once.
func twins() strategy {
	return strategy{
		about: "runs its node twice with the same keys, each instance before half of the subnet",
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			second := *cfg.Config
			second.Disk = cfg.Disk.Clone()
			peers := cfg.peers(cfg.Now)
			return &pair{inner, replica.New(second), cfg.Node, peers[len(peers)/2:], protocol.Outputs{}}
		},
		always: true,
	}
}

type pair struct {
	first, second protocol.Machine
	node          protocol.NodeID
	half          []protocol.NodeID // whom the second instance is connected with
	out           protocol.Outputs  // of the second
}

// mirrored is a message of the second instance to itself.
type mirrored struct{ protocol.Message }

func (p *pair) Step(in *protocol.Input, out *protocol.Outputs) {
	one, two := *in, *in
	one.Arrivals, two.Arrivals = nil, nil
	for _, a := range in.Arrivals {
		m, own := a.Msg.(*mirrored)
		change, isChange := a.Msg.(*protocol.PeerChange)
		switch {
		case own:
			a.Msg = m.Message
			two.Arrivals = append(two.Arrivals, a)
		case slices.Contains(p.half, a.From), isChange && slices.Contains(p.half, change.Peer):
			two.Arrivals = append(two.Arrivals, a)
		default:
			one.Arrivals = append(one.Arrivals, a)
		}
	}
	p.first.Step(&one, out)
	keepFrom(out, func(_ protocol.Message, to []protocol.NodeID) []protocol.NodeID { return p.part(to, false) })
	p.out = protocol.Outputs{Wake: protocol.Never}
	p.second.Step(&two, &p.out)
	for _, s := range p.out.Sends {
		if to := p.part(s.To, true); len(to) > 0 {
			out.Send(to, s.Msg)
		}
	}
	for _, l := range p.out.Locals {
		out.Locals = append(out.Locals, protocol.Local{After: l.After, Msg: &mirrored{l.Msg}})
	}
	for op, n := range p.out.Meter {
		out.Meter[op] += n
	}
	out.Wake = min(out.Wake, p.out.Wake)
	if out.Restart.Why == "" {
		out.Restart = p.out.Restart
	}
}

// part gives the receivers that an instance is connected with.
func (p *pair) part(to []protocol.NodeID, second bool) (some []protocol.NodeID) {
	for _, n := range to {
		if slices.Contains(p.half, n) == second {
			some = append(some, n)
		}
	}
	return some
}
