package ideal

import (
	"encoding/binary"
	"slices"

	"icsim/crypto"
	"icsim/crypto/nidkg/layout"
	"icsim/crypto/recent"
)

// NewKeyGeneration returns the model of crypto/nidkg, with empty memories.
func NewKeyGeneration() crypto.KeyGeneration {
	return &keyGeneration{
		groups:   recent.New[crypto.Hash, *crypto.ThresholdGroup](maxRemembered),
		openings: recent.New[crypto.Hash, opening](maxRemembered),
	}
}

// A keyGeneration serves one goroutine. It remembers what all receivers of a transcript would compute.
type keyGeneration struct {
	groups   recent.Cache[crypto.Hash, *crypto.ThresholdGroup]
	openings recent.Cache[crypto.Hash, opening]
}

// maxRemembered is in transcripts: 4 KiB each for 40 receivers.
const maxRemembered = 512

// A decryptionKey opens epochs from its own on.
type decryptionKey struct {
	epoch  crypto.Epoch
	secret digest
}

func (k decryptionKey) Epoch() crypto.Epoch { return k.epoch }

func (k decryptionKey) public() crypto.EncryptionPublicKey {
	return wideSig(sum(encryptionKey, &k.secret, nil))
}

func (*keyGeneration) EncryptionKey(
	seed crypto.Seed, owner []byte,
) (crypto.DecryptionKey, crypto.EncryptionPublicKey, crypto.EncryptionProof) {
	from := digest(seed)
	sk := decryptionKey{secret: sum(seeded, &from, nil)}
	pk := sk.public()
	return sk, pk, encryptionProof(pk, owner)
}

func (*keyGeneration) VerifyEncryptionKey(owner []byte, pk crypto.EncryptionPublicKey, proof crypto.EncryptionProof) bool {
	_, ok := narrowSig((*[48]byte)(&pk))
	return ok && proof == encryptionProof(pk, owner)
}

func encryptionProof(pk crypto.EncryptionPublicKey, owner []byte) (out crypto.EncryptionProof) {
	key := digest(pk[:32])
	fill(out[:], sum(encryptionProofs, &key, owner))
	return out
}

func (*keyGeneration) Update(sk crypto.DecryptionKey, epoch crypto.Epoch, _ crypto.Seed) crypto.DecryptionKey {
	key, ok := sk.(decryptionKey)
	if !ok || epoch <= key.epoch {
		return sk
	}
	key.epoch = epoch
	return key
}

// fill repeats a digest.
func fill(out []byte, d digest) {
	for len(out) > 0 {
		out = out[copy(out, d[:]):]
	}
}

func (g *keyGeneration) Deal(
	config *crypto.KeyGenerationConfig, dealer int, seed crypto.Seed, share *crypto.ThresholdSecretKey,
) (*crypto.Dealing, crypto.DealingFault) {
	if !config.Valid() || !keysFormed(config) || (share == nil) != (config.Resharing == nil) {
		return nil, crypto.DealingBadConfig
	}
	if dealer < 0 || dealer >= config.Dealers {
		return nil, crypto.DealingUnknownDealer
	}
	from := digest(seed)
	polynomial := sum(dealtPolynomial, &from, content(config, dealer))
	constant := freshConstant(&polynomial)
	if share != nil {
		secret := digest(*share)
		constant = sum(thresholdKey, &secret, nil)
	}
	return newDealing(config, dealer, &polynomial, &constant).Dealing(), crypto.DealingSound
}

func keysFormed(config *crypto.KeyGenerationConfig) bool {
	for i := range config.Receivers {
		if _, ok := narrowSig((*[48]byte)(&config.Receivers[i])); !ok {
			return false
		}
	}
	return true
}

func freshConstant(polynomial *digest) digest { return sum(dealtConstant, polynomial, nil) }

// newDealing fills all components. The polynomial, which everything follows from, stands for itself as the first R; the others hash it
// with all that the dealing is bound to.
func newDealing(config *crypto.KeyGenerationConfig, dealer int, polynomial, constant *digest) *layout.Parts {
	p := layout.NewParts(config.Threshold, len(config.Receivers))
	p.Coefficients[0] = wideKey(*constant)
	for i := 1; i < len(p.Coefficients); i++ {
		p.Coefficients[i] = wideKey(numbered(dealtCoefficient, polynomial, i, 0))
	}
	bound := sum(dealtCiphertext, polynomial, content(config, dealer))
	fillCiphertext(&p.Ciphertext, &bound)
	p.Ciphertext.R[0] = wideSig(*polynomial)
	fillChunking(&p.Chunking, sum(dealtChunking, &bound, nil))
	sharing := sum(dealtSharing, &bound, constant[:])
	s := &p.Sharing
	s.F, s.Y, s.A, s.ZR, s.ZAlpha = wideSig(sharing), wideSig(sharing), wideKey(sharing), sharing, sharing
	return p
}

// content is what a dealing is bound to.
func content(config *crypto.KeyGenerationConfig, dealer int) []byte {
	out := binary.BigEndian.AppendUint32(config.Associated(dealer), uint32(config.Epoch))
	for i := range config.Receivers {
		out = append(out, config.Receivers[i][:32]...)
	}
	return out
}

func fillCiphertext(c *layout.Ciphertext, bound *digest) {
	for j := range layout.Chunks {
		c.R[j] = wideSig(numbered(dealtCiphertext, bound, 0, j))
		c.S[j] = wideSig(numbered(dealtCiphertext, bound, 1, j))
		c.Z[j] = wideKey(numbered(dealtCiphertext, bound, 2, j))
		for i := range c.C {
			c.C[i][j] = wideSig(numbered(dealtCiphertext, bound, 3+i, j))
		}
	}
}

func fillChunking(q *layout.ChunkingProof, d digest) {
	q.Y0, q.Y, q.ZBeta = wideSig(d), wideSig(d), d
	for k := range q.B {
		q.B[k], q.C[k], q.ZS[k] = wideSig(d), wideSig(d), d
	}
	for i := range q.D {
		q.D[i] = wideSig(d)
	}
	for i := range q.ZR {
		q.ZR[i] = d
	}
}

// VerifyDealing computes what the dealing should be and says in which of its parts it is something else.
func (g *keyGeneration) VerifyDealing(config *crypto.KeyGenerationConfig, dealer int, d *crypto.Dealing) crypto.DealingFault {
	if !config.Valid() || !keysFormed(config) {
		return crypto.DealingBadConfig
	}
	if dealer < 0 || dealer >= config.Dealers {
		return crypto.DealingUnknownDealer
	}
	threshold, receivers, ok := layout.Counts(d)
	switch {
	case !ok:
		return crypto.DealingMalformed
	case threshold != config.Threshold:
		return crypto.DealingWrongThreshold
	case receivers != len(config.Receivers):
		return crypto.DealingWrongReceivers
	}
	p := layout.Split(d)
	if !pointsFormed(p) {
		return crypto.DealingBadPoint
	}
	polynomial, constant := digest(p.Ciphertext.R[0][:32]), digest(p.Coefficients[0][:32])
	want := newDealing(config, dealer, &polynomial, &constant)
	switch {
	case !sameCiphertext(&p.Ciphertext, &want.Ciphertext):
		return crypto.DealingBadCiphertext
	case !sameChunking(&p.Chunking, &want.Chunking):
		return crypto.DealingBadChunking
	case p.Sharing != want.Sharing || !slices.Equal(p.Coefficients, want.Coefficients):
		return crypto.DealingBadSharing
	case config.Resharing == nil && constant != freshConstant(&polynomial):
		return crypto.DealingBadSharing
	case config.Resharing == nil:
		return crypto.DealingSound
	}
	old := g.Group(config.Resharing)
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

// pointsFormed says whether all repetitions in what stands for points agree.
func pointsFormed(p *layout.Parts) bool {
	for i := range p.Coefficients {
		if _, ok := narrowKey(&p.Coefficients[i]); !ok {
			return false
		}
	}
	points := append(slices.Concat(p.Ciphertext.R[:], p.Ciphertext.S[:], p.Chunking.B[:], p.Chunking.C[:], p.Chunking.D),
		p.Chunking.Y0, p.Chunking.Y, p.Sharing.F, p.Sharing.Y)
	for i := range p.Ciphertext.C {
		points = append(points, p.Ciphertext.C[i][:]...)
	}
	for i := range points {
		if _, ok := narrowSig(&points[i]); !ok {
			return false
		}
	}
	for _, z := range append(p.Ciphertext.Z[:], p.Sharing.A) {
		if _, ok := narrowKey(&z); !ok {
			return false
		}
	}
	return true
}

func sameCiphertext(a, b *layout.Ciphertext) bool {
	return a.R == b.R && a.S == b.S && a.Z == b.Z && slices.Equal(a.C, b.C)
}

func sameChunking(a, b *layout.ChunkingProof) bool {
	return a.Y0 == b.Y0 && a.Y == b.Y && a.B == b.B && a.C == b.C && a.ZS == b.ZS && a.ZBeta == b.ZBeta &&
		slices.Equal(a.D, b.D) && slices.Equal(a.ZR, b.ZR)
}
