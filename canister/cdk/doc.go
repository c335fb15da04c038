// Package cdk is for writing canisters in Go.
//
// A canister is a value with its methods, which are Go functions:
//
//	package main
//
//	import "icsim/canister/cdk"
//
//	var visits uint64
//
//	var canister = &cdk.Canister{Service: cdk.Service{
//		"greet":  cdk.Update(func(name string) string { visits++; return "Hello, " + name + "!" }),
//		"visits": cdk.Query(func() uint64 { return visits }),
//	}}
//
//	var _ = cdk.New(canister)
//
//	func main() {}
//
// icsim canister build makes a module of the package. It exports what the canister has, and holds the Candid description of
// Service, which comes from the types of the functions (candid.Codec says how). Variables are the canister's memory. A function may
// begin with a *Context, by which it asks the system, calls other canisters and waits; and end with an error, which is a reject.
//
// Methods of Canister.Update and Canister.Query have no types: they read Context.Arg and answer with Context.Reply.
// A canister that has only those is smaller by 570 kB of 2.5 MB (150 kB of the gzip), and a call of nat64 to nat64 then takes
// 19,000 instructions in place of 28,000.
//
// A program may also export methods itself, by go:wasmexport canister_update_SP_greet, as canister/library does, which is many canisters
// in one. Built by Go alone it needs CompileOptions.Library of canister/wasm, since Go cannot have a space in the name of an export, nor
// run without WASI; canister/cdk/link does away with both.
//
// # Waiting
//
// Context.Call waits for its answer in the middle of a method. What stands before it is committed, other messages run, and the
// method goes on as the callback. A method runs on a coroutine of iter.Pull, whose stack lies in the canister's memory: it
// is committed and rolled back with everything else, so nothing is to be saved. When code that follows a wait traps,
// the message fails: in the cleanup callback its deferred functions run and its coroutine is let go. Context.Start makes a call
// without waiting, so that several may be open.
//
// Goroutines would do as well, but the one that waits would have to be told from the one that is blocked for ever, and the
// scheduler would decide who runs.
//
// # Callbacks
//
// The system calls back by an index in the module's table, and Go has no word for the index of an exported function. But its linker
// puts every function into the table, what go:wasmexport makes included, and a program counter is the index and a place
// within. Three lines of assembly take the program counter of cdk_callback's wrapper (callback_wasip1.s). The rewriter needs no rule for
// it, and the module is one that any system can call back. All callbacks are this one function: its argument is the slot of the call,
// and a bit for cleanup.
//
// # Rules
//
//   - A panic is a trap, with its text. ic0's own traps are those of reference/interface.md A.2.
//   - An argument is read before a method begins, since in a callback the system has the reply in its place.
//   - Only the message that started a call may wait for it: another one would answer the wrong caller.
//   - The open calls are bounded by the system, which refuses what its queues cannot take: Start then gives SysTransient.
//
// # Testing
//
// All of the package but ic0_wasip1.go, system_wasip1.go and callback_wasip1.s compiles everywhere: On takes a System, and
// canister/cdk/cdktest has a network in memory for it.
//
// # What is left out
//
// The prices of calls, canister_version and the names of all environment variables; Candid's functions and services, and numbers of more
// than 64 bits (candid says more).
package cdk
