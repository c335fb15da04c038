// Package library has ready-made canisters, written in Go with canister/cdk and built by make into one module, which
// canister/library/guest is. A canister is one of them by the argument of canister_init: (text, record), name and settings.
//
//   - library.go: the module, and the names. settings.go: what can be set, and the argument made from it.
//   - guest: the canisters, a file each, with their interfaces in comments.
//
// # Why one module
//
// Most of a Go module is Go's runtime. Compiling it takes the time of half a million calls, and is paid once.
//
// # Why the module may be missing
//
// It is built, not kept: its bytes go into state hashes, so that they have to be those of the sources. The
// pattern that embeds it also matches library.go, so that a fresh clone compiles (go vet, editors); Module then says what to do.
package library
