package vetkd

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
)

// A TransportSecret is what a client keeps: a number in 32 bytes, little endian, as the deployed client writes it.
type TransportSecret [fr.Bytes]byte

// NewTransportSecret makes one of a seed.
func NewTransportSecret(seed crypto.Seed) TransportSecret {
	n := drawn("icsim-vetkd-transport", seed)
	out := n.Bytes()
	slices.Reverse(out[:])
	return out
}

func (s TransportSecret) number() (n fr.Element) {
	slices.Reverse(s[:]) // of a copy
	n.SetBytes(s[:])
	return n
}

// PublicKey is what a client asks with.
func (s TransportSecret) PublicKey() TransportKey {
	n := s.number()
	_, _, g1, _ := bls12381.Generators()
	p := times(&g1, &n)
	return p.Bytes()
}

// A Key is a derived key, decrypted: a BLS signature on the input.
type Key [sizeG1]byte

// ErrNotThisKey says that what was decrypted is not the key that was asked for.
var ErrNotThisKey = errors.New("the encrypted key is not of this input, public key and transport key")

// Decrypt gives the key that was derived for an input, by the derived public key, and verifies it.
func (s TransportSecret) Decrypt(key EncryptedKey, public crypto.ThresholdPublicKey, input []byte) (Key, error) {
	e, err := key.parse()
	if err != nil {
		return Key{}, fmt.Errorf("an encrypted key is three points of 48, 96 and 48 bytes: %w", err)
	}
	n := s.number()
	blind := times(&e.e1, &n)
	e.e3.Sub(&e.e3, &blind)
	out := Key(e.e3.Bytes())
	if !out.Verify(public, input) {
		return Key{}, ErrNotThisKey
	}
	return out, nil
}

// Verify says whether it is the key for an input.
func (k Key) Verify(public crypto.ThresholdPublicKey, input []byte) bool {
	p, err := parsePublic(public)
	if err != nil {
		return false
	}
	var sig bls12381.G1Affine
	if _, err := sig.SetBytes(k[:]); err != nil {
		return false
	}
	_, _, _, g2 := bls12381.Generators()
	sig.Neg(&sig)
	ok, err := bls12381.PairingCheck([]bls12381.G1Affine{sig, hashInput(&p, input)}, []bls12381.G2Affine{g2, p})
	return ok && err == nil
}

// SymmetricKey derives a key for a cipher, of at most 8,160 bytes (dfinity/vetkeys, derive_symmetric_key: HKDF-SHA256 without salt).
func (k Key) SymmetricKey(domain string, size int) ([]byte, error) {
	return hkdf.Key(sha256.New, k[:], nil, domain, size)
}
