package curve

import (
	"math/big"
	"testing"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
	"pgregory.net/rapid"
)

// Interpolation with integers over one denominator agrees with arithmetic in the field.
func TestLagrangeCoefficients(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]int64{5, 40, 400}).Draw(t, "most")
		at := rapid.SliceOfNDistinct(rapid.Int64Range(1, most), 1, int(min(most, 60)), rapid.ID[int64]).Draw(t, "at")
		numerators, denominator := LagrangeAtZero(at)
		if denominator.Sign() <= 0 {
			t.Fatalf("denominator %v", denominator)
		}
		var below fr.Element
		below.SetBigInt(denominator)
		for i, x := range at {
			var got, want, factor fr.Element
			got.SetBigInt(numerators[i])
			got.Div(&got, &below)
			want.SetOne()
			for j, y := range at {
				if i != j {
					factor.SetInt64(y - x)
					factor.Div(new(fr.Element).SetInt64(y), &factor)
					want.Mul(&want, &factor)
				}
			}
			if got != want {
				t.Fatalf("at %v, coefficient %d is wrong", at, i)
			}
		}
	})
}

func TestSumIsTheCombination(t *testing.T) {
	_, _, g, _ := bls12381.Generators()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "n")
		points, factors := make([]bls12381.G1Affine, n), make([]*big.Int, n)
		var want, term bls12381.G1Jac
		for i := range points {
			points[i].ScalarMultiplication(&g, big.NewInt(rapid.Int64Range(1, 3).Draw(t, "point"))) // often equal
			raw := rapid.SliceOfN(rapid.Byte(), 0, 31).Draw(t, "factor")
			factors[i] = new(big.Int).SetBytes(raw)
			if rapid.Bool().Draw(t, "negative") {
				factors[i].Neg(factors[i])
			}
			term.FromAffine(&points[i])
			want.AddAssign(term.ScalarMultiplication(&term, new(big.Int).Mod(factors[i], fr.Modulus())))
		}
		if got := Sum[bls12381.G1Jac](points, factors); !got.Equal(&want) {
			t.Fatal("the sum is wrong")
		}
	})
}

// scalars are random, or at an edge of the digits that combs and windows cut them into.
func scalars() *rapid.Generator[fr.Element] {
	return rapid.Custom(func(t *rapid.T) (k fr.Element) {
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			k.SetInt64(rapid.Int64Range(-70000, 70000).Draw(t, "small"))
		case 1:
			k.SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(rapid.IntRange(0, 254).Draw(t, "bit"))))
			k.Sub(&k, new(fr.Element).SetUint64(rapid.Uint64Range(0, 1).Draw(t, "less")))
		default:
			k.SetBytes(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "scalar"))
		}
		return k
	})
}

func times(n int64) (p bls12381.G1Affine) { return *p.ScalarMultiplicationBase(big.NewInt(n)) }

// Combs of any number of teeth agree with plain multiplication in both groups, infinity included.
func TestCombMultiplies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := scalars().Draw(t, "k")
		teeth := rapid.IntRange(2, 8).Draw(t, "teeth")
		one := times(rapid.Int64Range(0, 5).Draw(t, "point"))
		var two bls12381.G2Affine
		two.ScalarMultiplicationBase(big.NewInt(rapid.Int64Range(0, 5).Draw(t, "point")))
		got, got2 := NewCombG1(&one, teeth).Multiply(&k), NewCombG2(&two, teeth).Multiply(&k)
		var out, want bls12381.G1Affine
		var out2, want2 bls12381.G2Affine
		if !out.FromJacobian(&got).Equal(want.ScalarMultiplication(&one, k.BigInt(new(big.Int)))) {
			t.Fatal("wrong in G1")
		}
		if !out2.FromJacobian(&got2).Equal(want2.ScalarMultiplication(&two, k.BigInt(new(big.Int)))) {
			t.Fatal("wrong in G2")
		}
	})
}

// Pippenger's buckets give the plain sum, also of equal, opposite and infinite points.
func TestMultiplyIsTheCombination(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "n")
		points, factors := make([]bls12381.G1Affine, n), make([]fr.Element, n)
		var want, term bls12381.G1Jac
		for i := range points {
			points[i] = times(rapid.Int64Range(-3, 3).Draw(t, "point"))
			factors[i] = scalars().Draw(t, "factor")
			term.FromAffine(&points[i])
			want.AddAssign(term.ScalarMultiplication(&term, factors[i].BigInt(new(big.Int))))
		}
		if got := Multiply[bls12381.G1Jac](points, factors); !got.Equal(&want) {
			t.Fatal("the sum is wrong")
		}
		if got := MultiplyG1(points, factors); !got.Equal(&want) {
			t.Fatal("the sum of affine points is wrong")
		}
	})
}

func TestNormalizeKeepsInfinity(t *testing.T) {
	points := make([]bls12381.G1Jac, 3)
	p := times(2)
	points[1].FromAffine(&p)
	points[1].DoubleAssign()
	want := times(4)
	got := AffineG1(points)
	if !got[0].IsInfinity() || !got[1].Equal(&want) || !got[2].IsInfinity() {
		t.Error(got)
	}
	twisted := make([]bls12381.G2Jac, 2)
	_, g2, _, _ := bls12381.Generators()
	twisted[1].Set(&g2)
	if got := AffineG2(twisted); !got[0].IsInfinity() || got[1].IsInfinity() || !got[1].IsOnCurve() {
		t.Error(got)
	}
}

// One stray point among many is noticed, whatever small order its stray part has; the cofactor is 3·11²·10177²·….
func TestStrayPointsAreNoticed(t *testing.T) {
	for _, n := range []int{1, fewPoints - 1, fewPoints, 300} {
		points := make([]bls12381.G1Affine, n)
		for i := range points {
			points[i] = times(int64(i) + 1)
		}
		if !InSubgroup(points, [32]byte{1}) {
			t.Fatalf("%d points of the subgroup are refused", n)
		}
		for _, order := range []int64{0, 3, 11, 10177} {
			stray := strayPoint(t, order)
			for _, at := range []int{0, n / 2, n - 1} {
				kept := points[at]
				points[at].Add(&kept, &stray)
				if InSubgroup(points, [32]byte{byte(at)}) {
					t.Errorf("a stray part of order %d at %d of %d passes", order, at, n)
				}
				points[at] = kept
			}
		}
	}
}

// strayPoint is a point outside the subgroup, of a given small order, or of any if that is 0.
func strayPoint(t *testing.T, order int64) (p bls12381.G1Affine) {
	cofactor, _ := new(big.Int).SetString("396c8c005555e1568c00aaab0000aaab", 16)
	for x := uint64(1); x < 2000; x++ {
		q := bls12381.GeneratePointNotInG1(fp.NewElement(x))
		if order != 0 {
			q = multiplePlain(&q, fr.Modulus())
			rest := new(big.Int).Set(cofactor)
			for new(big.Int).Mod(rest, big.NewInt(order)).Sign() == 0 {
				rest.Quo(rest, big.NewInt(order))
			}
			var below bls12381.G1Jac
			q = multiplePlain(&q, rest)
			for below = multiplePlain(&q, big.NewInt(order)); !below.Z.IsZero(); below = multiplePlain(&q, big.NewInt(order)) {
				q = below
			}
		}
		if !q.Z.IsZero() {
			return *p.FromJacobian(&q)
		}
	}
	t.Fatalf("no point of order %d", order)
	return p
}

// multiplePlain is double and add: gnark's multiplication holds in the subgroup only.
func multiplePlain(p *bls12381.G1Jac, k *big.Int) (out bls12381.G1Jac) {
	for i := k.BitLen() - 1; i >= 0; i-- {
		out.DoubleAssign()
		if k.Bit(i) == 1 {
			out.AddAssign(p)
		}
	}
	return out
}
