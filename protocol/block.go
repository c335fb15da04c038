package protocol

import (
	"time"

	"icsim/crypto"
)

// A ValidationContext is the view of the world a payload was built under (rs/types/types/src/batch.rs).
type ValidationContext struct {
	RegistryVersion RegistryVersion
	CertifiedHeight Height
	Time            Time
}

// A Block is one height's candidate. Its hash covers the payload's hash, not the payload's bytes.
type Block struct {
	Version ReplicaVersion
	Parent  BlockHash
	Height  Height
	Rank    Rank
	Context ValidationContext
	Payload *Payload
}

// Hash computes the block's hash. Callers keep it (a proposal carries it) rather than ask twice.
func (b *Block) Hash() BlockHash {
	var e encoder
	e.str(string(b.Version))
	e.raw(b.Parent[:])
	e.height(b.Height)
	e.u64(uint64(b.Rank))
	e.u64(uint64(b.Context.RegistryVersion))
	e.height(b.Context.CertifiedHeight)
	e.u64(uint64(b.Context.Time))
	if b.Payload.IsSummary() {
		e.u64(1)
	} else {
		e.u64(0)
	}
	e.raw(b.Payload.Hash[:])
	return BlockHash(crypto.Sum(crypto.DomainBlock, e.buf))
}

// A Payload is either a summary, which starts an interval and holds no batch, or data. Build it with
// NewSummaryPayload or NewDataPayload, which set Hash and the sizes.
type Payload struct {
	Hash    PayloadHash
	Summary *Summary     // nil in a data payload
	Batch   BatchPayload // empty in a summary payload

	size         int // bytes in full
	strippedSize int // bytes with ingress messages reduced to id and hash
}

// IsSummary reports whether the payload starts an interval.
func (p *Payload) IsSummary() bool { return p.Summary != nil }

// Size is the encoded size in bytes, ingress messages included.
func (p *Payload) Size() int { return p.size }

// StrippedSize is the encoded size in bytes with each ingress message reduced to its id and the hash of its
// bytes, as proposals travel.
func (p *Payload) StrippedSize() int { return p.strippedSize }

// A BatchPayload is the part of a block that is executed.
type BatchPayload struct {
	Ingress  []*SignedIngress
	XNet     []*CertifiedStreamSlice // by ascending sender subnet, at most one each
	Outcalls OutcallPayload
}

// IsEmpty reports whether the batch carries nothing.
func (b *BatchPayload) IsEmpty() bool {
	return len(b.Ingress) == 0 && len(b.XNet) == 0 && b.Outcalls.IsEmpty()
}

// NewDataPayload seals a data payload.
func NewDataPayload(batch BatchPayload) *Payload {
	var e encoder
	p := &Payload{Batch: batch, size: SizeEnvelope, strippedSize: SizeEnvelope}
	e.str("data")
	e.u64(uint64(len(batch.Ingress)))
	for _, m := range batch.Ingress {
		e.raw(m.MessageID[:])
		e.raw(m.BytesHash[:])
		p.size += m.Size()
		p.strippedSize += 2 * SizeHash
	}
	e.u64(uint64(len(batch.XNet)))
	for _, s := range batch.XNet {
		e.raw(s.Hash[:])
		p.size += s.Size()
		p.strippedSize += s.Size()
	}
	if !batch.Outcalls.IsEmpty() {
		e.str("outcalls")
		batch.Outcalls.encode(&e)
		p.size += batch.Outcalls.Size()
		p.strippedSize += batch.Outcalls.Size()
	}
	p.Hash = PayloadHash(crypto.Sum(crypto.DomainPayload, e.buf))
	return p
}

// NewSummaryPayload seals a summary payload.
func NewSummaryPayload(s *Summary) *Payload {
	var e encoder
	e.str("summary")
	s.encode(&e)
	p := &Payload{Summary: s, size: SizeEnvelope + s.Size()}
	p.strippedSize = p.size
	p.Hash = PayloadHash(crypto.Sum(crypto.DomainPayload, e.buf))
	return p
}

// A Summary is the payload that starts a DKG interval: which registry version rules it and which threshold
// keys sign in it and in the next (reference/protocol.md A.7).
type Summary struct {
	Height             Height
	RegistryVersion    RegistryVersion // in force from Height through the interval
	IntervalLength     Height          // rounds after the summary
	NextIntervalLength Height
	Current, Next      Transcripts
}

// NextStart is the height of the next summary.
func (s *Summary) NextStart() Height { return s.Height + s.IntervalLength + 1 }

// Covers reports whether h belongs to the interval this summary starts.
func (s *Summary) Covers(h Height) bool { return h >= s.Height && h < s.NextStart() }

// Transcripts are the two threshold keys of an interval.
type Transcripts struct{ Low, High *Transcript }

// A DKGTag tells the two keys apart.
type DKGTag uint8

const (
	LowThreshold  DKGTag = iota // f+1: random beacon, random tape
	HighThreshold               // 2f+1: certification, catch-up packages
)

func (t DKGTag) String() string { return [...]string{"low", "high"}[t] }

// A TranscriptID names a key: for whom, of which kind, made for the interval of which summary.
type TranscriptID struct {
	Subnet SubnetID
	Tag    DKGTag
	Start  Height
}

// A Transcript is the public outcome of a distributed key generation. Committee[i] holds share i.
type Transcript struct {
	ID        TranscriptID
	Group     *crypto.ThresholdGroup
	Committee []NodeID // ascending
}

// ShareIndex gives a node's index in the committee, or −1.
func (t *Transcript) ShareIndex(n NodeID) int {
	for i, m := range t.Committee {
		if m == n {
			return i
		}
	}
	return -1
}

func (t *Transcript) encode(e *encoder) {
	e.u64(uint64(t.ID.Subnet))
	e.u64(uint64(t.ID.Tag))
	e.height(t.ID.Start)
	e.raw(t.Group.Key[:])
	e.u64(uint64(t.Group.Threshold))
	for i, n := range t.Committee {
		e.node(n)
		e.raw(t.Group.Shares[i][:])
	}
}

func (s *Summary) encode(e *encoder) {
	e.height(s.Height)
	e.u64(uint64(s.RegistryVersion))
	e.height(s.IntervalLength)
	e.height(s.NextIntervalLength)
	for _, t := range []*Transcript{s.Current.Low, s.Current.High, s.Next.Low, s.Next.High} {
		t.encode(e)
	}
}

// Size is the encoded size in bytes.
func (s *Summary) Size() int {
	const perMember = SizeNodeID + 96
	return 64 + perMember*(len(s.Current.Low.Committee)+len(s.Current.High.Committee)+
		len(s.Next.Low.Committee)+len(s.Next.High.Committee))
}

// A SubnetTiming is what the registry fixes about a subnet's rounds.
type SubnetTiming struct {
	UnitDelay          time.Duration // between the turns of two ranks
	InitialNotaryDelay time.Duration // before rank 0 may be notarized
}
