package nidkg

import (
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"icsim/crypto"
	"icsim/crypto/curve"
	"icsim/crypto/nidkg/layout"
	"icsim/crypto/recent"
)

// The bounds of the memories, in entries. A dealing for 40 receivers takes 120 KiB, a transcript's group 4 KiB.
const (
	maxDealings  = 96
	maxGroups    = 64
	maxReceivers = 2048
	maxShared    = 256 // 6 KiB each: of a transcript one for each dealer
)

// A KeyGeneration serves one goroutine. What it holds is computed from nothing, or remembered results of pure functions.
type KeyGeneration struct {
	made      *parameters
	bases     *generators
	combs     []*curve.CombG2
	dealings  recent.Cache[crypto.Hash, *dealing]
	groups    recent.Cache[crypto.Hash, *crypto.ThresholdGroup]
	receivers recent.Cache[crypto.EncryptionPublicKey, *bls12381.G1Affine]

	sharedParts recent.Cache[crypto.Hash, *shared]

	lazy     bool
	sharings recent.Cache[crypto.Hash, *sharing]
}

var _ crypto.KeyGeneration = (*KeyGeneration)(nil)

// New returns a key generation with empty memories.
func New() *KeyGeneration {
	return &KeyGeneration{
		dealings:  recent.New[crypto.Hash, *dealing](maxDealings),
		groups:    recent.New[crypto.Hash, *crypto.ThresholdGroup](maxGroups),
		receivers: recent.New[crypto.EncryptionPublicKey, *bls12381.G1Affine](maxReceivers),

		sharedParts: recent.New[crypto.Hash, *shared](maxShared),
		sharings:    recent.New[crypto.Hash, *sharing](maxSharings),
	}
}

// parameters are made when they are first needed: a tenth of a second.
func (k *KeyGeneration) parameters() *parameters {
	if k.made == nil {
		k.made = newParameters(k.generators())
	}
	return k.made
}

// generators are made when they are first needed: a millisecond.
func (k *KeyGeneration) generators() *generators {
	if k.bases == nil {
		k.bases = newGenerators()
	}
	return k.bases
}

// receiver parses an encryption key; nil if it is none.
func (k *KeyGeneration) receiver(pk crypto.EncryptionPublicKey) *bls12381.G1Affine {
	key, known := k.receivers.Get(pk)
	if !known {
		key = new(bls12381.G1Affine)
		if _, err := key.SetBytes(pk[:]); err != nil || key.IsInfinity() {
			key = nil
		}
		k.receivers.Put(pk, key)
	}
	return key
}

// keys parses the keys of all receivers, or fails.
func (k *KeyGeneration) keys(config *crypto.KeyGenerationConfig) ([]bls12381.G1Affine, bool) {
	out := make([]bls12381.G1Affine, len(config.Receivers))
	for i := range out {
		key := k.receiver(config.Receivers[i])
		if key == nil {
			return nil, false
		}
		out[i] = *key
	}
	return out, true
}

// known parses a dealing, or remembers it.
func (k *KeyGeneration) known(d *crypto.Dealing) (*dealing, crypto.DealingFault) {
	if parsed, ok := k.dealings.Get(d.Hash()); ok {
		return parsed, crypto.DealingSound
	}
	parts := layout.Split(d)
	if parts == nil {
		return nil, crypto.DealingMalformed
	}
	parsed, fault := parse(parts, d.Hash())
	if fault != crypto.DealingSound {
		return nil, fault
	}
	k.dealings.Put(d.Hash(), parsed)
	return parsed, crypto.DealingSound
}
