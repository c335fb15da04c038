package bls

import (
	"crypto/ed25519"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"icsim/crypto"
	"icsim/crypto/recent"
)

// The bounds of the caches, in entries. A key with lines takes 24 KiB, a message that
// many sign 6 KiB, the others some 200 bytes.
const (
	maxKeys     = 2048 // every committee and share key of a network of some 700 nodes
	maxShares   = 8192
	maxMessages = 1024
	maxSigners  = 1024
)

// A Scheme serves one goroutine.
type Scheme struct {
	negG     lines    // of -G, which every check pairs with the signature
	scratch  [2]lines // what the Miller loop overwrites
	keys     recent.Cache[[96]byte, *publicKey]
	shares   recent.Cache[[48]byte, parsedShare]
	messages recent.Cache[crypto.Hash, *hashed]
	signers  recent.Cache[crypto.BasicSecretKey, ed25519.PrivateKey]
}

// New returns a scheme with empty caches.
func New() crypto.Scheme {
	_, _, _, negG := bls12381.Generators()
	negG.Neg(&negG)
	return &Scheme{
		negG:     bls12381.PrecomputeLines(negG),
		keys:     recent.New[[96]byte, *publicKey](maxKeys),
		shares:   recent.New[[48]byte, parsedShare](maxShares),
		messages: recent.New[crypto.Hash, *hashed](maxMessages),
		signers:  recent.New[crypto.BasicSecretKey, ed25519.PrivateKey](maxSigners),
	}
}

// Name is the word of the command line.
func (*Scheme) Name() string { return "bls" }

// BasicKey makes an Ed25519 key of its seed (RFC 8032).
func (s *Scheme) BasicKey(seed crypto.Seed) (crypto.BasicSecretKey, crypto.BasicPublicKey) {
	sk := crypto.BasicSecretKey(seed)
	return sk, crypto.BasicPublicKey(s.signer(sk).Public().(ed25519.PublicKey))
}

// SignBasic signs with Ed25519.
func (s *Scheme) SignBasic(sk crypto.BasicSecretKey, msg []byte) crypto.BasicSignature {
	return crypto.BasicSignature(ed25519.Sign(s.signer(sk), msg))
}

// VerifyBasic verifies an Ed25519 signature.
func (*Scheme) VerifyBasic(pk crypto.BasicPublicKey, msg []byte, sig crypto.BasicSignature) bool {
	return ed25519.Verify(pk[:], msg, sig[:])
}

// signer expands a secret key, which takes a multiplication on the curve.
func (s *Scheme) signer(sk crypto.BasicSecretKey) ed25519.PrivateKey {
	key, ok := s.signers.Get(sk)
	if !ok {
		key = ed25519.NewKeyFromSeed(sk[:])
		s.signers.Put(sk, key)
	}
	return key
}
