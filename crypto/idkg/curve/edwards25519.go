package curve

import (
	"math/bits"

	"filippo.io/edwards25519"
)

var edwardsSecond = newEdwardsSecond()

// newEdwardsSecond finds H: half of all hashes are the first bytes of a point.
func newEdwardsSecond() *edwards25519.Point {
	for n := byte(0); ; n++ {
		hash := Digest("ic-crypto-idkg-generator-h edwards25519", []byte{n})
		if p, err := new(edwards25519.Point).SetBytes(hash[:32]); err == nil {
			return p.MultByCofactor(p)
		}
	}
}

// inSubgroup says whether the order's multiple of p is the identity: whether that minus 1 times p is -p.
func inSubgroup(p *edwards25519.Point) bool {
	one := Edwards25519.Number(1)
	var minusOne edwards25519.Scalar
	minusOne.Negate(&one.e)
	multiple := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(&minusOne, p, edwards25519.NewScalar())
	return multiple.Equal(new(edwards25519.Point).Negate(p)) == 1
}

func edwardsSum(g, h *edwards25519.Scalar, terms []Term) *edwards25519.Point {
	zero := edwards25519.NewScalar()
	scalars := make([]*edwards25519.Scalar, 0, len(terms)+1)
	points := make([]*edwards25519.Point, 0, len(terms)+1)
	if *h != *zero {
		scalars = append(scalars, h)
		points = append(points, edwardsSecond)
	}
	for i := range terms {
		if terms[i].Scalar.e != *zero {
			scalars = append(scalars, &terms[i].Scalar.e)
			points = append(points, terms[i].Point.e)
		}
	}
	switch len(scalars) {
	case 0:
		return new(edwards25519.Point).ScalarBaseMult(g)
	case 1:
		return new(edwards25519.Point).VarTimeDoubleScalarBaseMult(scalars[0], points[0], g)
	}
	total := new(edwards25519.Point).VarTimeMultiScalarMult(scalars, points)
	if *g != *zero {
		total.Add(total, new(edwards25519.Point).ScalarBaseMult(g))
	}
	return total
}

// edwardsEvaluate is Horner's rule with a small x.
func edwardsEvaluate(coefficients []Point, x uint64) *edwards25519.Point {
	total := edwards25519.NewIdentityPoint()
	for k := len(coefficients) - 1; k >= 0; k-- {
		step := *total
		total = edwards25519.NewIdentityPoint()
		for b := bits.Len64(x) - 1; b >= 0; b-- {
			total.Double(total)
			if x>>b&1 == 1 {
				total.Add(total, &step)
			}
		}
		total.Add(total, coefficients[k].e)
	}
	return total
}

// edwardsExtrapolate is secpExtrapolate.
func edwardsExtrapolate(known, out []Point) {
	differences := make([]edwards25519.Point, len(known))
	for i := range known {
		differences[i] = *known[len(known)-1-i].e
	}
	for order := 1; order < len(differences); order++ {
		for i := len(differences) - 1; i >= order; i-- {
			differences[i].Subtract(&differences[i-1], &differences[i])
		}
	}
	for i := range out {
		for k := len(differences) - 2; k >= 0; k-- {
			differences[k].Add(&differences[k], &differences[k+1])
		}
		out[i] = Point{curve: Edwards25519, e: new(edwards25519.Point).Set(&differences[0])}
	}
}
