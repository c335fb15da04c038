package memo

import (
	"crypto/sha256"
	"slices"

	"icsim/crypto"
)

// SignMultiJointly makes the aggregate of a set of signers once, and notes that it verifies for them, if all keys were made here.
func (s *scheme) SignMultiJointly(sks []crypto.MultiSecretKey, msg []byte) crypto.MultiSignature {
	sign := func() crypto.MultiSignature { return s.inner.(crypto.JointSigner).SignMultiJointly(sks, msg) }
	pks := make([]crypto.MultiPublicKey, 0, len(sks))
	for _, sk := range sks {
		pk, known := s.multi.Get(sk)
		if !known || slices.Contains(pks, pk) {
			return sign()
		}
		pks = append(pks, pk)
	}
	by := askMulti(pks, &crypto.MultiSignature{}, sha256.Sum256(msg))
	return s.sums.Do(by, func() crypto.MultiSignature {
		sig := sign()
		copy(by.sig[:], sig[:])
		s.verdicts.Put(by, true)
		return sig
	})
}

// SignThresholdJointly makes the one signature of a group that is known once, whoever the signers.
func (s *scheme) SignThresholdJointly(
	group *crypto.ThresholdGroup, indices []int, sks []crypto.ThresholdSecretKey, msg []byte,
) crypto.ThresholdSignature {
	sign := func() crypto.ThresholdSignature {
		return s.inner.(crypto.JointSigner).SignThresholdJointly(group, indices, sks, msg)
	}
	if !s.dealt(group) || !s.secretsOf(group, indices, sks) {
		return sign()
	}
	hash := sha256.Sum256(msg)
	return s.combined.Do(combination{group: group.Key, msg: hash}, func() crypto.ThresholdSignature {
		sig := sign()
		s.verdicts.Put(ask(thresholdSignature, group.Key[:], sig[:], hash), true)
		return sig
	})
}

// secretsOf tells whether enough secrets are known to be those of the group's shares at the indices.
func (s *scheme) secretsOf(group *crypto.ThresholdGroup, indices []int, sks []crypto.ThresholdSecretKey) bool {
	for i, sk := range sks {
		if pk, known := s.threshold.Get(sk); !known || pk != group.Shares[indices[i]] {
			return false
		}
	}
	return len(sks) >= group.Threshold
}
