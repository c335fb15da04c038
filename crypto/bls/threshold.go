package bls

import (
	"fmt"
	"math/big"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
	"icsim/crypto/curve"
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
	numerators, denominator := curve.LagrangeAtZero(at)
	total := curve.Sum[bls12381.G1Jac](points, numerators)
	var out bls12381.G1Affine
	out.FromJacobian(&total)
	if denominator.IsInt64() && denominator.Int64() == 1 {
		return &out
	}
	inverse := new(big.Int).ModInverse(denominator, fr.Modulus())
	return out.ScalarMultiplication(&out, inverse)
}

// SignThresholdJointly signs with the secret that the shares' secrets are of.
func (s *Scheme) SignThresholdJointly(
	_ *crypto.ThresholdGroup, indices []int, sks []crypto.ThresholdSecretKey, msg []byte,
) crypto.ThresholdSignature {
	at := make([]int64, len(indices))
	for i := range at {
		at[i] = int64(indices[i]) + 1
	}
	numerators, denominator := curve.LagrangeAtZero(at)
	var total, one, factor fr.Element
	for i := range sks {
		total.Add(&total, one.Mul(one.SetBytes(sks[i][:]), factor.SetBigInt(numerators[i])))
	}
	total.Div(&total, factor.SetBigInt(denominator))
	return s.sign(total.Bytes(), suiteThreshold, msg)
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
		secret := curve.Evaluate(polynomial, uint64(i)+1)
		secrets[i] = secret.Bytes()
		group.Shares[i] = public(&secret)
	}
	return group, secrets
}
