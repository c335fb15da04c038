package protocol

import (
	"strconv"

	"icsim/crypto"
)

// An ArtifactKind is one of the twelve consensus artifacts, or of the artifacts of the other pools.
type ArtifactKind uint8

const (
	KindBlockProposal ArtifactKind = iota
	KindNotarizationShare
	KindNotarization
	KindFinalizationShare
	KindFinalization
	KindRandomBeaconShare
	KindRandomBeacon
	KindRandomTapeShare
	KindRandomTape
	KindCatchUpPackageShare
	KindCatchUpPackage
	KindEquivocationProof
	KindCertificationShare
	KindCertification
	KindIngress
	KindOutcallShare
	KindDealing
	KindIDKGDealing
	KindIDKGSupport
	KindIDKGComplaint
	KindIDKGOpening
	KindSignatureShare // of ECDSA and Schnorr
	KindKeyShare       // of vetKD
	NumArtifactKinds
)

var artifactNames = [NumArtifactKinds]string{
	"block-proposal", "notarization-share", "notarization", "finalization-share", "finalization",
	"random-beacon-share", "random-beacon", "random-tape-share", "random-tape",
	"cup-share", "cup", "equivocation-proof", "certification-share", "certification", "ingress", "http-response-share",
	"dkg-dealing", "idkg-dealing", "idkg-support", "idkg-complaint", "idkg-opening", "signature-share", "vetkd-key-share",
}

func (k ArtifactKind) String() string { return artifactNames[k] }

// IsShare reports whether the artifact is one signer's share, or dealing; these are never relayed (section A.2).
func (k ArtifactKind) IsShare() bool {
	switch k {
	case KindNotarizationShare, KindFinalizationShare, KindRandomBeaconShare, KindRandomTapeShare,
		KindCatchUpPackageShare, KindCertificationShare, KindOutcallShare, KindDealing,
		KindIDKGDealing, KindIDKGSupport, KindIDKGComplaint, KindIDKGOpening, KindSignatureShare, KindKeyShare:
		return true
	}
	return false
}

// An Artifact is what nodes of a subnet broadcast to each other. Immutable; ID covers everything in it.
type Artifact interface {
	Kind() ArtifactKind
	Height() Height // 0 for ingress and shares of outcalls
	ID() ArtifactID
	Size() int // bytes on the wire in full
}

// sealed keeps an artifact's identity and size, computed once by its constructor.
type sealed struct {
	id   ArtifactID
	size int
}

func (s *sealed) ID() ArtifactID { return s.id }
func (s *sealed) Size() int      { return s.size }

func (s *sealed) seal(kind ArtifactKind, size int, e *encoder) {
	s.id = ArtifactID(crypto.Sum(kind.String(), e.buf))
	s.size = size
}

// BlockMetadata is what a block maker signs: small, so that equivocation proofs are small (A.1).
type BlockMetadata struct {
	Version ReplicaVersion
	Height  Height
	Subnet  SubnetID
	Hash    BlockHash
}

// Signable gives the signed bytes.
func (m *BlockMetadata) Signable() []byte {
	e := signing(crypto.DomainBlockMetadata)
	e.str(string(m.Version))
	e.height(m.Height)
	e.u64(uint64(m.Subnet))
	e.raw(m.Hash[:])
	return e.buf
}

// A BlockProposal is a block with its maker's signature over the metadata.
type BlockProposal struct {
	sealed
	Block     *Block
	Hash      BlockHash // claimed; receivers recompute it
	Subnet    SubnetID
	Signer    NodeID
	Signature crypto.BasicSignature
}

// NewBlockProposal seals a proposal.
func NewBlockProposal(b *Block, hash BlockHash, subnet SubnetID, signer NodeID, sig crypto.BasicSignature) *BlockProposal {
	p := &BlockProposal{Block: b, Hash: hash, Subnet: subnet, Signer: signer, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.raw(hash[:])
	e.u64(uint64(subnet))
	e.node(signer)
	e.raw(sig[:])
	p.seal(KindBlockProposal, SizeEnvelope+2*SizeHash+SizeNodeID+SizeBasicSig+b.Payload.Size(), &e)
	return p
}

// Metadata gives what the signature is over.
func (p *BlockProposal) Metadata() BlockMetadata {
	return BlockMetadata{Version: p.Block.Version, Height: p.Block.Height, Subnet: p.Subnet, Hash: p.Hash}
}

func (p *BlockProposal) Kind() ArtifactKind { return KindBlockProposal }
func (p *BlockProposal) Height() Height     { return p.Block.Height }

// StrippedSize is the size in bytes of the proposal as it travels, ingress reduced to hashes.
func (p *BlockProposal) StrippedSize() int {
	return p.size - p.Block.Payload.Size() + p.Block.Payload.StrippedSize()
}

// BlockContent is what notaries and finalizers sign, each under a domain of its own.
type BlockContent struct {
	Version ReplicaVersion
	Height  Height
	Hash    BlockHash
}

// Signable gives the signed bytes under crypto.DomainNotarization or crypto.DomainFinalization.
func (c *BlockContent) Signable(domain string) []byte {
	e := signing(domain)
	e.str(string(c.Version))
	e.height(c.Height)
	e.raw(c.Hash[:])
	return e.buf
}

// A BlockShare is one committee member's notarization or finalization share.
type BlockShare struct {
	sealed
	kind      ArtifactKind
	Content   BlockContent
	Signer    NodeID
	Signature crypto.MultiSignature
}

// NewBlockShare seals a share; kind is KindNotarizationShare or KindFinalizationShare.
func NewBlockShare(kind ArtifactKind, c BlockContent, signer NodeID, sig crypto.MultiSignature) *BlockShare {
	s := &BlockShare{kind: kind, Content: c, Signer: signer, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.height(c.Height)
	e.raw(c.Hash[:])
	e.node(signer)
	e.raw(sig[:])
	s.seal(kind, SizeEnvelope+SizeHash+SizeNodeID+SizeBLSSig, &e)
	return s
}

func (s *BlockShare) Kind() ArtifactKind { return s.kind }
func (s *BlockShare) Height() Height     { return s.Content.Height }

// A BlockAggregate is a notarization or finalization: an aggregate of a quorum's shares.
type BlockAggregate struct {
	sealed
	kind      ArtifactKind
	Content   BlockContent
	Signers   []NodeID // ascending
	Signature crypto.MultiSignature
}

// NewBlockAggregate seals an aggregate; kind is KindNotarization or KindFinalization.
func NewBlockAggregate(kind ArtifactKind, c BlockContent, signers []NodeID, sig crypto.MultiSignature) *BlockAggregate {
	a := &BlockAggregate{kind: kind, Content: c, Signers: signers, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.height(c.Height)
	e.raw(c.Hash[:])
	for _, n := range signers {
		e.node(n)
	}
	e.raw(sig[:])
	a.seal(kind, SizeEnvelope+SizeHash+SizeNodeID*len(signers)+SizeBLSSig, &e)
	return a
}

func (a *BlockAggregate) Kind() ArtifactKind { return a.kind }
func (a *BlockAggregate) Height() Height     { return a.Content.Height }

// RandomContent is what a random beacon or tape signs. Previous is the hash of the beacon before; a tape
// signs the height alone and leaves it zero (A.1).
type RandomContent struct {
	Version  ReplicaVersion
	Height   Height
	Previous crypto.Hash
}

// Signable gives the signed bytes under crypto.DomainRandomBeacon or crypto.DomainRandomTape.
func (c *RandomContent) Signable(domain string) []byte {
	e := signing(domain)
	e.str(string(c.Version))
	e.height(c.Height)
	e.raw(c.Previous[:])
	return e.buf
}

// A RandomShare is one node's share of a random beacon or tape.
type RandomShare struct {
	sealed
	kind      ArtifactKind
	Content   RandomContent
	Signer    NodeID
	Signature crypto.ThresholdSignature
}

// NewRandomShare seals a share; kind is KindRandomBeaconShare or KindRandomTapeShare.
func NewRandomShare(kind ArtifactKind, c RandomContent, signer NodeID, sig crypto.ThresholdSignature) *RandomShare {
	s := &RandomShare{kind: kind, Content: c, Signer: signer, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.height(c.Height)
	e.raw(c.Previous[:])
	e.node(signer)
	e.raw(sig[:])
	s.seal(kind, SizeEnvelope+SizeHash+SizeNodeID+SizeBLSSig, &e)
	return s
}

func (s *RandomShare) Kind() ArtifactKind { return s.kind }
func (s *RandomShare) Height() Height     { return s.Content.Height }

// A Random is a random beacon or tape. Its signature is unique, so every node makes the same artifact.
type Random struct {
	sealed
	kind       ArtifactKind
	Content    RandomContent
	Transcript TranscriptID // whose key signed
	Signature  crypto.ThresholdSignature
}

// NewRandom seals a beacon or tape; kind is KindRandomBeacon or KindRandomTape.
func NewRandom(kind ArtifactKind, c RandomContent, t TranscriptID, sig crypto.ThresholdSignature) *Random {
	r := &Random{kind: kind, Content: c, Transcript: t, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.height(c.Height)
	e.raw(c.Previous[:])
	t.encode(&e)
	e.raw(sig[:])
	r.seal(kind, SizeEnvelope+SizeHash+24+SizeBLSSig, &e)
	return r
}

func (r *Random) Kind() ArtifactKind { return r.kind }
func (r *Random) Height() Height     { return r.Content.Height }

// Hash is the hash of the signed beacon or tape: what the next beacon points to, and the seed of ranks,
// committees and batch randomness.
func (r *Random) Hash() crypto.Hash { return crypto.Hash(r.id) }

// CatchUpContent is what a catch-up package signs. It is all that a node needs to start from: the summary
// block, the beacon, and the hash of the state after the block (A.7).
type CatchUpContent struct {
	Block     *Block
	BlockHash BlockHash
	Beacon    *Random
	StateHash StateHash
}

// Signable gives the signed bytes.
func (c *CatchUpContent) Signable() []byte {
	e := signing(crypto.DomainCatchUp)
	e.str(string(c.Block.Version))
	e.height(c.Block.Height)
	e.raw(c.BlockHash[:])
	id := c.Beacon.ID()
	e.raw(id[:])
	e.raw(c.StateHash[:])
	return e.buf
}

// A CatchUpPackageShare is one node's share; it names the block and state by hash.
type CatchUpPackageShare struct {
	sealed
	Content   CatchUpContent
	Signer    NodeID
	Signature crypto.ThresholdSignature
}

// NewCatchUpPackageShare seals a share.
func NewCatchUpPackageShare(c CatchUpContent, signer NodeID, sig crypto.ThresholdSignature) *CatchUpPackageShare {
	s := &CatchUpPackageShare{Content: c, Signer: signer, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.raw(c.Signable())
	e.node(signer)
	e.raw(sig[:])
	s.seal(KindCatchUpPackageShare, SizeEnvelope+3*SizeHash+SizeNodeID+SizeBLSSig, &e)
	return s
}

func (s *CatchUpPackageShare) Kind() ArtifactKind { return KindCatchUpPackageShare }
func (s *CatchUpPackageShare) Height() Height     { return s.Content.Block.Height }

// A CatchUpPackage (CUP) is the full package. The one of genesis carries no signature: it is trusted
// because the registry holds it.
type CatchUpPackage struct {
	sealed
	Content   CatchUpContent
	Signature crypto.ThresholdSignature
}

// NewCatchUpPackage seals a package.
func NewCatchUpPackage(c CatchUpContent, sig crypto.ThresholdSignature) *CatchUpPackage {
	p := &CatchUpPackage{Content: c, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.raw(c.Signable())
	e.raw(sig[:])
	p.seal(KindCatchUpPackage, SizeEnvelope+c.Block.Payload.Size()+c.Beacon.Size()+SizeHash+SizeBLSSig, &e)
	return p
}

// Subnet is whose package it is.
func (p *CatchUpPackage) Subnet() SubnetID { return p.Summary().Current.High.ID.Subnet }

// IsIntact reports whether the package is about a summary block that is what its hash says, with the beacon of its height. Whether the
// subnet signed it is another question.
func (p *CatchUpPackage) IsIntact() bool {
	c := &p.Content
	return c.Block.IsIntact(c.BlockHash) && c.Block.Payload.IsSummary() && c.Beacon.Height() == c.Block.Height
}

func (p *CatchUpPackage) Kind() ArtifactKind { return KindCatchUpPackage }
func (p *CatchUpPackage) Height() Height     { return p.Content.Block.Height }

// Summary gives the summary that the package's block carries.
func (p *CatchUpPackage) Summary() *Summary { return p.Content.Block.Payload.Summary }

// An EquivocationProof shows two blocks signed by one maker for one height.
type EquivocationProof struct {
	sealed
	Signer     NodeID
	Version    ReplicaVersion
	Subnet     SubnetID
	AtHeight   Height
	Hashes     [2]BlockHash // ascending
	Signatures [2]crypto.BasicSignature
}

// NewEquivocationProof seals a proof from two proposals of one signer and height, in either order.
func NewEquivocationProof(a, b *BlockProposal) *EquivocationProof {
	if string(a.Hash[:]) > string(b.Hash[:]) {
		a, b = b, a
	}
	p := &EquivocationProof{
		Signer: a.Signer, Version: a.Block.Version, Subnet: a.Subnet, AtHeight: a.Height(),
		Hashes:     [2]BlockHash{a.Hash, b.Hash},
		Signatures: [2]crypto.BasicSignature{a.Signature, b.Signature},
	}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.node(p.Signer)
	e.height(p.AtHeight)
	for i := range p.Hashes {
		e.raw(p.Hashes[i][:])
		e.raw(p.Signatures[i][:])
	}
	p.seal(KindEquivocationProof, SizeEnvelope+SizeNodeID+2*(SizeHash+SizeBasicSig), &e)
	return p
}

// Metadata gives what signature i (0 or 1) is over.
func (p *EquivocationProof) Metadata(i int) BlockMetadata {
	return BlockMetadata{Version: p.Version, Height: p.AtHeight, Subnet: p.Subnet, Hash: p.Hashes[i]}
}

func (p *EquivocationProof) Kind() ArtifactKind { return KindEquivocationProof }
func (p *EquivocationProof) Height() Height     { return p.AtHeight }

// A CertificationShare is one node's share over the root of the certified tree at a height.
type CertificationShare struct {
	sealed
	AtHeight  Height
	Hash      StateHash
	Signer    NodeID
	Signature crypto.ThresholdSignature
}

// NewCertificationShare seals a share.
func NewCertificationShare(h Height, hash StateHash, signer NodeID, sig crypto.ThresholdSignature) *CertificationShare {
	s := &CertificationShare{AtHeight: h, Hash: hash, Signer: signer, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.height(h)
	e.raw(hash[:])
	e.node(signer)
	e.raw(sig[:])
	s.seal(KindCertificationShare, SizeEnvelope+SizeHash+SizeNodeID+SizeBLSSig, &e)
	return s
}

func (s *CertificationShare) Kind() ArtifactKind { return KindCertificationShare }
func (s *CertificationShare) Height() Height     { return s.AtHeight }

// A Certification is the subnet's signature over the root of the certified tree at a height.
type Certification struct {
	sealed
	AtHeight  Height
	Hash      StateHash
	Signature crypto.ThresholdSignature
}

// NewCertification seals a certification.
func NewCertification(h Height, hash StateHash, sig crypto.ThresholdSignature) *Certification {
	c := &Certification{AtHeight: h, Hash: hash, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.height(h)
	e.raw(hash[:])
	e.raw(sig[:])
	c.seal(KindCertification, SizeEnvelope+SizeHash+SizeBLSSig, &e)
	return c
}

func (c *Certification) Kind() ArtifactKind { return KindCertification }
func (c *Certification) Height() Height     { return c.AtHeight }

// CertificationSignable gives the bytes a subnet signs to certify a root hash, as agents verify them.
func CertificationSignable(hash StateHash) []byte {
	return crypto.Signable(crypto.DomainCertification, hash[:])
}

// Describe prints an artifact in one short line, for traces, scripts and errors.
func Describe(a Artifact) string {
	s := a.Kind().String() + "@" + strconv.FormatUint(uint64(a.Height()), 10)
	switch a := a.(type) {
	case *BlockProposal:
		return s + " rank " + strconv.FormatUint(uint64(a.Block.Rank), 10) + " " + a.Hash.String() + " by " + a.Signer.String()
	case *BlockShare:
		return s + " " + a.Content.Hash.String() + " by " + a.Signer.String()
	case *BlockAggregate:
		return s + " " + a.Content.Hash.String() + " of " + strconv.Itoa(len(a.Signers))
	case *RandomShare:
		return s + " by " + a.Signer.String()
	case *CatchUpPackageShare:
		return s + " " + a.Content.StateHash.String() + " by " + a.Signer.String()
	case *CertificationShare:
		return s + " " + a.Hash.String() + " by " + a.Signer.String()
	case *OutcallShare:
		return s + " of outcall " + strconv.FormatUint(uint64(a.Metadata.ID), 10) + " by " + a.Signer.String()
	case *Dealing:
		return s + " of the " + a.Key.Tag.String() + " key by " + a.Dealer.String()
	case *IDKGDealing:
		return s + " for transcript " + strconv.FormatUint(a.Transcript.Serial, 10) + " by " + a.Dealer.String()
	case *IDKGSupport:
		return s + " of " + a.Dealer.String() + " for transcript " + strconv.FormatUint(a.Transcript.Serial, 10) + " by " + a.Signer.String()
	case *IDKGComplaint:
		return s + " about transcript " + strconv.FormatUint(a.Transcript.Serial, 10) + " by " + a.Signer.String()
	case *IDKGOpening:
		return s + " of transcript " + strconv.FormatUint(a.Transcript.Serial, 10) + " by " + a.Signer.String()
	case *SignatureShare:
		return s + " of request " + strconv.FormatUint(uint64(a.Request), 10) + " by " + a.Signer.String()
	case *EquivocationProof:
		return s + " against " + a.Signer.String()
	}
	return s + " " + a.ID().String()
}
