package misdeal

import (
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"

	"icsim/crypto"
	"icsim/crypto/nidkg/layout"
)

// encodings are no dealings at all, or hold what is no point or number.
func encodings() []Attack {
	raw := func(name string, edit func(raw []byte) []byte) Attack {
		return Attack{name, crypto.DealingMalformed, 0, func(d *Dealer) *crypto.Dealing {
			dealing := d.honest(*d.Config)
			if dealing == nil {
				return nil
			}
			return crypto.NewDealing(edit(append([]byte(nil), dealing.Bytes()...)))
		}}
	}
	edit := func(name string, fault, ideal crypto.DealingFault, edit func(p *layout.Parts)) Attack {
		return Attack{name, fault, ideal, func(d *Dealer) *crypto.Dealing { return d.edited(edit) }}
	}
	const noPoint, stray = crypto.DealingBadPoint, crypto.DealingOutsideSubgroup
	return []Attack{
		raw("of no bytes", func([]byte) []byte { return nil }),
		raw("cut short", func(raw []byte) []byte { return raw[:len(raw)-1] }),
		raw("with bytes behind", func(raw []byte) []byte { return append(raw, 0) }),
		edit("with a chunk that is no point", noPoint, 0, func(p *layout.Parts) { p.Ciphertext.C[0][0] = outOfField() }),
		edit("with a chunk off the curve", noPoint, 0, func(p *layout.Parts) { p.Ciphertext.C[0][0] = OffCurve() }),
		edit("with Z that is no point", noPoint, 0, func(p *layout.Parts) { p.Ciphertext.Z[0] = layout.G2{0x9f, 0xff} }),
		edit("with a coefficient that is no point", noPoint, 0, func(p *layout.Parts) { p.Coefficients[0] = layout.G2{1, 2, 3} }),
		edit("with a proof's point off the curve", noPoint, 0, func(p *layout.Parts) { p.Chunking.B[1] = OffCurve() }),
		edit("with infinity in a second encoding", noPoint, 0, func(p *layout.Parts) { p.Ciphertext.R[1] = layout.G1{0xc0, 47: 1} }),
		edit("with a chunk outside the subgroup", stray, noPoint, func(p *layout.Parts) { p.Ciphertext.C[0][3] = StrayG1() }),
		edit("with a proof's point outside the subgroup", stray, noPoint, func(p *layout.Parts) { p.Sharing.F = StrayG1() }),
		edit("with Z outside the subgroup", stray, noPoint, func(p *layout.Parts) { p.Ciphertext.Z[7] = StrayG2() }),
		edit("with a coefficient outside the subgroup", stray, noPoint, func(p *layout.Parts) { p.Coefficients[0] = StrayG2() }),
		edit("with a number that is not reduced", crypto.DealingBadScalar, crypto.DealingBadSharing, func(p *layout.Parts) {
			for i := range p.Sharing.ZR {
				p.Sharing.ZR[i] = 0xff
			}
		}),
	}
}

// outOfField has an x that is no element of the field.
func outOfField() (out layout.G1) {
	for i := range out {
		out[i] = 0xff
	}
	out[0] = 0x9f
	return out
}

// OffCurve has an x that is on no point of the curve.
func OffCurve() (out layout.G1) {
	for x := uint64(1); ; x++ {
		element := fp.NewElement(x)
		right := fp.NewElement(x*x*x + 4)
		if right.Legendre() == -1 {
			out = element.Bytes()
			out[0] |= 0x80
			return out
		}
	}
}

// StrayG1 is a point of the curve outside the subgroup.
func StrayG1() layout.G1 {
	stray := bls12381.GeneratePointNotInG1(fp.NewElement(7))
	var point bls12381.G1Affine
	return point.FromJacobian(&stray).Bytes()
}

// StrayG2 is a point of the twist outside the subgroup.
func StrayG2() layout.G2 {
	stray := bls12381.GeneratePointNotInG2(bls12381.E2{A0: fp.NewElement(7)})
	var point bls12381.G2Affine
	return point.FromJacobian(&stray).Bytes()
}
