package nidkg

import (
	"math/big"
	"slices"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto/curve"
)

// A key that was never updated holds the secret x itself, which opens a chunk without pairings: C - x·R = s·G. The outcome is that of
// the long way; it takes a tenth of the time, and a simulation in which no key grows old never goes the long way.

const (
	nearSteps = 1 << 12             // multiples of G in the table, either sign
	farSteps  = 1 << 16 / nearSteps // places from which every chunk is near
)

// smallMultiples finds the multiple of G that a point is, if it is a chunk.
type smallMultiples struct {
	near map[uint64]int64 // the multiple, by a limb of x, which both signs share
	far  [farSteps / 2]bls12381.G1Affine
}

func newSmallMultiples() *smallMultiples {
	one := generatorG1()
	sums := make([]bls12381.G1Jac, nearSteps+1)
	for i := 1; i < len(sums); i++ {
		sums[i] = sums[i-1]
		sums[i].AddMixed(&one)
	}
	points := curve.AffineG1(sums)
	m := &smallMultiples{near: make(map[uint64]int64, len(points))}
	for i := range points {
		m.near[points[i].X[0]] = int64(i)
	}
	for i := range m.far {
		m.far[i].ScalarMultiplicationBase(big.NewInt(-m.center(i)))
	}
	return m
}

// center is the middle of the chunks that are near the i-th place.
func (*smallMultiples) center(i int) int64 { return int64(2*i+1) * nearSteps }

// find gives the multiples that points are; false if one is no chunk.
func (m *smallMultiples) find(p *parameters, points []bls12381.G1Jac) (out [Chunks]int64, ok bool) {
	moved := make([]bls12381.G1Jac, 0, len(points)*len(m.far))
	for j := range points {
		for i := range m.far {
			point := points[j]
			moved = append(moved, *point.AddMixed(&m.far[i]))
		}
	}
	var found [Chunks]bool
	for at, point := range curve.AffineG1(moved) {
		k, known := m.near[point.X[0]]
		if !known {
			continue
		}
		for _, k := range []int64{k, -k} {
			chunk, j := m.center(at%len(m.far))+k, at/len(m.far)
			if chunk >= 0 && chunk < 1<<chunkBits && p.isChunk(&points[j], chunk) {
				out[j], found[j] = chunk, true
			}
		}
	}
	return out, !slices.Contains(found[:len(points)], false)
}

// isChunk says whether a point is chunk·G.
func (p *parameters) isChunk(point *bls12381.G1Jac, chunk int64) bool {
	var multiple bls12381.G1Jac
	p.addChunk(&multiple, chunk)
	return multiple.Equal(point)
}

// decryptYoung opens a share with the secret itself; false if some chunk is out of range.
func (k *KeyGeneration) decryptYoung(c *ciphertext, x *fr.Element) (share fr.Element, ok bool) {
	var negated fr.Element
	negated.Neg(x)
	scalar := negated.BigInt(new(big.Int))
	points := make([]bls12381.G1Jac, Chunks)
	for j := range points {
		points[j].FromAffine(&c.r[j])
		points[j].ScalarMultiplication(&points[j], scalar).AddMixed(&c.c[0][j])
	}
	p := k.parameters()
	chunks, ok := p.multiples.find(p, points)
	return recombine(&chunks), ok
}
