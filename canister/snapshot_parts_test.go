package canister

import (
	"crypto/sha256"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	m "icsim/canister/management"
	"icsim/canister/wasm"
	"icsim/canister/wasm/wasmtest"
	"icsim/protocol"
)

// download reads a snapshot in slices of a size.
func (s *subnet) download(of protocol.CanisterID, id []byte, size uint64) (meta m.SnapshotMetadata, parts [3][]byte, chunks [][]byte) {
	s.t.Helper()
	about := m.SnapshotOf{Canister: of.Principal(), Snapshot: id}
	s.done(s.manage("read_canister_snapshot_metadata", about), &meta)
	read := func(kind m.ReadKind) []byte {
		var got m.SnapshotData
		s.done(s.manage("read_canister_snapshot_data", m.ReadSnapshotData{SnapshotOf: about, Kind: kind}), &got)
		return got.Chunk
	}
	for i, length := range [...]uint64{meta.ModuleSize, meta.MemorySize, meta.StableSize} {
		for at := uint64(0); at < length; at += size {
			span := &m.Span{Offset: at, Size: min(size, length-at)}
			parts[i] = append(parts[i], read([...]m.ReadKind{{Module: span}, {Memory: span}, {Stable: span}}[i])...)
		}
	}
	for _, k := range meta.Chunks {
		chunks = append(chunks, read(m.ReadKind{Chunk: &k}))
	}
	return meta, parts, chunks
}

// upload makes a snapshot of what was downloaded, last part first.
func (s *subnet) upload(to protocol.CanisterID, meta m.SnapshotMetadata, parts [3][]byte, chunks [][]byte, size int) []byte {
	s.t.Helper()
	about := to.Principal()
	var made m.SnapshotID
	s.done(s.manage("upload_canister_snapshot_metadata", m.UploadSnapshotMetadata{Canister: about, SnapshotShape: meta.SnapshotShape}), &made)
	write := func(kind m.UploadKind, chunk []byte) {
		arg := m.UploadSnapshotData{SnapshotOf: m.SnapshotOf{Canister: about, Snapshot: made.ID}, Kind: kind, Chunk: chunk}
		s.done(s.manage("upload_canister_snapshot_data", arg), nil)
	}
	for i, part := range parts {
		for at := (len(part) - 1) / size * size; at >= 0 && len(part) > 0; at -= size {
			offset := &m.Offset{Offset: uint64(at)}
			write([...]m.UploadKind{{Module: offset}, {Memory: offset}, {Stable: offset}}[i], part[at:min(at+size, len(part))])
		}
	}
	for _, c := range chunks {
		write(m.UploadKind{Chunk: &m.Null{}}, c)
	}
	return made.ID
}

// A snapshot that was downloaded from one canister and uploaded to another makes it the same: from there on the two do the same
// (interface.md B.1).
func TestSnapshotsTravelInParts(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	one, two := protocol.CanisterID(1).Principal(), protocol.CanisterID(2).Principal()
	s.replied("", s.run(1, script{}.do("keep", 7).do("poke", 40_000, 99).do("grow", 1).do("stablegrow", 2).
		do("stablewrite", 70_000, "here").do("certify", "proof").do("ontimer", script{}.do("keep", 8)).do("timer", 1<<62).do("reply")))
	s.done(s.manage("upload_chunk", m.UploadChunk{Canister: one, Chunk: []byte("a chunk")}), nil)
	var taken m.Snapshot
	s.done(s.manage("take_canister_snapshot", m.TakeSnapshot{Canister: one}), &taken)
	was := s.state.find(1)

	meta, parts, chunks := s.download(1, taken.ID, 50_000)
	require.Equal(t, m.LoadSource{Taken: &m.Null{}}, meta.Source)
	require.Equal(t, sha256.Sum256(parts[0]), [32]byte(was.code.hash))
	require.Equal(t, [][]byte{[]byte("a chunk")}, chunks)
	require.Equal(t, uint64(1<<62), *meta.Timer.Active)
	s.replied("", s.run(2, script{}.do("keep", 1).do("stablegrow", 5).do("reply")))
	id := s.upload(2, meta, parts, chunks, 70_001)
	again, sameParts, sameChunks := s.download(2, id, snapshotSlice)
	require.Equal(t, parts, sameParts)
	require.Equal(t, chunks, sameChunks)
	require.Equal(t, m.LoadSource{Uploaded: &m.Null{}}, again.Source)
	require.Equal(t, meta.Globals, again.Globals)
	require.Equal(t, taken.Size, s.state.find(2).snapshots[0].bytes)
	s.done(s.manage("load_canister_snapshot", m.LoadSnapshot{SnapshotOf: m.SnapshotOf{Canister: two, Snapshot: id}}), nil)

	now := s.state.find(2)
	require.Equal(t, was.image.Hash(), now.image.Hash())
	require.Equal(t, was.stable.Hash(), now.stable.Hash())
	require.Equal(t, was.chunks, now.chunks)
	require.Equal(t, []any{was.certified, was.timer, was.warning, was.code.hash}, []any{now.certified, now.timer, now.warning, now.code.hash})
	last := now.history.recent[len(now.history.recent)-1]
	require.Equal(t, m.LoadSource{Uploaded: &m.Null{}}, *last.Details.Load.Source)
	for _, program := range []script{
		script{}.do("kept").do("stableread", 70_000, 4).do("reply"),
		script{}.do("keep", 9).do("stablegrow", 1).do("kept").do("reply"),
		script{}.do("timer", 1).do("reply"), {}, script{}.do("kept").do("reply"),
	} {
		require.Equal(t, s.run(1, program), strip(s.run(2, program), 2, 1))
	}
	require.Equal(t, s.state.find(1).image.Hash(), s.state.find(2).image.Hash())
	require.Equal(t, s.state.find(1).stable.Hash(), s.state.find(2).stable.Hash())
}

// strip lets a status speak of another canister.
func strip(status protocol.IngressStatus, from, to protocol.CanisterID) protocol.IngressStatus {
	if at := "Error from Canister " + from.String(); len(status.Reject.Message) > len(at) {
		status.Reject.Message = "Error from Canister " + to.String() + status.Reject.Message[len(at):]
	}
	return status
}

// Globals keep their bits, whatever they are.
func TestGlobalsTravelWithTheirTypes(t *testing.T) {
	b := &wasmtest.Builder{}
	b.Memory(1, 1)
	bits := []uint64{0xffff_fffe, 1 << 63, uint64(math.Float32bits(-1.5)), 0x7ff8_0000_0000_1234}
	for i, typ := range []wasm.ValueType{wasm.I32, wasm.I64, wasm.F32, wasm.F64} {
		b.Global(typ, bits[i])
	}
	s := newSubnet(t, newExecutor(t), Install{ID: 1, Module: b.Bytes(), Cycles: cyc(trillion)})
	c := s.state.find(1)
	types := s.x.module(c.code).GlobalTypes()
	require.Equal(t, bits, c.image.Globals())
	named := globalsOf(types, bits)
	require.Equal(t, []any{int32(-2), int64(math.MinInt64)}, []any{*named[0].I32, *named[1].I64})
	var read []m.Global
	require.NoError(t, m.Decode(m.Encode(named), &read))
	back, f := bitsOf(types, read)
	require.Nil(t, f)
	require.Equal(t, bits, back)
	_, f = bitsOf(types, named[:3])
	require.ErrorContains(t, f, "3 globals, its module has 4")
	read[1] = m.Global{V128: &m.Nat{Lo: 1}}
	_, f = bitsOf(types, read)
	require.ErrorContains(t, f, "global 1 is not of its module's type")
}

// What does not fit is refused, when it comes or when it is loaded, and changes nothing.
func TestUploadedSnapshotsAreChecked(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	one := protocol.CanisterID(1).Principal()
	for text, shape := range map[string]m.SnapshotShape{
		"wasm_module_size is":   {ModuleSize: maxModuleBytes + 1},
		"wasm_memory_size is":   {MemorySize: 5},
		"stable_memory_size is": {StableSize: 600 << 30},
		"number of globals":     {Globals: make([]m.Global, 1001)},
		"certified_data":        {Certified: make([]byte, 33)},
	} {
		for i := range shape.Globals {
			shape.Globals[i].I32 = new(int32)
		}
		arg := m.UploadSnapshotMetadata{Canister: one, SnapshotShape: shape}
		s.rejected(protocol.CanisterError, "IC0504", text, s.manage("upload_canister_snapshot_metadata", arg))
	}
	var taken m.Snapshot
	s.done(s.manage("take_canister_snapshot", m.TakeSnapshot{Canister: one}), &taken)
	meta, parts, _ := s.download(1, taken.ID, snapshotSlice)
	data := func(id []byte, kind m.UploadKind, chunk []byte) protocol.IngressStatus {
		arg := m.UploadSnapshotData{SnapshotOf: m.SnapshotOf{Canister: one, Snapshot: id}, Kind: kind, Chunk: chunk}
		return s.manage("upload_canister_snapshot_data", arg)
	}
	s.rejected(protocol.CanisterError, "IC0504", "cannot be changed", data(taken.ID, m.UploadKind{Chunk: &m.Null{}}, nil))
	for text, change := range map[string]func(*m.SnapshotMetadata, *[3][]byte){
		"module is not valid":             func(_ *m.SnapshotMetadata, p *[3][]byte) { p[0] = nil },
		"globals, its module has":         func(w *m.SnapshotMetadata, _ *[3][]byte) { w.Globals = w.Globals[1:] },
		"does not fit its module":         func(w *m.SnapshotMetadata, p *[3][]byte) { w.MemorySize, p[1] = 0, nil },
		"on_low_wasm_memory_hook_status":  func(w *m.SnapshotMetadata, _ *[3][]byte) { w.Hook = &m.HookStatus{Ready: &m.Null{}} },
		"global 0 is not of its module's": func(w *m.SnapshotMetadata, _ *[3][]byte) { w.Globals[0] = m.Global{V128: &m.Nat{}} },
	} {
		w, p := meta, parts
		w.Globals = append([]m.Global{}, meta.Globals...)
		change(&w, &p)
		id := s.upload(1, w, p, nil, snapshotSlice)
		about := m.SnapshotOf{Canister: one, Snapshot: id}
		before := atRest(s.state.find(1))
		code := "IC0504"
		if text == "module is not valid" {
			code = "IC0505"
		}
		s.rejected(protocol.CanisterError, code, text, s.manage("load_canister_snapshot", m.LoadSnapshot{SnapshotOf: about}))
		require.Equal(t, before, atRest(s.state.find(1)))
		for _, kind := range []m.UploadKind{{Module: &m.Offset{Offset: w.ModuleSize}}, {Stable: &m.Offset{Offset: 1 << 63}}} {
			s.rejected(protocol.CanisterError, "IC0504", "Invalid subslice", data(id, kind, []byte("x")))
		}
		span := &m.Span{Offset: 1<<64 - 1, Size: 2}
		read := m.ReadSnapshotData{SnapshotOf: about, Kind: m.ReadKind{Module: span}}
		s.rejected(protocol.CanisterError, "IC0504", "Invalid subslice", s.manage("read_canister_snapshot_data", read))
		read.Kind.Module = &m.Span{Size: snapshotSlice + 1}
		s.rejected(protocol.CanisterError, "IC0504", "at most 2000000", s.manage("read_canister_snapshot_data", read))
		s.rejected(protocol.CanisterError, "IC0512", "Only the controllers", s.manageAs(stranger, "read_canister_snapshot_data", read))
		s.done(s.manage("delete_canister_snapshot", about), nil)
	}
}
