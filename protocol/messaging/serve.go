package messaging

import (
	"icsim/crypto/certificate"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// StreamHeader gives the header of the stream to a subnet in the state at a height, the zero header when there is no
// such stream. ok is false when the node does not have the state.
func (m *StateManager) StreamHeader(at protocol.Height, to protocol.SubnetID) (h protocol.StreamHeader, ok bool) {
	s := m.At(at)
	if s == nil {
		return h, false
	}
	if stream := s.Stream(to); stream != nil {
		h = stream.Header()
	}
	return h, true
}

// CertifiedSlice cuts the messages [begin, …) of the stream to a subnet from the highest certified state, as many as
// byteLimit allows, with a witness that covers the messages from witnessBegin on. A slice may have no messages. It gives
// nil when there is no certified state or stream, or the stream does not reach from witnessBegin to begin.
func (m *StateManager) CertifiedSlice(
	to protocol.SubnetID, witnessBegin, begin protocol.StreamIndex, byteLimit int,
) *protocol.CertifiedStreamSlice {
	s, certification := m.Certified()
	if s == nil {
		return nil
	}
	stream := s.Stream(to)
	if stream == nil || to == s.subnet || witnessBegin < stream.begin || begin < witnessBegin || begin > stream.End() {
		return nil
	}
	cut := Cut{
		To: to, Puller: m.registry.At(s.registry).Subnet(to).Principal, WitnessBegin: witnessBegin,
		Begin: begin, End: begin + protocol.StreamIndex(fitting(stream.Messages(begin), byteLimit)),
	}
	return m.slicer(s, certification, cut)
}

// fitting counts the first messages that have no more bytes than a limit.
func fitting(messages []*protocol.CanisterMessage, byteLimit int) (n int) {
	for bytes := 0; n < len(messages); n++ {
		if bytes += messages[n].Size(); bytes > byteLimit {
			break
		}
	}
	return n
}

// A Cut is what a slice shows of the stream to a subnet: the messages [Begin, End), and a witness for those from WitnessBegin on.
type Cut struct {
	To                       protocol.SubnetID
	Puller                   principal.ID // of that subnet
	WitnessBegin, Begin, End protocol.StreamIndex
}

// A Slicer makes the slice of a certified state that shows a cut of a stream it has. It is a pure function, and depends on the state by
// what is certified of it.
type Slicer func(*State, *protocol.Certification, Cut) *protocol.CertifiedStreamSlice

// Slice is the Slicer.
func Slice(s *State, c *protocol.Certification, cut Cut) *protocol.CertifiedStreamSlice {
	stream := s.Stream(cut.To)
	n := int(cut.End - cut.Begin)
	return protocol.NewCertifiedStreamSlice(protocol.CertifiedStreamSlice{
		From: s.subnet, To: cut.To, Header: stream.Header(), MessagesBegin: cut.Begin, Messages: stream.Messages(cut.Begin)[:n:n],
		Witness: s.tree.Witness(protocol.SlicePattern(cut.Puller, cut.WitnessBegin, cut.End)), Certification: c,
	}, protocol.SliceWitnessSize(n))
}

// Certificate shows what the highest certified state has at some paths, and its time, with the subnet's signature, in
// the form that agents verify; nil before there is one. d is the root subnet's delegation, nil for its own certificates.
func (m *StateManager) Certificate(d *certificate.Delegation, paths ...hashtree.Path) []byte {
	s, certification := m.Certified()
	if s == nil {
		return nil
	}
	shown := hashtree.Union(hashtree.Paths(paths...), hashtree.Paths(hashtree.Path{labelTime}))
	c := certificate.Certificate{Tree: s.tree.Witness(shown), Signature: certification.Signature, Delegation: d}
	return c.Encode()
}

// StatusPath leads to what the state knows of a call.
func StatusPath(id protocol.MessageID) hashtree.Path {
	return hashtree.Path{labelRequestStatus, callLabel(id)}
}

// CertifiedDataPath leads to what a canister certified.
func CertifiedDataPath(id protocol.CanisterID) hashtree.Path {
	return hashtree.Path{labelCanister, hashtree.Label(id.Principal().Bytes()), "certified_data"}
}

// Context is what a round on a state would be told of the world: what queries are told.
func (m *StateManager) Context(s *State) *protocol.RoundContext {
	c := contextOf(s.subnet, s.height, s.time, m.registry.At(s.registry))
	c.Sends = func(id protocol.CanisterID) bool { return holdsOf(s.streams, id) }
	return &c
}
