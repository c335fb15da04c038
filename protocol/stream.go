package protocol

import (
	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

// A StreamIndex numbers the messages from one subnet to another, without gaps, from 0.
type StreamIndex uint64

// Bounds of streams that both of their ends rely on (reference/protocol.md C).
const (
	MaxStreamMessages    = 10_000 // in a stream; signals for no more than so many messages are kept
	SystemStreamMessages = 100    // from an application subnet, in flight to a system subnet
)

// A RejectReason is why a message was not inducted (rs/types/types/src/xnet.rs). Accepted is no reason.
type RejectReason uint8

const (
	Accepted RejectReason = iota
	RejectCanisterMigrating
	RejectCanisterNotFound
	RejectCanisterStopped
	RejectCanisterStopping
	RejectQueueFull
	RejectOutOfMemory
	RejectUnknown
)

var rejectReasons = [...]string{
	"accepted", "canister migrating", "canister not found", "canister stopped", "canister stopping",
	"queue full", "out of memory", "unknown",
}

func (r RejectReason) String() string { return rejectReasons[r] }

// A RejectSignal tells the sender of message Index that it was not inducted.
type RejectSignal struct {
	Index  StreamIndex
	Reason RejectReason
}

// A StreamHeader is the certified summary of a stream: its messages are [Begin, End), and the reverse stream
// has been inducted up to SignalsEnd, with the rejects listed.
type StreamHeader struct {
	Begin, End StreamIndex
	SignalsEnd StreamIndex
	Rejects    []RejectSignal // ascending by index, all below SignalsEnd
}

// Encode gives the bytes that stand in the certified tree.
func (h *StreamHeader) Encode() []byte {
	var e encoder
	e.u64(uint64(h.Begin))
	e.u64(uint64(h.End))
	e.u64(uint64(h.SignalsEnd))
	e.u64(uint64(len(h.Rejects)))
	for _, r := range h.Rejects {
		e.u64(uint64(r.Index))
		e.u64(uint64(r.Reason))
	}
	return e.buf
}

// Where streams stand in the certified tree: streams/<subnet>/header and streams/<subnet>/messages/<index>.
const (
	LabelStreams        = "streams"
	LabelStreamHeader   = "header"
	LabelStreamMessages = "messages"
)

// SlicePattern is what the witness of a slice reveals: the header of the stream to a subnet, and its messages
// [begin, end).
func SlicePattern(to principal.ID, begin, end StreamIndex) hashtree.Pattern {
	stream := hashtree.Path{LabelStreams, hashtree.Label(to.Bytes())}
	p := hashtree.Paths(append(stream[:2:2], LabelStreamHeader))
	if begin < end {
		messages := append(stream[:2:2], LabelStreamMessages)
		p = hashtree.Union(p, hashtree.Range(messages, hashtree.Index(uint64(begin)), hashtree.Index(uint64(end))))
	}
	return p
}

// A CertifiedStreamSlice is a run of a stream's messages with the proof that the sending subnet certified
// them: the pruned tree holds /streams/<to>/header and the messages, its digest is what Certification signs.
// A slice may hold the header alone. Immutable; build it with NewCertifiedStreamSlice.
type CertifiedStreamSlice struct {
	From, To      SubnetID
	Header        StreamHeader
	MessagesBegin StreamIndex // of Messages[0], if there is one
	Messages      []*CanisterMessage
	Witness       *hashtree.Mixed
	Certification *Certification

	Hash crypto.Hash // over everything but the witness, which the certification fixes
	size int
}

// NewCertifiedStreamSlice seals a slice; witnessSize is the encoded size of the witness in bytes.
func NewCertifiedStreamSlice(s CertifiedStreamSlice, witnessSize int) *CertifiedStreamSlice {
	var e encoder
	e.u64(uint64(s.From))
	e.u64(uint64(s.To))
	header := s.Header.Encode()
	e.blob(header)
	e.u64(uint64(s.MessagesBegin))
	s.size = SizeEnvelope + len(header) + witnessSize
	for _, m := range s.Messages {
		e.raw(m.Hash[:])
		s.size += m.Size()
	}
	id := s.Certification.ID()
	e.raw(id[:])
	s.Hash = crypto.Sum("certified_stream_slice", e.buf)
	return &s
}

// SliceWitnessSize is the encoded size in bytes of the witness and certification of a slice: what surrounds a
// stream in the tree, then forks, labels and heads for every message.
//
// Model: the base is what the replica measured (rs/xnet/payload_builder/src/lib.rs: 350 bytes); the rest is what
// our CBOR form of a complete range takes. Pruned neighbours at its ends are not counted.
func SliceWitnessSize(messages int) int { return 350 + 22*messages }

// Size is the encoded size in bytes, witness included.
func (s *CertifiedStreamSlice) Size() int { return s.size }

// MessagesEnd is the index after the last message, or MessagesBegin in a slice without messages.
func (s *CertifiedStreamSlice) MessagesEnd() StreamIndex {
	return s.MessagesBegin + StreamIndex(len(s.Messages))
}
