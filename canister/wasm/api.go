package wasm

import (
	"icsim/canister/wasm/module"
	"icsim/canister/wasm/rewrite"
)

// ValueType is the type of a parameter, result or global.
type ValueType = module.ValueType

// The number types a host function may take and give.
const (
	I32 = module.I32
	I64 = module.I64
	F32 = module.F32
	F64 = module.F64

	// Pointer is the type of an address or a size: i64 in a module with a 64-bit memory, i32 in any other. It is written I in
	// interface.md A.2. No module has it; only a HostFunc does.
	Pointer ValueType = 1
)

// HostFunc is a function the guest may import, for example module "ic0", name "msg_reply".
//
// Fn finds the parameters in stack, one slot each, and leaves the results from slot 0 on. The upper half of an i32 slot is
// garbage: read such parameters as uint32(stack[i]). A Pointer slot holds the whole value, whatever its width in the guest; as a result
// it must fit in 32 bits. Fn must be a pure function of its arguments, of the guest's memory and of Call.User.
type HostFunc struct {
	Module, Name    string
	Params, Results []ValueType
	Narrow          bool // no module with a 64-bit memory may import it
	Fn              func(c *Call, stack []uint64)
}

// Config of an Engine.
type Config struct {
	Hosts []HostFunc

	// Grow is asked before the guest's memory grows from one size to another, in pages of 64 KiB; false makes memory.grow answer
	// -1. It may charge or trap. Nil allows all growth inside the module's own maximum.
	Grow func(c *Call, from, to uint64) bool

	// Cache of compiled code, shared between engines of one process; nil gives the engine its own.
	Cache *Cache

	// MaxInstances bounds the live instances kept between executions; 0 means 256.
	MaxInstances int

	// MaxInstanceBytes bounds the sum of their memories; 0 means 2 GiB.
	MaxInstanceBytes uint64
}

// CompileOptions say what a module may use.
type CompileOptions struct {
	// Library marks one of our own modules built by Go: it may import wasi_snapshot_preview1 (see WASI), its exports
	// "canister_update_SP_greet" are renamed "canister_update greet", and "_initialize" is its start function.
	Library bool
}

// MethodKind is the kind of an exported canister method; Method names one; CustomSection is an "icp:public NAME" or
// "icp:private NAME" section, its name without the prefix.
type (
	MethodKind    = rewrite.MethodKind
	Method        = rewrite.Method
	CustomSection = rewrite.Section
)

// The kinds of exported methods, "canister_update NAME" and so on.
const (
	Update         = rewrite.Update
	Query          = rewrite.Query
	CompositeQuery = rewrite.CompositeQuery
)

// EntryKind says how an execution enters the module.
type EntryKind uint8

// An execution enters by an exported function, by a table element of type (Pointer) -> () or by the module's start function.
const (
	EntryExport EntryKind = iota
	EntryTable
	EntryStart
)

// Entry is where an execution begins.
type Entry struct {
	Kind  EntryKind
	Name  string // of the export, e.g. "canister_update greet"; EntryExport only
	Index uint32 // in table 0; EntryTable only
	Env   uint64 // argument of the table function, of 32 bits if the memory is; EntryTable only

	// Discard rolls the changes back whatever the outcome: Result.Image is the image given. For queries; it saves copying pages.
	Discard bool
}

// Result of an execution.
type Result struct {
	Trap         *Trap  // nil when the function returned
	Instructions uint64 // used, at most the limit given
	Image        *Image // the memory and globals after it; the image given, if it trapped or was discarded
	DirtyPages   int    // pages of 4 KiB written, also when they were rolled back
}

// TrapKind says why an execution ended early. The kinds are deterministic: the same on every machine.
type TrapKind uint8

// The kinds of traps.
const (
	OutOfInstructions TrapKind = iota + 1
	StackOverflow              // call depth limit
	Unreachable
	MemoryOutOfBounds
	IntegerDivideByZero
	IntegerOverflow
	InvalidConversion // float to integer
	TableOutOfBounds  // also a null table element
	IndirectCallMismatch
	HostTrap      // a host function called Call.Trap or Call.Fail
	EntryNotFound // no such export or start function
)

// Trap describes the end of an execution that did not return.
type Trap struct {
	Kind    TrapKind
	Message string // of HostTrap
	Cause   error  // what the host function gave Call.Fail, else nil

	// Backtrace names the functions that were active, innermost first, a line each. It is for people: no outcome may depend on it.
	Backtrace string
}
