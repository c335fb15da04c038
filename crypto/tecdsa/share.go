package tecdsa

import (
	"errors"

	"icsim/crypto/idkg"
	"icsim/crypto/idkg/curve"
)

// A Signature is r ‖ s.
type Signature [64]byte

// Secrets are a node's shares of a pre-signature, as Transcript.Load gives them.
type Secrets struct{ Lambda, KappaLambda, KeyLambda idkg.Opening }

// A Share is a node's share of a signature: of s as a fraction.
type Share struct{ Numerator, Denominator idkg.Opening }

// SizeShare is the size of a share as it is sent.
const SizeShare = 4 * curve.SizeScalar

// Bytes is the share as it is sent.
func (s Share) Bytes() []byte { return append(s.Numerator.Bytes(), s.Denominator.Bytes()...) }

// ParseShare reads what Share.Bytes writes.
func ParseShare(raw []byte) (s Share, err error) {
	if len(raw) != SizeShare {
		return Share{}, errors.New("a share of an ECDSA signature has 128 bytes")
	}
	if s.Numerator, err = idkg.ParseOpening(group, true, raw[:SizeShare/2]); err != nil {
		return Share{}, err
	}
	s.Denominator, err = idkg.ParseOpening(group, true, raw[SizeShare/2:])
	return s, err
}

// Sign makes a node's share.
func (s *Signing) Sign(own Secrets) Share {
	return Share{
		Numerator:   own.Lambda.Times(s.theta).Add(own.KeyLambda.Times(s.r)),
		Denominator: own.Lambda.Times(s.randomizer).Add(own.KappaLambda),
	}
}

// VerifyShare says whether a share is what the signer, by its shares of the pre-signature, has to send. The share may be anything.
//
// Two equations are to hold, denominator = δ·λ + κλ and numerator = θ·λ + r·xλ, for what is committed to at the signer's place.
// They are checked at once, the second times a factor that hashes all there is; a wrong share passes with probability 2^-256.
func (s *Signing) VerifyShare(signer int, share Share) bool {
	if signer < 0 || signer >= len(s.request.Key.Receivers()) ||
		!share.Numerator.Fits(group, true) || !share.Denominator.Fits(group, true) {
		return false
	}
	p := &s.request.PreSignature
	lambda, kappaLambda, keyLambda := p.Lambda.At(signer), p.KappaLambda.At(signer), p.KeyLambda.At(signer)
	factor := group.HashToScalar("icsim-tecdsa-share", share.Bytes(), lambda.Bytes(), kappaLambda.Bytes(), keyLambda.Bytes(),
		s.theta.Bytes(), s.r.Bytes(), s.randomizer.Bytes())
	both := share.Numerator.Times(factor).Add(share.Denominator)
	return group.Sum(both.Value, both.Mask,
		curve.Term{Scalar: s.theta.Mul(factor).Add(s.randomizer).Neg(), Point: lambda},
		curve.Term{Scalar: s.r.Mul(factor).Neg(), Point: keyLambda},
		curve.Term{Scalar: group.Number(1).Neg(), Point: kappaLambda},
	).IsIdentity()
}

// A SignerShare is a share with its signer's place.
type SignerShare struct {
	Signer int
	Share  Share
}

// Errors of Combine.
var (
	ErrTooFewShares = errors.New("too few shares of distinct signers")
	ErrBadShares    = errors.New("the shares make no signature")
)

// Combine makes the signature of f+1 shares of distinct signers that VerifyShare accepted; more are ignored. The result is the same
// for all of them. With a bad share among them it is an error.
func (s *Signing) Combine(shares []SignerShare) (Signature, error) {
	threshold := s.request.Key.Threshold()
	seen := make([]bool, len(s.request.Key.Receivers()))
	var places []uint64
	var numerators, denominators []curve.Scalar
	for _, sh := range shares {
		if sh.Signer < 0 || sh.Signer >= len(seen) || seen[sh.Signer] || len(places) == threshold ||
			!sh.Share.Numerator.Fits(group, true) || !sh.Share.Denominator.Fits(group, true) {
			continue
		}
		seen[sh.Signer] = true
		places = append(places, uint64(sh.Signer)+1)
		numerators = append(numerators, sh.Share.Numerator.Value)
		denominators = append(denominators, sh.Share.Denominator.Value)
	}
	if len(places) < threshold {
		return Signature{}, ErrTooFewShares
	}
	factors := group.Lagrange(0, places)
	sigma := curve.Interpolate(factors, numerators).Mul(curve.Interpolate(factors, denominators).Inverse())
	if sigma.IsHigh() {
		sigma = sigma.Neg()
	}
	sig := Signature(append(s.r.Bytes(), sigma.Bytes()...))
	if !s.Verify(sig) {
		return Signature{}, ErrBadShares
	}
	return sig, nil
}

// Verify says whether a signature is the one of this signing: it verifies under the derived key, by this nonce, with the lower s. There
// is no other, so that a block maker has nothing to choose.
func (s *Signing) Verify(sig Signature) bool {
	sigma, err := group.ParseScalar(sig[32:])
	if err != nil || sigma.IsZero() || sigma.IsHigh() || string(sig[:32]) != string(s.r.Bytes()) {
		return false
	}
	inverse := sigma.Inverse()
	at := group.Sum(s.hash.Mul(inverse), group.Number(0), curve.Term{Scalar: s.r.Mul(inverse), Point: s.public})
	return at.Equal(s.nonce) || at.Equal(s.nonce.Neg()) // the lower s may be of -R
}
