package idkg

import (
	"icsim/crypto"
	"icsim/crypto/idkg/curve"
)

// keys says on which curve encryption keys are, whatever is shared (rs/crypto, MEGa keys of nodes).
const keys = curve.Secp256k1

// An EncryptionKey is a node's public key in the registry, to which dealers encrypt its shares.
type EncryptionKey struct{ point curve.Point }

// A SecretKey is its counterpart.
type SecretKey struct {
	scalar curve.Scalar
	public EncryptionKey
}

// NewKey makes a node's key pair.
func NewKey(seed crypto.Seed) *SecretKey {
	s := keys.HashToScalar("icsim-idkg-encryption-key", seed[:])
	return &SecretKey{s, EncryptionKey{keys.Base(s)}}
}

// Public is the key's public half.
func (k *SecretKey) Public() EncryptionKey { return k.public }

// ParseEncryptionKey reads 33 bytes.
func ParseEncryptionKey(raw []byte) (EncryptionKey, error) {
	p, err := keys.ParsePoint(raw)
	return EncryptionKey{p}, err
}

// Equal says whether two keys are the same.
func (k EncryptionKey) Equal(other EncryptionKey) bool { return k.point.Equal(other.point) }

// Hash names the key.
func (k EncryptionKey) Hash() crypto.Hash { return crypto.Sum("idkg encryption key", k.Bytes()) }

// Bytes inverts ParseEncryptionKey.
func (k EncryptionKey) Bytes() []byte { return k.point.Bytes() }
