package bls

import (
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

// The nodes of a subnet sign the same message one after the other, each with a scalar of its own. From the second on, a
// comb (Lim and Lee, CRYPTO 1994) halves the work: the scalar's bits are laid out in rows of spacing bits, and one
// table look-up adds a whole column.
const (
	teeth   = 6
	spacing = (fr.Bits + teeth - 1) / teeth
)

// A comb holds, at index i, the sum of 2^(spacing·t)·P over the bits t that are set in i.
type comb [1 << teeth]bls12381.G1Affine

func newComb(p *bls12381.G1Affine) *comb {
	var sums [1 << teeth]bls12381.G1Jac
	var tooth bls12381.G1Jac
	tooth.FromAffine(p)
	for t := range teeth {
		sums[1<<t] = tooth
		for i := 1; i < 1<<t; i++ {
			sums[1<<t+i] = sums[i]
			sums[1<<t+i].AddAssign(&tooth)
		}
		for range spacing {
			tooth.DoubleAssign()
		}
	}
	c := new(comb)
	normalize(sums[1:], c[1:])
	return c
}

// normalize brings points, none of which is infinity, to affine form with one inversion for all (Montgomery). gnark's own
// function for it starts goroutines.
func normalize(points []bls12381.G1Jac, out []bls12381.G1Affine) {
	products := make([]fp.Element, len(points)+1)
	products[0].SetOne()
	for i := range points {
		products[i+1].Mul(&products[i], &points[i].Z)
	}
	var inverse fp.Element
	inverse.Inverse(&products[len(points)])
	for i := len(points) - 1; i >= 0; i-- {
		var z, zz fp.Element
		z.Mul(&inverse, &products[i])
		inverse.Mul(&inverse, &points[i].Z)
		zz.Square(&z)
		out[i].X.Mul(&points[i].X, &zz)
		out[i].Y.Mul(&points[i].Y, zz.Mul(&zz, &z))
	}
}

// multiply gives secret·P.
func (c *comb) multiply(secret *fr.Element) (out bls12381.G1Affine) {
	words := secret.Bits()
	var total bls12381.G1Jac
	for column := spacing - 1; column >= 0; column-- {
		total.DoubleAssign()
		index := 0
		for t := range teeth {
			if bit := t*spacing + column; bit < 64*len(words) {
				index |= int(words[bit/64]>>(bit%64)&1) << t
			}
		}
		if index != 0 {
			total.AddMixed(&c[index])
		}
	}
	out.FromJacobian(&total)
	return out
}
