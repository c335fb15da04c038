package protocol

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto"
)

func drawManifest(t *rapid.T) *Manifest {
	var files []StateFile
	for i := range rapid.IntRange(0, 5).Draw(t, "files") {
		f := StateFile{Path: fmt.Sprintf("%s%d", rapid.StringN(0, 5, 20).Draw(t, "path"), i)}
		f.Size = rapid.SampledFrom([]uint64{0, 1, ChunkSize - 1, ChunkSize, ChunkSize + 1, 5 * ChunkSize}).Draw(t, "size")
		for range (f.Size + ChunkSize - 1) / ChunkSize {
			f.Chunks = append(f.Chunks, crypto.Hash{rapid.Byte().Draw(t, "hash")})
		}
		files = append(files, f)
	}
	return NewManifest(files)
}

func TestManifestIsWhatItsBytesSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawManifest(t)
		raw := m.Encode()
		again, err := DecodeManifest(raw)
		require.NoError(t, err)
		require.Equal(t, raw, again.Encode())
		require.Equal(t, m.Root(), again.Root())
		require.Equal(t, m.Size(), again.Size())
		hashes, err := DecodeMeta(m.Meta())
		require.NoError(t, err)
		require.Len(t, hashes, (len(raw)+ChunkSize-1)/ChunkSize)
		_, err = DecodeManifest(raw[:rapid.IntRange(0, len(raw)-1).Draw(t, "cut")])
		require.Error(t, err, "cut short")
		_, err = DecodeManifest(append(raw, 0))
		require.Error(t, err, "something after the end")
	})
}

// What is grouped and what is not follows from the manifest, each chunk is in one part, and no part is longer than a chunk.
func TestPartsCoverEachChunkOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var files []StateFile
		for range rapid.IntRange(0, 60).Draw(t, "files") {
			f := StateFile{Path: "x/" + rapid.SampledFrom([]string{CanisterFile, "vmemory_0.bin"}).Draw(t, "name")}
			f.Size = rapid.SampledFrom([]uint64{0, 10, 100 << 10, 128 << 10, 128<<10 + 1, ChunkSize, 3*ChunkSize + 1}).Draw(t, "size")
			f.Chunks = make([]crypto.Hash, (f.Size+ChunkSize-1)/ChunkSize)
			files = append(files, f)
		}
		m := NewManifest(files)
		seen := map[ChunkRef]bool{}
		ids := map[ChunkID]bool{}
		for _, p := range m.Parts() {
			require.False(t, ids[p.ID])
			ids[p.ID] = true
			require.NotEmpty(t, p.Chunks)
			size := 0
			for _, c := range p.Chunks {
				require.False(t, seen[c])
				seen[c] = true
				size += files[c.File].ChunkLen(c.Chunk)
			}
			require.LessOrEqual(t, size, ChunkSize)
			require.Equal(t, p.ID >= FileGroupChunks, len(p.Chunks) > 1 || files[p.Chunks[0].File].isGrouped())
		}
		total := 0
		for i := range files {
			total += len(files[i].Chunks)
		}
		require.Len(t, seen, total)
	})
}

func FuzzManifest(f *testing.F) {
	f.Add(NewManifest([]StateFile{{Path: "a", Size: 3, Chunks: []crypto.Hash{{1}}}, {Path: "b"}}).Encode())
	f.Add(NewManifest(nil).Meta())
	f.Fuzz(func(t *testing.T, raw []byte) {
		if hashes, err := DecodeMeta(raw); err == nil {
			require.Len(t, raw, 4+len(hashes)*SizeHash)
		}
		m, err := DecodeManifest(raw)
		if err != nil {
			return
		}
		require.Equal(t, raw, m.Encode())
		m.Parts()
	})
}
