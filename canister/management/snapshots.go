package management

import "icsim/crypto/principal"

// TakeSnapshot is the argument of take_canister_snapshot.
type TakeSnapshot struct {
	Canister      principal.ID `candid:"canister_id"`
	Replace       *[]byte      `candid:"replace_snapshot"`
	UninstallCode *bool        `candid:"uninstall_code"`
	SenderVersion *uint64      `candid:"sender_canister_version"`
}

// SnapshotOf says which snapshot of which canister. It is the argument of delete_canister_snapshot and read_canister_snapshot_metadata, and
// the head of others.
type SnapshotOf struct {
	Canister principal.ID `candid:"canister_id"`
	Snapshot []byte       `candid:"snapshot_id"`
}

// LoadSnapshot is the argument of load_canister_snapshot.
type LoadSnapshot struct {
	SnapshotOf
	SenderVersion *uint64 `candid:"sender_canister_version"`
}

// Snapshot is what take and list tell of one.
type Snapshot struct {
	ID      []byte `candid:"id"`
	TakenAt uint64 `candid:"taken_at_timestamp"` // Unix nanoseconds
	Size    uint64 `candid:"total_size"`         // bytes
}

// A SnapshotShape is what a snapshot's metadata tells whether it is read or uploaded. Sizes are bytes.
type SnapshotShape struct {
	ModuleSize uint64      `candid:"wasm_module_size"`
	Globals    []Global    `candid:"globals"`
	MemorySize uint64      `candid:"wasm_memory_size"`
	StableSize uint64      `candid:"stable_memory_size"`
	Certified  []byte      `candid:"certified_data"`
	Timer      *Timer      `candid:"global_timer"`
	Hook       *HookStatus `candid:"on_low_wasm_memory_hook_status"`
}

// SnapshotMetadata is the reply of read_canister_snapshot_metadata.
type SnapshotMetadata struct {
	SnapshotShape
	Source  LoadSource  `candid:"source"`
	TakenAt uint64      `candid:"taken_at_timestamp"`
	Chunks  []ChunkHash `candid:"wasm_chunk_store"`
	Version uint64      `candid:"canister_version"`
}

// UploadSnapshotMetadata is the argument of upload_canister_snapshot_metadata.
type UploadSnapshotMetadata struct {
	SnapshotShape
	Canister principal.ID `candid:"canister_id"`
	Replace  *[]byte      `candid:"replace_snapshot"`
}

// SnapshotID is the reply of upload_canister_snapshot_metadata.
type SnapshotID struct {
	ID []byte `candid:"snapshot_id"`
}

// A Global is the value of a mutable global, in the order in which the module defines them.
type Global struct {
	Variant
	I32  *int32   `candid:"i32"`
	I64  *int64   `candid:"i64"`
	F32  *Float32 `candid:"f32"`
	F64  *Float64 `candid:"f64"`
	V128 *Nat     `candid:"v128"`
}

// A Timer is a global timer.
type Timer struct {
	Variant
	Inactive *Null   `candid:"inactive"`
	Active   *uint64 `candid:"active"` // Unix nanoseconds
}

// A HookStatus says whether canister_on_low_wasm_memory is to run.
type HookStatus struct {
	Variant
	Unsatisfied *Null `candid:"condition_not_satisfied"`
	Ready       *Null `candid:"ready"`
	Executed    *Null `candid:"executed"`
}

// ReadSnapshotData is the argument of read_canister_snapshot_data.
type ReadSnapshotData struct {
	SnapshotOf
	Kind ReadKind `candid:"kind"`
}

// A ReadKind says what to read.
type ReadKind struct {
	Variant
	Module *Span      `candid:"wasm_module"`
	Memory *Span      `candid:"wasm_memory"`
	Stable *Span      `candid:"stable_memory"`
	Chunk  *ChunkHash `candid:"wasm_chunk"`
}

// A Span is some bytes.
type Span struct {
	Offset uint64 `candid:"offset"`
	Size   uint64 `candid:"size"`
}

// SnapshotData is the reply of read_canister_snapshot_data.
type SnapshotData struct {
	Chunk []byte `candid:"chunk"`
}

// UploadSnapshotData is the argument of upload_canister_snapshot_data.
type UploadSnapshotData struct {
	SnapshotOf
	Kind  UploadKind `candid:"kind"`
	Chunk []byte     `candid:"chunk"`
}

// An UploadKind says where the bytes go.
type UploadKind struct {
	Variant
	Module *Offset `candid:"wasm_module"`
	Memory *Offset `candid:"wasm_memory"`
	Stable *Offset `candid:"stable_memory"`
	Chunk  *Null   `candid:"wasm_chunk"`
}

// An Offset is where bytes begin.
type Offset struct {
	Offset uint64 `candid:"offset"`
}
