package nidkg

import (
	"math/bits"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
	"icsim/crypto/curve"
	"icsim/crypto/nidkg/layout"
)

// The proof of chunking (paper, section 6.5; replica: fs_ni_dkg/nizk_chunking.rs). With e a challenge of 8 bits for each receiver i,
// chunk j and repetition k, the dealer shows z_k = Σ e_ijk·s_ij + σ_k, where σ_k hides the sum. All z_k being small, some multiple of
// each chunk is. That the z_k are those of the ciphertext is shown for all k at once, weighted with powers of a second challenge x.
const (
	suiteY0                = "ic-crypto-nizk-chunking-proof-y0"
	purposeChunkChallenges = "ic-zk-proof-of-chunking-chunking"
	purposeChunkSecond     = "ic-zk-proof-of-chunking-challenge"
)

// sumBound is S, the most that the challenges' combination of honest chunks can be.
func sumBound(receivers int) uint64 {
	return uint64(receivers) * Chunks * (1<<chunkBits - 1) * (1<<challengeBits - 1)
}

// responseBound is Z: responses are below. The dealer draws σ from -S to Z-1 and starts again if a response is out of bounds, so that
// the responses tell nothing of the chunks.
func responseBound(receivers int) uint64 { return 2 * Repetitions * sumBound(receivers) }

// digests of a ciphertext, which several statements contain.
type digests struct{ keys, r, s, c digest }

func digestsOf(c *layout.Ciphertext, receivers []crypto.EncryptionPublicKey) digests {
	chunks := make([]digest, len(c.C))
	for i := range chunks {
		chunks[i] = hashEach(c.C[i][:], hashG1)
	}
	keys := make([]digest, len(receivers))
	for i := range keys {
		keys[i] = hashG1(receivers[i])
	}
	return digests{hashVector(keys), hashEach(c.R[:], hashG1), hashEach(c.S[:], hashG1), hashVector(chunks)}
}

// pathOf is the leaf that a ciphertext is bound to: it hashes all of it but Z, with the epoch and the associated data, so that Z,
// which is computed for that leaf, holds them together (paper, section 7.1; replica: extend_tau).
func (d *digests) pathOf(epoch uint32, associated []byte) path {
	return path{epoch, oracle("ic-fs-encryption/binary-tree-node", hashStruct(
		member{"ciphertext-chunks", d.c}, member{"randomizers-r", d.r}, member{"randomizers-s", d.s},
		member{"epoch", hashInt(uint64(epoch))}, member{"associated-data", hashBytes(associated)},
	))}
}

// challenges are e, by receiver, chunk and repetition.
type challenges [][Chunks][Repetitions]byte

func (d *digests) challenges(p *layout.ChunkingProof) challenges {
	statement := hashStruct(member{"g1-generator", hashG1Generator()}, member{"public-keys", d.keys},
		member{"ciphertext-chunks", d.c}, member{"randomizers-r", d.r})
	first := hashStruct(member{"y0", hashG1(p.Y0)}, member{"bb", hashEach(p.B[:], hashG1)}, member{"cc", hashEach(p.C[:], hashG1)})
	random := newStream(oracle(purposeChunkChallenges, hashStruct(member{"instance", statement}, member{"first-move", first},
		member{"number-of-parallel-repetitions", hashInt(Repetitions)})))
	e := make(challenges, len(p.ZR))
	for i := range e {
		for j := range e[i] {
			for k := range e[i][j] {
				e[i][j][k] = random.byte()
			}
		}
	}
	return e
}

// second is the challenge x, which the responses z and the second move determine.
func (e challenges) second(p *layout.ChunkingProof) fr.Element {
	var ints [1 << challengeBits]digest
	for n := range ints {
		ints[n] = hashInt(uint64(n))
	}
	receivers := make([]digest, len(e))
	for i := range e {
		var chunks [Chunks]digest
		for j := range e[i] {
			chunks[j] = hashEach(e[i][j][:], func(n byte) digest { return ints[n] })
		}
		receivers[i] = hashVector(chunks[:])
	}
	move := hashStruct(member{"z_s", hashEach(p.ZS[:], hashScalar)}, member{"dd", hashEach(p.D, hashG1)}, member{"yy", hashG1(p.Y)})
	return oracleScalar(purposeChunkSecond, hashStruct(member{"first-challenge", hashVector(receivers)}, member{"second-move", move}))
}

// weighted gives Σ e_ijk·x^k over k, by receiver and chunk.
func (e challenges) weighted(powers []fr.Element) [][Chunks]fr.Element {
	out := make([][Chunks]fr.Element, len(e))
	for i := range e {
		for j := range e[i] {
			out[i][j] = smallCombination(e[i][j][:], powers)
		}
	}
	return out
}

// smallCombination adds up scalars times bytes, bit by bit of the bytes: eight doublings in all.
func smallCombination(factors []byte, scalars []fr.Element) (sum fr.Element) {
	for bit := challengeBits - 1; bit >= 0; bit-- {
		sum.Double(&sum)
		for k, factor := range factors {
			if factor>>bit&1 == 1 {
				sum.Add(&sum, &scalars[k])
			}
		}
	}
	return sum
}

// powers gives x, x², … up to the n-th.
func powers(x fr.Element, n int) []fr.Element {
	out := make([]fr.Element, n)
	power := x
	for i := range out {
		out[i] = power
		power.Mul(&power, &x)
	}
	return out
}

// mostTries bounds how often a dealer starts again; an honest one does four times in ten.
const mostTries = 100

// A secret is what a dealer knows of its ciphertext: the chunks and the logarithms of R.
type secret struct {
	chunks [][Chunks]int64
	r      [Chunks]fr.Element
}

// proveChunking makes the proof, as bytes and as points. Chunks that are out of range give one that does not verify.
func (k *KeyGeneration) proveChunking(
	raw *layout.ChunkingProof, out *chunkingProof, keys []bls12381.G1Affine, d *digests, s *secret, random *stream,
) {
	g1 := k.parameters().g1
	var seed [32]byte
	for i := range seed {
		seed[i] = random.byte()
	}
	out.y0 = hashToG1(suiteY0, seed[:])
	raw.Y0 = out.y0.Bytes()
	hiding := curve.NewCombG1(&out.y0, keyTeeth)
	beta := random.scalars(Repetitions)
	encodeG1(raw.B[:], out.b[:], products(g1, beta))
	var e challenges
	for range mostTries {
		var sigma [Repetitions]int64
		moves := products(hiding, beta)
		for i := range sigma {
			sigma[i] = int64(random.below(responseBound(len(keys))+sumBound(len(keys)))) - int64(sumBound(len(keys)))
			move := g1.Multiply(new(fr.Element).SetInt64(sigma[i]))
			moves[i].AddAssign(&move)
		}
		encodeG1(raw.C[:], out.c[:], moves)
		e = d.challenges(raw)
		if e.respond(out, raw, s.chunks, &sigma) {
			break
		}
	}
	delta := random.scalars(len(keys) + 1)
	out.d, out.zr = make([]bls12381.G1Affine, len(delta)), make([]fr.Element, len(keys))
	encodeG1(raw.D, out.d, products(g1, delta))
	out.y = affine1(curve.MultiplyG1(append([]bls12381.G1Affine{out.y0}, keys...), delta))
	raw.Y = out.y.Bytes()
	xs := powers(e.second(raw), Repetitions)
	out.zBeta = delta[0]
	for i := range xs {
		out.zBeta.Add(&out.zBeta, new(fr.Element).Mul(&beta[i], &xs[i]))
	}
	raw.ZBeta = out.zBeta.Bytes()
	for i, weights := range e.weighted(xs) {
		out.zr[i] = delta[i+1]
		for j := range weights {
			out.zr[i].Add(&out.zr[i], weights[j].Mul(&weights[j], &s.r[j]))
		}
		raw.ZR[i] = out.zr[i].Bytes()
	}
}

// respond gives the z, and says whether all are within bounds.
func (e challenges) respond(out *chunkingProof, raw *layout.ChunkingProof, chunks [][Chunks]int64, sigma *[Repetitions]int64) bool {
	within := true
	for k, z := range sigma {
		for i := range e {
			for j := range e[i] {
				z += int64(e[i][j][k]) * chunks[i][j]
			}
		}
		within = within && z >= 0 && uint64(z) < responseBound(len(e))
		raw.ZS[k] = out.zs[k].SetInt64(z).Bytes()
	}
	return within
}

// withinBounds says whether all responses are below Z.
func withinBounds(p *layout.ChunkingProof) bool {
	bound := responseBound(len(p.ZR))
	for i := range p.ZS {
		var z fr.Element
		z.SetBytes(p.ZS[i][:])
		if words := z.Bits(); words[1]|words[2]|words[3] != 0 || bits.Len64(words[0]) > 63 || words[0] >= bound {
			return false
		}
	}
	return true
}

func products(comb *curve.CombG1, scalars []fr.Element) []bls12381.G1Jac {
	out := make([]bls12381.G1Jac, len(scalars))
	for i := range out {
		out[i] = comb.Multiply(&scalars[i])
	}
	return out
}

func encodeG1(raw []G1, out []bls12381.G1Affine, points []bls12381.G1Jac) {
	curve.NormalizeG1(points, out)
	for i := range out {
		raw[i] = out[i].Bytes()
	}
}

func encodeG2(raw []G2, out []bls12381.G2Affine, points []bls12381.G2Jac) {
	curve.NormalizeG2(points, out)
	for i := range out {
		raw[i] = out[i].Bytes()
	}
}
