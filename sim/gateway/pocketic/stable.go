package pocketic

import (
	"bytes"
	"context"
	"encoding/hex"

	"icsim/canister/management"
	"icsim/crypto/principal"
)

// getStableMemory reads a canister's stable memory.
func (i *instance) getStableMemory(_ context.Context, body []byte) (any, error) {
	id, s, info, err := i.canister(body)
	if err != nil {
		return nil, err
	}
	if info.MemoryBytes > maxBlob {
		return nil, bad("the stable memory of %s may have more than %d bytes", id, maxBlob)
	}
	memory, _ := s.StableMemory(id)
	return struct {
		Blob []byte `json:"blob"`
	}{memory}, nil
}

// setStableMemory gives a canister a blob as its stable memory, as one of its controllers would: what the canister is goes, by parts,
// into a snapshot that has the blob in the memory's place, and the canister is loaded from it.
//
// Model: the canister pays for it, and its version and history show it. One without a module or controllers has no such way.
func (i *instance) setStableMemory(ctx context.Context, body []byte) (any, error) {
	var arg struct {
		Blob []byte `json:"blob_id"`
	}
	if err := decode(body, &arg); err != nil {
		return nil, err
	}
	id, _, info, err := i.canister(body)
	if err != nil {
		return nil, err
	}
	content, ok := i.blob(hex.EncodeToString(arg.Blob))
	switch {
	case !ok:
		return nil, missing("there is no blob %x", arg.Blob)
	case len(info.Controllers) == 0:
		return nil, unsupported("setting the stable memory of canister %s, which has no controller", id)
	}
	t := &transplant{instance: i, ctx: ctx, canister: id.Principal(), as: info.Controllers[0]}
	return nil, t.do(content)
}

// A transplant gives a canister other stable memory.
type transplant struct {
	*instance
	ctx      context.Context
	canister principal.ID
	as       principal.ID
	from, to management.SnapshotOf
}

const (
	part     = 1 << 20 // bytes of a snapshot that go in one message
	pageSize = 64 << 10
)

func (t *transplant) do(content []byte) error {
	var taken management.Snapshot
	if err := t.ask("take_canister_snapshot", management.TakeSnapshot{Canister: t.canister}, &taken); err != nil {
		return err
	}
	t.from = management.SnapshotOf{Canister: t.canister, Snapshot: taken.ID}
	defer t.drop(t.from)
	var meta management.SnapshotMetadata
	err := t.ask("read_canister_snapshot_metadata", t.from, &meta)
	if err != nil {
		return err
	}
	shape := meta.SnapshotShape
	shape.StableSize = uint64((len(content) + pageSize - 1) / pageSize * pageSize)
	var made management.SnapshotID
	err = t.ask("upload_canister_snapshot_metadata", management.UploadSnapshotMetadata{Canister: t.canister, SnapshotShape: shape}, &made)
	if err != nil {
		return err
	}
	t.to = management.SnapshotOf{Canister: t.canister, Snapshot: made.ID}
	defer t.drop(t.to)
	if err := t.fill(&meta, content); err != nil {
		return err
	}
	return t.ask("load_canister_snapshot", management.LoadSnapshot{SnapshotOf: t.to}, nil)
}

// fill brings the parts of the new snapshot together.
func (t *transplant) fill(meta *management.SnapshotMetadata, content []byte) error {
	err := t.copy(meta.ModuleSize,
		func(s management.Span) management.ReadKind { return management.ReadKind{Module: &s} },
		func(o management.Offset) management.UploadKind { return management.UploadKind{Module: &o} })
	if err != nil {
		return err
	}
	err = t.copy(meta.MemorySize,
		func(s management.Span) management.ReadKind { return management.ReadKind{Memory: &s} },
		func(o management.Offset) management.UploadKind { return management.UploadKind{Memory: &o} })
	if err != nil {
		return err
	}
	for i := range meta.Chunks {
		chunk, err := t.read(management.ReadKind{Chunk: &meta.Chunks[i]})
		if err != nil {
			return err
		}
		if err := t.write(management.UploadKind{Chunk: &management.Null{}}, chunk); err != nil {
			return err
		}
	}
	for at := 0; at < len(content); at += part {
		kind := management.UploadKind{Stable: &management.Offset{Offset: uint64(at)}}
		if err := t.write(kind, content[at:min(at+part, len(content))]); err != nil {
			return err
		}
	}
	return nil
}

// copy takes what is not zero from one snapshot to the other.
func (t *transplant) copy(
	size uint64, from func(management.Span) management.ReadKind, to func(management.Offset) management.UploadKind,
) error {
	for at := uint64(0); at < size; at += part {
		chunk, err := t.read(from(management.Span{Offset: at, Size: min(part, size-at)}))
		if err != nil {
			return err
		}
		if err := t.write(to(management.Offset{Offset: at}), chunk); err != nil {
			return err
		}
	}
	return nil
}

func (t *transplant) read(kind management.ReadKind) ([]byte, error) {
	var got management.SnapshotData
	err := t.ask("read_canister_snapshot_data", management.ReadSnapshotData{SnapshotOf: t.from, Kind: kind}, &got)
	return got.Chunk, err
}

// write leaves out what is zero: so is what it would go into.
func (t *transplant) write(kind management.UploadKind, chunk []byte) error {
	if kind.Chunk == nil && len(bytes.Trim(chunk, "\x00")) == 0 {
		return nil
	}
	return t.ask("upload_canister_snapshot_data", management.UploadSnapshotData{SnapshotOf: t.to, Kind: kind, Chunk: chunk}, nil)
}

func (t *transplant) ask(method string, arg, reply any) error {
	return t.manage(t.ctx, t.as, method, arg, reply)
}

func (t *transplant) drop(snapshot management.SnapshotOf) {
	_ = t.ask("delete_canister_snapshot", snapshot, nil)
}
