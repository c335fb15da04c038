// Package wasm runs canister modules: it compiles them and executes their entries over immutable images of memory.
package wasm
