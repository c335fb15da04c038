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
		hash := sha256.Sum256(msg)
		s.verdicts.Put(ask(multiShare, pk[:], sig[:], hash), true)
		s.shares.Put(sig, share{key: pk, msg: hash})
	}
	return sig
}

func (s *scheme) VerifyMultiShare(pk crypto.MultiPublicKey, msg []byte, sig crypto.MultiSignature) bool {
	return s.judge(ask(multiShare, pk[:], sig[:], sha256.Sum256(msg)), func() bool {
		return s.inner.VerifyMultiShare(pk, msg, sig)
	})
}

func (s *scheme) CombineMulti(shares []crypto.MultiSignature) (crypto.MultiSignature, bool) {
	sig, ok := s.inner.CombineMulti(shares)
	if keys, msg, known := s.signers(shares); ok && known {
		s.verdicts.Put(askMulti(keys, &sig, msg), true)
	}
	return sig, ok
}

// signers tells who signed what, if all shares were made here, of one message, by distinct signers.
func (s *scheme) signers(shares []crypto.MultiSignature) (keys []crypto.MultiPublicKey, msg [32]byte, ok bool) {
	keys = make([]crypto.MultiPublicKey, 0, len(shares))
	for i := range shares {
		made, ok := s.shares.Get(shares[i])
		if !ok || i > 0 && made.msg != msg || slices.Contains(keys, made.key) {
			return nil, msg, false
		}
		keys, msg = append(keys, made.key), made.msg
	}
	return keys, msg, len(keys) > 0
}

func (s *scheme) VerifyMulti(pks []crypto.MultiPublicKey, msg []byte, sig crypto.MultiSignature) bool {
	return s.judge(askMulti(pks, &sig, sha256.Sum256(msg)), func() bool { return s.inner.VerifyMulti(pks, msg, sig) })
}
