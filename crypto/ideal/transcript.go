package ideal

import (
	"icsim/crypto"
	"icsim/crypto/nidkg/layout"
)

// Combine keeps the ciphertexts of the dealings that make the key, and the old key in a resharing.
func (g *keyGeneration) Combine(
	config *crypto.KeyGenerationConfig, dealings []crypto.IndexedDealing,
) (*crypto.Transcript, crypto.DealingFault) {
	var old *crypto.ThresholdGroup
	if config.Resharing != nil {
		old = g.Group(config.Resharing)
	}
	if !config.Valid() || (old == nil) != (config.Resharing == nil) {
		return nil, crypto.DealingBadConfig
	}
	dealings, fault := config.Choose(dealings, old)
	if fault != crypto.DealingSound {
		return nil, fault
	}
	t := &layout.Transcript{Coefficients: make([]layout.G2, config.Threshold)}
	for _, d := range dealings {
		p := layout.Split(d.Dealing)
		switch {
		case p == nil:
			return nil, crypto.DealingMalformed
		case len(p.Coefficients) != config.Threshold:
			return nil, crypto.DealingWrongThreshold
		case len(p.Ciphertext.C) != len(config.Receivers):
			return nil, crypto.DealingWrongReceivers
		case old != nil && crypto.ThresholdPublicKey(p.Coefficients[0]) != old.Shares[d.Dealer]:
			return nil, crypto.DealingWrongConstant
		}
		t.Dealers, t.Ciphertexts = append(t.Dealers, d.Dealer), append(t.Ciphertexts, &p.Ciphertext)
	}
	polynomial := combined(t)
	for i := range t.Coefficients {
		t.Coefficients[i] = wideKey(numbered(groupKey, &polynomial, i, 0))
	}
	if old != nil {
		t.Coefficients[0] = layout.G2(old.Key)
	}
	return crypto.NewTranscript(t.Join()), crypto.DealingSound
}

// combined stands for the polynomial that the dealers' polynomials make.
func combined(t *layout.Transcript) digest {
	var content []byte
	for i, c := range t.Ciphertexts {
		content = append(append(content, byte(t.Dealers[i]>>8), byte(t.Dealers[i])), c.R[0][:32]...)
	}
	return sum(dealtPolynomial, &digest{}, content)
}

func (g *keyGeneration) Group(t *crypto.Transcript) *crypto.ThresholdGroup {
	group, known := g.groups.Get(t.Hash())
	if !known {
		group = groupOf(t)
		g.groups.Put(t.Hash(), group)
	}
	return group
}

func groupOf(transcript *crypto.Transcript) *crypto.ThresholdGroup {
	t := layout.SplitTranscript(transcript)
	if t == nil {
		return nil
	}
	for i := range t.Coefficients {
		if _, ok := narrowKey(&t.Coefficients[i]); !ok {
			return nil
		}
	}
	polynomial := combined(t)
	group := &crypto.ThresholdGroup{
		Key: t.Coefficients[0], Threshold: len(t.Coefficients), Shares: make([]crypto.ThresholdPublicKey, len(t.Ciphertexts[0].C)),
	}
	for i := range group.Shares {
		secret := dealtShare(&polynomial, i)
		group.Shares[i] = wideKey(sum(thresholdKey, &secret, nil))
	}
	return group
}

func dealtShare(polynomial *digest, receiver int) digest {
	return numbered(seeded, polynomial, receiver, 0)
}

func (g *keyGeneration) OpenShare(
	config *crypto.KeyGenerationConfig, t *crypto.Transcript, receiver int, sk crypto.DecryptionKey,
) (crypto.ThresholdSecretKey, crypto.DealingFault) {
	group := g.Group(t)
	key, ok := sk.(decryptionKey)
	if group == nil || !ok || receiver < 0 || receiver >= len(group.Shares) {
		return crypto.ThresholdSecretKey{}, crypto.DealingMalformed
	}
	if len(config.Receivers) != len(group.Shares) || config.Receivers[receiver] != key.public() || config.Epoch < key.epoch {
		return crypto.ThresholdSecretKey{}, crypto.DealingUnopened
	}
	o := g.opening(config, t)
	if !o.bound {
		return crypto.ThresholdSecretKey{}, crypto.DealingUnopened
	}
	return crypto.ThresholdSecretKey(dealtShare(&o.polynomial, receiver)), crypto.DealingSound
}

// An opening is what all receivers of a transcript find in one configuration.
type opening struct {
	polynomial digest
	bound      bool // to this configuration
}

func (g *keyGeneration) opening(config *crypto.KeyGenerationConfig, t *crypto.Transcript) opening {
	hash := t.Hash()
	key := crypto.Sum("ideal opening", hash[:], config.Content())
	o, known := g.openings.Get(key)
	if !known {
		o = open(config, layout.SplitTranscript(t))
		g.openings.Put(key, o)
	}
	return o
}

// open compares the ciphertexts with what they should be: what does not open at this epoch and context is bound to others.
func open(config *crypto.KeyGenerationConfig, t *layout.Transcript) opening {
	for i, c := range t.Ciphertexts {
		polynomial := digest(c.R[0][:32])
		want := newDealing(config, t.Dealers[i], &polynomial, &digest{})
		if !sameCiphertext(c, &want.Ciphertext) {
			return opening{}
		}
	}
	return opening{polynomial: combined(t), bound: true}
}
