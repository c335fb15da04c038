package ideal

import "icsim/crypto"

// New returns the scheme. It holds nothing, so one value may serve any number of goroutines.
func New() crypto.Scheme { return scheme{} }

type scheme struct{}

func (scheme) Name() string { return "ideal" }

func (scheme) BasicKey(seed crypto.Seed) (crypto.BasicSecretKey, crypto.BasicPublicKey) {
	sk := digest(seed)
	return crypto.BasicSecretKey(sk), crypto.BasicPublicKey(sum(basicKey, &sk, nil))
}

func (scheme) SignBasic(sk crypto.BasicSecretKey, msg []byte) crypto.BasicSignature {
	secret := digest(sk)
	pk := sum(basicKey, &secret, nil)
	return basicSignature(&pk, msg)
}

func (scheme) VerifyBasic(pk crypto.BasicPublicKey, msg []byte, sig crypto.BasicSignature) bool {
	key := digest(pk)
	return sig == basicSignature(&key, msg)
}

func basicSignature(pk *digest, msg []byte) (out crypto.BasicSignature) {
	s := sum(basicSig, pk, msg)
	copy(out[:32], s[:])
	copy(out[32:], s[:])
	return out
}

func (scheme) MultiKey(seed crypto.Seed) (crypto.MultiSecretKey, crypto.MultiPublicKey, crypto.ProofOfPossession) {
	from := digest(seed)
	sk := sum(seeded, &from, nil)
	pk := sum(multiKey, &sk, nil)
	pop := sum(possession, &pk, nil)
	return crypto.MultiSecretKey(sk), wideKey(pk), wideSig(pop)
}

func (scheme) VerifyPossession(pk crypto.MultiPublicKey, pop crypto.ProofOfPossession) bool {
	key, ok := narrowKey((*[96]byte)(&pk))
	return ok && pop == wideSig(sum(possession, &key, nil))
}

func (scheme) SignMulti(sk crypto.MultiSecretKey, msg []byte) crypto.MultiSignature {
	secret := digest(sk)
	pk := sum(multiKey, &secret, nil)
	return wideSig(sum(multiSig, &pk, msg))
}

func (scheme) VerifyMultiShare(pk crypto.MultiPublicKey, msg []byte, share crypto.MultiSignature) bool {
	key, ok := narrowKey((*[96]byte)(&pk))
	return ok && share == wideSig(sum(multiSig, &key, msg))
}

func (scheme) CombineMulti(
	pks []crypto.MultiPublicKey, _ []byte, shares []crypto.MultiSignature,
) (sig crypto.MultiSignature, ok bool) {
	if len(pks) != len(shares) {
		return sig, false
	}
	var total digest
	for i := range shares {
		share, ok := narrowSig((*[48]byte)(&shares[i]))
		if !ok {
			return crypto.MultiSignature{}, false
		}
		total = add(total, share)
	}
	return wideSig(total), true
}

func (scheme) VerifyMulti(pks []crypto.MultiPublicKey, msg []byte, sig crypto.MultiSignature) bool {
	if len(pks) == 0 {
		return false
	}
	var total digest
	for i := range pks {
		key, ok := narrowKey((*[96]byte)(&pks[i]))
		if !ok {
			return false
		}
		total = add(total, sum(multiSig, &key, msg))
	}
	return sig == wideSig(total)
}
