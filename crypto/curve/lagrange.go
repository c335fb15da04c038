package curve

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

// LagrangeAtZero gives the coefficients at 0 for interpolation through distinct positive places:
// integers that are to be divided by one positive denominator.
//
//	λ(x) = Π y / Π (y - x) = Π all / (x · Π (y - x)), over all y ≠ x
func LagrangeAtZero(at []int64) (numerators []*big.Int, denominator *big.Int) {
	all := big.NewInt(1)
	own := make([]*big.Int, len(at))
	denominator = big.NewInt(1)
	for i, x := range at {
		own[i] = big.NewInt(x)
		for j, y := range at {
			if i != j {
				own[i].Mul(own[i], big.NewInt(y-x))
			}
		}
		all.Mul(all, big.NewInt(x))
		denominator = leastCommonMultiple(denominator, own[i])
	}
	shared := new(big.Int).GCD(nil, nil, all, denominator)
	all.Quo(all, shared) // all·(denominator/own) then has no factor in common with the new denominator
	for _, n := range own {
		n.Quo(denominator, n).Mul(n, all)
		if n.BitLen() >= fr.Bits { // of hundreds of places: no longer worth being an integer
			n.Mod(n, fr.Modulus())
		}
	}
	return own, denominator.Quo(denominator, shared)
}

func leastCommonMultiple(a, b *big.Int) *big.Int {
	b = new(big.Int).Abs(b)
	divisor := new(big.Int).GCD(nil, nil, a, b)
	return b.Mul(a, b.Quo(b, divisor))
}

// Evaluate gives the value of a polynomial by Horner's rule.
func Evaluate(polynomial []fr.Element, at uint64) (value fr.Element) {
	x := fr.NewElement(at)
	for k := len(polynomial) - 1; k >= 0; k-- {
		value.Mul(&value, &x).Add(&value, &polynomial[k])
	}
	return value
}
