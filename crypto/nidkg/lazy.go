package nidkg

import (
	"bytes"
	"slices"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
	"icsim/crypto/curve"
)

// A lazy instance does not encrypt, prove, or decrypt what it dealt itself before somebody looks at the bytes: it remembers the
// polynomials, from which all that matters to a group of its own follows. Names do not depend on that, and neither does any result:
//
//   - a dealing follows from the arguments of Deal, and a transcript from those of Combine, which their names are the hashes of; so
//     they are the same before and after somebody has looked;
//   - a transcript of such dealings has the polynomial that interpolates theirs, and the public polynomial is that times G;
//   - what Deal encrypts, OpenShare decrypts: to the receiver alone, in the context and the epoch dealt for, with a key no younger.
//
// Everything else, such as a dealing that came as bytes or was edited, takes the long way. What is forgotten does too.

// A sharing is the secret side of a dealing or transcript that came from here.
type sharing struct {
	config     *crypto.KeyGenerationConfig
	dealer     int // of a dealing
	polynomial []fr.Element
}

// maxSharings bounds them: 1 KiB each for 40 receivers.
const maxSharings = 4096

// NewLazy returns a key generation that computes no more of its own dealings than somebody asks for.
func NewLazy() *KeyGeneration {
	k := New()
	k.lazy = true
	return k
}

// share remembers a sharing under the name of its dealing or transcript.
func (k *KeyGeneration) share(name crypto.Hash, s *sharing) {
	if _, known := k.sharings.Get(name); !known {
		k.sharings.Put(name, s)
	}
}

// together gives the sharing that dealings combine to, if all are of this configuration and came from here.
func (k *KeyGeneration) together(config *crypto.KeyGenerationConfig, dealings []crypto.IndexedDealing) *sharing {
	if !k.lazy {
		return nil
	}
	at, polynomials, content := make([]int64, len(dealings)), make([][]fr.Element, len(dealings)), config.Content()
	for i, d := range dealings {
		s, known := k.sharings.Get(d.Dealing.Hash())
		if !known || s.dealer != d.Dealer || !bytes.Equal(s.config.Content(), content) {
			return nil
		}
		at[i], polynomials[i] = int64(d.Dealer)+1, s.polynomial
	}
	return &sharing{config: config, polynomial: interpolateScalars(at, polynomials)}
}

func interpolateScalars(at []int64, polynomials [][]fr.Element) []fr.Element {
	numerators, denominator := curve.LagrangeAtZero(at)
	var below fr.Element
	below.SetBigInt(denominator)
	below.Inverse(&below)
	out := make([]fr.Element, len(polynomials[0]))
	for i, polynomial := range polynomials {
		var factor, product fr.Element
		factor.SetBigInt(numerators[i]).Mul(&factor, &below)
		for c := range out {
			out[c].Add(&out[c], product.Mul(&polynomial[c], &factor))
		}
	}
	return out
}

// group is the public side of a sharing.
func (k *KeyGeneration) group(s *sharing) *crypto.ThresholdGroup {
	secrets := []fr.Element{s.polynomial[0]}
	for i := range s.config.Receivers {
		secrets = append(secrets, curve.Evaluate(s.polynomial, uint64(i)+1))
	}
	points := make([]bls12381.G2Jac, len(secrets))
	for i := range secrets {
		points[i] = k.generators().g2.Multiply(&secrets[i])
	}
	group := &crypto.ThresholdGroup{Threshold: len(s.polynomial)}
	for i, point := range curve.AffineG2(points) {
		if i == 0 {
			group.Key = point.Bytes()
		} else {
			group.Shares = append(group.Shares, point.Bytes())
		}
	}
	return group
}

// recall gives a receiver's share of a transcript that came from here, if the key is the receiver's and opens it. What the
// configuration says of dealers plays no part in opening.
func (k *KeyGeneration) recall(
	config *crypto.KeyGenerationConfig, t *crypto.Transcript, receiver int, sk crypto.DecryptionKey,
) (crypto.ThresholdSecretKey, bool) {
	s, known := k.sharings.Get(t.Hash())
	key, ok := sk.(*decryptionKey)
	if !known || !ok || receiver < 0 || receiver >= len(s.config.Receivers) {
		return crypto.ThresholdSecretKey{}, false
	}
	if config.Epoch != s.config.Epoch || key.epoch > config.Epoch || !bytes.Equal(config.Context, s.config.Context) ||
		!slices.Equal(config.Receivers, s.config.Receivers) || key.pk != config.Receivers[receiver] {
		return crypto.ThresholdSecretKey{}, false
	}
	share := curve.Evaluate(s.polynomial, uint64(receiver)+1)
	return share.Bytes(), true
}
