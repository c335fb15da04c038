// Package module is WebAssembly's binary format: a decoded module, its decoder, its encoder.
//
// It knows the features canisters may use: bulk memory, reference types, multi-value, sign extension, saturating conversion, tail calls.
// 64-bit memories and tables are decoded, for whoever lowers them. SIMD, threads, exceptions, several memories, garbage
// collection and extended constants are refused, each with an error that says so, in which section, function and byte.
//
// What Decode accepts has every index in range and every block closed (check.go), so that passes need no bounds checks and cannot
// give a meaning to an index that had none. Operand types are not checked: wazero does that when it compiles.
//
// Bodies stay bytes, walked by a Cursor: a 3.3 MB module decodes in 30 ms, and a pass copies what it does not change. Decode, encode,
// decode gives the same module, but for byte offsets and the places of custom sections.
//
// Sources: the WebAssembly core specification 2.0, chapter 5, and the tail call and memory64 proposals; limits from
// reference/interface.md A.4.
//
// # Why our own
//
// No Go library for rewriting modules is maintained (reference/feasibility.md section 2); wazero's decoder is internal.
package module
