package adversary

import (
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/replica"
)

// censor makes blocks without users' calls and without messages of other subnets. Its blocks are valid. It probes that calls get into
// the blocks of others, and how much later: a call waits for an honest block maker.
func censor() strategy {
	return strategy{
		about: "leaves users' calls and messages of other subnets out of its blocks",
		configure: func(cfg *replica.Config, _ *hand) {
			inner := cfg.Components
			if inner == nil {
				inner = consensus.DefaultComponents
			}
			cfg.Components = func(c *consensus.Config, env *consensus.Env) []consensus.Named {
				gagged := *env
				gagged.Payloads = &censored{env.Payloads}
				return inner(c, &gagged)
			}
		},
	}
}

type censored struct{ consensus.PayloadBuilder }

func (c *censored) Build(h protocol.Height, ctx protocol.ValidationContext, past []*protocol.Block) protocol.BatchPayload {
	b := c.PayloadBuilder.Build(h, ctx, past)
	b.Ingress, b.XNet = nil, nil
	return b
}
