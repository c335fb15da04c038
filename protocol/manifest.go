package protocol

import (
	"encoding/binary"
	"fmt"

	"icsim/crypto"
)

// A StateFile is one file of a checkpoint. Immutable.
type StateFile struct {
	Path    string
	Size    uint64
	Chunks  []crypto.Hash // crypto.SumChunk of each ChunkSize bytes; the last may be shorter
	Content FileContent   // nil in a manifest that came from a peer
}

// A FileContent gives a file's bytes chunk by chunk, as often as peers ask for them.
type FileContent interface{ Chunk(i int) []byte }

// ChunkSize is how the files of a checkpoint are cut (rs/state_manager/src/manifest.rs, DEFAULT_CHUNK_SIZE).
const ChunkSize = crypto.ChunkBytes

// ChunkLen is the number of bytes of chunk i.
func (f *StateFile) ChunkLen(i int) int {
	return int(min(f.Size-uint64(i)*ChunkSize, ChunkSize))
}

// written is a file's content that is written anew each time: what it encodes is immutable.
type written func() []byte

// Chunk implements FileContent.
func (w written) Chunk(i int) []byte {
	b := w()[i*ChunkSize:]
	return b[:min(len(b), ChunkSize)]
}

// WrittenFile gives the file that encode makes. encode must give the same bytes whenever it is called.
func WrittenFile(path string, encode func() []byte) StateFile {
	b := encode()
	return StateFile{Path: path, Size: uint64(len(b)), Chunks: crypto.SumChunks(b), Content: written(encode)}
}

// A Manifest lists the files of a checkpoint with the hashes of their chunks. Its root is what a catch-up package signs, and what
// tells a node that syncs a right chunk from a wrong one (rs/state_manager/src/manifest.rs). Immutable.
type Manifest struct {
	Files []StateFile
	root  StateHash
	size  uint64
}

// NewManifest seals the manifest of some files.
func NewManifest(files []StateFile) *Manifest {
	m := &Manifest{Files: files}
	for i := range files {
		m.size += files[i].Size
	}
	m.root = MetaManifestRoot(m.Meta())
	return m
}

// Root is the hash of the meta-manifest.
func (m *Manifest) Root() StateHash { return m.root }

// Size is what all files have together, in bytes.
func (m *Manifest) Size() uint64 { return m.size }

// manifestVersion is the format's number, as the replica counts them.
const manifestVersion = 4

// MaxManifestBytes bounds an encoded manifest: beyond it a peer lies. 2 TiB of state have 64 MiB of hashes.
const MaxManifestBytes = 1 << 30

// Encode gives the manifest's own bytes: version, number of files, then of each path, size and hashes of chunks.
func (m *Manifest) Encode() []byte {
	size := 8
	for i := range m.Files {
		size += 12 + len(m.Files[i].Path) + SizeHash*len(m.Files[i].Chunks)
	}
	e := encoder{buf: make([]byte, 0, size)}
	e.u32(manifestVersion)
	e.u32(uint32(len(m.Files)))
	for i := range m.Files {
		f := &m.Files[i]
		e.u32(uint32(len(f.Path)))
		e.raw([]byte(f.Path))
		e.u64(f.Size)
		for k := range f.Chunks {
			e.raw(f.Chunks[k][:])
		}
	}
	return e.buf
}

// Meta gives the meta-manifest: the version, and the hash of each ChunkSize bytes of the encoded manifest.
func (m *Manifest) Meta() []byte {
	raw := m.Encode()
	e := encoder{buf: make([]byte, 0, 4+(len(raw)/ChunkSize+1)*SizeHash)}
	e.u32(manifestVersion)
	for ; len(raw) > 0; raw = raw[min(len(raw), ChunkSize):] {
		hash := SubManifestHash(raw[:min(len(raw), ChunkSize)])
		e.raw(hash[:])
	}
	return e.buf
}

// MetaManifestRoot hashes a meta-manifest.
func MetaManifestRoot(meta []byte) StateHash {
	return StateHash(crypto.Sum("ic-state-meta-manifest", meta))
}

// SubManifestHash hashes a piece of an encoded manifest.
func SubManifestHash(piece []byte) crypto.Hash { return crypto.Sum("ic-state-sub-manifest", piece) }

// DecodeMeta gives the hashes of the pieces that a meta-manifest lists.
func DecodeMeta(meta []byte) ([]crypto.Hash, error) {
	if len(meta) < 4 || (len(meta)-4)%SizeHash != 0 || len(meta) > 4+MaxManifestBytes/ChunkSize*SizeHash {
		return nil, fmt.Errorf("meta-manifest: %d bytes; want 4 and %d for each piece", len(meta), SizeHash)
	}
	if v := binary.BigEndian.Uint32(meta); v != manifestVersion {
		return nil, fmt.Errorf("meta-manifest: version %d; want %d", v, manifestVersion)
	}
	var hashes []crypto.Hash
	for b := meta[4:]; len(b) > 0; b = b[SizeHash:] {
		hashes = append(hashes, crypto.Hash(b[:SizeHash]))
	}
	return hashes, nil
}

// DecodeManifest reads what Encode wrote. It accepts nothing else: what it accepts encodes to the same bytes.
func DecodeManifest(raw []byte) (*Manifest, error) {
	d := manifestReader{rest: raw}
	if v := d.u32("version"); d.err == nil && v != manifestVersion {
		return nil, fmt.Errorf("manifest: version %d; want %d", v, manifestVersion)
	}
	n := d.u32("number of files")
	var files []StateFile
	for i := uint32(0); i < n && d.err == nil; i++ {
		f := StateFile{Path: string(d.take(uint64(d.u32("path")), "path"))}
		f.Size = d.u64("size")
		count := f.Size/ChunkSize + min(f.Size%ChunkSize, 1)
		for hashes := d.take(count*SizeHash, "hashes of "+f.Path); len(hashes) > 0; hashes = hashes[SizeHash:] {
			f.Chunks = append(f.Chunks, crypto.Hash(hashes[:SizeHash]))
		}
		files = append(files, f)
	}
	if d.err == nil && len(d.rest) > 0 {
		d.err = fmt.Errorf("manifest: %d bytes after the last file", len(d.rest))
	}
	if d.err != nil {
		return nil, d.err
	}
	return NewManifest(files), nil
}

// A manifestReader reads bytes until there are too few.
type manifestReader struct {
	rest []byte
	err  error
}

func (d *manifestReader) take(n uint64, what string) []byte {
	if d.err == nil && n > uint64(len(d.rest)) {
		d.err = fmt.Errorf("manifest: %s takes %d bytes; %d are left", what, n, len(d.rest))
	}
	if d.err != nil {
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *manifestReader) u32(what string) uint32 {
	if b := d.take(4, what); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (d *manifestReader) u64(what string) uint64 {
	if b := d.take(8, what); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// CanisterFile is how the path of a file ends that has what is small of a canister.
const CanisterFile = "canister.pbuf"
