package hashtree

import (
	"crypto/sha256"

	"icsim/crypto"
)

// The domain separators, each behind its length.
const (
	domainEmpty   = "\x11ic-hashtree-empty"
	domainFork    = "\x10ic-hashtree-fork"
	domainLabeled = "\x13ic-hashtree-labeled"
	domainLeaf    = "\x10ic-hashtree-leaf"
)

func emptyDigest() crypto.Hash { return sha256.Sum256([]byte(domainEmpty)) }

func forkDigest(left, right *crypto.Hash) crypto.Hash {
	var buf [len(domainFork) + 64]byte
	copy(buf[:], domainFork)
	copy(buf[len(domainFork):], left[:])
	copy(buf[len(domainFork)+32:], right[:])
	return sha256.Sum256(buf[:])
}

func labeledDigest(label Label, below crypto.Hash) crypto.Hash {
	var stack [128]byte // any label of the state tree
	buf := append(stack[:0], domainLabeled...)
	buf = append(buf, label...)
	return sha256.Sum256(append(buf, below[:]...))
}

func leafDigest(value []byte) crypto.Hash {
	var stack [128]byte
	if len(domainLeaf)+len(value) <= len(stack) {
		return sha256.Sum256(append(append(stack[:0], domainLeaf...), value...))
	}
	h := sha256.New()
	h.Write([]byte(domainLeaf))
	h.Write(value)
	var out crypto.Hash
	h.Sum(out[:0])
	return out
}
