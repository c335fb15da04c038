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

// IsIntact recomputes the block's hash and its payload's: a block is what its hash says.
func (b *Block) IsIntact(hash BlockHash) bool {
	if b.Payload.IsSummary() {
		batch := b.Payload.Batch
		batch.IDKG = nil // there for execution
		return batch.IsEmpty() && b.Payload.Batch.IDKG == b.Payload.Summary.IDKG && len(b.Payload.Dealings) == 0 && b.Hash() == hash &&
			b.Payload.Hash == NewSummaryPayload(b.Payload.Summary).Hash
	}
	return b.Hash() == hash && b.Payload.Hash == NewDataPayload(b.Payload.Batch, b.Payload.Dealings...).Hash
}

// A Payload is either a summary, which starts an interval and holds no batch, or data. Build it with
// NewSummaryPayload or NewDataPayload, which set Hash and the sizes.
type Payload struct {
	Hash    PayloadHash
	Summary *Summary     // nil in a data payload
	Batch   BatchPayload // empty in a summary payload, but for IDKG
	// Dealings are for the keys that the interval's summary asks for; none in a summary payload.
	Dealings []*Dealing

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
	IDKG     *IDKGPayload // nil on subnets without chain keys; also in a summary payload
	Initial  *InitialDKG  // an answer for a subnet that is asked for; nil: none
}

// IsEmpty reports whether the batch carries nothing.
func (b *BatchPayload) IsEmpty() bool {
	return len(b.Ingress) == 0 && len(b.XNet) == 0 && b.Outcalls.IsEmpty() && b.IDKG == nil && b.Initial == nil
}

// NewDataPayload seals a data payload.
func NewDataPayload(batch BatchPayload, dealings ...*Dealing) *Payload {
	var e encoder
	p := &Payload{Batch: batch, Dealings: dealings, size: SizeEnvelope, strippedSize: SizeEnvelope}
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
	p.seal(&e)
	if a := batch.Initial; a != nil {
		hash, size := a.Hash(), a.Size()
		e.str("initial dkg")
		e.raw(hash[:])
		p.size += size
		p.strippedSize += size
	}
	if len(dealings) > 0 {
		e.str("dealings")
		for _, d := range dealings {
			e.raw(d.id[:])
			p.size += d.Size()
			p.strippedSize += d.Size()
		}
	}
	p.Hash = PayloadHash(crypto.Sum(crypto.DomainPayload, e.buf))
	return p
}

// seal covers what is about chain keys.
func (p *Payload) seal(e *encoder) {
	if keys := p.Batch.IDKG; keys != nil {
		hash, size := keys.Hash(), keys.Size()
		e.str("idkg")
		e.raw(hash[:])
		p.size += size
		p.strippedSize += size
	}
}

// IsEmpty reports whether a payload carries nothing: no summary, no batch, no dealing.
func (p *Payload) IsEmpty() bool {
	return p.Summary == nil && p.Batch.IsEmpty() && len(p.Dealings) == 0
}

// Initial is the answer that a payload gives for a subnet that is asked for, or nil.
func (p *Payload) Initial() *InitialDKG {
	if p.IsSummary() {
		return p.Summary.Initial
	}
	return p.Batch.Initial
}

// NewSummaryPayload seals a summary payload.
func NewSummaryPayload(s *Summary) *Payload {
	var e encoder
	e.str("summary")
	s.encode(&e)
	p := &Payload{Summary: s, Batch: BatchPayload{IDKG: s.IDKG}, size: SizeEnvelope + s.Size()}
	p.strippedSize = p.size
	p.seal(&e)
	p.Hash = PayloadHash(crypto.Sum(crypto.DomainPayload, e.buf))
	return p
}

// A SubnetTiming is what the registry fixes about a subnet's rounds.
type SubnetTiming struct {
	UnitDelay          time.Duration // between the turns of two ranks
	InitialNotaryDelay time.Duration // before rank 0 may be notarized
}
