package curve

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

// jacobian and affine are what this package needs of a point, in G1 or G2.
type (
	jacobian[J, A any] interface {
		*J
		FromAffine(*A) *J
		DoubleAssign() *J
		AddAssign(*J) *J
		AddMixed(*A) *J
	}
	affine[A any] interface {
		*A
		Neg(*A) *A
	}
)

// Sum adds up points times integers of either sign, at most as long as the group's order: one
// chain of doublings for all, and an addition for each digit of a signed binary form that is not
// zero, a third of them. It suits few points, or short factors; for many see Multiply. The zero value
// of a Jacobian point is infinity.
func Sum[J, A any, PJ jacobian[J, A], PA affine[A]](points []A, factors []*big.Int) (total J) {
	type digits = [fr.Bits + 1]int8
	forms := make([]digits, len(points))
	negated := make([]A, len(points))
	longest := 0
	for i, factor := range factors {
		PA(&negated[i]).Neg(&points[i])
		longest = max(longest, ecc.NafDecomposition(new(big.Int).Abs(factor), forms[i][:]))
	}
	for d := longest - 1; d >= 0; d-- {
		PJ(&total).DoubleAssign()
		for i, factor := range factors {
			switch forms[i][d] * int8(factor.Sign()) {
			case 1:
				PJ(&total).AddMixed(&points[i])
			case -1:
				PJ(&total).AddMixed(&negated[i])
			}
		}
	}
	return total
}
