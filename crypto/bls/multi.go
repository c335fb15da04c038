package bls

import (
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
)

// MultiKey makes a committee signing key and proves its possession: a signature under the suite for
// this purpose over the domain and the public key.
func (s *Scheme) MultiKey(seed crypto.Seed) (crypto.MultiSecretKey, crypto.MultiPublicKey, crypto.ProofOfPossession) {
	secret := scalar("icsim-multi-key", seed)
	sk, pk := secret.Bytes(), public(&secret)
	return sk, pk, s.sign(sk, suitePossession, crypto.Signable(crypto.DomainMultiPossession, pk[:]))
}

// VerifyPossession checks that who published the key knows its secret.
func (s *Scheme) VerifyPossession(pk crypto.MultiPublicKey, pop crypto.ProofOfPossession) bool {
	return s.verify(s.key(pk), suitePossession, crypto.Signable(crypto.DomainMultiPossession, pk[:]), pop)
}

// SignMulti makes one signer's share.
func (s *Scheme) SignMulti(sk crypto.MultiSecretKey, msg []byte) crypto.MultiSignature {
	return s.sign(sk, suiteMulti, msg)
}

// VerifyMultiShare checks one signer's share.
func (s *Scheme) VerifyMultiShare(pk crypto.MultiPublicKey, msg []byte, share crypto.MultiSignature) bool {
	return s.verify(s.key(pk), suiteMulti, msg, share)
}

// CombineMulti adds shares up.
func (s *Scheme) CombineMulti(
	pks []crypto.MultiPublicKey, _ []byte, shares []crypto.MultiSignature,
) (sig crypto.MultiSignature, ok bool) {
	if len(pks) != len(shares) {
		return sig, false
	}
	var total bls12381.G1Jac
	for i := range shares {
		point, ok := s.share(shares[i])
		if !ok {
			return crypto.MultiSignature{}, false
		}
		total.AddMixed(&point)
	}
	var affine bls12381.G1Affine
	affine.FromJacobian(&total)
	return s.encode(&affine), true
}

// SignMultiJointly signs with the sum of the secrets, under which the sum of the shares lies.
func (s *Scheme) SignMultiJointly(sks []crypto.MultiSecretKey, msg []byte) crypto.MultiSignature {
	var total, one fr.Element
	for i := range sks {
		total.Add(&total, one.SetBytes(sks[i][:]))
	}
	return s.sign(total.Bytes(), suiteMulti, msg)
}

// VerifyMulti checks an aggregate under the sum of the signers' keys.
func (s *Scheme) VerifyMulti(pks []crypto.MultiPublicKey, msg []byte, sig crypto.MultiSignature) bool {
	point, ok := s.share(sig)
	if !ok || len(pks) == 0 {
		return false
	}
	if len(pks) == 1 {
		return s.VerifyMultiShare(pks[0], msg, sig)
	}
	var total bls12381.G2Jac
	for i := range pks {
		pk := s.key(pks[i])
		if pk == nil {
			return false
		}
		total.AddMixed(&pk.point)
	}
	var key bls12381.G2Affine
	key.FromJacobian(&total)
	return s.verifyOnce(&key, point, s.hash(suiteMulti, msg).point)
}
