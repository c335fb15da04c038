package curve

import (
	"filippo.io/edwards25519"
	secp "github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fp"
)

// A Point is an element of a curve's group. The zero Point is of no curve.
type Point struct {
	curve Curve
	k     secp.G1Affine       // on secp256k1; infinity is 0, 0
	e     *edwards25519.Point // on Edwards25519; never changed
}

// A Term is a summand of Sum.
type Term struct {
	Scalar Scalar
	Point  Point
}

// Identity is the group's neutral element.
func (c Curve) Identity() Point {
	if c == Secp256k1 {
		return Point{curve: c}
	}
	c.must(Edwards25519)
	return Point{curve: c, e: edwards25519.NewIdentityPoint()}
}

// Generator is G, of which public keys are multiples.
func (c Curve) Generator() Point { return c.Base(c.Number(1)) }

// Second is H, whose logarithm to G nobody knows.
func (c Curve) Second() Point {
	if c == Secp256k1 {
		return Point{curve: c, k: tables.h[0][0]}
	}
	c.must(Edwards25519)
	return Point{curve: c, e: edwardsSecond}
}

// Base is s·G.
func (c Curve) Base(s Scalar) Point { return c.Sum(s, Scalar{curve: c}) }

// Pedersen is value·G + mask·H.
func (c Curve) Pedersen(value, mask Scalar) Point { return c.Sum(value, mask) }

// Sum is g·G + h·H + all terms.
func (c Curve) Sum(g, h Scalar, terms ...Term) Point {
	c.must(g.curve)
	c.must(h.curve)
	for i := range terms {
		c.must(terms[i].Scalar.curve)
		c.must(terms[i].Point.curve)
	}
	if c == Secp256k1 {
		return Point{curve: c, k: secpSum(&g.k, &h.k, terms)}
	}
	return Point{curve: c, e: edwardsSum(&g.e, &h.e, terms)}
}

// Curve says whose point it is.
func (p Point) Curve() Curve { return p.curve }

// Add is p + q.
func (p Point) Add(q Point) Point {
	p.curve.must(q.curve)
	if p.curve == Secp256k1 {
		p.k.Add(&p.k, &q.k)
	} else {
		p.e = new(edwards25519.Point).Add(p.e, q.e)
	}
	return p
}

// Neg is -p.
func (p Point) Neg() Point {
	if p.curve == Secp256k1 {
		p.k.Neg(&p.k)
	} else {
		p.curve.must(Edwards25519)
		p.e = new(edwards25519.Point).Negate(p.e)
	}
	return p
}

// Times is s·p.
func (p Point) Times(s Scalar) Point {
	zero := Scalar{curve: p.curve}
	return p.curve.Sum(zero, zero, Term{s, p})
}

// Equal says whether two points are one. Points of different curves are not.
func (p Point) Equal(q Point) bool {
	if p.curve != q.curve {
		return false
	}
	if p.curve == Edwards25519 {
		return p.e.Equal(q.e) == 1
	}
	return p.k == q.k
}

// IsIdentity says whether it is the neutral element.
func (p Point) IsIdentity() bool { return p.Equal(p.curve.Identity()) }

// Bytes is the compressed point. The identity of secp256k1 has no form of its own there, and is zeros.
func (p Point) Bytes() []byte {
	if p.curve == Edwards25519 {
		return p.e.Bytes()
	}
	p.curve.must(Secp256k1)
	if p.k.IsInfinity() {
		return make([]byte, 1+fp.Bytes)
	}
	x := p.k.X.Bytes()
	return append([]byte{evenY + p.parity()}, x[:]...)
}

// X is the first coordinate of a point of secp256k1.
func (p Point) X() [32]byte {
	p.curve.must(Secp256k1)
	return p.k.X.Bytes()
}

// HasEvenY says of which of p and -p on secp256k1 BIP 340 speaks.
func (p Point) HasEvenY() bool {
	p.curve.must(Secp256k1)
	return p.parity() == 0
}

func (p Point) parity() byte {
	y := p.k.Y.Bytes()
	return y[len(y)-1] & 1
}
