package nidkg

import (
	"fmt"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"icsim/crypto/curve"
)

// The depth of the tree of keys: a path is the 32 bits of an epoch, then 256 bits that hash a ciphertext (paper, section 7.1).
const (
	epochBits = 32  // λ_T
	hashBits  = 256 // λ_H
	suiteTree = "DFX01-with-BLS12381G2_XMD:SHA-256_SSWU_RO_"
)

// lines are the Miller loop's line functions of a point in G2.
type lines = [2][len(bls12381.LoopCounter) - 1]bls12381.LineEvaluationAff

// The parameters of the system are points of G2 whose logarithms nobody knows, and what is computed of them and the generators once.
type parameters struct {
	*generators
	f0, h  bls12381.G2Affine
	f      [epochBits]bls12381.G2Affine
	fHash  [hashBits]bls12381.G2Affine
	chunk  [2][1 << (chunkBits / 2)]bls12381.G1Affine // byte·G and byte·256·G
	hComb  *curve.CombG2
	hLines lines
	gLines lines // of G in G2
	baby   *logarithms

	multiples *smallMultiples
}

// The generators of G1 and G2 are multiplied without the rest, too.
type generators struct {
	g1 *curve.CombG1
	g2 *curve.CombG2
}

const generatorTeeth = 8

func newGenerators() *generators {
	one, two := generatorG1(), generatorG2()
	return &generators{curve.NewCombG1(&one, generatorTeeth), curve.NewCombG2(&two, generatorTeeth)}
}

func newParameters(g *generators) *parameters {
	p := &parameters{generators: g}
	p.f0, p.h = hashToG2("f0"), hashToG2("h")
	for i := range p.f {
		p.f[i] = hashToG2(fmt.Sprintf("f%d", i+1))
	}
	for i := range p.fHash {
		p.fHash[i] = hashToG2(fmt.Sprintf("f_h%d", i))
	}
	one, two := generatorG1(), generatorG2()
	p.hComb = curve.NewCombG2(&p.h, generatorTeeth)
	p.hLines, p.gLines = bls12381.PrecomputeLines(p.h), bls12381.PrecomputeLines(two)
	step := one
	for i := range p.chunk {
		multiples := make([]bls12381.G1Jac, len(p.chunk[i])+1)
		for k := 1; k < len(multiples); k++ {
			multiples[k] = multiples[k-1]
			multiples[k].AddMixed(&step)
		}
		curve.NormalizeG1(multiples[:len(p.chunk[i])], p.chunk[i][:])
		step.FromJacobian(&multiples[len(p.chunk[i])])
	}
	p.baby, p.multiples = newLogarithms(honestBabySteps), newSmallMultiples()
	return p
}

func hashToG2(name string) bls12381.G2Affine {
	point, err := bls12381.HashToG2([]byte(name), []byte(suiteTree))
	if err != nil { // only for a suite of more than 255 bytes
		panic(fmt.Sprintf("nidkg: hash to curve: %v", err))
	}
	return point
}

func generatorG1() bls12381.G1Affine {
	_, _, one, _ := bls12381.Generators()
	return one
}

func generatorG2() bls12381.G2Affine {
	_, _, _, two := bls12381.Generators()
	return two
}

// A path leads from the root of the tree of keys to a leaf: the epoch's bits, the highest first, then a hash's.
type path struct {
	epoch uint32
	hash  digest
}

// epochBit is the bit at a depth of the tree.
func epochBit(epoch uint32, depth int) bool { return epoch>>(epochBits-1-depth)&1 == 1 }

// hashBit is the bit at a depth below the epochs: the lowest of each byte comes first.
func (p *path) hashBit(i int) bool { return p.hash[i/8]>>(i%8)&1 == 1 }

// at computes the function f of the paper for the first bits of an epoch: f0 times those f whose bit is set.
func (p *parameters) at(epoch uint32, depth int) (out bls12381.G2Jac) {
	out.FromAffine(&p.f0)
	for i := range depth {
		if epochBit(epoch, i) {
			out.AddMixed(&p.f[i])
		}
	}
	return out
}

// leaf computes f for a whole path.
func (p *parameters) leaf(to path) bls12381.G2Jac {
	out := p.at(to.epoch, epochBits)
	for i := range p.fHash {
		if to.hashBit(i) {
			out.AddMixed(&p.fHash[i])
		}
	}
	return out
}
