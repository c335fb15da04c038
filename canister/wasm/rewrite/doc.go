// Package rewrite turns a canister's module into one that can be metered, rolled back and repeated anywhere, by the Internet
// Computer's rules. It is one pass over the decoded module (after one that plans each body, as a block's cost stands before it).
//
//   - rules.go: what a canister module may be (reference/interface.md A.4); what it exports and shows.
//   - cost.go, plan.go: the cost of an opcode (A.5); basic blocks as the replica cuts them; the weight of a frame.
//   - function.go: bodies. Each block pays for itself from a global; function entries and loop heads stop the execution when
//     nothing is left. A function that can recurse takes its weight from a depth global and gives it back on every way out.
//     Each store marks its page first. Each float operation that may make a NaN is followed by its canonical form.
//   - helpers.go: bulk instructions, as calls of functions that pay a byte each, check bounds and mark pages.
//   - wide.go: 64-bit memories and tables, which become 32-bit ones (memory64 proposal; reference/feasibility.md section 2). Costs and
//     limits are those of the original.
//   - rewrite.go: everything else. The guest's memory begins 1 MiB up, above the shadow: offsets move, memory.size subtracts,
//     memory.grow asks the host. Mutable globals are exported; active data segments become the initial image; two host
//     functions are imported, so every function index moves; the start function becomes an export.
//
// # Invariants
//
//   - The output computes what the original computes, but for NaN bits, and for running out of instructions, depth or memory.
//   - The output compiles if and only if the original does.
//   - Guest code reaches neither the shadow nor the added globals and functions: every index was checked at decoding, every address
//     is below 2^32 and moved up, bulk ranges are checked in 64 bits.
//   - Tables never change: what could change them is refused, as by the replica.
//
// # What is left out
//
// SIMD. Model: the replica also bounds a body's complexity; no body within the instruction limit exceeds it but by huge branch tables.
//
// # Why not
//
//   - Not a pass of its own from 64-bit to 32-bit modules: what it adds would be charged, and would need the frame's temporaries too.
package rewrite
