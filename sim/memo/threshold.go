package memo

import (
	"crypto/sha256"
	"slices"

	"icsim/crypto"
)

func (s *scheme) Deal(seed crypto.Seed, receivers, threshold int) (*crypto.ThresholdGroup, []crypto.ThresholdSecretKey) {
	group, secrets := s.inner.Deal(seed, receivers, threshold)
	s.knowGroup(group)
	for i, sk := range secrets {
		s.threshold.Put(sk, group.Shares[i])
	}
	return group, secrets
}

func (s *scheme) SignThreshold(sk crypto.ThresholdSecretKey, msg []byte) crypto.ThresholdSignature {
	sig := s.inner.SignThreshold(sk, msg)
	if pk, ok := s.threshold.Get(sk); ok {
		s.verdicts.Put(ask(thresholdShare, pk[:], sig[:], sha256.Sum256(msg)), true)
	}
	return sig
}

// VerifyThresholdShare depends on the group by the share's key alone, when there is one.
func (s *scheme) VerifyThresholdShare(group *crypto.ThresholdGroup, index int, msg []byte, sig crypto.ThresholdSignature) bool {
	if index < 0 || index >= len(group.Shares) {
		return s.inner.VerifyThresholdShare(group, index, msg, sig)
	}
	return s.judge(ask(thresholdShare, group.Shares[index][:], sig[:], sha256.Sum256(msg)), func() bool {
		return s.inner.VerifyThresholdShare(group, index, msg, sig)
	})
}

func (s *scheme) CombineThreshold(
	group *crypto.ThresholdGroup, msg []byte, shares []crypto.IndexedShare,
) (crypto.ThresholdSignature, bool) {
	hash := sha256.Sum256(msg)
	if !s.dealt(group) || !s.suffice(group, hash, shares) {
		return s.inner.CombineThreshold(group, msg, shares)
	}
	of := combination{group: group.Key, msg: hash}
	if sig, ok := s.combined.Get(of); ok {
		return sig, true
	}
	sig, ok := s.inner.CombineThreshold(group, msg, shares)
	if ok {
		s.combined.Put(of, sig)
		s.verdicts.Put(ask(thresholdSignature, group.Key[:], sig[:], hash), true)
	}
	return sig, ok
}

// suffice tells whether all shares are known to be valid and there are enough of them.
func (s *scheme) suffice(group *crypto.ThresholdGroup, msg [32]byte, shares []crypto.IndexedShare) bool {
	distinct := 0
	for i := range shares {
		index := shares[i].Index
		if index < 0 || index >= len(group.Shares) {
			return false
		}
		if valid, ok := s.verdicts.Get(ask(thresholdShare, group.Shares[index][:], shares[i].Share[:], msg)); !ok || !valid {
			return false
		}
		if !slices.ContainsFunc(shares[:i], func(o crypto.IndexedShare) bool { return o.Index == index }) {
			distinct++
		}
	}
	return distinct >= group.Threshold
}

func (s *scheme) VerifyThreshold(pk crypto.ThresholdPublicKey, msg []byte, sig crypto.ThresholdSignature) bool {
	return s.judge(ask(thresholdSignature, pk[:], sig[:], sha256.Sum256(msg)), func() bool {
		return s.inner.VerifyThreshold(pk, msg, sig)
	})
}
