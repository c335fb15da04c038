// Package cdktest runs canisters written with canister/cdk in memory, for their tests: several of them that call each other, a clock
// and the users who call. Every message is run in the order in which it was sent.
//
// Model: what a message that traps did to the canister's own variables is not undone here, as it is in WebAssembly; what it did
// through the system is. Nor is the cleanup callback run, which could only make it worse. Cycles have no price,
// and the time of a best-effort call never runs out.
// Tests that need either run the built module (canister/library has them).
package cdktest
