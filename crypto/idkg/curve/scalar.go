package curve

import (
	"filippo.io/edwards25519"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
)

// A Scalar is a number modulo the order of a curve's group. The zero Scalar is of no curve. Scalars compare by ==.
type Scalar struct {
	curve Curve
	k     fr.Element          // on secp256k1
	e     edwards25519.Scalar // on Edwards25519
}

// Curve says whose scalar it is.
func (s Scalar) Curve() Curve { return s.curve }

// IsZero says whether the number is 0.
func (s Scalar) IsZero() bool { return s == Scalar{curve: s.curve} }

// Bytes is the number in 32 bytes, as signatures on the curve have it: big endian on secp256k1, little on Edwards25519.
func (s Scalar) Bytes() []byte {
	if s.curve == Secp256k1 {
		raw := s.k.Bytes()
		return raw[:]
	}
	s.curve.must(Edwards25519)
	return s.e.Bytes()
}

// Add is s + t.
func (s Scalar) Add(t Scalar) Scalar {
	s.curve.must(t.curve)
	if s.curve == Secp256k1 {
		s.k.Add(&s.k, &t.k)
	} else {
		s.e.Add(&s.e, &t.e)
	}
	return s
}

// Sub is s - t.
func (s Scalar) Sub(t Scalar) Scalar { return s.Add(t.Neg()) }

// Mul is s · t.
func (s Scalar) Mul(t Scalar) Scalar {
	s.curve.must(t.curve)
	if s.curve == Secp256k1 {
		s.k.Mul(&s.k, &t.k)
	} else {
		s.e.Multiply(&s.e, &t.e)
	}
	return s
}

// Neg is -s.
func (s Scalar) Neg() Scalar {
	if s.curve == Secp256k1 {
		s.k.Neg(&s.k)
	} else {
		s.curve.must(Edwards25519)
		s.e.Negate(&s.e)
	}
	return s
}

// Inverse is 1/s, and 0 for 0.
func (s Scalar) Inverse() Scalar {
	if s.curve == Secp256k1 {
		s.k.Inverse(&s.k)
	} else {
		s.curve.must(Edwards25519)
		s.e.Invert(&s.e)
	}
	return s
}

// IsHigh says whether a scalar of secp256k1 is beyond half the order: the one of s and -s that wallets refuse (BIP 62).
func (s Scalar) IsHigh() bool {
	s.curve.must(Secp256k1)
	return s.k.LexicographicallyLargest()
}
