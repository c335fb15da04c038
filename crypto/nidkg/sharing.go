package nidkg

import (
	"math/big"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto/curve"
	"icsim/crypto/nidkg/layout"
)

// The proof of sharing (paper, section 6.4; replica: fs_ni_dkg/nizk_sharing.rs). With x a challenge, the shares weighted with powers
// of x add up to one number, once as the public polynomial gives them and once as they are encrypted; the dealer shows, by Schnorr's
// protocol with a second challenge x', that these are the same.
const (
	purposeSharing       = "ic-zk-proof-of-sharing-instance"
	purposeSharingSecond = "ic-zk-proof-of-sharing-challenge"
)

// radices are the weights of the chunks of a share.
func radices() (out [Chunks]fr.Element) {
	for j := range out {
		out[j].SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(chunkBits*(Chunks-1-j))))
	}
	return out
}

// combined puts the chunks of ciphertexts together: what encrypts the shares, or R with the same weights.
func combined(chunks ...[Chunks]bls12381.G1Affine) []bls12381.G1Affine {
	sums := make([]bls12381.G1Jac, len(chunks))
	for i := range chunks {
		for j := range chunks[i] {
			for range chunkBits {
				sums[i].DoubleAssign()
			}
			sums[i].AddMixed(&chunks[i][j])
		}
	}
	return curve.AffineG1(sums)
}

// sharingChallenge is x, for a statement: the keys, the public polynomial, and the ciphertexts with their chunks put together.
func (d *digests) sharingChallenge(coefficients []G2, c *ciphertext) fr.Element {
	whole := combined(append([][Chunks]bls12381.G1Affine{c.r}, c.c...)...)
	ciphertexts := make([]digest, len(c.c))
	for i := range ciphertexts {
		ciphertexts[i] = hashG1(whole[i+1].Bytes())
	}
	return oracleScalar(purposeSharing, hashStruct(
		member{"g1-generator", hashG1Generator()}, member{"g2-enerator", hashG2Generator()}, // as the replica writes it
		member{"public-keys", d.keys}, member{"public-coefficients", hashEach(coefficients, hashG2)},
		member{"combined-randomizers", hashG1(whole[0].Bytes())}, member{"combined-ciphertext", hashVector(ciphertexts)},
	))
}

// secondSharing is the challenge x'.
func secondSharing(p *layout.SharingProof, x fr.Element) fr.Element {
	move := hashStruct(member{"blinder-g1", hashG1(p.F)}, member{"blinder-g2", hashG2(p.A)}, member{"blinded-instance", hashG1(p.Y)})
	return oracleScalar(purposeSharingSecond, hashStruct(member{"instance-hash", hashScalar(x.Bytes())}, member{"first-move", move}))
}

// proveSharing makes the proof for shares as they are encrypted.
func (k *KeyGeneration) proveSharing(
	raw *layout.SharingProof, out *sharingProof, keys []bls12381.G1Affine, x fr.Element, s *secret, random *stream,
) {
	p, weights, xs := k.parameters(), radices(), powers(x, len(keys))
	alpha, rho := random.scalar(), random.scalar()
	out.f, out.a = affine1(p.g1.Multiply(&rho)), affine2(p.g2.Multiply(&alpha))
	y := curve.MultiplyG1(keys, xs)
	hidden := p.g1.Multiply(&alpha)
	y.ScalarMultiplication(&y, rho.BigInt(new(big.Int))).AddAssign(&hidden)
	out.y = affine1(y)
	raw.F, raw.A, raw.Y = out.f.Bytes(), out.a.Bytes(), out.y.Bytes()
	challenge := secondSharing(raw, x)
	var r, shares fr.Element
	for j := range weights {
		r.Add(&r, new(fr.Element).Mul(&s.r[j], &weights[j]))
	}
	for i := range s.chunks {
		share := recombine(&s.chunks[i])
		shares.Add(&shares, share.Mul(&share, &xs[i]))
	}
	out.zr.Mul(&r, &challenge).Add(&out.zr, &rho)
	out.zAlpha.Mul(&shares, &challenge).Add(&out.zAlpha, &alpha)
	raw.ZR, raw.ZAlpha = out.zr.Bytes(), out.zAlpha.Bytes()
}

// recombine puts the chunks of a share together.
func recombine(chunks *[Chunks]int64) (share fr.Element) {
	radix := fr.NewElement(1 << chunkBits)
	for _, chunk := range chunks {
		share.Mul(&share, &radix).Add(&share, new(fr.Element).SetInt64(chunk))
	}
	return share
}
