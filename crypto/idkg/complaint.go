package idkg

import (
	"icsim/crypto"
	"icsim/crypto/idkg/curve"
)

// Load gives a receiver its share of the secret. Where its share of a dealing is bad, openings of the other receivers' shares of that
// dealing make up for it, once Threshold of them are good; dealers whose dealings still want some are returned, in order,
// for the receiver to complain about. Openings may hold anything. The receiver is one.
//
// Model: the replica looks at every dealing's share. Here that is done when what they come to does not open the transcript; where
// it does, two bad shares would cancel, and nobody need complain.
func (t *Transcript) Load(receiver int, key *SecretKey, openings []DealerOpening) (share Opening, bad []int) {
	shares, factors := make([]Opening, len(t.dealings)), t.factors()
	for i, d := range t.dealings {
		shares[i] = t.envelope(d.Dealer).share(d.Dealing, receiver, key)
	}
	if share = interpolate(factors, shares); t.Opens(receiver, share) {
		return share, nil
	}
	for i, d := range t.dealings {
		if d.Dealing.commitment.opens(receiver, shares[i]) {
			continue
		}
		var ok bool
		if shares[i], ok = t.repair(d, receiver, openings); !ok {
			bad = append(bad, d.Dealer)
		}
	}
	if len(bad) > 0 {
		return Opening{}, bad
	}
	return interpolate(factors, shares), nil
}

// A DealerOpening is an opener's own share of a dealing, laid open.
type DealerOpening struct {
	Dealer  int
	Opener  int
	Opening Opening
}

// repair interpolates a receiver's share of a dealing from those of others.
func (t *Transcript) repair(d DealerDealing, receiver int, openings []DealerOpening) (Opening, bool) {
	threshold := len(d.Dealing.commitment.points)
	seen := make([]bool, len(t.receivers))
	var places []uint64
	var values []Opening
	for _, o := range openings {
		if o.Dealer != d.Dealer || len(places) == threshold || t.VerifyOpening(o) != Valid || seen[o.Opener] {
			continue
		}
		seen[o.Opener] = true
		places = append(places, place(o.Opener))
		values = append(values, o.Opening)
	}
	if len(places) < threshold {
		return Opening{}, false
	}
	return interpolate(t.algorithm.Curve().Lagrange(place(receiver), places), values), true
}

// A Complaint shows what its maker and a dealer have in common, with a proof, so that all others can decrypt the share it got.
type Complaint struct {
	Dealer     int
	Complainer int
	secret     curve.Point
	proof      proof
}

// complaintContext is what a complaint's proof is bound to.
func (t *Transcript) complaintContext(dealer, complainer int) []byte {
	d := curve.Digest("ic-crypto-idkg-complaint-proof-assoc-data",
		t.context, index(dealer), index(complainer), t.receivers[complainer].Bytes())
	return d[:]
}

// Complain makes a receiver's complaint about a dealing of which its share is bad, as Load told; about another one it would be refused.
func (t *Transcript) Complain(dealer, receiver int, key *SecretKey, seed crypto.Seed) (*Complaint, Reason) {
	d := t.dealing(dealer)
	switch {
	case d == nil:
		return nil, NotInTranscript
	case receiver < 0 || receiver >= len(t.receivers):
		return nil, ReceiverOutOfRange
	}
	ephemeral, context := d.ciphertext.ephemeral, t.complaintContext(dealer, receiver)
	nonce := keys.HashToScalar("icsim-idkg-complaint", seed[:], context)
	secret := ephemeral.Times(key.scalar)
	return &Complaint{
		Dealer: dealer, Complainer: receiver, secret: secret,
		proof: proveEqualLogs(context, key.scalar, nonce, key.public.point, ephemeral, secret),
	}, Valid
}

// VerifyComplaint says whether the share that the complainer got is really bad. Then a receiver opens its own.
func (t *Transcript) VerifyComplaint(c *Complaint) Reason {
	d := t.dealing(c.Dealer)
	switch {
	case d == nil:
		return NotInTranscript
	case c.Complainer < 0 || c.Complainer >= len(t.receivers):
		return ReceiverOutOfRange
	case c.secret.Curve() != keys:
		return WrongCurve
	}
	public := t.receivers[c.Complainer].point
	if !c.proof.verifyEqualLogs(t.complaintContext(c.Dealer, c.Complainer), public, d.ciphertext.ephemeral, c.secret) {
		return BadComplaint
	}
	if d.commitment.opens(c.Complainer, t.envelope(c.Dealer).decrypt(&d.ciphertext, c.Complainer, c.secret)) {
		return ComplaintWithoutGround
	}
	return Valid
}

// Open lays a receiver's own share of a dealing open, in answer to a valid complaint. It can not where that share is bad too.
func (t *Transcript) Open(dealer, opener int, key *SecretKey) (DealerOpening, Reason) {
	d := t.dealing(dealer)
	switch {
	case d == nil:
		return DealerOpening{}, NotInTranscript
	case opener < 0 || opener >= len(t.receivers):
		return DealerOpening{}, ReceiverOutOfRange
	}
	o := t.envelope(dealer).share(d, opener, key)
	if !d.commitment.opens(opener, o) {
		return DealerOpening{}, BadShare
	}
	return DealerOpening{dealer, opener, o}, Valid
}

// VerifyOpening says whether what is laid open is the opener's share.
func (t *Transcript) VerifyOpening(o DealerOpening) Reason {
	d := t.dealing(o.Dealer)
	switch {
	case d == nil:
		return NotInTranscript
	case o.Opener < 0 || o.Opener >= len(t.receivers):
		return ReceiverOutOfRange
	case !d.commitment.opens(o.Opener, o.Opening):
		return BadOpening
	}
	return Valid
}
