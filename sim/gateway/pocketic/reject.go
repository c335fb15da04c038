package pocketic

import "icsim/protocol"

// A reject is a negative answer; codes are the names that they have in the replica.
type reject struct {
	Code      string `json:"reject_code"`
	Message   string `json:"reject_message"`
	Error     string `json:"error_code"`
	Certified bool   `json:"certified"`
}

func rejectOf(r protocol.Reject, certified bool) *reject {
	return &reject{Code: rejectCode(r.Code), Message: r.Message, Error: errorCode(r), Certified: certified}
}

func rejectCode(c protocol.RejectCode) string {
	switch c {
	case protocol.SysFatal:
		return "SysFatal"
	case protocol.SysTransient:
		return "SysTransient"
	case protocol.DestinationInvalid:
		return "DestinationInvalid"
	case protocol.CanisterReject:
		return "CanisterReject"
	case protocol.CanisterError:
		return "CanisterError"
	}
	return "SysUnknown"
}

// errorCode gives the name of an error code such as IC0503 (rs/types/error_types/src/lib.rs, ErrorCode). A reject without one is what
// a canister said itself, or as good as that.
func errorCode(r protocol.Reject) string {
	if name, ok := errorNames()[r.Error]; ok {
		return name
	}
	switch r.Code {
	case protocol.SysFatal:
		return "SubnetOversubscribed"
	case protocol.SysTransient:
		return "CertifiedStateUnavailable"
	case protocol.DestinationInvalid:
		return "CanisterNotFound"
	case protocol.CanisterError:
		return "CanisterCalledTrap"
	case protocol.SysUnknown:
		return "DeadlineExpired"
	}
	return "CanisterRejectedMessage"
}

func errorNames() map[string]string {
	return map[string]string{
		"IC0101": "SubnetOversubscribed", "IC0102": "MaxNumberOfCanistersReached",
		"IC0201": "CanisterQueueFull", "IC0202": "IngressMessageTimeout", "IC0203": "CanisterQueueNotEmpty",
		"IC0204": "IngressHistoryFull", "IC0205": "CanisterIdAlreadyExists", "IC0206": "StopCanisterRequestTimeout",
		"IC0207": "CanisterOutOfCycles", "IC0208": "CertifiedStateUnavailable", "IC0209": "CanisterInstallCodeRateLimited",
		"IC0210": "CanisterHeapDeltaRateLimited", "IC0301": "CanisterNotFound", "IC0305": "CanisterSnapshotNotFound",
		"IC0402": "InsufficientMemoryAllocation", "IC0403": "InsufficientCyclesForCreateCanister", "IC0404": "SubnetNotFound",
		"IC0405": "CanisterNotHostedBySubnet", "IC0406": "CanisterRejectedMessage", "IC0407": "UnknownManagementMessage",
		"IC0408": "InvalidManagementPayload", "IC0409": "CanisterSnapshotImmutable", "IC0410": "InvalidSubnetAdmin",
		"IC0502": "CanisterTrapped", "IC0503": "CanisterCalledTrap", "IC0504": "CanisterContractViolation",
		"IC0505": "CanisterInvalidWasm", "IC0506": "CanisterDidNotReply", "IC0507": "CanisterOutOfMemory",
		"IC0508": "CanisterStopped", "IC0509": "CanisterStopping", "IC0510": "CanisterNotStopped",
		"IC0511": "CanisterStoppingCancelled", "IC0512": "CanisterInvalidController", "IC0513": "CanisterFunctionNotFound",
		"IC0514": "CanisterNonEmpty", "IC0517": "QueryCallGraphLoopDetected", "IC0520": "InsufficientCyclesInCall",
		"IC0521": "CanisterWasmEngineError", "IC0522": "CanisterInstructionLimitExceeded",
		"IC0524": "CanisterMemoryAccessLimitExceeded", "IC0525": "QueryCallGraphTooDeep",
		"IC0526": "QueryCallGraphTotalInstructionLimitExceeded", "IC0527": "CompositeQueryCalledInReplicatedMode",
		"IC0528": "QueryTimeLimitExceeded", "IC0529": "QueryCallGraphInternal",
		"IC0530": "InsufficientCyclesInComputeAllocation", "IC0531": "InsufficientCyclesInMemoryAllocation",
		"IC0532": "InsufficientCyclesInMemoryGrow", "IC0533": "ReservedCyclesLimitExceededInMemoryAllocation",
		"IC0534": "ReservedCyclesLimitExceededInMemoryGrow", "IC0535": "InsufficientCyclesInMessageMemoryGrow",
		"IC0536": "CanisterMethodNotFound", "IC0537": "CanisterWasmModuleNotFound", "IC0538": "CanisterAlreadyInstalled",
		"IC0539": "CanisterWasmMemoryLimitExceeded", "IC0540": "ReservedCyclesLimitIsTooLow",
		"IC0541": "CanisterInvalidControllerOrSubnetAdmin", "IC0601": "DeadlineExpired", "IC0602": "ResponseDropped",
	}
}
