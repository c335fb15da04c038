package xnet

import (
	"bytes"

	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// Reasons to refuse a slice. They name the rule that is broken.
const (
	ReasonMalformed     = "slice lacks witness or certification"
	ReasonLoopback      = "loopback stream is not for payloads"
	ReasonNotForUs      = "slice for another subnet"
	ReasonUnknownSubnet = "slice from unknown subnet"
	ReasonOrder         = "slices not by ascending subnet"
	ReasonTooBig        = "slices exceed the payload limit"
	ReasonWitness       = "witness does not belong to the certified state"
	ReasonHeader        = "header is not the certified one"
	ReasonMessages      = "messages are not the certified ones"
	ReasonBounds        = "stream bounds do not hold what is expected"
	ReasonEmpty         = "slice has neither messages nor new signals"
	ReasonGap           = "messages do not begin at the expected index"
	ReasonTooMany       = "more messages than may be inducted"
	ReasonSignals       = "signals end outside of our stream or go back"
	ReasonRejects       = "reject signals are not increasing below the signals' end"
	ReasonCertification = "certification does not verify"
	ReasonStateMissing  = "state at certified height missing"
)

// checkWitness judges whether a slice says what its certified tree says. It does not look at the signature.
func checkWitness(s *protocol.CertifiedStreamSlice, own principal.ID) protocol.Verdict {
	if s == nil || s.Witness == nil || s.Certification == nil {
		return protocol.Refuse(ReasonMalformed)
	}
	if protocol.StateHash(s.Witness.Digest()) != s.Certification.Hash {
		return protocol.Refuse(ReasonWitness)
	}
	stream, found := s.Witness.Subtree(protocol.LabelStreams, hashtree.Label(own.Bytes()))
	if found != hashtree.Found {
		return protocol.Refuse(ReasonHeader)
	}
	header, found := stream.Lookup(protocol.LabelStreamHeader)
	if found != hashtree.Found || !bytes.Equal(header, s.Header.Encode()) {
		return protocol.Refuse(ReasonHeader)
	}
	if len(s.Messages) == 0 {
		return protocol.Accept()
	}
	messages, found := stream.Subtree(protocol.LabelStreamMessages)
	if found != hashtree.Found || !sameMessages(messages, s) {
		return protocol.Refuse(ReasonMessages)
	}
	return protocol.Accept()
}

// sameMessages reports whether the revealed messages hold those of the slice at their indices. Others may be revealed
// beside them.
func sameMessages(revealed *hashtree.Mixed, s *protocol.CertifiedStreamSlice) bool {
	at := 0
	for label, leaf := range revealed.Entries() {
		index, ok := label.Index()
		if !ok || protocol.StreamIndex(index) < s.MessagesBegin || protocol.StreamIndex(index) >= s.MessagesEnd() {
			continue
		}
		value, found := leaf.Lookup()
		if found != hashtree.Found || protocol.StreamIndex(index) != s.MessagesBegin+protocol.StreamIndex(at) ||
			!bytes.Equal(value, s.Messages[at].Encoded()) {
			return false
		}
		at++
	}
	return at == len(s.Messages)
}

// cut gives the messages [begin, …) of a slice, at most count and bytes of them: a slice of its own with less revealed.
// begin lies in [MessagesBegin, MessagesEnd].
func cut(s *protocol.CertifiedStreamSlice, own principal.ID, begin protocol.StreamIndex, count, bytes int) *protocol.CertifiedStreamSlice {
	messages := s.Messages[begin-s.MessagesBegin:]
	n := 0
	size := s.Size() - sizeOf(s.Messages) - protocol.SliceWitnessSize(len(s.Messages)) + protocol.SliceWitnessSize(0)
	perMessage := protocol.SliceWitnessSize(1) - protocol.SliceWitnessSize(0)
	for n < min(count, len(messages)) && size+messages[n].Size()+perMessage <= bytes {
		size += messages[n].Size() + perMessage
		n++
	}
	if n == len(s.Messages) {
		return s
	}
	short := *s
	short.MessagesBegin, short.Messages = begin, messages[:n:n]
	short.Witness = s.Witness.Prune(protocol.SlicePattern(own, begin, begin+protocol.StreamIndex(n)))
	return protocol.NewCertifiedStreamSlice(short, protocol.SliceWitnessSize(n))
}

func sizeOf(messages []*protocol.CanisterMessage) int {
	size := 0
	for _, m := range messages {
		size += m.Size()
	}
	return size
}
