package canister

import "icsim/protocol"

// Limits of execution (reference/protocol.md section D; rs/config/src/subnet_config.rs and execution_environment.rs).
const (
	threads = 4 // NUMBER_OF_EXECUTION_THREADS

	// What a round's budget is charged beyond instructions, in instructions.
	overheadExecution = 2_000_000 // each message
	overheadCanister  = 8_000_000 // each canister that a thread turns to
	overheadHosted    = 12_000    // each canister of the subnet, for finalization

	cleanupPercent = 5 // of a callback's limit, kept back for its cleanup

	maxResponseBytes   = 2 << 20  // payload of a replicated response
	maxRemoteBytes     = 2 << 20  // payload of a request to another subnet
	maxLocalBytes      = 10 << 20 // payload of a request within the subnet
	maxRejectBytes     = 8 << 10  // longer reject messages are cut
	maxCertifiedBytes  = 32
	maxPrincipalBytes  = 29
	maxStablePages     = 500 << 30 / pageBytes
	maxGuaranteedSlots = 15 << 30 / maxResponseBytes // guaranteed responses a subnet keeps memory for
	maxCallbacks       = 1_000_000                   // open calls of a subnet, beyond each canister's own
	ownCallbacks       = 50                          // open calls a canister may always have
	requestLifetime    = protocol.Time(300e9)        // of a guaranteed request in an output queue
	maxBestEffort      = 300                         // seconds until a best-effort call's deadline
	maxCanisters       = 120_000                     // of a subnet
	pageBytes          = 1 << 16
	freezingThreshold  = 30 * 24 * 3600 // seconds
	chargeInterval     = protocol.Time(10e9)
)

// roundLimits differ between application and system subnets. Instructions and bytes.
type roundLimits struct {
	round   uint64 // instructions, as are the next three
	slice   uint64
	message uint64
	install uint64

	memory     uint64 // bytes of the subnet
	reserving  uint64 // bytes in use from which on storage is reserved
	delta      uint64 // bytes of pages written between two checkpoints; no canister runs beyond it
	deltaShare uint64 // of a canister, a round; 0: as much as it likes
}

func limitsOf(system bool) roundLimits {
	l := roundLimits{
		round: 4e9, slice: 2e9, message: 40e9, install: 300e9,
		memory: 2 << 40, reserving: 750 << 30, delta: 140 << 30, deltaShare: 75 << 20,
	}
	if system {
		l.round, l.message, l.install = 7e9, 50e9, 1_000e9
		l.delta, l.deltaShare = 10*l.delta, 0
	}
	return l
}
