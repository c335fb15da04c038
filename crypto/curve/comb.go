package curve

import (
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

// A comb multiplies one point by many scalars: the scalar's bits are laid out in rows of spacing bits, a row a tooth, and
// one table look-up adds a whole column. sums holds, at index i, the sum of 2^(spacing·t)·P over the bits t that are set in i.
type comb[A any] struct {
	teeth, spacing int
	sums           []A
}

// A CombG1 multiplies a point of G1.
type CombG1 struct{ comb[bls12381.G1Affine] }

// A CombG2 multiplies a point of G2.
type CombG2 struct{ comb[bls12381.G2Affine] }

// NewCombG1 takes about 2^teeth additions and as many doublings as a scalar has bits; each product then takes 255/teeth of both.
func NewCombG1(p *bls12381.G1Affine, teeth int) *CombG1 {
	c, sums := newComb[bls12381.G1Jac](p, teeth)
	NormalizeG1(sums, c.sums)
	return &CombG1{c}
}

// NewCombG2 is NewCombG1 for G2.
func NewCombG2(p *bls12381.G2Affine, teeth int) *CombG2 {
	c, sums := newComb[bls12381.G2Jac](p, teeth)
	NormalizeG2(sums, c.sums)
	return &CombG2{c}
}

// Multiply gives scalar·P.
func (c *CombG1) Multiply(scalar *fr.Element) bls12381.G1Jac {
	return multiply[bls12381.G1Jac](&c.comb, scalar)
}

// Multiply gives scalar·P.
func (c *CombG2) Multiply(scalar *fr.Element) bls12381.G2Jac {
	return multiply[bls12381.G2Jac](&c.comb, scalar)
}

func newComb[J, A any, PJ jacobian[J, A]](p *A, teeth int) (comb[A], []J) {
	c := comb[A]{teeth: teeth, spacing: (fr.Bits + teeth - 1) / teeth, sums: make([]A, 1<<teeth)}
	sums := make([]J, 1<<teeth)
	var tooth J
	PJ(&tooth).FromAffine(p)
	for t := range teeth {
		sums[1<<t] = tooth
		for i := 1; i < 1<<t; i++ {
			sums[1<<t+i] = sums[i]
			PJ(&sums[1<<t+i]).AddAssign(&tooth)
		}
		for range c.spacing {
			PJ(&tooth).DoubleAssign()
		}
	}
	return c, sums
}

func multiply[J, A any, PJ jacobian[J, A]](c *comb[A], scalar *fr.Element) (total J) {
	words := scalar.Bits()
	for column := c.spacing - 1; column >= 0; column-- {
		PJ(&total).DoubleAssign()
		index := 0
		for t := range c.teeth {
			if bit := t*c.spacing + column; bit < 64*len(words) {
				index |= int(words[bit/64]>>(bit%64)&1) << t
			}
		}
		if index != 0 {
			PJ(&total).AddMixed(&c.sums[index])
		}
	}
	return total
}
