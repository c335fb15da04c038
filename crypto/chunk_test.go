package crypto

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Two chunks have one hash if and only if they are the same bytes: neither a changed byte nor another length passes.
func TestChunkHashCoversEveryByteAndTheLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{0, 1, 4095, 4096, 4097, 65536, 65537, ChunkBytes - 1, ChunkBytes}).Draw(t, "size")
		chunk := make([]byte, size)
		for range rapid.IntRange(0, 3).Draw(t, "written") {
			if size > 0 {
				chunk[rapid.IntRange(0, size-1).Draw(t, "at")] = 7
			}
		}
		hash := SumChunk(chunk)
		require.Equal(t, hash, SumChunk(append([]byte(nil), chunk...)))
		if size > 0 {
			require.NotEqual(t, hash, SumChunk(chunk[:size-1]), "shorter by a byte")
			at := rapid.IntRange(0, size-1).Draw(t, "changed")
			chunk[at] ^= 1
			require.NotEqual(t, hash, SumChunk(chunk))
		}
	})
}
