package bls

import (
	"fmt"
	"math/big"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
)

// SignThreshold makes one receiver's share.
func (s *Scheme) SignThreshold(sk crypto.ThresholdSecretKey, msg []byte) crypto.ThresholdSignature {
	return s.sign(sk, suiteThreshold, msg)
}

// VerifyThresholdShare checks a share under the share key at an index.
func (s *Scheme) VerifyThresholdShare(
	group *crypto.ThresholdGroup, index int, msg []byte, share crypto.ThresholdSignature,
) bool {
	return index >= 0 && index < len(group.Shares) && s.VerifyThreshold(group.Shares[index], msg, share)
}

// VerifyThreshold checks a group's signature. A key that is met once keeps its lines all the same:
// groups sign for hours.
func (s *Scheme) VerifyThreshold(pk crypto.ThresholdPublicKey, msg []byte, sig crypto.ThresholdSignature) bool {
	return s.verify(s.key(pk), suiteThreshold, msg, sig)
}

// CombineThreshold interpolates the first Threshold shares of distinct indices at 0.
func (s *Scheme) CombineThreshold(
	group *crypto.ThresholdGroup, _ []byte, shares []crypto.IndexedShare,
) (sig crypto.ThresholdSignature, ok bool) {
	taken := make([]bool, len(group.Shares))
	points := make([]bls12381.G1Affine, 0, group.Threshold)
	at := make([]int64, 0, group.Threshold)
	for i := 0; i < len(shares) && len(points) < group.Threshold; i++ {
		index := shares[i].Index
		if index < 0 || index >= len(taken) {
			return crypto.ThresholdSignature{}, false
		}
		point, ok := s.share(shares[i].Share)
		if !ok {
			return crypto.ThresholdSignature{}, false
		}
		if !taken[index] {
			taken[index] = true
			points = append(points, point)
			at = append(at, int64(index)+1)
		}
	}
	if len(points) < group.Threshold {
		return crypto.ThresholdSignature{}, false
	}
	return s.encode(interpolate(at, points)), true
}

// interpolate gives f(0)·P from f(x)·P for each x: the sum of λ·f(x)·P with Lagrange's
// coefficients λ. These are fractions of small integers, so the sum is taken with their
// numerators over a common denominator, and divided once: a third of the work that coefficients
// of 255 bits would take.
func interpolate(at []int64, points []bls12381.G1Affine) *bls12381.G1Affine {
	numerators, denominator := lagrangeAtZero(at)
	total := sum[bls12381.G1Jac](points, numerators)
	var out bls12381.G1Affine
	out.FromJacobian(&total)
	if denominator.IsInt64() && denominator.Int64() == 1 {
		return &out
	}
	inverse := new(big.Int).ModInverse(denominator, fr.Modulus())
	return out.ScalarMultiplication(&out, inverse)
}

// lagrangeAtZero gives the coefficients at 0 for interpolation through distinct positive places:
// integers that are to be divided by one positive denominator.
//
//	λ(x) = Π y / Π (y - x) = Π all / (x · Π (y - x)), over all y ≠ x
func lagrangeAtZero(at []int64) (numerators []*big.Int, denominator *big.Int) {
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

// Deal plays the dealer: a random polynomial of degree threshold-1, whose value at i+1 is the
// secret of receiver i, and at 0 the secret of the group, which it forgets.
func (s *Scheme) Deal(seed crypto.Seed, receivers, threshold int) (*crypto.ThresholdGroup, []crypto.ThresholdSecretKey) {
	if threshold < 1 || threshold > receivers {
		panic(fmt.Sprintf("bls: threshold %d of %d receivers", threshold, receivers))
	}
	polynomial := make([]fr.Element, threshold)
	for k := range polynomial {
		polynomial[k] = scalar("icsim-dealt-polynomial", seed, receivers, threshold, k)
	}
	group := &crypto.ThresholdGroup{
		Key:       public(&polynomial[0]),
		Threshold: threshold,
		Shares:    make([]crypto.ThresholdPublicKey, receivers),
	}
	secrets := make([]crypto.ThresholdSecretKey, receivers)
	for i := range secrets {
		secret := evaluate(polynomial, uint64(i)+1)
		secrets[i] = secret.Bytes()
		group.Shares[i] = public(&secret)
	}
	return group, secrets
}

// evaluate is Horner's rule.
func evaluate(polynomial []fr.Element, at uint64) (value fr.Element) {
	x := fr.NewElement(at)
	for k := len(polynomial) - 1; k >= 0; k-- {
		value.Mul(&value, &x).Add(&value, &polynomial[k])
	}
	return value
}
