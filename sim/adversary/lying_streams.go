package adversary

import (
	"icsim/protocol"
)

// lyingStreams answers other subnets' pulls with slices that are not what its subnet certified, in another way each time: none at all,
// the last message missing, a message altered, more of the reverse stream inducted than was, a slice of before. It probes that slices
// are held against the subnet's certification, and are pulled from another node.
func lyingStreams() strategy {
	return strategy{
		about: "answers other subnets with slices that are no part of its certified streams",
		wrap: func(inner protocol.Machine, _ *hand) protocol.Machine {
			l := &streamLiar{}
			return &filter{inner, func(out *protocol.Outputs) {
				for i := range out.Sends {
					if r, ok := out.Sends[i].Msg.(*protocol.StreamReply); ok && r.Slice != nil {
						lie := *r
						lie.Slice = l.lie(r.Slice)
						out.Sends[i].Msg = &lie
					}
				}
			}}
		},
	}
}

type streamLiar struct {
	count int
	first *protocol.CertifiedStreamSlice
}

func (l *streamLiar) lie(s *protocol.CertifiedStreamSlice) *protocol.CertifiedStreamSlice {
	if l.first == nil {
		l.first = s
	}
	l.count++
	lie := *s
	n := len(s.Messages)
	switch l.count % 5 {
	case 0:
		return nil
	case 1:
		if n > 0 {
			lie.Messages = s.Messages[:n-1]
		} else {
			lie.Header.End++
		}
	case 2:
		if n > 0 {
			lie.Messages = append([]*protocol.CanisterMessage{altered(s.Messages[0])}, s.Messages[1:]...)
		} else {
			lie.Header.Begin++
		}
	case 3:
		lie.Header.SignalsEnd++
	case 4:
		return l.first
	}
	return protocol.NewCertifiedStreamSlice(lie, protocol.SliceWitnessSize(n))
}

// altered is a message with another payload.
func altered(m *protocol.CanisterMessage) *protocol.CanisterMessage {
	if m.Request != nil {
		r := *m.Request
		r.Method += "x"
		return protocol.NewRequest(&r)
	}
	r := *m.Response
	r.Reply = append([]byte("x"), r.Reply...)
	return protocol.NewResponse(&r)
}
