package curve

import (
	"fmt"
	"testing"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

func many(n int) (points []bls12381.G1Affine, scalars []fr.Element) {
	k := fr.NewElement(3)
	for i := range n {
		points = append(points, times(int64(i)+2))
		k.Square(&k)
		scalars = append(scalars, k)
	}
	for range 8 {
		for i := range scalars {
			scalars[i].Square(&scalars[i])
		}
	}
	return points, scalars
}

func BenchmarkMultiply(b *testing.B) {
	for _, n := range []int{16, 100, 800} {
		points, scalars := many(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				Multiply[bls12381.G1Jac](points, scalars)
			}
		})
	}
}

func BenchmarkMultiplyG1(b *testing.B) {
	for _, n := range []int{16, 100, 800} {
		points, scalars := many(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				MultiplyG1(points, scalars)
			}
		})
	}
}

func BenchmarkInSubgroup800(b *testing.B) {
	points, _ := many(800)
	for b.Loop() {
		InSubgroup(points, [32]byte{})
	}
}

func BenchmarkAddMixed(b *testing.B) {
	points, _ := many(2)
	var p bls12381.G1Jac
	p.FromAffine(&points[0])
	for b.Loop() {
		p.AddMixed(&points[1])
	}
}
