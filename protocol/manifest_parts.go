package protocol

import "strings"

// A ChunkID names what a peer is asked for in state sync (rs/types/types/src/state_sync.rs): the meta-manifest, then from FileChunks on
// the chunks of files in the manifest's order, from FileGroupChunks on groups of small files, from ManifestChunks on pieces of the encoded
// manifest.
type ChunkID uint32

const (
	MetaManifestChunk ChunkID = 0
	FileChunks        ChunkID = 1
	FileGroupChunks   ChunkID = 1 << 30
	ManifestChunks    ChunkID = 1 << 31
)

// maxGroupedFile is how big a canister's file may be to travel with others.
const maxGroupedFile = 128 << 10

// A ChunkRef is a chunk by its place in a manifest.
type ChunkRef struct{ File, Chunk int }

// A Part is what one request for state brings: a chunk, or a group of small files one after the other.
type Part struct {
	ID     ChunkID
	Chunks []ChunkRef
}

// isGrouped tells whether a file travels in a group: what a canister has beside its memories is small, and there are many of it.
func (f *StateFile) isGrouped() bool {
	return strings.HasSuffix(f.Path, CanisterFile) && f.Size > 0 && f.Size <= maxGroupedFile
}

// Parts cuts the state into what is asked for one by one; both ends of a state sync find the same (rs/state_manager/src/manifest.rs,
// build_file_group_chunks). Groups come last.
func (m *Manifest) Parts() []Part {
	var parts, groups []Part
	id, room := FileChunks, uint64(0)
	for i := range m.Files {
		f := &m.Files[i]
		if f.isGrouped() {
			if f.Size > room {
				groups = append(groups, Part{ID: FileGroupChunks + ChunkID(len(groups))})
				room = ChunkSize
			}
			room -= f.Size
			g := &groups[len(groups)-1]
			g.Chunks = append(g.Chunks, ChunkRef{i, 0})
			id++
			continue
		}
		for k := range f.Chunks {
			parts = append(parts, Part{ID: id, Chunks: []ChunkRef{{i, k}}})
			id++
		}
	}
	return append(parts, groups...)
}
