package memo

import (
	"crypto/sha256"
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/userkey"
)

// users is a userkey.Verifier with a memory.
type users struct {
	inner    userkey.Verifier
	verdicts *Cache[crypto.Hash, error]
}

// boundUsers is in entries a generation: what a subnet's users may sign in some minutes.
const boundUsers = 1 << 15

// Users is inner with a memory of its own; inner itself when sharing is off.
func Users(inner userkey.Verifier, on bool) userkey.Verifier {
	if !on {
		return inner
	}
	return &users{inner, NewCache[crypto.Hash, error](boundUsers)}
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
