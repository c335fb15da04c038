package tecdsa

import (
	"errors"

	"icsim/crypto/derivation"
	"icsim/crypto/idkg"
	"icsim/crypto/idkg/curve"
)

const group = curve.Secp256k1

// A PreSignature is what has been prepared for one signature.
type PreSignature struct {
	Kappa       *idkg.Transcript // the nonce, RandomUnmasked
	Lambda      *idkg.Transcript // Random
	KappaLambda *idkg.Transcript
	KeyLambda   *idkg.Transcript
}

// Fits says whether it is a pre-signature for a key: of the kinds and operands it should be, among the key's nodes.
func (p *PreSignature) Fits(key *idkg.Transcript) bool {
	for _, t := range []*idkg.Transcript{key, p.Kappa, p.Lambda, p.KappaLambda, p.KeyLambda} {
		if t == nil || t.Algorithm() != idkg.EcdsaSecp256k1 || !t.SameReceivers(key) {
			return false
		}
	}
	return !key.Masked() && p.Kappa.Operation() == idkg.RandomUnmasked && p.Lambda.Operation() == idkg.Random &&
		p.KappaLambda.IsProductOf(p.Kappa, p.Lambda) && p.KeyLambda.IsProductOf(key, p.Lambda)
}

// A Request is what is to be signed, and by what.
type Request struct {
	Key          *idkg.Transcript
	PreSignature PreSignature
	Path         [][]byte // derivation.Path of the canister
	Hash         [32]byte
	Randomness   [32]byte // of a round after the one that paired request and pre-signature
}

// A Signing is a request with what follows from it.
type Signing struct {
	request    Request
	public     curve.Point  // the derived key
	nonce      curve.Point  // R, rerandomised
	r          curve.Scalar // its first coordinate
	hash       curve.Scalar
	theta      curve.Scalar // hash + r·tweak: the factor of λ in the numerator
	randomizer curve.Scalar // δ: the factor of λ in the denominator
}

// Errors of Start.
var (
	ErrPreSignature = errors.New("the pre-signature is none for the key")
	ErrNonce        = errors.New("the nonce is zero")
)

// Start prepares the signing of a request.
func (q Request) Start() (*Signing, error) {
	if !q.PreSignature.Fits(q.Key) {
		return nil, ErrPreSignature
	}
	s := &Signing{request: q}
	derived := derivation.Derive(q.Key.Secret(), q.Path)
	kappa := q.PreSignature.Kappa.Secret()
	s.public = derived.Key
	s.randomizer = group.HashToScalar("ic-crypto-tecdsa-rerandomize-presig",
		q.Randomness[:], q.Hash[:], kappa.Bytes(), q.Key.Secret().Bytes(), derived.Tweak.Bytes())
	s.nonce = kappa.Add(group.Base(s.randomizer))
	s.r = number(s.nonce.X())
	if s.nonce.IsIdentity() || s.r.IsZero() {
		return nil, ErrNonce
	}
	s.hash = number(q.Hash)
	s.theta = s.hash.Add(s.r.Mul(derived.Tweak))
	return s, nil
}

// number reduces 32 bytes, big endian, modulo the order.
func number(raw [32]byte) curve.Scalar {
	var wide [64]byte
	copy(wide[32:], raw[:])
	return group.Wide(wide)
}

// PublicKey is the derived key, under which the signature verifies, as 33 bytes (SEC 1, compressed).
func (s *Signing) PublicKey() []byte { return s.public.Bytes() }
