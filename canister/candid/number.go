package candid

import (
	"errors"
	"math/big"
	"slices"
)

// A Nat is a natural number of any size.
type Nat struct {
	small uint64
	big   *big.Int // if it is beyond small, and else nil
}

// An Int is an integer of any size.
type Int struct {
	small int64
	big   *big.Int // if it is beyond small, and else nil
}

// NatOf is a small Nat.
func NatOf(n uint64) Nat { return Nat{small: n} }

// IntOf is a small Int.
func IntOf(i int64) Int { return Int{small: i} }

// BigNat is a Nat; a negative number is an error.
func BigNat(n *big.Int) (Nat, error) {
	switch {
	case n.Sign() < 0:
		return Nat{}, errors.New("a nat is not negative")
	case n.IsUint64():
		return Nat{small: n.Uint64()}, nil
	}
	return Nat{big: new(big.Int).Set(n)}, nil
}

// BigInt is an Int.
func BigInt(i *big.Int) Int {
	if i.IsInt64() {
		return Int{small: i.Int64()}
	}
	return Int{big: new(big.Int).Set(i)}
}

// Big is the number, for the caller to keep.
func (n Nat) Big() *big.Int {
	if n.big != nil {
		return new(big.Int).Set(n.big)
	}
	return new(big.Int).SetUint64(n.small)
}

// Big is the number, for the caller to keep.
func (i Int) Big() *big.Int {
	if i.big != nil {
		return new(big.Int).Set(i.big)
	}
	return big.NewInt(i.small)
}

// Uint64 is the number, if it fits.
func (n Nat) Uint64() (uint64, bool) { return n.small, n.big == nil }

// Int64 is the number, if it fits.
func (i Int) Int64() (int64, bool) { return i.small, i.big == nil }

// Int is the same number as an Int: nat <: int.
func (n Nat) Int() Int {
	if n.big != nil {
		return Int{big: n.big}
	}
	return BigInt(new(big.Int).SetUint64(n.small))
}

// appendLEB appends the unsigned LEB128 form.
func appendLEB(dst []byte, n uint64) []byte {
	for n >= 0x80 {
		dst = append(dst, byte(n)|0x80)
		n >>= 7
	}
	return append(dst, byte(n))
}

// appendSLEB appends the signed LEB128 form.
func appendSLEB(dst []byte, n int64) []byte {
	for n < -0x40 || n >= 0x40 {
		dst = append(dst, byte(n)|0x80)
		n >>= 7
	}
	return append(dst, byte(n)&0x7f)
}

func appendNat(dst []byte, n Nat) []byte {
	if n.big == nil {
		return appendLEB(dst, n.small)
	}
	return appendGroups(dst, n.big, n.big.BitLen())
}

func appendInt(dst []byte, i Int) []byte {
	if i.big == nil {
		return appendSLEB(dst, i.small)
	}
	// Two's complement in as many groups of seven bits as hold the number and its sign: -2^n takes n bits and a sign.
	magnitude := i.big
	if i.big.Sign() < 0 {
		magnitude = new(big.Int).Not(i.big)
	}
	bits := magnitude.BitLen() + 1
	groups := (bits + 6) / 7
	if i.big.Sign() < 0 {
		modulus := new(big.Int).Lsh(big.NewInt(1), uint(groups*7))
		return appendGroups(dst, modulus.Add(modulus, i.big), bits)
	}
	return appendGroups(dst, i.big, bits)
}

// appendGroups writes so many bits of a number that is not negative, seven to a byte, the least significant first.
func appendGroups(dst []byte, n *big.Int, bits int) []byte {
	groups := max(1, (bits+6)/7)
	raw := n.FillBytes(make([]byte, (groups*7+7)/8))
	slices.Reverse(raw)
	for g := range groups {
		at, shift := g*7/8, g*7%8
		v := uint(raw[at]) >> shift
		if at+1 < len(raw) {
			v |= uint(raw[at+1]) << (8 - shift)
		}
		b := byte(v & 0x7f)
		if g+1 < groups {
			b |= 0x80
		}
		dst = append(dst, b)
	}
	return dst
}

// joinGroups inverts appendGroups. Its time is linear: a shift a group would be quadratic in what a message may hold.
func joinGroups(groups []byte) *big.Int {
	raw := make([]byte, len(groups)*7/8+1)
	for g, b := range groups {
		v := uint(b&0x7f) << (g * 7 % 8)
		raw[g*7/8] |= byte(v)
		if v > 0xff {
			raw[g*7/8+1] |= byte(v >> 8)
		}
	}
	slices.Reverse(raw)
	return new(big.Int).SetBytes(raw)
}

// decodeNat reads the groups of an unsigned number.
func decodeNat(groups []byte) Nat {
	if len(groups) <= 9 {
		n := uint64(0)
		for i, b := range groups {
			n |= uint64(b&0x7f) << (7 * i)
		}
		return Nat{small: n}
	}
	n := joinGroups(groups)
	if n.IsUint64() {
		return Nat{small: n.Uint64()}
	}
	return Nat{big: n}
}

// decodeInt reads the groups of a signed number.
func decodeInt(groups []byte) Int {
	negative := groups[len(groups)-1]&0x40 != 0
	if len(groups) <= 9 {
		n := int64(0)
		for i, b := range groups {
			n |= int64(b&0x7f) << (7 * i)
		}
		if negative {
			n |= -1 << (7 * len(groups))
		}
		return Int{small: n}
	}
	n := joinGroups(groups)
	if negative {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(7*len(groups))))
	}
	if n.IsInt64() {
		return Int{small: n.Int64()}
	}
	return Int{big: n}
}
