// Package xnet brings certified stream slices from other subnets into blocks: an Endpoint serves this node's streams, a
// Pool pulls those of others ahead of need, a Selector builds and validates the payload section.
//
// Sources: reference/protocol.md C ("Certified stream slice", "Payload builder", "Per-slice induction limits");
// rs/xnet/payload_builder/src/{lib,certified_slice_pool,proximity}.rs, rs/xnet/endpoint.
//
// # The way of a message
//
// The sending subnet certifies its stream as part of its state. A pool asks one node of that subnet, more often a near
// one; the answer is a slice with a witness up to the certified root. When this node makes a block, the slice goes in;
// every node of the subnet validates it and, once the block is final, inducts it.
//
// # Expected indices
//
// A slice continues where the last one ended: in a past payload that is not yet in the certified state, else in that
// state. Both indices matter, that of messages and that of signals.
//
// # Trust
//
// Nothing pulled is trusted. The pool drops what does not fit its own root, without looking at signatures; the selector
// applies every rule before a slice enters a block, verifying a pooled certification once; validators verify each slice
// in full. A slice that breaks a rule is dropped from the pool and refused in a block, by a reason that names the rule.
//
// # When to refill
//
// A refill is due after each Build. The replica's validator triggers one too after each payload it accepts
// (rs/xnet/payload_builder/src/lib.rs, validate_xnet_payload), and tells the pool what the block has consumed; Validate
// does the latter, and the node may call Refill after both: a pull under way is never repeated within a second.
//
// # What is left out
//
// Model: failures are silent, as in the replica: no retry before the next refill. Mutual TLS, so that only nodes of the
// registry may pull. Cloud engine subnets, which have no XNet. The order of pulls among subnets is fixed; nothing depends
// on it.
package xnet
