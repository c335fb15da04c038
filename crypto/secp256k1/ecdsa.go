package secp256k1

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"math/big"

	curve "github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fp"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"

	"icsim/crypto"
)

// Sizes in bytes.
const (
	SizePoint     = 1 + 2*fp.Bytes
	SizeSignature = 2 * fr.Bytes
)

// uncompressed begins a point with both coordinates.
const uncompressed = 4

// A PublicKey is a point of the curve.
type PublicKey struct{ point curve.G1Affine }

// A Signature is r ‖ s.
type Signature [SizeSignature]byte

// ParsePublicKey reads an uncompressed point.
func ParsePublicKey(raw []byte) (*PublicKey, error) {
	if len(raw) != SizePoint || raw[0] != uncompressed {
		return nil, errors.New("a secp256k1 point is 04 and two coordinates of 32 bytes")
	}
	k := &PublicKey{}
	if k.point.X.SetBytesCanonical(raw[1:1+fp.Bytes]) != nil || k.point.Y.SetBytesCanonical(raw[1+fp.Bytes:]) != nil {
		return nil, errors.New("a coordinate is beyond the field of secp256k1")
	}
	if k.point.IsInfinity() || !k.point.IsOnCurve() { // of prime order: there is no subgroup to check
		return nil, errors.New("the point is not on secp256k1")
	}
	return k, nil
}

// Bytes inverts ParsePublicKey.
func (k *PublicKey) Bytes() []byte {
	x, y := k.point.X.Bytes(), k.point.Y.Bytes()
	return append(append([]byte{uncompressed}, x[:]...), y[:]...)
}

// Verify checks a signature on a hash.
func (k *PublicKey) Verify(hash [32]byte, sig Signature) bool {
	r, ok := scalar(sig[:fr.Bytes])
	s, okS := scalar(sig[fr.Bytes:])
	if !ok || !okS {
		return false
	}
	var z, inverse, u, v fr.Element
	z.SetBytes(hash[:])
	inverse.Inverse(&s)
	u.Mul(&z, &inverse)
	v.Mul(&r, &inverse)
	var sum curve.G1Jac
	var a, b big.Int
	sum.JointScalarMultiplicationBase(&k.point, u.BigInt(&a), v.BigInt(&b))
	var at curve.G1Affine
	at.FromJacobian(&sum) // infinity becomes 0, 0, and r is not zero
	return abscissa(&at) == r
}

// Key makes a key pair of a seed. The odds that a seed is no scalar are 2^-127; it is hashed until it is one.
func Key(seed crypto.Seed) (secret [32]byte, public *PublicKey) {
	secret = seed
	d, ok := scalar(secret[:])
	for !ok {
		secret = sha256.Sum256(secret[:])
		d, ok = scalar(secret[:])
	}
	return secret, &PublicKey{timesBase(&d)}
}

// Sign signs a hash with a secret of Key's. Equal arguments give equal signatures.
func Sign(secret, hash [32]byte) (sig Signature) {
	d, ok := scalar(secret[:])
	if !ok {
		panic("secp256k1: signing with what is no secret key")
	}
	var z fr.Element
	z.SetBytes(hash[:])
	nonces := newNonces(&d, &z)
	for {
		k := nonces.next()
		point := timesBase(&k)
		r := abscissa(&point)
		var s fr.Element
		s.Mul(&r, &d)
		s.Add(&s, &z)
		k.Inverse(&k)
		s.Mul(&s, &k)
		if r.IsZero() || s.IsZero() {
			continue
		}
		if s.LexicographicallyLargest() {
			s.Neg(&s)
		}
		rBytes, sBytes := r.Bytes(), s.Bytes()
		copy(sig[:fr.Bytes], rBytes[:])
		copy(sig[fr.Bytes:], sBytes[:])
		return sig
	}
}

// scalar reads a number from 1 to the order.
func scalar(raw []byte) (n fr.Element, ok bool) {
	err := n.SetBytesCanonical(raw)
	return n, err == nil && !n.IsZero()
}

func timesBase(n *fr.Element) (p curve.G1Affine) {
	var b big.Int
	p.ScalarMultiplicationBase(n.BigInt(&b))
	return p
}

// abscissa is a point's first coordinate, modulo the order.
func abscissa(p *curve.G1Affine) (n fr.Element) {
	x := p.X.Bytes()
	n.SetBytes(x[:])
	return n
}

// nonces are the numbers that RFC 6979 (section 3.2) draws from key and hash.
type nonces struct{ k, v []byte }

func newNonces(secret, hash *fr.Element) *nonces {
	d, z := secret.Bytes(), hash.Bytes()
	n := &nonces{k: make([]byte, sha256.Size), v: make([]byte, sha256.Size)}
	for i := range n.v {
		n.v[i] = 1
	}
	for _, step := range []byte{0, 1} {
		n.k = n.mac(n.v, []byte{step}, d[:], z[:])
		n.v = n.mac(n.v)
	}
	return n
}

func (n *nonces) next() fr.Element {
	for {
		n.v = n.mac(n.v)
		k, ok := scalar(n.v)
		n.k = n.mac(n.v, []byte{0}) // for the next, should this one not do
		n.v = n.mac(n.v)
		if ok {
			return k
		}
	}
}

func (n *nonces) mac(parts ...[]byte) []byte {
	h := hmac.New(sha256.New, n.k)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
