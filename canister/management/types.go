package management

import "icsim/crypto/principal"

// CanisterID is the argument of the many methods that take nothing else, and the reply of those that create.
type CanisterID struct {
	Canister principal.ID `candid:"canister_id"`
}

// Settings are the changes that a call asks for; none means unchanged, or the default for a new canister.
type Settings struct {
	Controllers         *[]principal.ID        `candid:"controllers"`
	ComputeAllocation   *Nat                   `candid:"compute_allocation"` // percent
	MemoryAllocation    *Nat                   `candid:"memory_allocation"`  // bytes
	FreezingThreshold   *Nat                   `candid:"freezing_threshold"` // seconds
	ReservedCyclesLimit *Nat                   `candid:"reserved_cycles_limit"`
	MinimumIncoming     *Nat                   `candid:"minimum_incoming_canister_call_cycles"`
	LogVisibility       *Visibility            `candid:"log_visibility"`
	LogMemoryLimit      *Nat                   `candid:"log_memory_limit"` // bytes
	SnapshotVisibility  *Visibility            `candid:"snapshot_visibility"`
	StatusVisibility    *Visibility            `candid:"status_visibility"`
	WasmMemoryLimit     *Nat                   `candid:"wasm_memory_limit"`     // bytes
	WasmMemoryThreshold *Nat                   `candid:"wasm_memory_threshold"` // bytes
	Environment         *[]EnvironmentVariable `candid:"environment_variables"`
}

// Definite are all settings of a canister.
type Definite struct {
	Controllers         []principal.ID        `candid:"controllers"`
	ComputeAllocation   Nat                   `candid:"compute_allocation"`
	MemoryAllocation    Nat                   `candid:"memory_allocation"`
	FreezingThreshold   Nat                   `candid:"freezing_threshold"`
	ReservedCyclesLimit Nat                   `candid:"reserved_cycles_limit"`
	MinimumIncoming     Nat                   `candid:"minimum_incoming_canister_call_cycles"`
	LogVisibility       Visibility            `candid:"log_visibility"`
	LogMemoryLimit      Nat                   `candid:"log_memory_limit"`
	SnapshotVisibility  Visibility            `candid:"snapshot_visibility"`
	StatusVisibility    Visibility            `candid:"status_visibility"`
	WasmMemoryLimit     Nat                   `candid:"wasm_memory_limit"`
	WasmMemoryThreshold Nat                   `candid:"wasm_memory_threshold"`
	Environment         []EnvironmentVariable `candid:"environment_variables"`
}

// A Visibility says who may look.
type Visibility struct {
	Variant
	Controllers *Null           `candid:"controllers"`
	Public      *Null           `candid:"public"`
	Viewers     *[]principal.ID `candid:"allowed_viewers"` // and controllers
}

// An EnvironmentVariable is one that ic0.env_var_* tells.
type EnvironmentVariable struct {
	Name  string `candid:"name"`
	Value string `candid:"value"`
}

// CreateCanister is the argument of create_canister.
type CreateCanister struct {
	Settings      *Settings `candid:"settings"`
	SenderVersion *uint64   `candid:"sender_canister_version"`
}

// ProvisionalCreate is the argument of provisional_create_canister_with_cycles.
type ProvisionalCreate struct {
	Amount        *Nat          `candid:"amount"`
	Settings      *Settings     `candid:"settings"`
	Specified     *principal.ID `candid:"specified_id"`
	SenderVersion *uint64       `candid:"sender_canister_version"`
}

// ProvisionalTopUp is the argument of provisional_top_up_canister.
type ProvisionalTopUp struct {
	Canister principal.ID `candid:"canister_id"`
	Amount   Nat          `candid:"amount"`
}

// UpdateSettings is the argument of update_settings.
type UpdateSettings struct {
	Canister      principal.ID `candid:"canister_id"`
	Settings      Settings     `candid:"settings"`
	SenderVersion *uint64      `candid:"sender_canister_version"`
}

// RenameCanister is the argument of rename_canister.
type RenameCanister struct {
	Canister      principal.ID `candid:"canister_id"`
	To            RenameTo     `candid:"rename_to"`
	By            principal.ID `candid:"requested_by"` // who asked the caller for it
	SenderVersion *uint64      `candid:"sender_canister_version"`
}

// UninstallCode is the argument of uninstall_code.
type UninstallCode struct {
	Canister      principal.ID `candid:"canister_id"`
	SenderVersion *uint64      `candid:"sender_canister_version"`
}

// InstallMode says what becomes of what was there.
type InstallMode struct {
	Variant
	Install   *Null     `candid:"install"`
	Reinstall *Null     `candid:"reinstall"`
	Upgrade   **Upgrade `candid:"upgrade"` // opt record
}

// Upgrade are the options of an upgrade.
type Upgrade struct {
	SkipPreUpgrade *bool        `candid:"skip_pre_upgrade"`
	Persistence    *Persistence `candid:"wasm_memory_persistence"`
}

// Persistence says whether an upgrade keeps the main memory.
type Persistence struct {
	Variant
	Keep    *Null `candid:"keep"`
	Replace *Null `candid:"replace"`
}

// InstallCode is the argument of install_code.
type InstallCode struct {
	Mode          InstallMode  `candid:"mode"`
	Canister      principal.ID `candid:"canister_id"`
	Module        []byte       `candid:"wasm_module"`
	Arg           []byte       `candid:"arg"`
	SenderVersion *uint64      `candid:"sender_canister_version"`
}

// InstallChunkedCode is the argument of install_chunked_code.
type InstallChunkedCode struct {
	Mode          InstallMode   `candid:"mode"`
	Canister      principal.ID  `candid:"target_canister"`
	Store         *principal.ID `candid:"store_canister"`
	Chunks        []ChunkHash   `candid:"chunk_hashes_list"`
	ModuleHash    []byte        `candid:"wasm_module_hash"`
	Arg           []byte        `candid:"arg"`
	SenderVersion *uint64       `candid:"sender_canister_version"`
}

// UploadChunk is the argument of upload_chunk.
type UploadChunk struct {
	Canister principal.ID `candid:"canister_id"`
	Chunk    []byte       `candid:"chunk"`
}

// ChunkHash names a stored chunk: SHA-256.
type ChunkHash struct {
	Hash []byte `candid:"hash"`
}

// CanisterInfo is the argument of canister_info.
type CanisterInfo struct {
	Canister principal.ID `candid:"canister_id"`
	Changes  *uint64      `candid:"num_requested_changes"`
}

// CanisterInfoReply is the reply of canister_info.
type CanisterInfoReply struct {
	Total       uint64         `candid:"total_num_changes"`
	Recent      []Change       `candid:"recent_changes"`
	ModuleHash  *[]byte        `candid:"module_hash"`
	Controllers []principal.ID `candid:"controllers"`
}

// CanisterMetadata is the argument of canister_metadata.
type CanisterMetadata struct {
	Canister principal.ID `candid:"canister_id"`
	Name     string       `candid:"name"`
}

// CanisterMetadataReply is the reply of canister_metadata.
type CanisterMetadataReply struct {
	Value []byte `candid:"value"`
}

// NodeMetricsHistory is the argument of node_metrics_history.
type NodeMetricsHistory struct {
	Subnet principal.ID `candid:"subnet_id"`
	Start  uint64       `candid:"start_at_timestamp_nanos"`
}

// SubnetInfo is the argument of subnet_info, and the subnet in those of other methods that are about one.
type SubnetInfo struct {
	Subnet principal.ID `candid:"subnet_id"`
}

// SubnetInfoReply is the reply of subnet_info.
type SubnetInfoReply struct {
	Replica  string `candid:"replica_version"`
	Registry uint64 `candid:"registry_version"`
}

// NodeMetricsSample is one day of a subnet's nodes.
type NodeMetricsSample struct {
	Timestamp uint64        `candid:"timestamp_nanos"`
	Nodes     []NodeMetrics `candid:"node_metrics"`
}

// NodeMetrics counts the blocks that a node made, and failed to make.
type NodeMetrics struct {
	Node   principal.ID `candid:"node_id"`
	Blocks uint64       `candid:"num_blocks_proposed_total"`
	Failed uint64       `candid:"num_block_failures_total"`
}

// LogsReply is the reply of fetch_canister_logs.
type LogsReply struct {
	Records []LogRecord `candid:"canister_log_records"`
}

// LogRecord is one line of a canister's log.
type LogRecord struct {
	Index     uint64 `candid:"idx"`
	Timestamp uint64 `candid:"timestamp_nanos"`
	Content   []byte `candid:"content"`
}
