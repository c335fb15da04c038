package curve

import (
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"filippo.io/edwards25519"
	secp "github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fp"
)

// A Curve is one of the two groups.
type Curve uint8

// The curves. The zero Curve is none.
const (
	Secp256k1 Curve = iota + 1
	Edwards25519
)

// SizeScalar is the size of a scalar in bytes, on either curve.
const SizeScalar = 32

var names = [...]string{Secp256k1: "secp256k1", Edwards25519: "edwards25519"}

func (c Curve) String() string {
	if !c.known() {
		return "no curve"
	}
	return names[c]
}

func (c Curve) known() bool { return c == Secp256k1 || c == Edwards25519 }

// SizePoint is the size of a point in bytes: compressed as in SEC 1 on secp256k1, as in RFC 8032 on Edwards25519.
func (c Curve) SizePoint() int {
	if c == Secp256k1 {
		return 1 + fp.Bytes
	}
	return 32
}

// Number is a small number as a scalar.
func (c Curve) Number(n uint64) Scalar {
	if c == Secp256k1 {
		s := Scalar{curve: c}
		s.k.SetUint64(n)
		return s
	}
	var wide [64]byte
	binary.LittleEndian.PutUint64(wide[:], n)
	return c.edwardsWide(wide)
}

// Wide reduces 512 bits, big endian, modulo the order.
func (c Curve) Wide(raw [64]byte) Scalar {
	if c == Secp256k1 {
		s := Scalar{curve: c}
		s.k.SetBytes(raw[:])
		return s
	}
	slices.Reverse(raw[:])
	return c.edwardsWide(raw)
}

func (c Curve) edwardsWide(little [64]byte) Scalar {
	c.must(Edwards25519)
	s := Scalar{curve: c}
	if _, err := s.e.SetUniformBytes(little[:]); err != nil {
		panic(fmt.Sprintf("curve: %v", err)) // only for another length
	}
	return s
}

// HashToScalar hashes parts under a domain.
func (c Curve) HashToScalar(domain string, parts ...[]byte) Scalar {
	return c.Wide(Digest(domain+" "+c.String(), parts...))
}

// Digest is SHA-512 over a domain and parts, each after its length.
func Digest(domain string, parts ...[]byte) (out [64]byte) {
	h := sha512.New()
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(domain))))
	h.Write([]byte(domain))
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write(p)
	}
	h.Sum(out[:0])
	return out
}

// ParseScalar reads what Scalar.Bytes writes.
func (c Curve) ParseScalar(raw []byte) (Scalar, error) {
	s := Scalar{curve: c}
	var err error
	switch {
	case !c.known() || len(raw) != SizeScalar:
		err = errors.New("a scalar has 32 bytes")
	case c == Secp256k1:
		err = s.k.SetBytesCanonical(raw)
	default:
		_, err = s.e.SetCanonicalBytes(raw)
	}
	if err != nil {
		return Scalar{}, fmt.Errorf("no scalar of %v: %w", c, err)
	}
	return s, nil
}

// ParsePoint reads what Point.Bytes writes.
func (c Curve) ParsePoint(raw []byte) (Point, error) {
	if !c.known() || len(raw) != c.SizePoint() {
		return Point{}, fmt.Errorf("no point of %v: it would have %d bytes", c, c.SizePoint())
	}
	if c == Secp256k1 {
		return parseCompressed(raw)
	}
	p, err := new(edwards25519.Point).SetBytes(raw)
	if err != nil {
		return Point{}, errors.New("no point of edwards25519")
	}
	// The library takes coordinates beyond the field too; the only point of the subgroup that has one is the identity.
	if !inSubgroup(p) || p.Equal(edwards25519.NewIdentityPoint()) == 1 {
		return Point{}, errors.New("a point outside the prime-order subgroup of edwards25519, or its identity")
	}
	return Point{curve: c, e: p}, nil
}

// ParseX reads a point of secp256k1 by its first coordinate, with the even second one (BIP 340, lift_x).
func ParseX(raw [32]byte) (Point, error) {
	return parseCompressed(append([]byte{evenY}, raw[:]...))
}

// HashToPoint hashes a message to secp256k1 as RFC 9380 says.
func HashToPoint(domain string, message []byte) Point {
	p, err := secp.HashToG1(message, []byte(domain))
	if err != nil {
		panic(fmt.Sprintf("curve: hash to curve: %v", err)) // only for a domain of more than 255 bytes
	}
	return Point{curve: Secp256k1, k: p}
}

func (c Curve) must(want Curve) {
	if c != want || c == 0 {
		panic(fmt.Sprintf("curve: %v where %v belongs", c, want))
	}
}
