package adversary

import (
	"icsim/protocol"
)

// lyingQueries changes the answers to queries and signs them with the node's own key: a client that asks one node has to believe
// it. It probes nothing in the protocol, which promises no more for plain queries; it shows what certified data, or calling instead
// of asking, is for.
func lyingQueries() strategy {
	return strategy{
		about: "changes the answers to queries and signs them: only certified data gives it away",
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			return &filter{inner, func(out *protocol.Outputs) {
				editQueries(out, func(reply *protocol.QueryReply) {
					reply.Signature = cfg.Scheme.SignBasic(cfg.Secrets.Basic, reply.Signable())
				})
			}}
		},
	}
}
