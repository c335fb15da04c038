package nidkg

import (
	"math/big"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

// Baby steps: an honest chunk then takes up to 16 giant ones, and the table is made in some milliseconds. For a dealer that used up
// the slack which the proof of chunking leaves, a larger table is made when it is needed.
const (
	honestBabySteps = 1 << 12
	slackBabySteps  = 1 << 19
	// outward bounds the search with the small table: what is slightly out of range is found at once.
	outward = 1 << 22
)

// logarithms to the base of e(G, G) by baby steps and giant steps (Shanks). Powers are found by a tag, which is a limb, and then compared.
type logarithms struct {
	base  bls12381.GT
	steps int64
	baby  map[uint64]int64
	giant bls12381.GT // base to the number of steps
}

func newLogarithms(steps int64) *logarithms {
	one, two := generatorG1(), generatorG2()
	base, err := bls12381.Pair([]bls12381.G1Affine{one}, []bls12381.G2Affine{two})
	if err != nil { // only for lists of different lengths
		panic("nidkg: " + err.Error())
	}
	l := &logarithms{base: base, steps: steps, baby: make(map[uint64]int64, steps)}
	l.giant.SetOne()
	for i := range steps {
		l.baby[tag(&l.giant)] = i
		l.giant.Mul(&l.giant, &base)
	}
	return l
}

func tag(x *bls12381.GT) uint64 { return x.C0.B0.A0[0] }

// find gives the k with base^k = x, for -bound < k < bound, or false. It searches outward from zero.
func (l *logarithms) find(x *bls12381.GT, bound int64) (int64, bool) {
	var back bls12381.GT
	back.Conjugate(&l.giant) // the inverse: powers of the base have norm one
	up, down := *x, *x
	for first := int64(0); first < bound; first += l.steps {
		if i, ok := l.baby[tag(&up)]; ok && l.equal(first+i, x) {
			return first + i, true
		}
		down.Mul(&down, &l.giant)
		if i, ok := l.baby[tag(&down)]; ok && l.equal(i-first-l.steps, x) {
			return i - first - l.steps, true
		}
		up.Mul(&up, &back)
	}
	return 0, false
}

func (l *logarithms) equal(k int64, x *bls12381.GT) bool {
	var power bls12381.GT
	power.CyclotomicExp(l.base, big.NewInt(k))
	return power.Equal(x)
}

// findScaled gives the k for which some multiple of it, by 1 to 255, is within the bound, as find does.
func (l *logarithms) findScaled(x *bls12381.GT, bound int64) (out fr.Element, ok bool) {
	power := *x
	for multiple := int64(1); multiple < 1<<challengeBits; multiple++ {
		if k, ok := l.find(&power, bound); ok {
			out.SetInt64(multiple)
			out.Inverse(&out)
			return *out.Mul(&out, new(fr.Element).SetInt64(k)), true
		}
		power.Mul(&power, x)
	}
	return out, false
}
