package canister

import (
	"fmt"

	"icsim/canister/wasm"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// The specification's error codes (interface.md section C; rs/types/error_types). The first digit is the reject code.
const (
	errSubnetOversubscribed  = "IC0101"
	errMaxCanisters          = "IC0102"
	errIngressTimeout        = "IC0202"
	errQueueNotEmpty         = "IC0203"
	errIDExists              = "IC0205"
	errStopTimeout           = "IC0206"
	errOutOfCycles           = "IC0207"
	errInstallRateLimited    = "IC0209"
	errDeltaRateLimited      = "IC0210"
	errCanisterNotFound      = "IC0301"
	errSnapshotNotFound      = "IC0305"
	errInsufficientForCreate = "IC0403"
	errNotHosted             = "IC0405"
	errRejectedMessage       = "IC0406"
	errUnknownManagement     = "IC0407"
	errInvalidManagement     = "IC0408"
	errTrapped               = "IC0502"
	errCalledTrap            = "IC0503"
	errContractViolation     = "IC0504"
	errInvalidWasm           = "IC0505"
	errDidNotReply           = "IC0506"
	errStopped               = "IC0508"
	errStopping              = "IC0509"
	errNotStopped            = "IC0510"
	errStoppingCancelled     = "IC0511"
	errInvalidController     = "IC0512"
	errFunctionNotFound      = "IC0513"
	errInsufficientInCall    = "IC0520"
	errInstructionLimit      = "IC0522"
	errQueryTooDeep          = "IC0525"
	errQueryInstructions     = "IC0526"
	errCompositeReplicated   = "IC0527"
	errCyclesCompute         = "IC0530"
	errCyclesMemoryGrow      = "IC0532"
	errReservedLimit         = "IC0534"
	errMethodNotFound        = "IC0536"
	errNoModule              = "IC0537"
	errAlreadyInstalled      = "IC0538"
	errHeapLimit             = "IC0539"
	errReservedLimitTooLow   = "IC0540"
	errDeadlineExpired       = "IC0601"
)

// A fault is why a call failed, before it is told to the caller.
type fault struct {
	code  string // IC…; its first digit is the reject code
	text  string
	whole bool // the text names the canister itself
}

func (f *fault) Error() string { return f.text }

// reject is what the caller hears, with the canister that failed.
func (f *fault) reject(id protocol.CanisterID) protocol.Reject {
	if f.whole {
		return f.bare(f.text)
	}
	return f.bare(fmt.Sprintf("Error from Canister %s: %s", id, f.text))
}

// bare is a reject with the fault's codes and a text of its own.
func (f *fault) bare(text string) protocol.Reject {
	return protocol.Reject{Code: protocol.RejectCode(f.code[len("IC0")] - '0'), Message: cutText(text, maxRejectBytes), Error: f.code}
}

// refusal is a fault of the system's own, not in a canister: its text stands for itself.
func refusal(code, format string, args ...any) *fault {
	return &fault{code: code, text: fmt.Sprintf(format, args...), whole: true}
}

// faultf is a fault in a canister.
func faultf(code, format string, args ...any) *fault {
	return &fault{code: code, text: fmt.Sprintf(format, args...)}
}

// contract is a fault of a caller who did not keep to what a method asks for.
func contract(format string, args ...any) *fault {
	return refusal(errContractViolation, format, args...)
}

func notFound(id principal.ID) *fault {
	return refusal(errCanisterNotFound, "Canister %s not found.", id)
}

// cutText cuts a text at a limit in bytes, not inside a character.
func cutText(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && text[limit]&0xc0 == 0x80 {
		limit--
	}
	return text[:limit]
}

// faultOf tells a trap in the words of the replica.
func faultOf(t *wasm.Trap, limit uint64) *fault {
	if f, ok := t.Cause.(*fault); ok {
		return f
	}
	switch t.Kind {
	case wasm.OutOfInstructions:
		return &fault{code: errInstructionLimit,
			text: fmt.Sprintf("Canister exceeded the limit of %d instructions for single message execution.", limit)}
	case wasm.EntryNotFound:
		return &fault{code: errFunctionNotFound, text: "Canister requested a function that does not exist"}
	}
	return &fault{code: errTrapped, text: "Canister trapped: " + t.Kind.String()}
}

func panicf(id protocol.CanisterID, format string, args ...any) {
	panic(fmt.Sprintf("canister: %s: ", id) + fmt.Sprintf(format, args...))
}
