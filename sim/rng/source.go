package rng

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// A Source names a place where draws are made. It is an immutable comparable value: equal paths from
// equal seeds are equal sources.
type Source struct {
	key, high uint64
}

// Root is the source that a run's seed names.
func Root(seed uint64) Source {
	return Source{}.Split("icsim", seed)
}

// Split names a source below s by its purpose and the identities it belongs to. Different arguments
// give independent sources. It hashes (some 100 ns): keep the result rather than split for each draw.
func (s Source) Split(purpose string, ids ...uint64) Source {
	sum := s.hash("split", purpose, ids)
	return Source{key: binary.LittleEndian.Uint64(sum[0:]), high: binary.LittleEndian.Uint64(sum[8:])}
}

// Seed gives 32 bytes for a key generation. It shares nothing with the draws of s.
func (s Source) Seed() [32]byte { return s.hash("seed", "", nil) }

// hash encodes the path so that no two paths are the same bytes: lengths stand before what varies.
func (s Source) hash(use, purpose string, ids []uint64) [32]byte {
	var room [160]byte // paths in use are shorter; a longer one is allocated
	b := binary.LittleEndian.AppendUint64(room[:0], s.key)
	b = binary.LittleEndian.AppendUint64(b, s.high)
	b = append(b, byte(len(use)))
	b = append(b, use...)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(purpose)))
	b = append(b, purpose...)
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint64(b, id)
	}
	return sha256.Sum256(b)
}

// At makes the draw of index n. It is a pure function of s and n.
func (s Source) At(n uint64) Draw {
	lo, hi := philox(rounds, s.key, n, s.high)
	return Draw{key: s.key, lo: lo, hi: hi}
}

// rounds is one more than the fewest with which Philox2x64 passes BigCrush.
const rounds = 7

// philox is Philox2x64: a keyed permutation of the 128-bit counter (lo, hi).
func philox(rounds int, key, lo, hi uint64) (uint64, uint64) {
	const multiplier, weyl = 0xD2B74407B1CE6E93, 0x9E3779B97F4A7C15
	for ; rounds > 0; rounds-- {
		h, l := bits.Mul64(multiplier, lo)
		lo, hi = h^key^hi, l
		key += weyl
	}
	return lo, hi
}
