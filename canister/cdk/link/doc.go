// Package link makes a canister module of what Go's compiler makes of a package with canister/cdk. The result imports from ic0 alone: it
// needs no rule of its own in canister/wasm, and would run on the real Internet Computer.
//
// Four things stand between the two:
//
//   - Go's runtime asks WASI for a clock, randomness and a place to print (wasi_snapshot_preview1). Those imports become functions
//     of the module (wasi.go): the clock is ic0.time, output goes to ic0.debug_print, an exit is a trap, and there are no files,
//     arguments and environment.
//   - Go begins in _initialize; it becomes the start function. A start function may not ask for the time (reference/interface.md A.2),
//     so the clock stands still while it runs.
//   - Go cannot name an export "canister_update greet". The package's cdk_enter takes a number, and each export is a function
//     of two instructions around it. What is to be exported the module says itself: cdk_describe is run once, here.
//   - The same run tells the Candid description, which becomes the section "icp:public candid:service".
//
// Exports that the source makes by go:wasmexport are kept, canister_update_SP_greet as "canister_update greet".
//
// Model: random_get gives the same bytes to each canister and at each installation, from a linear congruential generator. Go seeds
// its hash tables with them, so a caller could find keys that collide; raw_rand is the way to randomness.
package link
