package adversary

import (
	"icsim/protocol"
)

// dropCalls acknowledges users' calls and forgets them. It probes that clients do not take an acknowledgement for more than it is:
// they look for the call in the state, by way of other nodes, and send it again when it is not there.
func dropCalls() strategy {
	return strategy{
		about: "acknowledges users' calls and forgets them",
		wrap: func(inner protocol.Machine, _ *hand) protocol.Machine {
			return &callDropper{inner: inner}
		},
	}
}

type callDropper struct {
	inner protocol.Machine
	kept  []protocol.Arrival
}

func (d *callDropper) Step(in *protocol.Input, out *protocol.Outputs) {
	rest := *in
	d.kept = d.kept[:0]
	for i := range in.Arrivals {
		a := &in.Arrivals[i]
		if m, ok := a.Msg.(*protocol.CallRequest); ok {
			out.Send([]protocol.NodeID{a.From}, &protocol.CallReply{ID: m.Ingress.MessageID, Serial: m.Serial})
		} else {
			d.kept = append(d.kept, *a)
		}
	}
	rest.Arrivals = d.kept
	d.inner.Step(&rest, out)
}
