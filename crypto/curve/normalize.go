package curve

import (
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
)

// NormalizeG1 brings points to affine form with one inversion for all (Montgomery). Infinity becomes infinity.
func NormalizeG1(points []bls12381.G1Jac, out []bls12381.G1Affine) {
	products := make([]fp.Element, len(points)+1)
	products[0].SetOne()
	for i := range points {
		products[i+1] = products[i]
		if !points[i].Z.IsZero() {
			products[i+1].Mul(&products[i], &points[i].Z)
		}
	}
	var inverse fp.Element
	inverse.Inverse(&products[len(points)])
	for i := len(points) - 1; i >= 0; i-- {
		if points[i].Z.IsZero() {
			out[i] = bls12381.G1Affine{}
			continue
		}
		var z, zz fp.Element
		z.Mul(&inverse, &products[i])
		inverse.Mul(&inverse, &points[i].Z)
		zz.Square(&z)
		out[i].X.Mul(&points[i].X, &zz)
		out[i].Y.Mul(&points[i].Y, zz.Mul(&zz, &z))
	}
}

// NormalizeG2 is NormalizeG1 for G2, whose coordinates are of another field.
func NormalizeG2(points []bls12381.G2Jac, out []bls12381.G2Affine) {
	products := make([]bls12381.E2, len(points)+1)
	products[0].SetOne()
	for i := range points {
		products[i+1] = products[i]
		if !points[i].Z.IsZero() {
			products[i+1].Mul(&products[i], &points[i].Z)
		}
	}
	var inverse bls12381.E2
	inverse.Inverse(&products[len(points)])
	for i := len(points) - 1; i >= 0; i-- {
		if points[i].Z.IsZero() {
			out[i] = bls12381.G2Affine{}
			continue
		}
		var z, zz bls12381.E2
		z.Mul(&inverse, &products[i])
		inverse.Mul(&inverse, &points[i].Z)
		zz.Square(&z)
		out[i].X.Mul(&points[i].X, &zz)
		out[i].Y.Mul(&points[i].Y, zz.Mul(&zz, &z))
	}
}

// AffineG1 brings points to affine form.
func AffineG1(points []bls12381.G1Jac) []bls12381.G1Affine {
	out := make([]bls12381.G1Affine, len(points))
	NormalizeG1(points, out)
	return out
}

// AffineG2 brings points to affine form.
func AffineG2(points []bls12381.G2Jac) []bls12381.G2Affine {
	out := make([]bls12381.G2Affine, len(points))
	NormalizeG2(points, out)
	return out
}
