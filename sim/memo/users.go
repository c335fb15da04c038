package memo

import (
	"crypto/sha256"
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/userkey"
)

// Users is what is known about the signatures of users.
type Users struct {
	verdicts *Cache[crypto.Hash, error]
}

// boundUsers is in entries a generation: what a subnet's users may sign in some minutes.
const boundUsers = 1 << 15

// NewUsers makes an empty memory.
func NewUsers() *Users { return &Users{NewCache[crypto.Hash, error](boundUsers)} }

// Verifier is inner with this memory.
func (u *Users) Verifier(inner userkey.Verifier) userkey.Verifier { return &users{u, inner} }

// users is a userkey.Verifier with a memory.
type users struct {
	*Users
	inner userkey.Verifier
}

func (u *users) Verify(root crypto.ThresholdPublicKey, key *userkey.Key, msg, sig []byte) error {
	h := sha256.New()
	h.Write(root[:])
	var size [8]byte
	for _, part := range [][]byte{[]byte(key.DER()), msg, sig} {
		h.Write(binary.LittleEndian.AppendUint64(size[:0], uint64(len(part))))
		h.Write(part)
	}
	return u.verdicts.Do(crypto.Hash(h.Sum(nil)), func() error { return u.inner.Verify(root, key, msg, sig) })
}
