package nidkg

import (
	"encoding/binary"
	"math/big"
	"math/bits"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
	"icsim/crypto/curve"
	"icsim/crypto/nidkg/layout"
)

// Combine interpolates the dealers' polynomials at 0, coefficient by coefficient, so that a resharing has the old constant term. The
// replica does the same for fresh keys (groth20_bls12_381/transcript.rs), where the paper adds up: the key is as random either way.
func (k *KeyGeneration) Combine(
	config *crypto.KeyGenerationConfig, dealings []crypto.IndexedDealing,
) (*crypto.Transcript, crypto.DealingFault) {
	if !config.Valid() {
		return nil, crypto.DealingBadConfig
	}
	var old *crypto.ThresholdGroup
	if config.Resharing != nil {
		if old = k.Group(config.Resharing); old == nil {
			return nil, crypto.DealingBadConfig
		}
	}
	dealings, fault := config.Choose(dealings, old)
	if fault != crypto.DealingSound {
		return nil, fault
	}
	transcript, fault := k.transcript(config, dealings)
	if fault == crypto.DealingSound && old != nil && k.Group(transcript).Key != old.Key {
		return nil, crypto.DealingWrongConstant // some dealing was not verified
	}
	return transcript, fault
}

// transcript is named by all that it follows from.
func (k *KeyGeneration) transcript(
	config *crypto.KeyGenerationConfig, dealings []crypto.IndexedDealing,
) (*crypto.Transcript, crypto.DealingFault) {
	config = kept(config)
	content := config.Content()
	for _, d := range dealings {
		hash := d.Dealing.Hash()
		content = append(binary.BigEndian.AppendUint64(content, uint64(d.Dealer)), hash[:]...)
	}
	name := crypto.Sum("nidkg-transcript", content)
	size := layout.TranscriptSize(config.Threshold, len(config.Receivers), len(dealings))
	if s := k.together(config, dealings); s != nil {
		k.share(name, s)
		return crypto.LaterTranscript(name, size, func() []byte {
			raw, fault := k.interpolate(config, dealings)
			if fault != crypto.DealingSound {
				panic("nidkg: a transcript that was promised cannot be made: " + fault.String())
			}
			return raw
		}), crypto.DealingSound
	}
	raw, fault := k.interpolate(config, dealings)
	if fault != crypto.DealingSound {
		return nil, fault
	}
	return crypto.LaterTranscript(name, size, func() []byte { return raw }), fault
}

// interpolate gives the bytes of a transcript.
func (k *KeyGeneration) interpolate(
	config *crypto.KeyGenerationConfig, dealings []crypto.IndexedDealing,
) ([]byte, crypto.DealingFault) {
	at := make([]int64, len(dealings))
	parsed := make([]*dealing, len(dealings))
	for i := range dealings {
		d, fault := k.known(dealings[i].Dealing)
		switch {
		case fault != crypto.DealingSound:
			return nil, fault
		case len(d.coefficients) != config.Threshold:
			return nil, crypto.DealingWrongThreshold
		case len(d.ciphertext.c) != len(config.Receivers):
			return nil, crypto.DealingWrongReceivers
		}
		at[i], parsed[i] = int64(dealings[i].Dealer)+1, d
	}
	out := &layout.Transcript{}
	for _, coefficient := range interpolateCoefficients(at, parsed) {
		out.Coefficients = append(out.Coefficients, coefficient.Bytes())
	}
	for i := range parsed {
		out.Dealers = append(out.Dealers, dealings[i].Dealer)
		out.Ciphertexts = append(out.Ciphertexts, &parsed[i].parts.Ciphertext)
	}
	return out.Join(), crypto.DealingSound
}

func interpolateCoefficients(at []int64, dealings []*dealing) []bls12381.G2Affine {
	numerators, denominator := curve.LagrangeAtZero(at)
	inverse := new(big.Int).ModInverse(denominator, fr.Modulus())
	sums := make([]bls12381.G2Jac, len(dealings[0].coefficients))
	column := make([]bls12381.G2Affine, len(dealings))
	for c := range sums {
		for i := range dealings {
			column[i] = dealings[i].coefficients[c]
		}
		sums[c] = curve.Sum[bls12381.G2Jac](column, numerators)
		sums[c].ScalarMultiplication(&sums[c], inverse)
	}
	return curve.AffineG2(sums)
}

// Group evaluates the public polynomial at every receiver's place.
func (k *KeyGeneration) Group(t *crypto.Transcript) *crypto.ThresholdGroup {
	group, known := k.groups.Get(t.Hash())
	if !known {
		if s, ours := k.sharings.Get(t.Hash()); ours {
			group = k.group(s)
		} else if v := layout.SplitTranscript(t); v != nil {
			group = evaluate(v)
		}
		k.groups.Put(t.Hash(), group)
	}
	return group
}

func evaluate(v *layout.Transcript) *crypto.ThresholdGroup {
	points := make([]bls12381.G2Affine, len(v.Coefficients))
	var r reader
	if r.allG2(points, v.Coefficients); r.fault != crypto.DealingSound {
		return nil
	}
	shares := make([]bls12381.G2Jac, len(v.Ciphertexts[0].C))
	for i := range shares {
		for c := len(points) - 1; c >= 0; c-- {
			shares[i] = small(shares[i], uint64(i)+1)
			shares[i].AddMixed(&points[c])
		}
	}
	group := &crypto.ThresholdGroup{
		Key: points[0].Bytes(), Threshold: len(points), Shares: make([]crypto.ThresholdPublicKey, len(shares)),
	}
	for i, share := range curve.AffineG2(shares) {
		group.Shares[i] = share.Bytes()
	}
	return group
}

// small multiplies with a number of few bits.
func small(p bls12381.G2Jac, n uint64) (out bls12381.G2Jac) {
	for bit := bits.Len64(n) - 1; bit >= 0; bit-- {
		out.DoubleAssign()
		if n>>bit&1 == 1 {
			out.AddAssign(&p)
		}
	}
	return out
}

// OpenShare decrypts the shares that the dealers gave a receiver, combines them as the polynomials were, and checks that what comes out
// is the secret of the receiver's public key.
func (k *KeyGeneration) OpenShare(
	config *crypto.KeyGenerationConfig, t *crypto.Transcript, receiver int, sk crypto.DecryptionKey,
) (crypto.ThresholdSecretKey, crypto.DealingFault) {
	if share, ok := k.recall(config, t, receiver, sk); ok {
		return share, crypto.DealingSound
	}
	v, group := layout.SplitTranscript(t), k.Group(t)
	key, ok := sk.(*decryptionKey)
	if v == nil || group == nil || !ok || receiver < 0 || receiver >= len(group.Shares) {
		return crypto.ThresholdSecretKey{}, crypto.DealingMalformed
	}
	if len(config.Receivers) != len(group.Shares) || config.Receivers[receiver] != key.pk {
		return crypto.ThresholdSecretKey{}, crypto.DealingUnopened // what another's key gives would be searched for in vain
	}
	at := make([]int64, len(v.Dealers))
	for i := range at {
		at[i] = int64(v.Dealers[i]) + 1
	}
	numerators, denominator := curve.LagrangeAtZero(at)
	var total, below fr.Element
	below.SetBigInt(denominator)
	for i := range v.Dealers {
		share, fault := k.openOne(config, t, v.Ciphertexts[i], v.Dealers[i], receiver, key)
		if fault != crypto.DealingSound {
			return crypto.ThresholdSecretKey{}, fault
		}
		total.Add(&total, share.Mul(&share, new(fr.Element).SetBigInt(numerators[i])))
	}
	total.Div(&total, &below)
	if public := affine2(k.generators().g2.Multiply(&total)); public.Bytes() != group.Shares[receiver] {
		return crypto.ThresholdSecretKey{}, crypto.DealingUnopened
	}
	return total.Bytes(), crypto.DealingSound
}
