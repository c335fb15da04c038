package nidkg

import (
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto/curve"
	"icsim/crypto/nidkg/layout"
)

// A relation is a combination of all the points of G1 in a dealing that is zero if the dealing is sound. Its scalars lie as the points.
type relation struct {
	receivers int
	scalars   []fr.Element
}

// Where points lie: first the chunks C, then these many of each.
const (
	atR  = 0
	atB  = atR + Chunks
	atCC = atB + Repetitions
	atY  = atCC + Repetitions // what there is one of
	atY0 = atY + 1
	atF  = atY0 + 1
	atYY = atF + 1
	atG  = atYY + 1
	// then the receivers' keys, then D
	atKeys = atG + 1
)

func newRelation(receivers int) *relation {
	return &relation{receivers, make([]fr.Element, receivers*Chunks+atKeys+2*receivers+1)}
}

func (d *dealing) points(keys []bls12381.G1Affine) []bls12381.G1Affine {
	c, q := &d.ciphertext, &d.chunking
	out := make([]bls12381.G1Affine, 0, len(keys)*Chunks+atKeys+2*len(keys)+1)
	for i := range c.c {
		out = append(out, c.c[i][:]...)
	}
	out = append(out, c.r[:]...)
	out = append(out, q.b[:]...)
	out = append(out, q.c[:]...)
	out = append(out, q.y, q.y0, d.sharing.f, d.sharing.y, generatorG1())
	out = append(out, keys...)
	return append(out, q.d...)
}

func (r *relation) chunk(i, j int) *fr.Element { return &r.scalars[i*Chunks+j] }
func (r *relation) at(place int) *fr.Element   { return &r.scalars[r.receivers*Chunks+place] }
func (r *relation) key(i int) *fr.Element      { return r.at(atKeys + i) }
func (r *relation) d(i int) *fr.Element        { return r.at(atKeys + r.receivers + i) }

func (r *relation) holds(points []bls12381.G1Affine) bool {
	sum := curve.MultiplyG1(points, r.scalars)
	return sum.Z.IsZero()
}

// addChunking adds the three equations of the proof of chunking, the first one for every receiver i, each with a weight:
//
//	Σ_j (Σ_k e_ijk·x^k)·R_j + D_i = z_i·G
//	Σ_k x^k·B_k + D_0 = z_β·G
//	Σ_ij (Σ_k e_ijk·x^k)·C_ij + Σ_k x^k·C_k + Y = Σ_i z_i·y_i + z_β·y_0 + (Σ_k z_k·x^k)·G
func (r *relation) addChunking(q *chunkingProof, e challenges, raw *layout.ChunkingProof, random *stream) {
	xs := powers(e.second(raw), Repetitions)
	var g, term fr.Element // the coefficient of -G
	for i, weights := range e.weighted(xs) {
		w := drawWeight(random)
		for j := range weights {
			*r.chunk(i, j) = weights[j]
			term.Mul(&w, &weights[j])
			r.at(atR+j).Add(r.at(atR+j), &term)
		}
		*r.d(i + 1) = w
		g.Add(&g, term.Mul(&w, &q.zr[i]))
		r.key(i).Neg(&q.zr[i])
	}
	w := drawWeight(random)
	for k := range xs {
		r.at(atB+k).Mul(&w, &xs[k])
		*r.at(atCC + k) = xs[k]
		g.Add(&g, term.Mul(&xs[k], &q.zs[k]))
	}
	*r.d(0) = w
	g.Add(&g, term.Mul(&w, &q.zBeta))
	r.at(atY).SetOne()
	r.at(atY0).Neg(&q.zBeta)
	r.at(atG).Neg(&g)
}

// addSharing adds the two equations of the proof of sharing that are in G1, where C_i and R are put together from their chunks:
//
//	x'·R + F = z_r·G
//	x'·Σ_i x^i·C_i + Y = z_r·Σ_i x^i·y_i + z_α·G
func (r *relation) addSharing(q *sharingProof, x, second fr.Element, random *stream) {
	w, radix := drawWeight(random), radices()
	var g, term, weighted fr.Element
	weighted.Mul(&w, &second)
	for j := range radix {
		r.at(atR+j).Mul(&weighted, &radix[j])
	}
	*r.at(atF) = w
	g.Mul(&w, &q.zr).Add(&g, &q.zAlpha)
	for i, power := range powers(x, r.receivers) {
		term.Mul(&power, &second)
		for j := range radix {
			r.chunk(i, j).Mul(&term, &radix[j])
		}
		r.key(i).Mul(&power, &q.zr)
		r.key(i).Neg(r.key(i))
	}
	r.at(atYY).SetOne()
	r.at(atG).Neg(&g)
}
