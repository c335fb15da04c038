package nidkg

import (
	"encoding/binary"
	"math/big"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

// A stream is ChaCha20 (RFC 8439) with a 64-bit block counter and no nonce, read as the replica's generator of random numbers
// reads it: in words of 32 bits, of which a request for bytes uses up whole ones, and a request for one byte a whole one.
// The proofs' challenges are drawn from it, so that they have to be read in just this way.
type stream struct {
	state [16]uint32
	block [16]uint32
	next  int // word of the block
}

func newStream(seed [32]byte) *stream {
	s := &stream{next: 16}
	copy(s.state[:], []uint32{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574})
	for i := range 8 {
		s.state[4+i] = binary.LittleEndian.Uint32(seed[4*i:])
	}
	return s
}

func (s *stream) word() uint32 {
	if s.next == len(s.block) {
		s.refill()
	}
	s.next++
	return s.block[s.next-1]
}

func (s *stream) refill() {
	x := s.state
	for range 10 {
		quarter(&x[0], &x[4], &x[8], &x[12])
		quarter(&x[1], &x[5], &x[9], &x[13])
		quarter(&x[2], &x[6], &x[10], &x[14])
		quarter(&x[3], &x[7], &x[11], &x[15])
		quarter(&x[0], &x[5], &x[10], &x[15])
		quarter(&x[1], &x[6], &x[11], &x[12])
		quarter(&x[2], &x[7], &x[8], &x[13])
		quarter(&x[3], &x[4], &x[9], &x[14])
	}
	for i := range x {
		s.block[i] = x[i] + s.state[i]
	}
	s.next = 0
	s.state[12]++
	if s.state[12] == 0 {
		s.state[13]++
	}
}

func quarter(a, b, c, d *uint32) {
	*a += *b
	*d = bits.RotateLeft32(*d^*a, 16)
	*c += *d
	*b = bits.RotateLeft32(*b^*c, 12)
	*a += *b
	*d = bits.RotateLeft32(*d^*a, 8)
	*c += *d
	*b = bits.RotateLeft32(*b^*c, 7)
}

// byte is the lowest of one word.
func (s *stream) byte() byte { return byte(s.word()) }

// fill uses up as many words as it takes.
func (s *stream) fill(out []byte) {
	var word [4]byte
	for len(out) > 0 {
		binary.LittleEndian.PutUint32(word[:], s.word())
		out = out[copy(out, word[:]):]
	}
}

// scalar is uniform below the group's order: 255 bits, drawn until they are.
func (s *stream) scalar() (out fr.Element) {
	for {
		var raw [fr.Bytes]byte
		s.fill(raw[:])
		raw[0] &= 0x7f
		if out.SetBytesCanonical(raw[:]) == nil {
			return out
		}
	}
}

func (s *stream) scalars(n int) []fr.Element {
	out := make([]fr.Element, n)
	for i := range out {
		out[i] = s.scalar()
	}
	return out
}

// below is uniform below n: as many bits as n has, drawn until they are.
func (s *stream) below(n uint64) uint64 {
	if n <= 1 {
		return 0
	}
	length := bits.Len64(n)
	for {
		var raw [8]byte
		s.fill(raw[8-(length+7)/8:])
		if k := binary.BigEndian.Uint64(raw[:]) & (1<<length - 1); k < n {
			return k
		}
	}
}

// challenge is the scalar that an oracle's stream stands for. Its 510 bits come lowest bit of a byte first, each doubling what
// came before, as MIRACL drew its numbers (replica: bls12_381/type, Scalar::miracl_random).
func (s *stream) challenge() (out fr.Element) {
	var raw [64]byte
	for i := range raw {
		raw[i] = bits.Reverse8(s.byte())
	}
	wide := new(big.Int).SetBytes(raw[:])
	out.SetBigInt(wide.Rsh(wide, 2)) // two bits too many
	return out
}
