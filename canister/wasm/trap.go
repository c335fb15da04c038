package wasm

import (
	"errors"
	"strings"
)

// String gives the text of a kind as the replica words it in reject messages, where it has one.
func (k TrapKind) String() string {
	switch k {
	case OutOfInstructions:
		return "out of instructions"
	case StackOverflow:
		return "stack overflow"
	case Unreachable:
		return "unreachable"
	case MemoryOutOfBounds:
		return "heap out of bounds"
	case IntegerDivideByZero:
		return "integer division by 0"
	case IntegerOverflow:
		return "integer overflow"
	case InvalidConversion:
		return "failed to convert float to int"
	case TableOutOfBounds:
		return "table out of bounds"
	case IndirectCallMismatch:
		return "indirect call type mismatch"
	case HostTrap:
		return "host trap"
	case EntryNotFound:
		return "entry not found"
	}
	return "no trap"
}

// Error makes a Trap an error: "kind" or "kind: message".
func (t *Trap) Error() string {
	if t.Message == "" {
		return t.Kind.String()
	}
	return t.Kind.String() + ": " + t.Message
}

// Unwrap gives the Cause.
func (t *Trap) Unwrap() error { return t.Cause }

const stackTrace = "wasm stack trace:\n\t"

// trapOf tells what ended a call. wazero wraps its own few errors and whatever a host function panicked with; its own have no
// exported names, only texts. Anything else is a fault in a host function, our bug: it must not pass for the canister's.
func trapOf(err error) *Trap {
	text := err.Error()
	backtrace := ""
	if at := strings.Index(text, stackTrace); at >= 0 {
		backtrace = strings.ReplaceAll(text[at+len(stackTrace):], "\n\t", "\n")
	}
	var t *Trap
	if errors.As(err, &t) {
		t.Backtrace = backtrace
		return t
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		text = inner.Error()
	}
	kind := kindOf(text)
	if kind == 0 {
		panic("canister/wasm: a host function failed: " + err.Error())
	}
	return &Trap{Kind: kind, Backtrace: backtrace}
}

func kindOf(text string) TrapKind {
	switch text {
	case "stack overflow":
		return StackOverflow // the machine's stack: the depth budget should have ended first
	case "unreachable":
		return Unreachable
	case "out of bounds memory access":
		return MemoryOutOfBounds
	case "integer divide by zero":
		return IntegerDivideByZero
	case "integer overflow":
		return IntegerOverflow
	case "invalid conversion to integer":
		return InvalidConversion
	case "invalid table access":
		return TableOutOfBounds
	case "indirect call type mismatch":
		return IndirectCallMismatch
	}
	return 0
}
