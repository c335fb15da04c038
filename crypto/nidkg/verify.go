package nidkg

import (
	"encoding/binary"
	"slices"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
	"icsim/crypto/curve"
	"icsim/crypto/nidkg/layout"
)

// VerifyDealing checks all of a dealing (paper, section 7.1: DVfy; replica: groth20_bls12_381/dealing.rs), in the replica's order:
// the counts, the ciphertext's integrity, the proof of chunking, that of sharing, the constant term.
func (k *KeyGeneration) VerifyDealing(config *crypto.KeyGenerationConfig, dealer int, d *crypto.Dealing) crypto.DealingFault {
	if !config.Valid() {
		return crypto.DealingBadConfig
	}
	if dealer < 0 || dealer >= config.Dealers {
		return crypto.DealingUnknownDealer
	}
	keys, ok := k.keys(config)
	if !ok {
		return crypto.DealingBadConfig
	}
	threshold, receivers, ok := layout.Counts(d)
	switch {
	case !ok:
		return crypto.DealingMalformed
	case threshold != config.Threshold:
		return crypto.DealingWrongThreshold
	case receivers != len(keys):
		return crypto.DealingWrongReceivers
	}
	parsed, fault := k.known(d)
	if fault != crypto.DealingSound {
		return fault
	}
	if fault := k.verify(config, dealer, keys, parsed, d.Hash()); fault != crypto.DealingSound {
		return fault
	}
	return k.verifyConstant(config, dealer, parsed.parts)
}

// verifyConstant checks that a resharing shares the dealer's share: its commitment is the public key of that.
func (k *KeyGeneration) verifyConstant(config *crypto.KeyGenerationConfig, dealer int, p *layout.Parts) crypto.DealingFault {
	if config.Resharing == nil {
		return crypto.DealingSound
	}
	old := k.Group(config.Resharing)
	switch {
	case old == nil:
		return crypto.DealingBadConfig
	case dealer >= len(old.Shares):
		return crypto.DealingUnknownDealer
	case crypto.ThresholdPublicKey(p.Coefficients[0]) != old.Shares[dealer]:
		return crypto.DealingWrongConstant
	}
	return crypto.DealingSound
}

// verify checks the equations. All of G1 are checked at once, as a combination whose coefficients of 128 bits hash everything that the
// equations depend on; only if that fails each proof alone, to say which one is bad.
func (k *KeyGeneration) verify(
	config *crypto.KeyGenerationConfig, dealer int, keys []bls12381.G1Affine, d *dealing, hash crypto.Hash,
) crypto.DealingFault {
	dig := digestsOf(&d.parts.Ciphertext, config.Receivers)
	bound := config.Associated(dealer)
	weights := weightsOf(config, dealer, hash)
	if !k.verifyCiphertext(&d.ciphertext, dig.pathOf(uint32(config.Epoch), bound), weights) {
		return crypto.DealingBadCiphertext
	}
	if !withinBounds(&d.parts.Chunking) {
		return crypto.DealingBadChunking
	}
	points := d.points(keys)
	chunking := newRelation(len(keys))
	chunking.addChunking(&d.chunking, dig.challenges(&d.parts.Chunking), &d.parts.Chunking, weights)
	sharing := newRelation(len(keys))
	x := dig.sharingChallenge(d.parts.Coefficients, &d.ciphertext)
	second := secondSharing(&d.parts.Sharing, x)
	sharing.addSharing(&d.sharing, x, second, weights)
	if !verifyPolynomial(d, len(keys), x, second) {
		if !chunking.holds(points) {
			return crypto.DealingBadChunking
		}
		return crypto.DealingBadSharing
	}
	both := newRelation(len(keys))
	weight := drawWeight(weights)
	for i := range both.scalars {
		both.scalars[i].Mul(&weight, &sharing.scalars[i]).Add(&both.scalars[i], &chunking.scalars[i])
	}
	switch {
	case both.holds(points):
		return crypto.DealingSound
	case !chunking.holds(points):
		return crypto.DealingBadChunking
	default:
		return crypto.DealingBadSharing
	}
}

// weightsOf is where a verification draws its weights from. It depends on all that the equations depend on, so that a dealer cannot know
// them before its dealing is complete.
func weightsOf(config *crypto.KeyGenerationConfig, dealer int, dealing crypto.Hash) *stream {
	content := binary.BigEndian.AppendUint32(dealing[:], uint32(config.Epoch))
	for i := range config.Receivers {
		content = append(content, config.Receivers[i][:]...)
	}
	return newStream(crypto.Sum("nidkg-verification", content, config.Associated(dealer)))
}

// drawWeight draws a coefficient of 128 bits.
func drawWeight(random *stream) (w fr.Element) {
	var raw [16]byte
	random.fill(raw[:])
	return *w.SetBytes(raw[:])
}

// verifyCiphertext checks that R, S and Z belong together at the leaf that all of the ciphertext is hashed to, for all chunks at once:
//
//	e(G, Z) = e(R, f(leaf)) · e(S, h)
func (k *KeyGeneration) verifyCiphertext(c *ciphertext, to path, random *stream) bool {
	p := k.parameters()
	weights := make([]fr.Element, Chunks)
	for j := range weights {
		weights[j] = drawWeight(random)
	}
	r := affine1(curve.Multiply[bls12381.G1Jac](c.r[:], weights))
	s := affine1(curve.Multiply[bls12381.G1Jac](c.s[:], weights))
	z := affine2(curve.Multiply[bls12381.G2Jac](c.z[:], weights))
	one := generatorG1()
	one.Neg(&one)
	ok, err := bls12381.PairingCheck([]bls12381.G1Affine{one, r, s}, []bls12381.G2Affine{z, affine2(p.leaf(to)), p.h})
	return ok && err == nil
}

// verifyPolynomial checks the equation of the proof of sharing that is in G2:
//
//	x'·Σ_k (Σ_i i^k·x^i)·A_k + A = z_α·G
func verifyPolynomial(d *dealing, receivers int, x, second fr.Element) bool {
	terms := powers(x, receivers)
	for i := range terms {
		terms[i].Mul(&terms[i], &second)
	}
	points := append(slices.Clone(d.coefficients), d.sharing.a, generatorG2())
	scalars := make([]fr.Element, len(points))
	for k := range d.coefficients {
		for i := range terms {
			scalars[k].Add(&scalars[k], &terms[i])
			terms[i].Mul(&terms[i], new(fr.Element).SetUint64(uint64(i)+1))
		}
	}
	scalars[len(points)-2].SetOne()
	scalars[len(points)-1].Neg(&d.sharing.zAlpha)
	sum := curve.Multiply[bls12381.G2Jac](points, scalars)
	return sum.Z.IsZero()
}
