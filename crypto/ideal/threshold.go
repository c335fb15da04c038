package ideal

import (
	"fmt"

	"icsim/crypto"
)

func (scheme) SignThreshold(sk crypto.ThresholdSecretKey, msg []byte) crypto.ThresholdSignature {
	secret := digest(sk)
	pk := sum(thresholdKey, &secret, nil)
	return wideSig(sum(thresholdSig, &pk, msg))
}

func (s scheme) VerifyThresholdShare(
	group *crypto.ThresholdGroup, index int, msg []byte, share crypto.ThresholdSignature,
) bool {
	return index >= 0 && index < len(group.Shares) && s.VerifyThreshold(group.Shares[index], msg, share)
}

func (scheme) VerifyThreshold(pk crypto.ThresholdPublicKey, msg []byte, sig crypto.ThresholdSignature) bool {
	key, ok := narrowKey((*[96]byte)(&pk))
	return ok && sig == wideSig(sum(thresholdSig, &key, msg))
}

// CombineThreshold looks at the first Threshold shares of distinct indices, as interpolation would.
func (s scheme) CombineThreshold(
	group *crypto.ThresholdGroup, msg []byte, shares []crypto.IndexedShare,
) (sig crypto.ThresholdSignature, ok bool) {
	key, ok := narrowKey((*[96]byte)(&group.Key))
	if !ok {
		return crypto.ThresholdSignature{}, false
	}
	taken, valid := 0, true
	for i := 0; i < len(shares) && taken < group.Threshold; i++ {
		share := &shares[i]
		if _, formed := narrowSig((*[48]byte)(&share.Share)); !formed || share.Index < 0 || share.Index >= len(group.Shares) {
			return crypto.ThresholdSignature{}, false
		}
		if indexBefore(shares[:i], share.Index) {
			continue
		}
		valid = valid && s.VerifyThreshold(group.Shares[share.Index], msg, share.Share)
		taken++
	}
	switch {
	case taken < group.Threshold:
		return crypto.ThresholdSignature{}, false
	case !valid:
		return wideSig(sum(unverifiable, &key, msg)), true
	default:
		return wideSig(sum(thresholdSig, &key, msg)), true
	}
}

func indexBefore(shares []crypto.IndexedShare, index int) bool {
	for i := range shares {
		if shares[i].Index == index {
			return true
		}
	}
	return false
}

func (scheme) Deal(seed crypto.Seed, receivers, threshold int) (*crypto.ThresholdGroup, []crypto.ThresholdSecretKey) {
	if threshold < 1 || threshold > receivers {
		panic(fmt.Sprintf("ideal: threshold %d of %d receivers", threshold, receivers))
	}
	from := digest(seed)
	polynomial := numbered(dealt, &from, receivers, threshold)
	group := &crypto.ThresholdGroup{
		Key:       wideKey(sum(groupKey, &polynomial, nil)),
		Threshold: threshold,
		Shares:    make([]crypto.ThresholdPublicKey, receivers),
	}
	secrets := make([]crypto.ThresholdSecretKey, receivers)
	for i := range secrets {
		sk := numbered(seeded, &polynomial, i, 0)
		secrets[i] = crypto.ThresholdSecretKey(sk)
		group.Shares[i] = wideKey(sum(thresholdKey, &sk, nil))
	}
	return group, secrets
}
