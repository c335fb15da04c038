package adversary

import (
	"icsim/crypto"
	"icsim/protocol"
)

// staleCertificates answers each question about the state with the first certificate that it made for it, however old that is by
// now: who once heard that a call is under way hears so for ever. The certificates are real. It probes that clients look at their
// age, and ask other nodes meanwhile.
func staleCertificates() strategy {
	return strategy{
		about: "answers reads and calls with the first certificate it made about them",
		wrap: func(inner protocol.Machine, _ *hand) protocol.Machine {
			return &stale{inner: inner, asked: map[protocol.MessageID]crypto.Hash{}, first: map[crypto.Hash][]byte{}}
		},
	}
}

type stale struct {
	inner  protocol.Machine
	asked  map[protocol.MessageID]crypto.Hash // what a request under way asks about
	first  map[crypto.Hash][]byte             // certificates by what they are about
	recent []crypto.Hash                      // keys of first, oldest first
}

func (s *stale) Step(in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		switch m := in.Arrivals[i].Msg.(type) {
		case *protocol.ReadRequest:
			s.asked[m.Read.ID] = topic(m)
		case *protocol.CallRequest:
			s.asked[m.Ingress.MessageID] = status(m.Ingress.MessageID)
		}
	}
	s.inner.Step(in, out)
	for i := range out.Sends {
		switch m := out.Sends[i].Msg.(type) {
		case *protocol.ReadReply:
			reply := *m
			reply.Certificate = s.old(m.ID, m.Certificate)
			out.Sends[i].Msg = &reply
		case *protocol.CallReply:
			reply := *m
			reply.Certificate = s.old(m.ID, m.Certificate)
			out.Sends[i].Msg = &reply
		}
	}
}

// old gives the first certificate about what a request asked, and remembers one that is.
func (s *stale) old(id protocol.MessageID, certificate []byte) []byte {
	about, ok := s.asked[id]
	if !ok {
		return certificate
	}
	delete(s.asked, id)
	if first, ok := s.first[about]; ok {
		return first
	}
	if certificate == nil {
		return nil
	}
	if len(s.recent) == maxRecent {
		delete(s.first, s.recent[0])
		s.recent = s.recent[1:]
	}
	s.first[about] = certificate
	s.recent = append(s.recent, about)
	return certificate
}

// topic names what a read is about: its paths. One of the status of a call has the topic of the call.
func topic(m *protocol.ReadRequest) crypto.Hash {
	paths := m.Read.Content.Paths
	if len(paths) == 1 && len(paths[0]) == 2 && paths[0][0] == "request_status" {
		var id protocol.MessageID
		copy(id[:], paths[0][1])
		return status(id)
	}
	var parts [][]byte
	for _, path := range paths {
		for _, label := range path {
			parts = append(parts, []byte(label))
		}
		parts = append(parts, nil)
	}
	return crypto.Sum("read", parts...)
}

func status(id protocol.MessageID) crypto.Hash { return crypto.Sum("status", id[:]) }
