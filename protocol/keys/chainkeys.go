package keys

import (
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/idkg"
	"icsim/protocol"
)

func (k *Keyring) chainKeys() chainkey.Scheme {
	if k.ChainKeys == nil {
		return chainkey.New()
	}
	return k.ChainKeys
}

// DealIDKG makes this node's dealing for a transcript, from its shares of the operands; false if it is no dealer or the shares are not
// what is asked for.
//
// Model: as with Deal, the randomness follows from the node's secret key and what is dealt for.
func (k *Keyring) DealIDKG(c *protocol.IDKGConfig, shares []idkg.Opening) (*idkg.Dealing, bool) {
	place := c.DealerIndex(k.Node)
	if place < 0 {
		return nil, false
	}
	k.Meter.Charge(protocol.OpIDKGDeal, len(c.Receivers))
	d, reason := k.chainKeys().Deal(c.Params, place, shares, k.seed("idkg dealing", c.ID.Bytes()))
	return d, reason == idkg.Valid
}

func (k *Keyring) seed(purpose string, what []byte) crypto.Seed {
	return crypto.Seed(crypto.Sum(purpose, k.Secrets.Basic[:], what))
}

// VerifyIDKGDealing says what everybody can see to be wrong with a dealing.
func (k *Keyring) VerifyIDKGDealing(c *protocol.IDKGConfig, dealer protocol.NodeID, d *idkg.Dealing) idkg.Reason {
	k.Meter.Charge(protocol.OpIDKGVerifyDealing, 1)
	return k.chainKeys().VerifyDealing(c.Params, c.DealerIndex(dealer), d)
}

// VerifyIDKGShare says what is wrong with the share that this node gets in a dealing.
func (k *Keyring) VerifyIDKGShare(c *protocol.IDKGConfig, dealer protocol.NodeID, d *idkg.Dealing) idkg.Reason {
	place := c.ReceiverIndex(k.Node)
	secret := k.idkgSecret(c.Params.Receivers, place)
	if secret == nil {
		return idkg.ReceiverOutOfRange
	}
	k.Meter.Charge(protocol.OpIDKGVerifyShare, 1)
	return k.chainKeys().VerifyShare(c.Params, c.DealerIndex(dealer), d, place, secret)
}

// CombineIDKG makes the transcript of dealings, ascending by their dealers' places; the reason says why there is none.
func (k *Keyring) CombineIDKG(c *protocol.IDKGConfig, dealings []*protocol.SupportedDealing) (*protocol.IDKGTranscript, idkg.Reason) {
	placed := make([]idkg.DealerDealing, len(dealings))
	for i, d := range dealings {
		placed[i] = idkg.DealerDealing{Dealer: c.DealerIndex(d.Dealing.Dealer), Dealing: d.Dealing.Dealing}
	}
	k.Meter.Charge(protocol.OpIDKGCombine, len(dealings))
	t, reason := k.chainKeys().Combine(c.Params, placed)
	if reason != idkg.Valid {
		return nil, reason
	}
	return &protocol.IDKGTranscript{
		ID: c.ID, Registry: c.Registry, Dealers: c.Dealers, Receivers: c.Receivers, Transcript: t,
	}, reason
}

// LoadIDKG gives this node's share of a transcript. If it is bad in some dealings, and what others opened does not make up for it,
// their dealers' places are returned. ok is false then, and when the node is no receiver, or has forgotten the key to its share.
func (k *Keyring) LoadIDKG(t *protocol.IDKGTranscript, openings []idkg.DealerOpening) (share idkg.Opening, bad []int, ok bool) {
	place := t.ReceiverIndex(k.Node)
	secret := k.idkgSecret(t.Transcript.Receivers(), place)
	if secret == nil {
		return share, nil, false
	}
	k.Meter.Charge(protocol.OpIDKGLoad, len(t.Transcript.Dealings()))
	share, bad = k.chainKeys().Load(t.Transcript, place, secret, openings)
	return share, bad, len(bad) == 0
}

// ComplainIDKG makes this node's complaint about a dealer's dealing.
func (k *Keyring) ComplainIDKG(t *protocol.IDKGTranscript, dealer int) (*idkg.Complaint, bool) {
	place := t.ReceiverIndex(k.Node)
	secret := k.idkgSecret(t.Transcript.Receivers(), place)
	if secret == nil {
		return nil, false
	}
	k.Meter.Charge(protocol.OpIDKGComplain, 1)
	about := binary.BigEndian.AppendUint64(t.ID.Bytes(), uint64(dealer))
	c, reason := t.Transcript.Complain(dealer, place, secret, k.seed("idkg complaint", about))
	return c, reason == idkg.Valid
}

// VerifyIDKGComplaint says what is wrong with a complaint.
func (k *Keyring) VerifyIDKGComplaint(t *protocol.IDKGTranscript, c *idkg.Complaint) idkg.Reason {
	k.Meter.Charge(protocol.OpIDKGComplain, 1)
	return t.Transcript.VerifyComplaint(c)
}

// OpenIDKG lays this node's own share of a dealing open; false if it is bad, too.
func (k *Keyring) OpenIDKG(t *protocol.IDKGTranscript, dealer int) (idkg.DealerOpening, bool) {
	place := t.ReceiverIndex(k.Node)
	secret := k.idkgSecret(t.Transcript.Receivers(), place)
	if secret == nil {
		return idkg.DealerOpening{}, false
	}
	k.Meter.Charge(protocol.OpIDKGComplain, 1)
	o, reason := t.Transcript.Open(dealer, place, secret)
	return o, reason == idkg.Valid
}

// VerifyIDKGOpening says what is wrong with an opening.
func (k *Keyring) VerifyIDKGOpening(t *protocol.IDKGTranscript, o idkg.DealerOpening) idkg.Reason {
	k.Meter.Charge(protocol.OpIDKGComplain, 1)
	return t.Transcript.VerifyOpening(o)
}

// StartSigning prepares a request that is ready.
func (k *Keyring) StartSigning(c *protocol.SignatureContext) (*Signing, error) {
	k.Meter.Charge(protocol.OpSignatureStart, 1)
	s, err := k.chainKeys().Start(c.Digest(), c.Request())
	if err != nil {
		return nil, err
	}
	return &Signing{Context: c, keys: k, signing: s}, nil
}

// A Signing is a request as one node works on it.
type Signing struct {
	Context *protocol.SignatureContext
	keys    *Keyring
	signing chainkey.Signing
}

func (s *Signing) isDerivation() bool { return s.Context.Transcript != nil }

func (s *Signing) op(signature, key protocol.Op) protocol.Op {
	if s.isDerivation() {
		return key
	}
	return signature
}

// Loads lists the transcripts whose shares Share wants, in order.
func (s *Signing) Loads() []*protocol.IDKGTranscript {
	if s.isDerivation() {
		return nil
	}
	p := s.Context.PreSignature
	var all []*protocol.IDKGTranscript
	for _, t := range s.signing.Loads() {
		if p.Master.Transcript.Digest() == t.Digest() {
			all = append(all, p.Master)
		}
		for _, made := range p.Transcripts {
			if made.Transcript.Digest() == t.Digest() {
				all = append(all, made)
			}
		}
	}
	return all
}

// Share makes this node's share; false if it has none.
func (s *Signing) Share(shares []idkg.Opening) ([]byte, bool) {
	own := chainkey.Secrets{Shares: shares}
	if s.isDerivation() {
		secret, ok := s.keys.share(s.Context.Transcript)
		if !ok {
			return nil, false
		}
		digest := s.Context.Digest()
		own.Key, own.Seed = secret, s.keys.seed("vetkd", digest[:])
	}
	s.keys.Meter.Charge(s.op(protocol.OpSignatureShare, protocol.OpKeyShare), 1)
	return s.signing.Sign(own), true
}

// VerifyShare judges a node's share.
func (s *Signing) VerifyShare(signer int, share []byte) bool {
	s.keys.Meter.Charge(s.op(protocol.OpVerifySignatureShare, protocol.OpVerifyKeyShare), 1)
	return s.signing.VerifyShare(signer, share)
}

// Threshold is how many shares make an answer.
func (s *Signing) Threshold() int { return s.signing.Threshold() }

// Combine makes the answer of Threshold good shares.
func (s *Signing) Combine(shares []chainkey.NodeShare) ([]byte, error) {
	s.keys.Meter.Charge(s.op(protocol.OpCombineSignature, protocol.OpCombineKey), len(shares))
	return s.signing.Combine(shares)
}

// Verify judges an answer.
func (s *Signing) Verify(answer []byte) bool {
	s.keys.Meter.Charge(s.op(protocol.OpVerifySignature, protocol.OpVerifyKey), 1)
	return s.signing.Verify(answer)
}
