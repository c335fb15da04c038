// Package script is what the interpreter of the library runs: how programs are made and read. The canister, in canister/library/guest,
// and those who make programs for it share this package.
//
//	p := script.New().Set(3, 42).Call(other, script.New().Get(0).Reply(), 0).Await().Reply()
//	argument := candid.Encode(candid.NewBlob(p))
//
// A program is a sequence of instructions, executed in order. An instruction is a byte for its operation, its numbers in
// LEB128, and its blobs, each after its length: short, and readable without knowing what follows. A program may be inside another one as
// a blob: of a call, a timer, a loop.
//
// What instructions learn is gathered in the output of the message, which Reply gives to the caller. It is there for tests: two
// executions that gave the same output have seen the same.
//
// # Limits
//
// A message traps that executes more than MaxSteps instructions, gathers more than MaxOutput bytes, or lets its canister have more than
// MaxCells cells: no program runs for ever, and none is refused for its length.
//
// # What is left out
//
// Conditions and arithmetic beyond a sum: what a program does is to be seen from its text.
package script
