// Package wasm runs canister modules. It is the only package that knows wazero.
//
// Compile takes a module as it was installed and decodes (canister/wasm/module), checks and rewrites (canister/wasm/rewrite) and
// compiles it. Execute then is a function from image to image: it enters the module at an exported function, a table element or
// the start function, with a limit of instructions, and gives the trap or none, the instructions used and the new image. An Image
// is a canister's memory and globals: immutable, its pages shared with the images it came from, so that any number may be held
// and a message that traps costs nothing to undo. Pages, its array type, also serves as stable memory.
//
// # Instances
//
// A live instance is only a cache (pool.go). It remembers which image it holds. Asked for another, it copies the pages in which the
// two differ, found by walking both trees where their nodes differ. After an execution the shadow that the rewriter put under the
// guest's memory tells which pages of 4 KiB were written: their changed lines go into the new image (page.go), or the pages are copied
// back from the old one. A page also counts as written up to 7 bytes behind a marked one, where a store may have run over the edge.
//
// # 64-bit memories
//
// wazero knows no memory64 and no table64; the rewriter lowers both (rewrite/wide.go). A 64-bit memory therefore holds at most
// 65,519 pages, 4 GiB less 1,088 KiB for the shadow and a guard, where the Internet Computer allows 6 GiB: memory.grow answers −1 from
// there on, and a module that begins with more is refused. Host functions have one implementation for both widths, see Pointer.
//
// # Invariants
//
//   - Between executions an instance's memory and globals are those of the image it holds, no page is marked, and what lies past
//     the end of memory is zero.
//   - Result depends on the arguments of Execute and the host functions' answers alone; not on instances, caches, the machine or
//     earlier executions.
//   - Calls end by the depth budget before the machine's stack does; should a frame ever be larger than its weight says, wazero's own
//     stack limit (50 MB) shows as the same kind of trap, at a depth that depends on the machine.
//   - A host function that panics with anything but a Trap is a fault of ours and panics on.
//
// # Sources
//
// reference/interface.md A.1 to A.5; reference/feasibility.md sections 2 and 3, which measured the alternatives for rollback (full
// copies, memfd, userfaultfd). Departures from the replica are marked Model: in this package and in rewrite.
//
// # What is left out
//
// Pausing a message at a slice limit: inputs are fixed when an execution begins, so running to the end at once and dividing the
// instructions gives the same outcome. SIMD is refused, with function and byte. The code for every module compiled is kept.
//
// # Why not
//
//   - Not a memory snapshot at each commit: 3.8 ms for 64 MB, against about 10 µs for ten pages.
//   - Not wazero's table.LookupFunction for callbacks: it makes a new stack each time, and panics where a trap is due. The rewriter adds a
//     function that makes the indirect call.
//   - Not an instance for each message: 20 to 130 µs, and the pages would have to be written to it.
package wasm
