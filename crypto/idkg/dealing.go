package idkg

import (
	"icsim/crypto"
	"icsim/crypto/idkg/curve"
)

// A Dealing is one dealer's contribution: a commitment to a polynomial, its values encrypted to the receivers, and, where
// the operation asks for it, a proof that its secret is the right one. It never changes.
type Dealing struct {
	commitment commitment
	ciphertext ciphertext
	proof      proof
}

// Deal makes a dealer's dealing. A resharing takes the dealer's share of Left, a product its shares of Left and Right. The seed
// is the dealer's secret; equal arguments give equal dealings.
func Deal(p *Params, dealer int, shares []Opening, seed crypto.Seed) (*Dealing, Reason) {
	if r := p.Check(); r != Valid {
		return nil, r
	}
	if dealer < 0 || dealer >= p.dealers() {
		return nil, DealerOutOfRange
	}
	if !p.takes(shares) {
		return nil, BadShare
	}
	e := &envelope{p, p.context(), dealer, seed[:]}
	secrets := e.polynomials(shares)
	d := &Dealing{commitment: secrets.commit(), ciphertext: e.encrypt(secrets)}
	c, nonces := p.curve(), [2]curve.Scalar{}
	for i := range nonces {
		nonces[i] = e.scalar(c, "proof", i)
	}
	switch p.Operation {
	case ReshareOfMasked:
		d.proof = proveEqualOpenings(e.bound(), shares[0].Mask, nonces[0], shares[0].Commit(), d.commitment.points[0])
	case UnmaskedTimesMasked:
		f := factoring{shares[0].Commit(), shares[1].Commit(), d.commitment.points[0]}
		d.proof = f.prove(e.bound(), shares[0].Value, shares[1].Mask, secrets.masks[0], nonces)
	}
	return d, Valid
}

// takes says whether shares are those that the operation takes.
func (p *Params) takes(shares []Opening) bool {
	c := p.curve()
	switch p.Operation {
	case ReshareOfMasked:
		return len(shares) == 1 && shares[0].Fits(c, true)
	case ReshareOfUnmasked:
		return len(shares) == 1 && shares[0].Fits(c, false)
	case UnmaskedTimesMasked:
		return len(shares) == 2 && shares[0].Fits(c, false) && shares[1].Fits(c, true)
	}
	return len(shares) == 0
}

// polynomials draws what the dealer shares; the coefficients at 0 are the secret and its mask.
func (e *envelope) polynomials(shares []Opening) (out polynomials) {
	c := e.params.curve()
	out.values = e.polynomial(c, "value")
	if e.params.masked() {
		out.masks = e.polynomial(c, "mask")
	}
	switch e.params.Operation {
	case ReshareOfMasked, ReshareOfUnmasked:
		out.values[0] = shares[0].Value
	case UnmaskedTimesMasked:
		out.values[0] = shares[0].Value.Mul(shares[1].Value)
	}
	return out
}

func (e *envelope) polynomial(c curve.Curve, what string) []curve.Scalar {
	out := make([]curve.Scalar, e.params.Threshold())
	for i := range out {
		out[i] = e.scalar(c, what, i)
	}
	return out
}

// fits checks a dealing's shape: what can be seen of it without arithmetic.
func (p *Params) fits(dealer int, d *Dealing) Reason {
	c := p.curve()
	switch {
	case dealer < 0 || dealer >= p.dealers():
		return DealerOutOfRange
	case d == nil:
		return Malformed
	case d.commitment.masked != p.masked():
		return WrongMasking
	case len(d.commitment.points) != p.Threshold():
		return WrongThreshold
	case !d.commitment.isOn(c) || d.ciphertext.ephemeral.Curve() != keys || d.ciphertext.possession.Curve() != keys:
		return WrongCurve
	case len(d.ciphertext.shares) != len(p.Receivers):
		return WrongReceivers
	case d.proof.kind != p.proofKind():
		return WrongProof
	}
	for _, s := range d.ciphertext.shares {
		if !s.Fits(c, p.masked()) {
			return WrongCurve
		}
	}
	return Valid
}

func (p *Params) proofKind() proofKind {
	switch p.Operation {
	case ReshareOfMasked:
		return equalOpenings
	case UnmaskedTimesMasked:
		return product
	}
	return noProof
}

// VerifyDealing checks what everybody can check: that the dealing has the right shape, that its dealer made it, and that it shares
// what the dealer has to share. It depends on nothing but its arguments: one result serves all nodes.
func VerifyDealing(p *Params, dealer int, d *Dealing) Reason {
	if r := p.Check(); r != Valid {
		return r
	}
	if r := p.fits(dealer, d); r != Valid {
		return r
	}
	e := &envelope{params: p, context: p.context(), dealer: dealer}
	if !e.possessed(&d.ciphertext) {
		return BadPossession
	}
	secret := d.commitment.points[0]
	switch p.Operation {
	case ReshareOfUnmasked:
		if !p.Left.At(dealer).Equal(secret) {
			return BadResharing
		}
	case ReshareOfMasked:
		if !d.proof.verifyEqualOpenings(e.bound(), p.Left.At(dealer), secret) {
			return BadResharing
		}
	case UnmaskedTimesMasked:
		f := factoring{p.Left.At(dealer), p.Right.At(dealer), secret}
		if !f.verify(e.bound(), &d.proof) {
			return BadProduct
		}
	}
	return Valid
}

// VerifyShare checks what only a receiver can: that its share, decrypted, is what the dealing commits to. A node supports a
// dealing that passes this and VerifyDealing.
func VerifyShare(p *Params, dealer int, d *Dealing, receiver int, key *SecretKey) Reason {
	if r := p.Check(); r != Valid {
		return r
	}
	if r := p.fits(dealer, d); r != Valid {
		return r
	}
	if receiver < 0 || receiver >= len(p.Receivers) {
		return ReceiverOutOfRange
	}
	e := &envelope{params: p, context: p.context(), dealer: dealer}
	if !d.commitment.opens(receiver, e.share(d, receiver, key)) {
		return BadShare
	}
	return Valid
}

// share decrypts a receiver's share.
func (e *envelope) share(d *Dealing, receiver int, key *SecretKey) Opening {
	return e.decrypt(&d.ciphertext, receiver, d.ciphertext.ephemeral.Times(key.scalar))
}

// WithBadShares is for attackers: a dealing that everybody accepts but the receivers named, who find their shares bad. A receiver
// that is none is passed over.
func (d *Dealing) WithBadShares(receivers ...int) *Dealing {
	bad := *d
	bad.ciphertext.shares = append([]Opening(nil), d.ciphertext.shares...)
	for _, r := range receivers {
		if r >= 0 && r < len(bad.ciphertext.shares) {
			s := &bad.ciphertext.shares[r].Value
			*s = s.Add(s.Curve().Number(1))
		}
	}
	return &bad
}
