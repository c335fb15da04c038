package layout

import (
	"encoding/binary"

	"icsim/crypto"
)

// What the replica fixes (fs_ni_dkg/forward_secure.rs, nizk_chunking.rs).
const (
	Chunks      = 16 // of 16 bits in a share
	Repetitions = 32 // of the proof of chunking, each with a challenge of 8 bits a chunk: 256 bits in all
)

// Points and scalars as they travel.
type (
	G1     = [48]byte
	G2     = [96]byte
	Scalar = [32]byte
)

// Parts are the components of a dealing as bytes, in the order in which they travel. Attackers edit them.
type Parts struct {
	Coefficients []G2 // A: commitments to the polynomial, the constant term first
	Ciphertext   Ciphertext
	Chunking     ChunkingProof
	Sharing      SharingProof
}

// A Ciphertext is what all receivers' shares are encrypted to (paper, section 5.2: C, R, S, Z).
type Ciphertext struct {
	R, S [Chunks]G1
	Z    [Chunks]G2
	C    [][Chunks]G1 // by receiver
}

// A ChunkingProof shows that each chunk is small (paper, section 6.5).
type ChunkingProof struct {
	Y0, Y G1
	B, C  [Repetitions]G1
	D     []G1 // one more than receivers
	ZR    []Scalar
	ZS    [Repetitions]Scalar
	ZBeta Scalar
}

// A SharingProof shows that the encrypted shares are those of the polynomial (paper, section 6.4).
type SharingProof struct {
	F, Y       G1
	A          G2
	ZR, ZAlpha Scalar
}

const headSize = 4 // threshold and receivers, two bytes each

// Size is the number of bytes that a dealing of a threshold to so many receivers has.
func Size(threshold, receivers int) int {
	return headSize + len(G2{})*threshold + ciphertextSize(receivers) +
		len(G1{})*(2+2*Repetitions+receivers+1) + len(Scalar{})*(receivers+Repetitions+1) +
		2*len(G1{}) + len(G2{}) + 2*len(Scalar{})
}

func ciphertextSize(receivers int) int {
	return Chunks * (2*len(G1{}) + len(G2{}) + len(G1{})*receivers)
}

// NewParts makes room for a dealing of a threshold to so many receivers.
func NewParts(threshold, receivers int) *Parts {
	p := &Parts{Coefficients: make([]G2, threshold)}
	p.Ciphertext.C = make([][Chunks]G1, receivers)
	p.Chunking.D = make([]G1, receivers+1)
	p.Chunking.ZR = make([]Scalar, receivers)
	return p
}

// fields are the places of all components, in their order on the wire.
func (p *Parts) fields() [][]byte {
	f := slicesG2(nil, p.Coefficients)
	f = p.Ciphertext.fields(f)
	c := &p.Chunking
	f = append(f, c.Y0[:])
	f = slicesG1(f, c.B[:])
	f = slicesG1(f, c.C[:])
	f = slicesG1(f, c.D)
	f = append(f, c.Y[:])
	f = slicesScalar(f, c.ZR)
	f = slicesScalar(f, c.ZS[:])
	f = append(f, c.ZBeta[:])
	s := &p.Sharing
	return append(f, s.F[:], s.A[:], s.Y[:], s.ZR[:], s.ZAlpha[:])
}

func (c *Ciphertext) fields(f [][]byte) [][]byte {
	f = slicesG1(f, c.R[:])
	f = slicesG1(f, c.S[:])
	f = slicesG2(f, c.Z[:])
	for i := range c.C {
		f = slicesG1(f, c.C[i][:])
	}
	return f
}

func slicesG1(f [][]byte, points []G1) [][]byte {
	for i := range points {
		f = append(f, points[i][:])
	}
	return f
}

func slicesG2(f [][]byte, points []G2) [][]byte {
	for i := range points {
		f = append(f, points[i][:])
	}
	return f
}

func slicesScalar(f [][]byte, scalars []Scalar) [][]byte {
	for i := range scalars {
		f = append(f, scalars[i][:])
	}
	return f
}

// Dealing puts the parts together.
func (p *Parts) Dealing() *crypto.Dealing { return crypto.NewDealing(p.Join()) }

// Join gives the bytes of a dealing of these parts.
func (p *Parts) Join() []byte {
	raw := make([]byte, 0, Size(len(p.Coefficients), len(p.Ciphertext.C)))
	raw = binary.BigEndian.AppendUint16(raw, uint16(len(p.Coefficients)))
	raw = binary.BigEndian.AppendUint16(raw, uint16(len(p.Ciphertext.C)))
	for _, field := range p.fields() {
		raw = append(raw, field...)
	}
	return raw
}

// Counts reads how many coefficients and receivers a dealing has; false if the bytes are not as many as that takes.
func Counts(dealing *crypto.Dealing) (threshold, receivers int, ok bool) {
	threshold, receivers, ok = head(dealing.Bytes())
	return threshold, receivers, ok && dealing.Size() == Size(threshold, receivers)
}

// Split takes a dealing apart; nil if the bytes are not as many as they claim to be. It looks at no point.
func Split(dealing *crypto.Dealing) *Parts {
	threshold, receivers, ok := Counts(dealing)
	if !ok {
		return nil
	}
	p := NewParts(threshold, receivers)
	raw := dealing.Bytes()[headSize:]
	for _, field := range p.fields() {
		raw = raw[copy(field, raw):]
	}
	return p
}

// head reads two counts, within the bounds of a group.
func head(raw []byte) (threshold, receivers int, ok bool) {
	if len(raw) < headSize {
		return 0, 0, false
	}
	threshold, receivers = int(binary.BigEndian.Uint16(raw)), int(binary.BigEndian.Uint16(raw[2:]))
	return threshold, receivers, threshold >= 1 && threshold <= crypto.MaxReceivers && receivers >= 1 && receivers <= crypto.MaxReceivers
}
