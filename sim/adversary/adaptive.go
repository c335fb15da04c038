package adversary

import (
	"slices"

	"icsim/protocol"
)

// adaptiveName is what an assignment is called by that does nothing before its node is chosen.
const adaptiveName = "adaptive"

// adaptive keeps its nodes honest until the coalition chooses them: those that it sees make a block, as many as count says, or f. From
// then on they follow the other strategies of their assignment. It probes whether safety or liveness depends on who is corrupt being
// fixed before the beacon is known. Assign it to a whole subnet.
func adaptive() strategy {
	return strategy{
		about: "nodes are honest until they make a block, and then follow their other strategies: count of them, or f",
		takes: []Parameter{Count},
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			return &editor{inner, func(_ *protocol.Input, out *protocol.Outputs) {
				for i := range out.Sends {
					if p, ok := pushed(out.Sends[i].Msg).(*protocol.BlockProposal); ok && p.Signer == cfg.Node && p.Block.Rank == 0 {
						cfg.coalition.choose(cfg)
					}
				}
			}}
		},
	}
}

// choose corrupts a node if there are not enough of them.
func (c *Coalition) choose(h *hand) {
	most := h.Count
	if most == 0 {
		most = protocol.FaultsTolerated(len(h.record().Members))
	}
	p := c.plot(h.Subnet)
	if len(p.victims) < most && !slices.Contains(p.victims, h.Node) {
		p.victims = append(p.victims, h.Node)
	}
}
