package protocol

import (
	"icsim/crypto"
	"icsim/crypto/idkg"
)

// An IDKGDealing is one node's contribution to a transcript, signed with its basic key (SignedIDkgDealing).
type IDKGDealing struct {
	sealed
	Transcript IDKGID
	Dealer     NodeID
	Dealing    *idkg.Dealing
	Signature  crypto.BasicSignature
}

// IDKGDealingSignable gives the bytes that a dealer signs.
func IDKGDealingSignable(t IDKGID, dealing *idkg.Dealing) []byte {
	e := encoder{buf: make([]byte, 0, encoderSize)}
	t.encode(&e)
	digest := dealing.Digest()
	e.raw(digest[:])
	return crypto.Signable(crypto.DomainIDKGDealing, e.buf)
}

// NewIDKGDealing seals a dealing.
func NewIDKGDealing(t IDKGID, dealer NodeID, dealing *idkg.Dealing, sig crypto.BasicSignature) *IDKGDealing {
	d := &IDKGDealing{Transcript: t, Dealer: dealer, Dealing: dealing, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.raw(IDKGDealingSignable(t, dealing))
	e.node(dealer)
	e.raw(sig[:])
	d.seal(KindIDKGDealing, SizeEnvelope+SizeNodeID+SizeBasicSig+len(dealing.Bytes()), &e)
	return d
}

// Signable gives the signed bytes.
func (d *IDKGDealing) Signable() []byte { return IDKGDealingSignable(d.Transcript, d.Dealing) }

func (d *IDKGDealing) Kind() ArtifactKind { return KindIDKGDealing }
func (d *IDKGDealing) Height() Height     { return d.Transcript.Height }

// An IDKGSupport says that a receiver found a dealing good: a share of a multi-signature over it (IDkgDealingSupport).
type IDKGSupport struct {
	sealed
	Transcript IDKGID
	Dealer     NodeID
	Dealing    ArtifactID // of the signed dealing
	Signer     NodeID
	Signature  crypto.MultiSignature
}

// IDKGSupportSignable gives the bytes that receivers sign.
func IDKGSupportSignable(t IDKGID, dealer NodeID, dealing ArtifactID) []byte {
	e := encoder{buf: make([]byte, 0, encoderSize)}
	t.encode(&e)
	e.node(dealer)
	e.raw(dealing[:])
	return crypto.Signable(crypto.DomainIDKGSupport, e.buf)
}

// NewIDKGSupport seals a support of a dealing.
func NewIDKGSupport(t IDKGID, dealer NodeID, dealing ArtifactID, signer NodeID, sig crypto.MultiSignature) *IDKGSupport {
	s := &IDKGSupport{Transcript: t, Dealer: dealer, Dealing: dealing, Signer: signer, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.raw(s.Signable())
	e.node(signer)
	e.raw(sig[:])
	s.seal(KindIDKGSupport, SizeEnvelope+24+2*SizeNodeID+SizeHash+SizeBLSSig, &e)
	return s
}

// Signable gives the signed bytes.
func (s *IDKGSupport) Signable() []byte {
	return IDKGSupportSignable(s.Transcript, s.Dealer, s.Dealing)
}

func (s *IDKGSupport) Kind() ArtifactKind { return KindIDKGSupport }
func (s *IDKGSupport) Height() Height     { return s.Transcript.Height }

// An IDKGComplaint says that the share which a node got in a transcript's dealing is bad, and proves it (SignedIDkgComplaint).
type IDKGComplaint struct {
	sealed
	Transcript IDKGID
	Signer     NodeID
	Complaint  *idkg.Complaint
	Signature  crypto.BasicSignature
}

// NewIDKGComplaint seals a complaint.
func NewIDKGComplaint(t IDKGID, signer NodeID, c *idkg.Complaint, sig crypto.BasicSignature) *IDKGComplaint {
	s := &IDKGComplaint{Transcript: t, Signer: signer, Complaint: c, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.raw(s.Signable())
	e.node(signer)
	e.raw(sig[:])
	s.seal(KindIDKGComplaint, SizeEnvelope+24+SizeNodeID+SizeBasicSig+len(c.Bytes()), &e)
	return s
}

// IDKGComplaintSignable gives the bytes that a complainer signs.
func IDKGComplaintSignable(t IDKGID, c *idkg.Complaint) []byte {
	e := encoder{buf: make([]byte, 0, encoderSize)}
	t.encode(&e)
	e.blob(c.Bytes())
	return crypto.Signable(crypto.DomainIDKGComplaint, e.buf)
}

// Signable gives the signed bytes.
func (c *IDKGComplaint) Signable() []byte { return IDKGComplaintSignable(c.Transcript, c.Complaint) }

func (c *IDKGComplaint) Kind() ArtifactKind { return KindIDKGComplaint }
func (c *IDKGComplaint) Height() Height     { return c.Transcript.Height }

// An IDKGOpening is a node's own share of a dealing that another complained about, laid open (SignedIDkgOpening).
type IDKGOpening struct {
	sealed
	Transcript IDKGID
	Signer     NodeID
	Opening    idkg.DealerOpening
	Signature  crypto.BasicSignature
}

// IDKGOpeningSignable gives the bytes that an opener signs.
func IDKGOpeningSignable(t IDKGID, o *idkg.DealerOpening) []byte {
	e := encoder{buf: make([]byte, 0, encoderSize)}
	t.encode(&e)
	e.u64(uint64(o.Dealer))
	e.u64(uint64(o.Opener))
	e.blob(o.Opening.Bytes())
	return crypto.Signable(crypto.DomainIDKGOpening, e.buf)
}

// NewIDKGOpening seals an opening.
func NewIDKGOpening(t IDKGID, signer NodeID, o idkg.DealerOpening, sig crypto.BasicSignature) *IDKGOpening {
	s := &IDKGOpening{Transcript: t, Signer: signer, Opening: o, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.raw(s.Signable())
	e.node(signer)
	e.raw(sig[:])
	s.seal(KindIDKGOpening, SizeEnvelope+40+SizeNodeID+SizeBasicSig+len(o.Opening.Bytes()), &e)
	return s
}

// Signable gives the signed bytes.
func (o *IDKGOpening) Signable() []byte { return IDKGOpeningSignable(o.Transcript, &o.Opening) }

func (o *IDKGOpening) Kind() ArtifactKind { return KindIDKGOpening }
func (o *IDKGOpening) Height() Height     { return o.Transcript.Height }

// A SignatureShare is one node's share of the answer to a request: of an ECDSA or Schnorr signature (EcdsaSigShare, SchnorrSigShare), or
// of an encrypted key (VetKdKeyShare, of another kind). It needs no signature, since nobody else could have made it.
type SignatureShare struct {
	sealed
	kind    ArtifactKind
	Request SignatureID
	Ready   Height // of the round since which nodes may sign it
	Signer  NodeID
	Share   []byte
}

// NewSignatureShare seals a share; kind is KindSignatureShare or KindKeyShare.
func NewSignatureShare(kind ArtifactKind, request SignatureID, ready Height, signer NodeID, share []byte) *SignatureShare {
	s := &SignatureShare{kind: kind, Request: request, Ready: ready, Signer: signer, Share: share}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.u64(uint64(request))
	e.height(ready)
	e.node(signer)
	e.blob(share)
	s.seal(kind, SizeEnvelope+16+SizeNodeID+len(share), &e)
	return s
}

func (s *SignatureShare) Kind() ArtifactKind { return s.kind }
func (s *SignatureShare) Height() Height     { return s.Ready }
