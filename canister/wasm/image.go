package wasm

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

const wasmPage = 1 << 16 // bytes

// Image is a canister's memory and mutable globals between two executions: immutable, and sharing pages with the images it came
// from, so that a snapshot is a pointer.
type Image struct {
	memory  Pages
	globals []uint64
	line    *token // shared by the images that came from each other: they like to run in the same instance
}

// Size gives the memory's size in pages of 64 KiB.
func (i *Image) Size() uint64 { return i.memory.Len() / wasmPage }

// Memory gives the memory's contents.
func (i *Image) Memory() Pages { return i.memory }

// Globals gives the bits of the mutable globals, in the order the module defines them. The caller must not change the slice.
func (i *Image) Globals() []uint64 { return i.globals }

// Hash gives a digest of memory, its size and the globals. See Pages.Hash for its cost.
func (i *Image) Hash() Hash {
	memory := i.memory.Hash()
	b := memory[:]
	for _, g := range i.globals {
		b = binary.LittleEndian.AppendUint64(b, g)
	}
	return sha256.Sum256(b)
}

// InitialImage gives the memory with the data segments applied, and the globals as the module initialises them. The start function has
// not run: see EntryStart. Each call begins a new line of images, a canister's.
func (m *Module) InitialImage() *Image {
	return &Image{memory: m.memory, globals: m.initial, line: new(token)}
}

// ImageOver gives an image that keeps a memory and takes the globals as the module initialises them: an upgrade with
// wasm_memory_persistence = keep. Active data segments are not applied: modules of that kind have passive ones.
func (m *Module) ImageOver(memory Pages) (*Image, error) {
	if memory.Len() < m.memory.Len() {
		memory = memory.Grow(m.memory.Len())
	}
	return m.RestoreImage(memory, m.initial)
}

// RestoreImage makes an image of its parts, as Image.Memory and Image.Globals gave them.
func (m *Module) RestoreImage(memory Pages, globals []uint64) (*Image, error) {
	if size := memory.Len(); size%wasmPage != 0 || size < m.memory.Len() || size > m.maxPages*wasmPage {
		return nil, fmt.Errorf("a memory of %d bytes does not fit the module: it has from %d to %d", size, m.memory.Len(), m.maxPages*wasmPage)
	}
	if len(globals) != len(m.globals) {
		return nil, fmt.Errorf("%d globals for a module with %d", len(globals), len(m.globals))
	}
	return &Image{memory: memory, globals: globals, line: new(token)}, nil
}
