package replica

import "icsim/protocol"

// A queryLane answers users from the states that the node has: queries, and reads of the certified state.
type queryLane struct{}

func (l *queryLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		a := &in.Arrivals[i]
		if m, ok := a.Msg.(*protocol.ReadRequest); ok {
			out.Meter.Charge(protocol.OpReceive, 1)
			out.Meter.Charge(protocol.OpWitness, 1)
			out.Send([]protocol.NodeID{a.From}, &protocol.ReadReply{
				ID: m.Read.ID, Serial: m.Serial, Certificate: r.states.Certificate(m.Read.Content.Paths...),
			})
		}
	}
}
