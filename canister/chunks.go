package canister

import (
	"bytes"
	"crypto/sha256"
	"slices"

	m "icsim/canister/management"
	"icsim/protocol"
)

// Bounds of the chunk store (interface.md A.6). Each chunk counts as a whole one.
const (
	maxChunks      = 100
	maxChunkBytes  = 1 << 20
	feeChunkUpload = 12_000_000 // instructions of uploading (rs/config upload_wasm_chunk_instructions)
)

// A chunk is a part of a module that waits to be installed.
type chunk struct {
	hash [sha256.Size]byte
	data []byte
}

func (c chunk) compare(hash [sha256.Size]byte) int { return bytes.Compare(c.hash[:], hash[:]) }

func (r *Round) uploadChunk(q *request, c *Canister) ([]byte, *fault) {
	var arg m.UploadChunk
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	added := chunk{sha256.Sum256(arg.Chunk), arg.Chunk}
	reply := m.Encode(m.ChunkHash{Hash: added.hash[:]})
	at, known := slices.BinarySearchFunc(c.chunks, added.hash, chunk.compare)
	switch {
	case len(arg.Chunk) > maxChunkBytes:
		return nil, contract("Wasm chunk size %d exceeds the maximum chunk size of %d.", len(arg.Chunk), maxChunkBytes)
	case known:
		return reply, nil
	case len(c.chunks) >= maxChunks:
		return nil, contract("Chunk store has already reached maximum capacity of %d chunks.", maxChunks)
	}
	if f := r.pay(c, r.prices.managing(feeChunkUpload)); f != nil {
		return nil, f
	}
	if f := r.reserve(c, maxChunkBytes); f != nil {
		return nil, f
	}
	c.chunks = slices.Insert(slices.Clone(c.chunks), at, added)
	return reply, nil
}

func (r *Round) clearChunks(_ *request, c *Canister) ([]byte, *fault) {
	c.chunks = nil
	return m.Encode(nil), nil
}

func (r *Round) storedChunks(_ *request, c *Canister) ([]byte, *fault) {
	hashes := []m.ChunkHash{}
	for _, k := range c.chunks {
		hashes = append(hashes, m.ChunkHash{Hash: k.hash[:]})
	}
	return m.Encode(hashes), nil
}

// installChunked puts the chunks of a store together and installs them. The store is the target's own unless the call names another
// one, of the same subnet and the caller's to control.
func (r *Round) installChunked(q *request, c *Canister) ([]byte, *fault) {
	var arg m.InstallChunkedCode
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	store := c
	if arg.Store != nil {
		id, ok := protocol.CanisterFromPrincipal(*arg.Store)
		if store = r.peek(id); !ok || store == nil {
			return nil, notFound(*arg.Store)
		}
		if f := store.controlledBy(q, q.caller == *arg.Store); f != nil {
			return nil, f
		}
	}
	var module []byte
	for _, want := range arg.Chunks {
		part, ok := store.findChunk(want.Hash)
		if !ok {
			return nil, contract("Chunk hash %x was not found in the chunk store of %s.", want.Hash, store.id)
		}
		if module = append(module, part...); len(module) > maxModuleBytes {
			return nil, contract("The chunks are more than the %d bytes that a module may have.", maxModuleBytes)
		}
	}
	if sum := sha256.Sum256(module); !bytes.Equal(sum[:], arg.ModuleHash) {
		return nil, contract("Wasm module hash %x does not match the expected hash %x.", sum, arg.ModuleHash)
	}
	return r.startInstall(q, c, &m.InstallCode{
		Mode: arg.Mode, Canister: arg.Canister, Module: module, Arg: arg.Arg, SenderVersion: arg.SenderVersion,
	})
}

func (c *Canister) findChunk(hash []byte) ([]byte, bool) {
	if len(hash) != sha256.Size {
		return nil, false
	}
	at, ok := slices.BinarySearchFunc(c.chunks, [sha256.Size]byte(hash), chunk.compare)
	if !ok {
		return nil, false
	}
	return c.chunks[at].data, true
}
