package canister

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"icsim/canister/wasm"

	m "icsim/canister/management"
)

const (
	snapshotSlice = 2_000_000 // bytes of a part that is read at once (MAX_SLICE_SIZE_BYTES)
	snapshotPart  = 5_000_000 // instructions of reading or writing one, and one a byte
	maxGlobals    = 1_000     // of a module
)

// An upload is what a snapshot holds that was not taken here: its parts come one by one into what is zero, and make sense together
// once it is loaded. Immutable.
type upload struct {
	module  wasm.Pages // of which size bytes count
	size    uint64
	memory  wasm.Pages
	globals []m.Global
}

func (u *upload) appendTo(b []byte) []byte {
	return appendBlob(appendUint(b, u.size, u.module.Len(), u.memory.Len()), m.Encode(u.globals))
}

func (s *snapshot) source() m.LoadSource {
	if s.upload != nil {
		return m.LoadSource{Uploaded: &m.Null{}}
	}
	return m.LoadSource{Taken: &m.Null{}}
}

// readable gives a snapshot to those who may see it.
func (r *Round) readable(q *request, c *Canister, id []byte) (*snapshot, *fault) {
	if !c.shows(c.shots, q.caller) {
		return nil, c.notController(q.caller)
	}
	i := c.findSnapshot(id)
	if i < 0 {
		return nil, c.noSnapshot(id)
	}
	return c.snapshots[i], nil
}

func (r *Round) readSnapshotMetadata(q *request, c *Canister) ([]byte, *fault) {
	var arg m.SnapshotOf
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	s, f := r.readable(q, c, arg.Snapshot)
	if f == nil {
		f = r.pay(c, r.prices.managing(snapshotPart))
	}
	if f != nil {
		return nil, f
	}
	chunks := []m.ChunkHash{}
	for _, k := range s.chunks {
		chunks = append(chunks, m.ChunkHash{Hash: k.hash[:]})
	}
	reply := m.SnapshotMetadata{
		Source: s.source(), TakenAt: s.taken, Chunks: chunks, Version: s.version,
		SnapshotShape: m.SnapshotShape{
			StableSize: s.stable.Len(), Certified: s.certified, Timer: timerOf(s.timer), Hook: hookOf(s.warning),
		},
	}
	if u := s.upload; u != nil {
		reply.ModuleSize, reply.MemorySize, reply.Globals = u.size, u.memory.Len(), u.globals
	} else {
		reply.ModuleSize, reply.MemorySize = uint64(len(s.code.raw)), s.image.Size()*pageBytes
		reply.Globals = globalsOf(r.executor.module(s.code).GlobalTypes(), s.image.Globals())
	}
	return m.Encode(reply), nil
}

func (r *Round) readSnapshotData(q *request, c *Canister) ([]byte, *fault) {
	var arg m.ReadSnapshotData
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	s, f := r.readable(q, c, arg.Snapshot)
	if f != nil {
		return nil, f
	}
	part, f := s.read(&arg.Kind)
	if f == nil {
		f = r.pay(c, r.prices.managing(snapshotPart+uint64(len(part))))
	}
	if f != nil {
		return nil, f
	}
	return m.Encode(m.SnapshotData{Chunk: part}), nil
}

// read gives a part of a snapshot.
func (s *snapshot) read(kind *m.ReadKind) ([]byte, *fault) {
	switch {
	case kind.Chunk != nil:
		i := slices.IndexFunc(s.chunks, func(k chunk) bool { return bytes.Equal(k.hash[:], kind.Chunk.Hash) })
		if i < 0 {
			return nil, refusal(errSnapshotNotFound, "The snapshot has no chunk with the hash %x.", kind.Chunk.Hash)
		}
		return s.chunks[i].data, nil
	case kind.Module != nil && s.upload == nil:
		return slice(kind.Module, uint64(len(s.code.raw)), func(out []byte, at uint64) { copy(out, s.code.raw[at:]) })
	case kind.Module != nil:
		return slice(kind.Module, s.upload.size, s.upload.module.Read)
	case kind.Stable != nil:
		return slice(kind.Stable, s.stable.Len(), s.stable.Read)
	case s.upload == nil:
		memory := s.image.Memory()
		return slice(kind.Memory, memory.Len(), memory.Read)
	}
	return slice(kind.Memory, s.upload.memory.Len(), s.upload.memory.Read)
}

// slice reads a span of so many bytes.
func slice(of *m.Span, length uint64, read func(out []byte, at uint64)) ([]byte, *fault) {
	switch {
	case of.Size > snapshotSlice:
		return nil, contract("A slice of %d bytes was asked for, at most %d are given at once.", of.Size, snapshotSlice)
	case of.Offset > length || of.Size > length-of.Offset:
		return nil, contract("Invalid subslice into the snapshot's data: offset %d, size %d of %d bytes.", of.Offset, of.Size, length)
	}
	out := make([]byte, of.Size)
	if of.Size > 0 {
		read(out, of.Offset)
	}
	return out, nil
}

// uploadSnapshotMetadata begins a snapshot of which the parts come later. It is as large as it is going to be from now on.
func (r *Round) uploadSnapshotMetadata(q *request, c *Canister) ([]byte, *fault) {
	var arg m.UploadSnapshotMetadata
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	for _, n := range []struct {
		name       string
		size, most uint64
		unit       uint64
	}{
		{"wasm_module_size", arg.ModuleSize, maxModuleBytes, 1},
		{"wasm_memory_size", arg.MemorySize, maxHeap, pageBytes},
		{"stable_memory_size", arg.StableSize, maxStablePages * pageBytes, pageBytes},
		{"the number of globals", uint64(len(arg.Globals)), maxGlobals, 1},
		{"the size of certified_data", uint64(len(arg.Certified)), maxCertifiedBytes, 1},
	} {
		if n.size > n.most || n.size%n.unit != 0 {
			return nil, contract("%s is %d: it may be %d at most, and a multiple of %d.", n.name, n.size, n.most, n.unit)
		}
	}
	s := &snapshot{
		certified: arg.Certified, timer: timerIn(arg.Timer), warning: hookIn(arg.Hook), stable: wasm.Pages{}.Grow(arg.StableSize),
		upload: &upload{
			module: wasm.Pages{}.Grow(roundUp(arg.ModuleSize)), size: arg.ModuleSize, memory: wasm.Pages{}.Grow(arg.MemorySize),
			globals: arg.Globals,
		},
		bytes: arg.ModuleSize + arg.MemorySize + arg.StableSize,
	}
	if f := r.addSnapshot(c, s, arg.Replace, snapshotBaseline); f != nil {
		return nil, f
	}
	return m.Encode(m.SnapshotID{ID: s.id}), nil
}

func roundUp(bytes uint64) uint64 { return (bytes + wasm.PageSize - 1) / wasm.PageSize * wasm.PageSize }

func (r *Round) uploadSnapshotData(q *request, c *Canister) ([]byte, *fault) {
	var arg m.UploadSnapshotData
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	i := c.findSnapshot(arg.Snapshot)
	if i < 0 {
		return nil, c.noSnapshot(arg.Snapshot)
	}
	if c.snapshots[i].upload == nil {
		return nil, contract("The snapshot %x was taken from the canister and cannot be changed.", arg.Snapshot)
	}
	next, f := c.snapshots[i].with(&arg)
	if f == nil {
		f = r.pay(c, r.prices.managing(snapshotPart+uint64(len(arg.Chunk))))
	}
	if grown := next.grown(c.snapshots[i]); f == nil && grown > 0 {
		f = r.reserve(c, grown)
	}
	if f != nil {
		return nil, f
	}
	c.snapshots = slices.Clone(c.snapshots)
	c.snapshots[i] = next
	return m.Encode(nil), nil
}

func (s *snapshot) grown(since *snapshot) uint64 {
	if s == nil {
		return 0
	}
	return s.bytes - since.bytes
}

// with gives the snapshot with a part more.
func (s *snapshot) with(arg *m.UploadSnapshotData) (*snapshot, *fault) {
	next, u := *s, *s.upload
	next.upload = &u
	write := func(to *wasm.Pages, length uint64, at *m.Offset) *fault {
		if n := uint64(len(arg.Chunk)); at.Offset > length || n > length-at.Offset {
			return contract("Invalid subslice into the snapshot's data: offset %d, size %d of %d bytes.", at.Offset, n, length)
		}
		if len(arg.Chunk) > 0 {
			*to = to.Write(at.Offset, arg.Chunk)
		}
		return nil
	}
	switch kind := &arg.Kind; {
	case kind.Module != nil:
		return &next, write(&u.module, u.size, kind.Module)
	case kind.Memory != nil:
		return &next, write(&u.memory, u.memory.Len(), kind.Memory)
	case kind.Stable != nil:
		return &next, write(&next.stable, next.stable.Len(), kind.Stable)
	case len(arg.Chunk) > maxChunkBytes:
		return nil, contract("Wasm chunk size %d exceeds the maximum chunk size of %d.", len(arg.Chunk), maxChunkBytes)
	}
	added := chunk{sha256.Sum256(arg.Chunk), arg.Chunk}
	at, known := slices.BinarySearchFunc(s.chunks, added.hash, chunk.compare)
	switch {
	case known:
		return &next, nil
	case len(s.chunks) >= maxChunks:
		return nil, contract("Chunk store has already reached maximum capacity of %d chunks.", maxChunks)
	}
	next.chunks = slices.Insert(slices.Clone(s.chunks), at, added)
	next.bytes += maxChunkBytes
	return &next, nil
}

// revive makes what a canister is to be out of a snapshot: code and image, timer and warning. An uploaded one has to fit together.
func (r *Round) revive(c *Canister, s *snapshot) (*snapshot, *fault) {
	loaded := &snapshot{code: s.code, image: s.image, timer: &c.timer, warning: &c.warning}
	u := s.upload
	if u == nil {
		return loaded, nil
	}
	raw := make([]byte, u.size)
	if u.size > 0 {
		u.module.Read(raw, 0)
	}
	options := r.executor.options(raw)
	module, err := r.executor.engine.Compile(raw, options)
	if err != nil {
		return nil, &fault{code: errInvalidWasm, text: "The snapshot's Wasm module is not valid: " + err.Error()}
	}
	bits, f := bitsOf(module.GlobalTypes(), u.globals)
	if f != nil {
		return nil, f
	}
	image, err := module.RestoreImage(u.memory, bits)
	if err != nil {
		return nil, contract("The snapshot's main memory does not fit its module: %s", err)
	}
	loaded.code, loaded.image = newCode(raw, options, module), image
	if s.timer != nil {
		loaded.timer = s.timer
	}
	if s.warning != nil {
		if low := c.isLow(u.memory.Len()); low != (*s.warning != memoryAmple) {
			return nil, contract("The snapshot's on_low_wasm_memory_hook_status does not agree with its memory and the canister's settings.")
		}
		loaded.warning = s.warning
	}
	return loaded, nil
}

// globalsOf names the values of globals by their types.
func globalsOf(types []wasm.ValueType, bits []uint64) []m.Global {
	globals := make([]m.Global, len(types))
	for i, n := range bits {
		switch types[i] {
		case wasm.I32:
			v := int32(n)
			globals[i].I32 = &v
		case wasm.I64:
			v := int64(n)
			globals[i].I64 = &v
		case wasm.F32:
			v := m.Float32(n)
			globals[i].F32 = &v
		case wasm.F64:
			v := m.Float64(n)
			globals[i].F64 = &v
		default:
			panic("canister: a mutable global of type " + types[i].String())
		}
	}
	return globals
}

// bitsOf is the inverse, for values that have to be of the types of a module's globals.
func bitsOf(types []wasm.ValueType, globals []m.Global) ([]uint64, *fault) {
	if len(types) != len(globals) {
		return nil, contract("The snapshot has %d globals, its module has %d.", len(globals), len(types))
	}
	bits := make([]uint64, len(types))
	for i, g := range globals {
		switch {
		case g.I32 != nil && types[i] == wasm.I32:
			bits[i] = uint64(uint32(*g.I32))
		case g.I64 != nil && types[i] == wasm.I64:
			bits[i] = uint64(*g.I64)
		case g.F32 != nil && types[i] == wasm.F32:
			bits[i] = uint64(*g.F32)
		case g.F64 != nil && types[i] == wasm.F64:
			bits[i] = uint64(*g.F64)
		default:
			return nil, contract("The snapshot's global %d is not of its module's type, %s.", i, types[i])
		}
	}
	return bits, nil
}

func timerOf(at *uint64) *m.Timer {
	switch {
	case at == nil:
		return nil
	case *at == 0:
		return &m.Timer{Inactive: &m.Null{}}
	}
	return &m.Timer{Active: at}
}

func timerIn(t *m.Timer) *uint64 {
	switch {
	case t == nil:
		return nil
	case t.Active != nil:
		return t.Active
	}
	return new(uint64)
}

func hookOf(w *lowMemory) *m.HookStatus {
	switch {
	case w == nil:
		return nil
	case *w == memoryLow:
		return &m.HookStatus{Ready: &m.Null{}}
	case *w == memoryTold:
		return &m.HookStatus{Executed: &m.Null{}}
	}
	return &m.HookStatus{Unsatisfied: &m.Null{}}
}

func hookIn(h *m.HookStatus) *lowMemory {
	w := memoryAmple
	switch {
	case h == nil:
		return nil
	case h.Ready != nil:
		w = memoryLow
	case h.Executed != nil:
		w = memoryTold
	}
	return &w
}
