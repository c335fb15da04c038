package protocol

import (
	"encoding/binary"

	"icsim/crypto"
)

// A Rand is a deterministic stream of numbers from a seed: how a node shuffles and picks. The protocol has no
// other source of chance. Block i of the stream is SHA-256 over the seed and i.
//
// Model: the replica uses ChaCha20 with labelled seeds; only the distribution matters here.
type Rand struct {
	seed  crypto.Hash
	block crypto.Hash
	next  uint64
	left  int
}

// NewRand starts a stream for a purpose.
func NewRand(seed crypto.Hash, purpose string) *Rand {
	return &Rand{seed: crypto.Sum(purpose, seed[:])}
}

// Uint64 draws 64 bits.
func (r *Rand) Uint64() uint64 {
	if r.left == 0 {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], r.next)
		r.block = crypto.Sum("rand", r.seed[:], n[:])
		r.next++
		r.left = 4
	}
	r.left--
	return binary.BigEndian.Uint64(r.block[8*r.left:])
}

// Below draws uniformly from 0 … n−1, n > 0, by rejection.
func (r *Rand) Below(n uint64) uint64 {
	limit := -n % n // 2^64 mod n: draws under it would be favoured
	for {
		if v := r.Uint64(); v >= limit {
			return v % n
		}
	}
}

// Shuffle permutes n elements (Fisher and Yates).
func (r *Rand) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, int(r.Below(uint64(i+1))))
	}
}
