package memo

import (
	"crypto/sha256"
	"slices"

	"icsim/crypto"
)

// scheme is a crypto.Scheme, and a crypto.BatchVerifier, with a memory.
type scheme struct {
	*Signatures
	inner crypto.Scheme
}

func (s *scheme) Name() string { return s.inner.Name() }

// judge answers a question from memory, or by the check.
func (s *scheme) judge(q question, check func() bool) bool { return s.verdicts.Do(q, check) }

func (s *scheme) BasicKey(seed crypto.Seed) (crypto.BasicSecretKey, crypto.BasicPublicKey) {
	sk, pk := s.inner.BasicKey(seed)
	s.basic.Put(sk, pk)
	return sk, pk
}

func (s *scheme) SignBasic(sk crypto.BasicSecretKey, msg []byte) crypto.BasicSignature {
	sig := s.inner.SignBasic(sk, msg)
	if pk, ok := s.basic.Get(sk); ok {
		s.verdicts.Put(ask(basicSignature, pk[:], sig[:], sha256.Sum256(msg)), true)
	}
	return sig
}

func (s *scheme) VerifyBasic(pk crypto.BasicPublicKey, msg []byte, sig crypto.BasicSignature) bool {
	return s.judge(ask(basicSignature, pk[:], sig[:], sha256.Sum256(msg)), func() bool {
		return s.inner.VerifyBasic(pk, msg, sig)
	})
}

func (s *scheme) MultiKey(seed crypto.Seed) (crypto.MultiSecretKey, crypto.MultiPublicKey, crypto.ProofOfPossession) {
	sk, pk, pop := s.inner.MultiKey(seed)
	s.multi.Put(sk, pk)
	s.verdicts.Put(ask(possession, pk[:], pop[:], [32]byte{}), true)
	return sk, pk, pop
}

func (s *scheme) VerifyPossession(pk crypto.MultiPublicKey, pop crypto.ProofOfPossession) bool {
	return s.judge(ask(possession, pk[:], pop[:], [32]byte{}), func() bool { return s.inner.VerifyPossession(pk, pop) })
}

func (s *scheme) SignMulti(sk crypto.MultiSecretKey, msg []byte) crypto.MultiSignature {
	sig := s.inner.SignMulti(sk, msg)
	if pk, ok := s.multi.Get(sk); ok {
		s.verdicts.Put(ask(multiShare, pk[:], sig[:], sha256.Sum256(msg)), true)
	}
	return sig
}

func (s *scheme) VerifyMultiShare(pk crypto.MultiPublicKey, msg []byte, sig crypto.MultiSignature) bool {
	return s.judge(ask(multiShare, pk[:], sig[:], sha256.Sum256(msg)), func() bool {
		return s.inner.VerifyMultiShare(pk, msg, sig)
	})
}

func (s *scheme) CombineMulti(
	pks []crypto.MultiPublicKey, msg []byte, shares []crypto.MultiSignature,
) (crypto.MultiSignature, bool) {
	sig, ok := s.inner.CombineMulti(pks, msg, shares)
	if hash := sha256.Sum256(msg); ok && s.areShares(pks, hash, shares) {
		s.verdicts.Put(askMulti(pks, &sig, hash), true)
	}
	return sig, ok
}

// areShares tells whether all shares are known to be valid, and of distinct signers.
func (s *scheme) areShares(pks []crypto.MultiPublicKey, msg [32]byte, shares []crypto.MultiSignature) bool {
	for i := range shares {
		valid, known := s.verdicts.Get(ask(multiShare, pks[i][:], shares[i][:], msg))
		if !known || !valid || slices.Contains(pks[:i], pks[i]) {
			return false
		}
	}
	return len(shares) > 0
}

func (s *scheme) VerifyMulti(pks []crypto.MultiPublicKey, msg []byte, sig crypto.MultiSignature) bool {
	return s.judge(askMulti(pks, &sig, sha256.Sum256(msg)), func() bool { return s.inner.VerifyMulti(pks, msg, sig) })
}
