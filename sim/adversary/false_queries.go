package adversary

import (
	"bytes"

	"icsim/protocol"
)

// falseQueries changes what it answers to queries on its way out, as a proxy in front of an honest node would. It probes that
// clients check the node's signature on the answer and ask another node.
func falseQueries() strategy {
	return strategy{
		about: "changes the answers to queries, but not their signature: clients see through it",
		wrap: func(inner protocol.Machine, _ *hand) protocol.Machine {
			return &filter{inner, func(out *protocol.Outputs) {
				editQueries(out, func(reply *protocol.QueryReply) {})
			}}
		},
	}
}

// editQueries falsifies the answers to queries, of which sign then may sign the copy that is sent.
func editQueries(out *protocol.Outputs, sign func(*protocol.QueryReply)) {
	for i := range out.Sends {
		reply, ok := out.Sends[i].Msg.(*protocol.QueryReply)
		if !ok || reply.Refusal.Status != 0 || reply.Reject.Code != 0 || len(reply.Reply) == 0 {
			continue
		}
		lie := *reply
		lie.Reply = bytes.Clone(reply.Reply)
		lie.Reply[len(lie.Reply)-1] ^= 1 // of Candid the last value, most often
		sign(&lie)
		out.Sends[i].Msg = &lie
	}
}
