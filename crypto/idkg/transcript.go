package idkg

import (
	"bytes"

	"icsim/crypto"
	"icsim/crypto/idkg/curve"
)

// A DealerDealing is a dealing with its dealer's place.
type DealerDealing struct {
	Dealer  int
	Dealing *Dealing
}

// A Transcript is a shared secret: what the dealings of a block add up to. It never changes, and keeps no operands,
// so that a key reshared for years does not drag its past along.
type Transcript struct {
	algorithm  Algorithm
	operation  Operation
	operands   [2]crypto.Hash // their digests, zero where there are none
	context    []byte
	dealers    int
	receivers  []EncryptionKey
	dealings   []DealerDealing
	commitment commitment
	shares     []curve.Point // what the receivers' shares are committed to by
	digest     crypto.Hash
}

// Combine makes a transcript of dealings, in order of their dealers, each of which VerifyDealing accepted and enough receivers
// support. It checks shapes and numbers, not proofs again. A random secret is the sum of what is dealt; otherwise what is dealt are
// values of a polynomial, and the secret is its value at 0.
func Combine(p *Params, dealings []DealerDealing) (*Transcript, Reason) {
	if r := p.Check(); r != Valid {
		return nil, r
	}
	if len(dealings) < p.Collection() {
		return nil, TooFewDealings
	}
	for i, d := range dealings {
		if i > 0 && d.Dealer <= dealings[i-1].Dealer {
			return nil, DealersOutOfOrder
		}
		if r := p.fits(d.Dealer, d.Dealing); r != Valid {
			return nil, r
		}
	}
	t := &Transcript{
		algorithm: p.Algorithm, operation: p.Operation, context: p.context(), dealers: p.dealers(),
		receivers: p.Receivers, dealings: append([]DealerDealing(nil), dealings...),
	}
	for i, operand := range []*Transcript{p.Left, p.Right} {
		if operand != nil {
			t.operands[i] = operand.Digest()
		}
	}
	t.commitment = t.combine()
	if p.Operation == ReshareOfUnmasked && !t.commitment.points[0].Equal(p.Left.commitment.points[0]) {
		return nil, BadResharing
	}
	t.shares = curve.EvaluateUpTo(t.commitment.points, len(t.receivers))
	t.digest = t.hash()
	return t, Valid
}

// sums says how the secret is made of what is dealt.
func (t *Transcript) sums() bool { return t.operation == Random || t.operation == RandomUnmasked }

// factors are what each dealing counts with.
func (t *Transcript) factors() []curve.Scalar {
	c := t.algorithm.Curve()
	if t.sums() {
		ones := make([]curve.Scalar, len(t.dealings))
		for i := range ones {
			ones[i] = c.Number(1)
		}
		return ones
	}
	places := make([]uint64, len(t.dealings))
	for i := range places {
		places[i] = place(t.dealings[i].Dealer)
	}
	return c.Lagrange(0, places)
}

func (t *Transcript) combine() commitment {
	first := t.dealings[0].Dealing.commitment
	out := commitment{masked: first.masked, points: make([]curve.Point, len(first.points))}
	factors := t.factors()
	column := make([]curve.Point, len(t.dealings))
	for k := range out.points {
		for i := range column {
			column[i] = t.dealings[i].Dealing.commitment.points[k]
		}
		if !t.sums() {
			out.points[k] = curve.InterpolatePoints(factors, column)
			continue
		}
		out.points[k] = column[0]
		for _, p := range column[1:] {
			out.points[k] = out.points[k].Add(p)
		}
	}
	return out
}

// Algorithm is what the secret is for.
func (t *Transcript) Algorithm() Algorithm { return t.algorithm }

// Operation is how it was made.
func (t *Transcript) Operation() Operation { return t.operation }

// Masked says whether only masked commitments to it are known.
func (t *Transcript) Masked() bool { return t.commitment.masked }

// Threshold is how many receivers' shares make the secret.
func (t *Transcript) Threshold() int { return len(t.commitment.points) }

// Receivers are who share it. The caller changes nothing.
func (t *Transcript) Receivers() []EncryptionKey { return t.receivers }

// Dealings are what it is made of. The caller changes nothing.
func (t *Transcript) Dealings() []DealerDealing { return t.dealings }

// Secret is the commitment to the secret: of an unmasked transcript, its public key.
func (t *Transcript) Secret() curve.Point { return t.commitment.points[0] }

// At is the commitment to a receiver's share.
func (t *Transcript) At(receiver int) curve.Point { return t.shares[receiver] }

// Opens says whether a share is a receiver's.
func (t *Transcript) Opens(receiver int, o Opening) bool {
	return receiver >= 0 && receiver < len(t.receivers) &&
		o.Fits(t.algorithm.Curve(), t.commitment.masked) && o.Commit().Equal(t.shares[receiver])
}

// SameReceivers says whether two transcripts are shared by the same nodes at the same places.
func (t *Transcript) SameReceivers(u *Transcript) bool {
	if len(t.receivers) != len(u.receivers) {
		return false
	}
	for i := range t.receivers {
		if !t.receivers[i].point.Equal(u.receivers[i].point) {
			return false
		}
	}
	return true
}

// IsProductOf says whether it was made as the product of two transcripts.
func (t *Transcript) IsProductOf(left, right *Transcript) bool {
	return t.operation == UnmaskedTimesMasked && t.operands == [2]crypto.Hash{left.Digest(), right.Digest()}
}

// Digest names the transcript: two are the same if and only if their digests are.
func (t *Transcript) Digest() crypto.Hash { return t.digest }

func (t *Transcript) hash() crypto.Hash {
	var b bytes.Buffer
	b.Write(t.context)
	b.Write(t.operands[0][:])
	b.Write(t.operands[1][:])
	for _, p := range t.commitment.points {
		b.Write(p.Bytes())
	}
	for _, d := range t.dealings {
		b.Write(index(d.Dealer))
		digest := d.Dealing.Digest()
		b.Write(digest[:])
	}
	return crypto.Sum("ic-idkg-transcript-domain", b.Bytes())
}

// envelope is a dealing's again.
func (t *Transcript) envelope(dealer int) *envelope {
	p := &Params{Algorithm: t.algorithm, Operation: t.operation, Receivers: t.receivers}
	return &envelope{params: p, context: t.context, dealer: dealer}
}

// dealing finds a dealer's.
func (t *Transcript) dealing(dealer int) *Dealing {
	for _, d := range t.dealings {
		if d.Dealer == dealer {
			return d.Dealing
		}
	}
	return nil
}
