package curve

import (
	"crypto/sha256"
	"encoding/binary"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
)

const (
	subsets    = 64 // random subset sums: a stray point is in half of them, whatever else is
	subsetBits = 6  // subsets whose sums are taken together
	fewPoints  = 96 // below, single checks cost less
)

// InSubgroup says whether all points, which lie on the curve, lie in the subgroup of prime order. Of many it checks 64 subset sums,
// chosen by a seed that hashes all the points: a stray point passes with probability 2^-64.
func InSubgroup(points []bls12381.G1Affine, seed [32]byte) bool {
	if len(points) < fewPoints {
		for i := range points {
			if !points[i].IsInSubGroup() {
				return false
			}
		}
		return true
	}
	choices := make([]uint64, len(points))
	for i := 0; i < len(points); i += 4 {
		block := sha256.Sum256(binary.BigEndian.AppendUint32(seed[:], uint32(i)))
		for j := i; j < min(i+4, len(points)); j++ {
			choices[j] = binary.LittleEndian.Uint64(block[8*(j-i):])
		}
	}
	var a adder
	digits := make([]int16, len(points))
	for first := 0; first < subsets; first += subsetBits {
		for i := range digits {
			digits[i] = int16(choices[i] >> first % (1 << subsetBits))
		}
		if !a.subsetsInSubgroup(points, digits) {
			return false
		}
	}
	return true
}

// subsetsInSubgroup checks the subsets that the bits of the digits choose: points with equal bits are added up once.
func (a *adder) subsetsInSubgroup(points []bls12381.G1Affine, digits []int16) bool {
	a.sort(points, digits, 1<<subsetBits-1)
	for a.halve() {
	}
	var sums [1 << subsetBits]bls12381.G1Jac
	for b, bucket := range a.buckets {
		if bucket.count > 0 {
			sums[b+1].FromAffine(&a.points[bucket.first])
		}
	}
	for half := len(sums) / 2; half >= 1; half /= 2 {
		var with bls12381.G1Jac // the points that have the highest bit left
		for i := half; i < 2*half; i++ {
			with.AddAssign(&sums[i])
			sums[i-half].AddAssign(&sums[i])
		}
		if !with.IsInSubGroup() {
			return false
		}
	}
	return true
}
