package management

import "icsim/crypto/principal"

// StatusReply is the reply of canister_status.
type StatusReply struct {
	Status         Status        `candid:"status"`
	Ready          bool          `candid:"ready_for_migration"`
	Version        uint64        `candid:"version"`
	Settings       Definite      `candid:"settings"`
	ModuleHash     *[]byte       `candid:"module_hash"`
	MemorySize     Nat           `candid:"memory_size"`
	Memory         MemoryMetrics `candid:"memory_metrics"`
	Cycles         Nat           `candid:"cycles"`
	Reserved       Nat           `candid:"reserved_cycles"`
	IdleBurnPerDay Nat           `candid:"idle_cycles_burned_per_day"`
	Queries        QueryStats    `candid:"query_stats"`
}

// MetricsReply is the reply of canister_metrics.
type MetricsReply struct {
	Consumed CyclesConsumed `candid:"cycles_consumed"`
}

// CyclesConsumed are the cycles that a canister has consumed, by use.
type CyclesConsumed struct {
	Memory       Nat `candid:"memory"`
	Compute      Nat `candid:"compute_allocation"`
	Ingress      Nat `candid:"ingress_induction"`
	Instructions Nat `candid:"instructions"`
	Transmission Nat `candid:"request_and_response_transmission"`
	Uninstall    Nat `candid:"uninstall"`
	Creation     Nat `candid:"canister_creation"`
	Outcalls     Nat `candid:"http_outcalls"`
	Burned       Nat `candid:"burned_cycles"`
}

// Status is where a canister is in its life.
type Status struct {
	Variant
	Running  *Null `candid:"running"`
	Stopping *Null `candid:"stopping"`
	Stopped  *Null `candid:"stopped"`
}

// MemoryMetrics are bytes, by what they hold.
type MemoryMetrics struct {
	Wasm     Nat `candid:"wasm_memory_size"`
	Stable   Nat `candid:"stable_memory_size"`
	Global   Nat `candid:"global_memory_size"`
	Binary   Nat `candid:"wasm_binary_size"`
	Sections Nat `candid:"custom_sections_size"`
	History  Nat `candid:"canister_history_size"`
	Chunks   Nat `candid:"wasm_chunk_store_size"`
	Snapshot Nat `candid:"snapshots_size"`
	Log      Nat `candid:"log_memory_store_size"`
}

// QueryStats count non-replicated queries.
type QueryStats struct {
	Calls         Nat `candid:"num_calls_total"`
	Instructions  Nat `candid:"num_instructions_total"`
	RequestBytes  Nat `candid:"request_payload_bytes_total"`
	ResponseBytes Nat `candid:"response_payload_bytes_total"`
}

// A Change is an entry of a canister's history.
type Change struct {
	Timestamp uint64  `candid:"timestamp_nanos"`
	Version   uint64  `candid:"canister_version"` // after it
	Origin    Origin  `candid:"origin"`
	Details   Details `candid:"details"`
}

// An Origin is who made a change.
type Origin struct {
	Variant
	User     *FromUser     `candid:"from_user"`
	Canister *FromCanister `candid:"from_canister"`
}

// FromUser names a user.
type FromUser struct {
	User principal.ID `candid:"user_id"`
}

// FromCanister names a canister, with its version when it called if it told.
type FromCanister struct {
	Canister principal.ID `candid:"canister_id"`
	Version  *uint64      `candid:"canister_version"`
}

// Details say what a change was.
type Details struct {
	Variant
	Creation    *Controllers `candid:"creation"`
	Uninstall   *Null        `candid:"code_uninstall"`
	Deployment  *Deployment  `candid:"code_deployment"`
	Controllers *Controllers `candid:"controllers_change"`
	Load        *Load        `candid:"load_snapshot"`
	Rename      *Rename      `candid:"rename_canister"`
}

// Rename is what a canister was before it went on under the id of another.
type Rename struct {
	Canister principal.ID `candid:"canister_id"`
	Total    uint64       `candid:"total_num_changes"`
	To       RenameTo     `candid:"rename_to"`
	By       principal.ID `candid:"requested_by"`
}

// RenameTo is what the other was: its id, version, and how many changes its history had.
type RenameTo struct {
	Canister principal.ID `candid:"canister_id"`
	Version  uint64       `candid:"version"`
	Total    uint64       `candid:"total_num_changes"`
}

// Controllers are those after a change.
type Controllers struct {
	Controllers []principal.ID `candid:"controllers"`
}

// Deployment is an installation of code.
type Deployment struct {
	Mode       DeploymentMode `candid:"mode"`
	ModuleHash []byte         `candid:"module_hash"`
}

// DeploymentMode is the mode of an installation, without options.
type DeploymentMode struct {
	Variant
	Install   *Null `candid:"install"`
	Reinstall *Null `candid:"reinstall"`
	Upgrade   *Null `candid:"upgrade"`
}

// Load is the loading of a snapshot.
type Load struct {
	Version  uint64      `candid:"canister_version"` // when it was taken
	Snapshot []byte      `candid:"snapshot_id"`
	TakenAt  uint64      `candid:"taken_at_timestamp"`
	Source   *LoadSource `candid:"source"`
}

// LoadSource is where a snapshot came from.
type LoadSource struct {
	Variant
	Taken    *Null `candid:"taken_from_canister"`
	Uploaded *Null `candid:"metadata_upload"`
}
