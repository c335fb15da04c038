package tschnorr

import (
	"crypto/sha512"
	"errors"
	"slices"

	"icsim/crypto/derivation"
	"icsim/crypto/idkg"
	"icsim/crypto/idkg/curve"
)

// A Request is what is to be signed, and by what.
type Request struct {
	Key        *idkg.Transcript
	Nonce      *idkg.Transcript // the pre-signature, RandomUnmasked
	Path       [][]byte         // derivation.Path of the canister
	Message    []byte
	Taproot    *Taproot // of BIP 340 only; nil for the derived key itself
	Randomness [32]byte // of a round after the one that paired request and pre-signature
}

// Taproot asks for a signature by the key's taproot output key (sign_with_schnorr, aux bip341).
type Taproot struct{ MerkleRoot []byte } // of the script tree, 32 bytes, or empty for none

// A share of a key or nonce, and what it becomes: factor·share + offset. The factor is 1 or -1.
type move struct{ factor, offset curve.Scalar }

func (m move) scalar(s curve.Scalar) curve.Scalar { return m.factor.Mul(s).Add(m.offset) }

// even changes a move's sign where the point that it leads to is not the one that BIP 340 means.
func (m move) even(p curve.Point) (move, curve.Point) {
	if p.HasEvenY() {
		return m, p
	}
	return move{m.factor.Neg(), m.offset.Neg()}, p.Neg()
}

// A Signing is a request with what follows from it.
type Signing struct {
	request   Request
	curve     curve.Curve
	public    curve.Point // by which the signature verifies
	nonce     curve.Point // R
	challenge curve.Scalar
	key       move
	blind     move // of the nonce
}

// Errors of Start.
var (
	ErrTranscripts = errors.New("key and nonce are not transcripts for a Schnorr signature by the same nodes")
	ErrTaproot     = errors.New("a taproot tweak goes with BIP 340 alone, and has a merkle root of 32 bytes or none")
	ErrDegenerate  = errors.New("key or nonce is the identity")
)

// Start prepares the signing of a request.
func (q Request) Start() (*Signing, error) {
	if !q.fits() {
		return nil, ErrTranscripts
	}
	c := q.Key.Algorithm().Curve()
	derived := derivation.Derive(q.Key.Secret(), q.Path)
	s := &Signing{request: q, curve: c, public: derived.Key, key: move{c.Number(1), derived.Tweak}}
	if q.Taproot != nil {
		if err := s.taproot(); err != nil {
			return nil, err
		}
	}
	presignature := q.Nonce.Secret()
	parts := [][]byte{q.Randomness[:], q.Message, presignature.Bytes(), q.Key.Secret().Bytes(), s.public.Bytes()}
	randomizer := c.HashToScalar("ic-crypto-"+q.Key.Algorithm().String()+"-rerandomize-presig", parts...)
	s.nonce = presignature.Add(c.Base(randomizer))
	s.blind = move{c.Number(1), randomizer}
	if s.public.IsIdentity() || s.nonce.IsIdentity() {
		return nil, ErrDegenerate
	}
	if c == curve.Secp256k1 {
		s.key, s.public = s.key.even(s.public)
		s.blind, s.nonce = s.blind.even(s.nonce)
		s.challenge = bip340Challenge(s.nonce.X(), s.public.X(), q.Message)
	} else {
		s.challenge = ed25519Challenge(s.nonce.Bytes(), s.public.Bytes(), q.Message)
	}
	return s, nil
}

func (q *Request) fits() bool {
	if q.Key == nil || q.Nonce == nil {
		return false
	}
	a := q.Key.Algorithm()
	return (a == idkg.SchnorrBip340 || a == idkg.SchnorrEd25519) && q.Nonce.Algorithm() == a && !q.Key.Masked() &&
		q.Nonce.Operation() == idkg.RandomUnmasked && q.Nonce.SameReceivers(q.Key)
}

// taproot moves the key to its output key (BIP 341, taproot_tweak_pubkey).
func (s *Signing) taproot() error {
	root := s.request.Taproot.MerkleRoot
	if s.request.Key.Algorithm() != idkg.SchnorrBip340 || len(root) != 0 && len(root) != 32 {
		return ErrTaproot
	}
	if s.public.IsIdentity() {
		return ErrDegenerate
	}
	s.key, s.public = s.key.even(s.public)
	x := s.public.X()
	hash := taggedHash("TapTweak", x[:], root)
	tweak, err := s.curve.ParseScalar(hash[:])
	if err != nil {
		return ErrDegenerate
	}
	s.key.offset = s.key.offset.Add(tweak)
	s.public = s.public.Add(s.curve.Base(tweak))
	return nil
}

// PublicKey is the key by which the signature verifies, as verifiers of the algorithm want it: 32 bytes.
func (s *Signing) PublicKey() [32]byte {
	if s.curve == curve.Secp256k1 {
		return s.public.X()
	}
	return [32]byte(s.public.Bytes())
}

// nonceBytes begin the signature.
func (s *Signing) nonceBytes() []byte {
	if s.curve == curve.Secp256k1 {
		x := s.nonce.X()
		return x[:]
	}
	return s.nonce.Bytes()
}

// ed25519Challenge is e of RFC 8032, section 5.1.6, whose numbers are little endian.
func ed25519Challenge(nonce, public, message []byte) curve.Scalar {
	h := sha512.New()
	h.Write(nonce)
	h.Write(public)
	h.Write(message)
	out := h.Sum(nil)
	slices.Reverse(out)
	return curve.Edwards25519.Wide([64]byte(out))
}
