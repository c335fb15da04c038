package protocol

import (
	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/idkg"
)

// An IDKGID names a transcript of a chain key or a pre-signature: the block that asks for it, and its number among all that the subnet's
// blocks ever asked for (IDkgTranscriptId).
type IDKGID struct {
	Subnet SubnetID
	Height Height
	Serial uint64
}

func (i IDKGID) encode(e *encoder) {
	e.u64(uint64(i.Subnet))
	e.height(i.Height)
	e.u64(i.Serial)
}

// Bytes names it where bytes are bound to it.
func (i IDKGID) Bytes() []byte {
	var e encoder
	i.encode(&e)
	return e.buf
}

// An IDKGTranscript is a secret that nodes share, with who they are.
type IDKGTranscript struct {
	ID         IDKGID
	Registry   RegistryVersion // whose encryption keys the shares are for
	Dealers    []NodeID        // by place
	Receivers  []NodeID        // by place
	Transcript *idkg.Transcript
}

func (t *IDKGTranscript) encode(e *encoder) {
	t.ID.encode(e)
	e.u64(uint64(t.Registry))
	e.nodes(t.Dealers)
	e.nodes(t.Receivers)
	digest := t.Transcript.Digest()
	e.raw(digest[:])
}

// Size is the encoded size in bytes.
func (t *IDKGTranscript) Size() int {
	size := 200
	for _, d := range t.Transcript.Dealings() {
		size += len(d.Dealing.Bytes())
	}
	return size
}

// An IDKGConfig is what a block says of a transcript that is to be made (IDkgTranscriptParams). Immutable.
type IDKGConfig struct {
	ID        IDKGID
	Registry  RegistryVersion // whose keys the nodes have
	Dealers   []NodeID        // by place
	Receivers []NodeID        // by place
	Left      *IDKGTranscript // operands
	Right     *IDKGTranscript
	Params    *idkg.Params   // the same, as the cryptography knows it
	Initial   []*IDKGDealing // that came from another subnet, ascending by place; nil: the dealers are to deal
}

// sizeIDKGConfig is its encoded size in bytes, with operands by reference.
const sizeIDKGConfig = 120

func (c *IDKGConfig) encode(e *encoder) {
	c.ID.encode(e)
	e.u64(uint64(c.Registry))
	e.u64(uint64(c.Params.Algorithm))
	e.u64(uint64(c.Params.Operation))
	e.nodes(c.Dealers)
	e.nodes(c.Receivers)
	for _, t := range []*IDKGTranscript{c.Left, c.Right} {
		if t != nil {
			t.ID.encode(e)
		}
	}
	if c.Initial != nil {
		encodeDealings(e, c.Initial)
	}
}

// DealtFor is the transcript that its dealings name: that which another subnet stated, where they come from there.
func (c *IDKGConfig) DealtFor() IDKGID {
	if len(c.Initial) > 0 {
		return c.Initial[0].Transcript
	}
	return c.ID
}

// place gives a node's place, or −1.
func place(nodes []NodeID, n NodeID) int {
	for i, m := range nodes {
		if m == n {
			return i
		}
	}
	return -1
}

// DealerIndex gives a node's place among the dealers, or −1.
func (c *IDKGConfig) DealerIndex(n NodeID) int { return place(c.Dealers, n) }

// ReceiverIndex gives a node's place among the receivers, or −1.
func (c *IDKGConfig) ReceiverIndex(n NodeID) int { return place(c.Receivers, n) }

// ReceiverIndex gives a node's place among the receivers, or −1.
func (t *IDKGTranscript) ReceiverIndex(n NodeID) int { return place(t.Receivers, n) }

// An IDKGPayload is the part of a block that is about chain keys. Its maker finds Completed, Initial and Answers; all else follows from
// these, the parent's and the state at the context's certified height, so that validators compute it again. Immutable.
type IDKGPayload struct {
	Completed []*CompletedIDKG   // ascending by id
	Initial   []*InitialDealings // ascending by id
	Answers   []*SignatureAnswer // ascending by id

	Serial   uint64 // of the next transcript and pre-signature
	Keys     []MasterKey
	Creating []*PreSignatureInCreation // ascending by id
	Made     []*PreSignature           // by this block, for the state
	// Resharings are of keys that other subnets are to have, in the registry's order; Shared is what this block brings of them.
	Resharings []Resharing
	Shared     []*ChainKeyInitialization
}

// A MasterKey is a key in blocks.
type MasterKey struct {
	ID      chainkey.KeyID
	Current *IDKGTranscript // nil before there is one
	Next    *IDKGTranscript // made, and in force from the next summary on; nil: none
	Making  *IDKGConfig     // on the way to Next; nil: none
	VetKD   *Transcript     // of vetKD, in place of all these
	Former  *Transcript     // of vetKD, in the interval before; nil: none
}

// A PreSignatureInCreation is a pre-signature on its way. Configs[i] is set while transcript i is being made, Transcripts[i] when it is.
type PreSignatureInCreation struct {
	ID          uint64
	Key         chainkey.KeyID
	Master      *IDKGTranscript
	Configs     []*IDKGConfig
	Transcripts []*IDKGTranscript
}

// A CompletedIDKG is a transcript that a block completes, by the dealings that make it.
type CompletedIDKG struct {
	ID       IDKGID
	Dealings []*SupportedDealing // ascending by place
}

// A SupportedDealing is a dealing that enough receivers found good.
type SupportedDealing struct {
	Dealing   *IDKGDealing
	Signers   []NodeID // ascending
	Signature crypto.MultiSignature
}

// A SignatureAnswer is what consensus came to about a request. Reject.Code is 0 when there is an answer.
type SignatureAnswer struct {
	ID     SignatureID
	Answer []byte // a signature, or an encrypted key
	Reject Reject
}

// Configs lists what is being made.
func (p *IDKGPayload) Configs() (all []*IDKGConfig) {
	for i := range p.Keys {
		if c := p.Keys[i].Making; c != nil {
			all = append(all, c)
		}
	}
	for _, c := range p.Creating {
		for _, config := range c.Configs {
			if config != nil {
				all = append(all, config)
			}
		}
	}
	for i := range p.Resharings {
		if c := p.Resharings[i].Config; c != nil {
			all = append(all, c)
		}
	}
	return all
}

// Key gives what blocks have of a key, or nil.
func (p *IDKGPayload) Key(id chainkey.KeyID) *MasterKey {
	for i := range p.Keys {
		if p.Keys[i].ID == id {
			return &p.Keys[i]
		}
	}
	return nil
}

// Size is the encoded size in bytes.
func (p *IDKGPayload) Size() int {
	size := 16 + 80*len(p.Keys) + sizeIDKGConfig*len(p.Configs()) + 40*len(p.Creating)
	for _, c := range p.Completed {
		size += 24
		for _, d := range c.Dealings {
			size += d.Dealing.Size() + SizeNodeID*len(d.Signers) + SizeBLSSig
		}
	}
	for _, d := range p.Initial {
		size += 24 + sizeOfDealings(d.Dealings)
	}
	size += 40 * len(p.Resharings)
	for _, a := range p.Answers {
		size += 16 + len(a.Answer) + len(a.Reject.Message)
	}
	return size
}

// Hash identifies all of it.
func (p *IDKGPayload) Hash() crypto.Hash {
	var e encoder
	p.encodeFound(&e)
	e.u64(p.Serial)
	for i := range p.Keys {
		p.Keys[i].encode(&e)
	}
	e.u64(uint64(len(p.Creating)))
	for _, c := range p.Creating {
		c.encode(&e)
	}
	e.u64(uint64(len(p.Made)))
	for _, m := range p.Made {
		m.encode(&e)
	}
	for i := range p.Resharings {
		p.Resharings[i].encode(&e)
	}
	for _, a := range p.Shared {
		e.str("shared")
		a.encode(&e)
	}
	return crypto.Sum("ic-idkg-payload", e.buf)
}

// encodeFound writes what the maker found.
func (p *IDKGPayload) encodeFound(e *encoder) {
	e.u64(uint64(len(p.Completed)))
	for _, c := range p.Completed {
		c.ID.encode(e)
		e.u64(uint64(len(c.Dealings)))
		for _, d := range c.Dealings {
			id := d.Dealing.ID()
			e.raw(id[:])
			e.nodes(d.Signers)
			e.raw(d.Signature[:])
		}
	}
	e.u64(uint64(len(p.Answers)))
	for _, a := range p.Answers {
		e.u64(uint64(a.ID))
		e.blob(a.Answer)
		e.u64(uint64(a.Reject.Code))
		e.str(a.Reject.Message)
	}
	for _, d := range p.Initial {
		e.str("initial")
		d.encode(e)
	}
}

func (k *MasterKey) encode(e *encoder) {
	e.str(k.ID.String())
	for i, t := range []*IDKGTranscript{k.Current, k.Next} {
		if t != nil {
			e.u64(uint64(i))
			t.encode(e)
		}
	}
	if k.Making != nil {
		e.str("making")
		k.Making.encode(e)
	}
	for i, t := range []*Transcript{k.VetKD, k.Former} {
		if t != nil {
			e.u64(uint64(i))
			t.ID.encode(e)
		}
	}
}

func (c *PreSignatureInCreation) encode(e *encoder) {
	e.u64(c.ID)
	e.str(c.Key.String())
	c.Master.ID.encode(e)
	for i, config := range c.Configs {
		switch {
		case c.Transcripts[i] != nil:
			e.str("made")
			c.Transcripts[i].encode(e)
		case config != nil:
			e.str("making")
			config.encode(e)
		default:
			e.str("later")
		}
	}
}
