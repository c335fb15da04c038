package nidkg

import (
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
	"icsim/crypto/nidkg/layout"
)

// A shared part of a ciphertext is what all its receivers need: R, S, Z, the leaf, and whether these belong together there.
type shared struct {
	ciphertext ciphertext // without C
	leaf       path
	integral   bool
}

// sharedPart parses what one dealer gave all receivers of a transcript, or remembers it; nil if a point is none.
func (k *KeyGeneration) sharedPart(
	config *crypto.KeyGenerationConfig, t *crypto.Transcript, raw *layout.Ciphertext, dealer int,
) *shared {
	hash, epoch, bound := t.Hash(), hashInt(uint64(config.Epoch)), config.Associated(dealer)
	key := crypto.Sum("nidkg-shared-part", hash[:], epoch[:], bound)
	out, known := k.sharedParts.Get(key)
	if known {
		return out
	}
	out = new(shared)
	var r reader
	if r.ciphertext(&out.ciphertext, &layout.Ciphertext{R: raw.R, S: raw.S, Z: raw.Z}); r.fault == crypto.DealingSound {
		dig := digestsOf(raw, nil)
		out.leaf = dig.pathOf(uint32(config.Epoch), bound)
		out.integral = k.verifyCiphertext(&out.ciphertext, out.leaf, newStream(key))
	} else {
		out = nil
	}
	k.sharedParts.Put(key, out)
	return out
}

// openOne decrypts what one dealer gave one receiver.
func (k *KeyGeneration) openOne(
	config *crypto.KeyGenerationConfig, t *crypto.Transcript, raw *layout.Ciphertext, dealer, receiver int, key *decryptionKey,
) (share fr.Element, fault crypto.DealingFault) {
	k.settle(key)
	common := k.sharedPart(config, t, raw, dealer)
	if common == nil {
		return share, crypto.DealingBadPoint
	}
	if !common.integral { // of another context or epoch: what comes out would be searched for in vain
		return share, crypto.DealingUnopened
	}
	own := common.ciphertext
	own.c = make([][Chunks]bls12381.G1Affine, 1)
	var r reader
	if r.allG1(own.c[0][:], raw.C[receiver][:]); r.fault != crypto.DealingSound {
		return share, r.fault
	}
	if key.root != nil {
		if share, ok := k.decryptYoung(&own, &key.root.x); ok {
			return share, crypto.DealingSound
		}
	}
	with := k.open(key, common.leaf)
	if with == nil {
		return share, crypto.DealingUnopened
	}
	share, ok := k.decrypt(&own, len(raw.C), with)
	if !ok {
		return share, crypto.DealingUnopened
	}
	return share, crypto.DealingSound
}

// decrypt opens the chunks of the only receiver in a ciphertext that is for many (paper, section 5.2: Dec). Each is the logarithm of
//
//	e(C, G) · e(R, -b) · e(a, Z) · e(S, -e)
//
// in which everything but the chunk cancels. A sound proof of chunking says that some multiple of it, by 1 to 255, is smaller than a
// bound (section 6.5); an honest dealer's is a chunk itself. The full search takes minutes, and only a dealer that means it makes it
// necessary.
func (k *KeyGeneration) decrypt(c *ciphertext, receivers int, with *opening) (share fr.Element, ok bool) {
	p := k.parameters()
	radix := fr.NewElement(1 << chunkBits)
	scratch := make([]lines, 3)
	for j := range Chunks {
		scratch[0], scratch[1], scratch[2] = p.gLines, with.b, with.e // the Miller loop overwrites them
		fixed, err := bls12381.MillerLoopFixedQ([]bls12381.G1Affine{c.c[0][j], c.r[j], c.s[j]}, scratch)
		if err != nil {
			return share, false
		}
		free, err := bls12381.MillerLoop([]bls12381.G1Affine{with.a}, []bls12381.G2Affine{c.z[j]})
		if err != nil {
			return share, false
		}
		power := bls12381.FinalExponentiation(&fixed, &free)
		var chunk fr.Element
		if small, ok := p.baby.find(&power, outward); ok {
			chunk.SetInt64(small)
		} else if chunk, ok = newLogarithms(slackBabySteps).findScaled(&power, int64(responseBound(receivers))); !ok {
			return share, false
		}
		share.Mul(&share, &radix).Add(&share, &chunk)
	}
	return share, true
}
