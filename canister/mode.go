package canister

// A mode is the way in which a module was entered; it decides which system calls are allowed. Modes are bits, so
// that the table of system calls can name sets of them (interface.md A.1, whose letters these are).
type mode uint16

const (
	modeInit            mode = 1 << iota // I: canister_init, canister_post_upgrade
	modePreUpgrade                       // G
	modeUpdate                           // U
	modeReplicatedQuery                  // RQ
	modeQuery                            // NRQ
	modeTransform                        // TQ
	modeComposite                        // CQ
	modeReply                            // Ry
	modeReject                           // Rt
	modeCompositeReply                   // CRy
	modeCompositeReject                  // CRt
	modeCleanup                          // C
	modeCompositeClean                   // CC
	modeInspect                          // F
	modeTask                             // T: heartbeat, global timer
	modeStart                            // s

	anyMode      = modeStart - 1 // *
	anyOrStart   = anyMode | modeStart
	nonCallbacks = modeUpdate | modeReplicatedQuery | modeQuery | modeTransform | modeComposite
	callbacks    = modeReply | modeReject | modeCompositeReply | modeCompositeReject
	callers      = modeUpdate | modeComposite | callbacks | modeTask                          // may make calls
	payers       = modeUpdate | modeReply | modeReject | modeTask                             // may send and make cycles
	paid         = modeUpdate | modeReplicatedQuery | modeReply | modeReject                  // may take cycles
	repliers     = nonCallbacks | callbacks                                                   // may answer
	certifiers   = modeInit | modePreUpgrade | modeUpdate | modeReply | modeReject | modeTask // may certify data
	informed     = modeUpdate | modeReplicatedQuery | modeQuery | modeComposite | callbacks
	unreplicated = modeQuery | modeTransform | modeComposite | modeCompositeReply | modeCompositeReject | modeCompositeClean | modeInspect
)

// String gives the mode's name in error messages.
func (m mode) String() string {
	switch m {
	case modeInit:
		return "init"
	case modePreUpgrade:
		return "pre upgrade"
	case modeUpdate:
		return "update"
	case modeReplicatedQuery:
		return "replicated query"
	case modeQuery:
		return "non replicated query"
	case modeTransform:
		return "transform"
	case modeComposite:
		return "composite query"
	case modeReply, modeCompositeReply:
		return "reply callback"
	case modeReject, modeCompositeReject:
		return "reject callback"
	case modeCleanup, modeCompositeClean:
		return "cleanup"
	case modeInspect:
		return "inspect message"
	case modeTask:
		return "system task"
	}
	return "start"
}
