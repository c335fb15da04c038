package canister

import (
	"encoding/binary"
	"fmt"

	m "icsim/canister/management"
	"icsim/canister/wasm"
	"icsim/protocol"
)

// canisterFiles are the files that a canister had in a checkpoint.
type canisterFiles struct {
	of    *Canister
	files []protocol.StateFile
}

// Files implements protocol.CanisterState: one file for all that belongs to no canister, then some for each canister in the replica's
// layout (rs/state_layout). Those of a checkpoint are kept with the state, so that later ones write and hash only what has changed since;
// they are a cache, and no file depends on them.
func (s *State) Files() []protocol.StateFile {
	if s.files != nil {
		return s.files
	}
	_, files := s.write()
	return files
}

// checkpoint gives the state as it is kept on disk: with its files worked out, and no page that is written but not kept.
func (s *State) checkpoint() *State {
	if s.files != nil && s.delta == 0 {
		return s
	}
	kept := *s
	kept.delta = 0
	kept.written, kept.files = kept.write()
	return &kept
}

// write gives the files of the canisters, and all files together.
func (s *State) write() ([]canisterFiles, []protocol.StateFile) {
	known := s.written
	written := make([]canisterFiles, 0, s.canisters.Len())
	files := make([]protocol.StateFile, 0, 1+4*s.canisters.Len())
	files = append(files, protocol.WrittenFile("subnet_queues.pbuf", s.encode))
	for c := range s.canisters.All() {
		for len(known) > 0 && known[0].of.id < c.id {
			known = known[1:]
		}
		w := canisterFiles{of: c.Canister}
		if len(known) > 0 && known[0].of == c.Canister {
			w = known[0]
		} else {
			w.files = c.Canister.write()
		}
		written = append(written, w)
		files = append(files, w.files...)
	}
	return written, files
}

// encode writes what belongs to no canister.
func (s *State) encode() []byte {
	var b []byte
	b = appendUint(b, uint64(len(s.management)))
	for _, k := range s.management {
		b = k.appendTo(b)
	}
	b = appendUint(b, uint64(len(s.departing)))
	for _, x := range s.departing {
		b = appendBlob(b, x.Encoded())
	}
	b = appendUint(b, uint64(s.nextID), uint64(len(s.retired)))
	for _, id := range s.retired {
		b = appendUint(b, uint64(id))
	}
	return appendSignatures(appendOutcalls(b, s.outcalls), s.ChainKeys())
}

// write gives a canister's files: what is small in one, the memories, the module, the chunk store, and the same of each snapshot.
func (c *Canister) write() []protocol.StateFile {
	at := fmt.Sprintf("canister_states/%x/", c.id.Principal().Bytes())
	files := []protocol.StateFile{protocol.WrittenFile(at+protocol.CanisterFile, c.encode)}
	if c.code != nil {
		files = append(files, c.code.file(at), pagesFile(at+"vmemory_0.bin", c.image.Memory()))
	}
	files = appendPages(files, at+"stable_memory.bin", c.stable)
	files = appendChunks(files, at, c.chunks)
	for _, s := range c.snapshots {
		files = s.write(files, fmt.Sprintf("snapshots/%x/%x/", c.id.Principal().Bytes(), s.id))
	}
	return files
}

// file is the module as it was installed.
func (c *code) file(at string) protocol.StateFile {
	return protocol.StateFile{Path: at + "software.wasm", Size: uint64(len(c.raw)), Chunks: c.chunks, Content: rawFile(c.raw)}
}

// A rawFile is a file's content that is in memory as it is.
type rawFile []byte

// Chunk implements protocol.FileContent.
func (r rawFile) Chunk(i int) []byte {
	b := r[i*protocol.ChunkSize:]
	return b[:min(len(b), protocol.ChunkSize)]
}

func pagesFile(path string, p wasm.Pages) protocol.StateFile {
	return protocol.StateFile{Path: path, Size: p.Len(), Chunks: p.ChunkHashes(), Content: p}
}

func appendPages(files []protocol.StateFile, path string, p wasm.Pages) []protocol.StateFile {
	if p.Len() == 0 {
		return files
	}
	return append(files, pagesFile(path, p))
}

func appendChunks(files []protocol.StateFile, at string, chunks []chunk) []protocol.StateFile {
	if len(chunks) == 0 {
		return files
	}
	return append(files, protocol.WrittenFile(at+"wasm_chunk_store.bin", func() (b []byte) {
		for _, k := range chunks {
			b = append(b, k.data...)
		}
		return b
	}))
}

// write appends a snapshot's files.
func (s *snapshot) write(files []protocol.StateFile, at string) []protocol.StateFile {
	files = append(files, protocol.WrittenFile(at+"snapshot.pbuf", func() []byte { return s.appendTo(nil) }))
	if s.upload != nil {
		files = appendPages(appendPages(files, at+"software.wasm", s.upload.module), at+"vmemory_0.bin", s.upload.memory)
	} else {
		files = append(files, s.code.file(at), pagesFile(at+"vmemory_0.bin", s.image.Memory()))
	}
	return appendChunks(appendPages(files, at+"stable_memory.bin", s.stable), at, s.chunks)
}

// encode writes all that later rounds may depend on, beside memories and modules, which are files of their own.
//
// Model: a form of our own in place of protobuf. Calls of the management canister that are under way stand by the hash of their message.
func (c *Canister) encode() []byte {
	b := appendUint(nil, uint64(c.id), uint64(c.status), c.version, c.timer, uint64(c.next),
		uint64(c.ran), uint64(c.charged), c.contextID, uint64(c.callback), c.created, c.deployed)
	b = c.consumed.appendTo(appendCycles(appendCycles(b, c.balance), c.reserved))
	b = c.appendBelongings(c.settings.appendTo(b))
	if c.code != nil {
		b = append(b, c.code.hash[:]...)
		for _, g := range c.image.Globals() {
			b = appendUint(b, g)
		}
	}
	b = appendBlob(b, c.certified)
	b = appendUint(b, uint64(len(c.contexts)))
	for _, x := range c.contexts {
		b = x.appendTo(b)
	}
	b = appendUint(b, uint64(len(c.callbacks)))
	for _, k := range c.callbacks {
		b = k.appendTo(b)
	}
	return c.queues.AppendTo(c.long.appendTo(b))
}

// appendBelongings covers what the management canister keeps about a canister.
func (c *Canister) appendBelongings(b []byte) []byte {
	b = appendUint(b, c.history.total, uint64(len(c.chunks)), c.snapshot, uint64(len(c.snapshots)), uint64(len(c.stops)), c.log.next)
	b = appendBlob(b, m.Encode(c.history.recent))
	b = appendBlob(b, m.Encode(c.log.records))
	b = appendUint(b, c.installs.amount, uint64(c.installs.since), c.written.amount, uint64(c.written.since), uint64(c.warning))
	for _, k := range c.chunks {
		b = append(b, k.hash[:]...)
	}
	for _, s := range c.snapshots {
		b = s.appendTo(b)
	}
	for _, s := range c.stops {
		b = appendUint(s.managementCall.appendTo(b), uint64(s.at))
	}
	return b
}

func (k managementCall) appendTo(b []byte) []byte {
	if k.ingress != nil {
		b = append(b, k.ingress.BytesHash[:]...)
	} else {
		b = append(b, k.message.Hash[:]...)
	}
	return appendUint(b, flags(k.remote, k.ingress != nil), uint64(k.since))
}

func (x *callContext) appendTo(b []byte) []byte {
	b = appendUint(b, x.id, uint64(x.origin), uint64(x.caller), uint64(x.callback), uint64(x.deadline), uint64(x.depth),
		x.instructions, uint64(x.outstanding), flags(x.responded, x.deleted))
	b = append(b, x.message[:]...)
	b = appendBlob(b, x.sender.Bytes())
	return appendCycles(b, x.available)
}

func (k *callback) appendTo(b []byte) []byte {
	b = appendUint(b, uint64(k.id), k.context, uint64(k.respondent), uint64(k.deadline), flags(k.hasCleanup, k.answered))
	for _, f := range [...]closure{k.reply, k.reject, k.cleanup} {
		b = appendUint(b, uint64(f.index), uint64(f.env))
	}
	return appendCycles(appendCycles(appendCycles(b, k.cycles), k.execution), k.transmission)
}

func flags(a, b bool) uint64 {
	var n uint64
	if a {
		n |= 1
	}
	if b {
		n |= 2
	}
	return n
}

func appendUint(dst []byte, values ...uint64) []byte {
	for _, v := range values {
		dst = binary.BigEndian.AppendUint64(dst, v)
	}
	return dst
}

func appendBlob(dst, blob []byte) []byte { return append(appendUint(dst, uint64(len(blob))), blob...) }

func appendCycles(dst []byte, n protocol.Cycles) []byte { return appendUint(dst, n.Hi, n.Lo) }
