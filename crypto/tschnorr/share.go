package tschnorr

import (
	"errors"

	"icsim/crypto/idkg"
	"icsim/crypto/idkg/curve"
)

// A Signature is R ‖ s, each as the algorithm writes it.
type Signature [64]byte

// A Share is a node's share of s.
type Share = curve.Scalar

// ParseShare reads what Share.Bytes writes.
func ParseShare(a idkg.Algorithm, raw []byte) (Share, error) { return a.Curve().ParseScalar(raw) }

// Secrets are a node's shares of key and nonce, as Transcript.Load gives them.
type Secrets struct{ Key, Nonce idkg.Opening }

// Sign makes a node's share.
func (s *Signing) Sign(own Secrets) Share {
	return s.blind.scalar(own.Nonce.Value).Add(s.challenge.Mul(s.key.scalar(own.Key.Value)))
}

// VerifyShare says whether a share is what the signer, by its shares of key and nonce, has to send. The share may be anything.
func (s *Signing) VerifyShare(signer int, share Share) bool {
	if signer < 0 || signer >= len(s.request.Key.Receivers()) || share.Curve() != s.curve {
		return false
	}
	own := share.Sub(s.blind.offset).Sub(s.challenge.Mul(s.key.offset))
	nonce := curve.Term{Scalar: s.blind.factor.Neg(), Point: s.request.Nonce.At(signer)}
	key := curve.Term{Scalar: s.challenge.Mul(s.key.factor).Neg(), Point: s.request.Key.At(signer)}
	return s.curve.Sum(own, s.curve.Number(0), nonce, key).IsIdentity()
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
	var values []curve.Scalar
	for _, sh := range shares {
		if sh.Signer < 0 || sh.Signer >= len(seen) || seen[sh.Signer] || len(places) == threshold || sh.Share.Curve() != s.curve {
			continue
		}
		seen[sh.Signer] = true
		places = append(places, uint64(sh.Signer)+1)
		values = append(values, sh.Share)
	}
	if len(places) < threshold {
		return Signature{}, ErrTooFewShares
	}
	value := curve.Interpolate(s.curve.Lagrange(0, places), values)
	sig := Signature(append(s.nonceBytes(), value.Bytes()...))
	if !s.Verify(sig) {
		return Signature{}, ErrBadShares
	}
	return sig, nil
}

// Verify says whether a signature is the one of this signing. There is no other, so that a block maker has nothing to choose.
func (s *Signing) Verify(sig Signature) bool {
	value, err := s.curve.ParseScalar(sig[32:])
	if err != nil || string(sig[:32]) != string(s.nonceBytes()) {
		return false
	}
	return s.curve.Sum(value, s.curve.Number(0), curve.Term{Scalar: s.challenge.Neg(), Point: s.public}).Equal(s.nonce)
}
