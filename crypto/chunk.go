package crypto

import (
	"crypto/sha256"
	"encoding/binary"
)

// Sizes in the hash of a chunk of a checkpoint's file: pages of 4 KiB under two levels of 16 make the 1 MiB of a chunk.
const (
	PageBytes  = 4 << 10
	ChunkFan   = 16
	ChunkBytes = PageBytes * ChunkFan * ChunkFan
)

// SumPage hashes a page of PageBytes; zeros hash to zero, so that memory nobody wrote to costs nothing.
func SumPage(page *[PageBytes]byte) Hash {
	if *page == [PageBytes]byte{} {
		return Hash{}
	}
	return sha256.Sum256(page[:])
}

// SumFork hashes the hashes of ChunkFan pages or forks; zeros hash to zero. A page and a fork hash different lengths, so neither
// passes for the other.
func SumFork(kids *[ChunkFan]Hash) Hash {
	if *kids == [ChunkFan]Hash{} {
		return Hash{}
	}
	var all [ChunkFan * sha256.Size]byte
	for i := range kids {
		copy(all[i*sha256.Size:], kids[i][:])
	}
	return sha256.Sum256(all[:])
}

// SumChunk hashes a chunk of at most ChunkBytes.
//
// Model: the replica hashes a chunk's bytes in one go (rs/state_manager/src/manifest/hash.rs, ic-state-chunk). Here the hash is that
// of a tree over its pages, so that a checkpoint hashes again only the pages written since. It covers the same.
func SumChunk(chunk []byte) Hash {
	var top [ChunkFan]Hash
	for i := range top {
		var kids [ChunkFan]Hash
		for k := range kids {
			at := (i*ChunkFan + k) * PageBytes
			if at >= len(chunk) {
				break
			}
			var page [PageBytes]byte
			copy(page[:], chunk[at:])
			kids[k] = SumPage(&page)
		}
		top[i] = SumFork(&kids)
	}
	return ChunkOf(SumFork(&top), len(chunk))
}

// ChunkOf gives the hash of a chunk of so many bytes from the root of the tree over its pages.
func ChunkOf(root Hash, size int) Hash {
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(size))
	return Sum("ic-state-chunk", root[:], length[:])
}

// SumChunks hashes the chunks of a file.
func SumChunks(file []byte) []Hash {
	var hashes []Hash
	for ; len(file) > ChunkBytes; file = file[ChunkBytes:] {
		hashes = append(hashes, SumChunk(file[:ChunkBytes]))
	}
	if len(file) > 0 {
		hashes = append(hashes, SumChunk(file))
	}
	return hashes
}
