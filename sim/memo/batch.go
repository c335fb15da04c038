package memo

import (
	"crypto/sha256"

	"icsim/crypto"
)

// VerifyThresholdShares asks the scheme inside about the shares that are not known, together if it can.
func (s *scheme) VerifyThresholdShares(group *crypto.ThresholdGroup, msg []byte, shares []crypto.IndexedShare) []bool {
	batch, ok := s.inner.(crypto.BatchVerifier)
	verdicts := make([]bool, len(shares))
	var unknown []crypto.IndexedShare
	var at []int
	hash := sha256.Sum256(msg)
	for i, sh := range shares {
		if !ok || sh.Index < 0 || sh.Index >= len(group.Shares) {
			verdicts[i] = s.VerifyThresholdShare(group, sh.Index, msg, sh.Share)
			continue
		}
		known := false
		if verdicts[i], known = s.verdicts.Get(ask(thresholdShare, group.Shares[sh.Index][:], sh.Share[:], hash)); !known {
			unknown, at = append(unknown, sh), append(at, i)
		}
	}
	if len(unknown) == 0 {
		return verdicts
	}
	for j, valid := range batch.VerifyThresholdShares(group, msg, unknown) {
		verdicts[at[j]] = valid
		s.verdicts.Put(ask(thresholdShare, group.Shares[unknown[j].Index][:], unknown[j].Share[:], hash), valid)
	}
	return verdicts
}

// VerifyMultiShares does so for multi-signature shares.
func (s *scheme) VerifyMultiShares(pks []crypto.MultiPublicKey, msg []byte, shares []crypto.MultiSignature) []bool {
	batch, ok := s.inner.(crypto.BatchVerifier)
	verdicts := make([]bool, len(shares))
	var keys []crypto.MultiPublicKey
	var unknown []crypto.MultiSignature
	var at []int
	hash := sha256.Sum256(msg)
	for i := range shares {
		known := false
		if verdicts[i], known = s.verdicts.Get(ask(multiShare, pks[i][:], shares[i][:], hash)); known {
			continue
		}
		if !ok {
			verdicts[i] = s.VerifyMultiShare(pks[i], msg, shares[i])
			continue
		}
		keys, unknown, at = append(keys, pks[i]), append(unknown, shares[i]), append(at, i)
	}
	if len(unknown) == 0 {
		return verdicts
	}
	for j, valid := range batch.VerifyMultiShares(keys, msg, unknown) {
		verdicts[at[j]] = valid
		s.verdicts.Put(ask(multiShare, keys[j][:], unknown[j][:], hash), valid)
	}
	return verdicts
}
