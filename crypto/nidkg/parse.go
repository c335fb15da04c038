package nidkg

import (
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
	"icsim/crypto/curve"
	"icsim/crypto/nidkg/layout"
)

// A dealing is Parts with every point and scalar parsed and found to be one.
type dealing struct {
	parts        *layout.Parts
	coefficients []bls12381.G2Affine
	ciphertext   ciphertext
	chunking     chunkingProof
	sharing      sharingProof
}

type ciphertext struct {
	r, s [Chunks]bls12381.G1Affine
	z    [Chunks]bls12381.G2Affine
	c    [][Chunks]bls12381.G1Affine
}

type chunkingProof struct {
	y0, y bls12381.G1Affine
	b, c  [Repetitions]bls12381.G1Affine
	d     []bls12381.G1Affine
	zr    []fr.Element
	zs    [Repetitions]fr.Element
	zBeta fr.Element
}

type sharingProof struct {
	f, y       bls12381.G1Affine
	a          bls12381.G2Affine
	zr, zAlpha fr.Element
}

// parse looks at every component of a dealing. Points of G1 are many, so that whether they are in the subgroup is checked together.
func parse(p *layout.Parts, hash crypto.Hash) (*dealing, crypto.DealingFault) {
	d := &dealing{parts: p, coefficients: make([]bls12381.G2Affine, len(p.Coefficients))}
	d.ciphertext.c = make([][Chunks]bls12381.G1Affine, len(p.Ciphertext.C))
	d.chunking.d = make([]bls12381.G1Affine, len(p.Chunking.D))
	d.chunking.zr = make([]fr.Element, len(p.Chunking.ZR))
	var r reader
	r.allG2(d.coefficients, p.Coefficients)
	r.ciphertext(&d.ciphertext, &p.Ciphertext)
	r.chunking(&d.chunking, &p.Chunking)
	r.sharing(&d.sharing, &p.Sharing)
	if r.fault == crypto.DealingSound && !curve.InSubgroup(r.points, hash) {
		r.fault = crypto.DealingOutsideSubgroup
	}
	return d, r.fault
}

// A reader parses until something is wrong, and remembers what. The points of G1 it has read are on the curve, and have to be
// checked for the subgroup.
type reader struct {
	fault  crypto.DealingFault
	points []bls12381.G1Affine
}

func (r *reader) ciphertext(out *ciphertext, c *layout.Ciphertext) {
	r.allG1(out.r[:], c.R[:])
	r.allG1(out.s[:], c.S[:])
	r.allG2(out.z[:], c.Z[:])
	for i := range c.C {
		r.allG1(out.c[i][:], c.C[i][:])
	}
}

func (r *reader) chunking(out *chunkingProof, p *layout.ChunkingProof) {
	r.g1(&out.y0, &p.Y0)
	r.g1(&out.y, &p.Y)
	r.allG1(out.b[:], p.B[:])
	r.allG1(out.c[:], p.C[:])
	r.allG1(out.d, p.D)
	r.scalars(out.zr, p.ZR)
	r.scalars(out.zs[:], p.ZS[:])
	r.scalar(&out.zBeta, &p.ZBeta)
}

func (r *reader) sharing(out *sharingProof, p *layout.SharingProof) {
	r.g1(&out.f, &p.F)
	r.g1(&out.y, &p.Y)
	r.g2(&out.a, &p.A)
	r.scalar(&out.zr, &p.ZR)
	r.scalar(&out.zAlpha, &p.ZAlpha)
}

func (r *reader) allG1(out []bls12381.G1Affine, raw []G1) {
	for i := range raw {
		r.g1(&out[i], &raw[i])
	}
}

func (r *reader) allG2(out []bls12381.G2Affine, raw []G2) {
	for i := range raw {
		r.g2(&out[i], &raw[i])
	}
}

func (r *reader) scalars(out []fr.Element, raw []Scalar) {
	for i := range raw {
		r.scalar(&out[i], &raw[i])
	}
}

func (r *reader) g1(out *bls12381.G1Affine, raw *G1) {
	if r.fault != crypto.DealingSound {
		return
	}
	if !onCurve(out, raw) {
		r.fault = crypto.DealingBadPoint
		return
	}
	if !out.IsInfinity() {
		r.points = append(r.points, *out)
	}
}

func (r *reader) g2(out *bls12381.G2Affine, raw *G2) {
	if r.fault != crypto.DealingSound {
		return
	}
	switch {
	case !onTwist(out, raw):
		r.fault = crypto.DealingBadPoint
	case !out.IsInSubGroup():
		r.fault = crypto.DealingOutsideSubgroup
	}
}

func (r *reader) scalar(out *fr.Element, raw *Scalar) {
	if r.fault == crypto.DealingSound && out.SetBytesCanonical(raw[:]) != nil {
		r.fault = crypto.DealingBadScalar
	}
}

// The first three bits of a compressed point.
const (
	flagCompressed = 0x80
	flagInfinity   = 0x40
	flagLargest    = 0x20 // of the two y, the larger
)

// onCurve parses a compressed point of G1's curve and leaves the subgroup open, which gnark's own function does not.
func onCurve(out *bls12381.G1Affine, raw *G1) bool {
	if raw[0]&flagCompressed == 0 {
		return false
	}
	if raw[0]&flagInfinity != 0 {
		*out = bls12381.G1Affine{}
		return *raw == G1{flagCompressed | flagInfinity}
	}
	x := *raw
	x[0] &= flagLargest - 1
	if out.X.SetBytesCanonical(x[:]) != nil {
		return false
	}
	var right fp.Element
	right.Square(&out.X).Mul(&right, &out.X).Add(&right, new(fp.Element).SetUint64(4))
	if out.Y.Sqrt(&right) == nil {
		return false
	}
	if out.Y.LexicographicallyLargest() != (raw[0]&flagLargest != 0) {
		out.Y.Neg(&out.Y)
	}
	return true // y is never zero: the order of the curve is odd
}

// onTwist parses a compressed point of G2's curve and leaves the subgroup open.
func onTwist(out *bls12381.G2Affine, raw *G2) bool {
	if raw[0]&flagCompressed == 0 {
		return false
	}
	if raw[0]&flagInfinity != 0 {
		*out = bls12381.G2Affine{}
		return *raw == G2{flagCompressed | flagInfinity}
	}
	x := *raw
	x[0] &= flagLargest - 1
	if out.X.A1.SetBytesCanonical(x[:48]) != nil || out.X.A0.SetBytesCanonical(x[48:]) != nil {
		return false
	}
	var right, b, square bls12381.E2
	b.A0.SetUint64(4)
	b.A1.SetUint64(4)
	right.Square(&out.X).Mul(&right, &out.X).Add(&right, &b)
	out.Y.Sqrt(&right)
	if square.Square(&out.Y); !square.Equal(&right) {
		return false
	}
	if out.Y.LexicographicallyLargest() != (raw[0]&flagLargest != 0) {
		out.Y.Neg(&out.Y)
	}
	return true
}
