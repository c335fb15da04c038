// Package ingress models what a node does with users' calls before they are in a block: the ingress pool, and the
// selection of messages for payloads and its validation.
//
// Sources: reference/protocol.md sections A.6, B ("Bouncer") and D ("Ingress"); reference/interface.md D.2; the replica's
// rs/artifact_pool/src/ingress_pool.rs, rs/ingress_manager (ingress_handler.rs, ingress_selector.rs), rs/validator.
//
//   - pool.go: calls submitted here are checked at once, broadcast with their bytes, and kept until inducted or expired.
//     Calls from peers are checked in the next step and never relayed.
//   - request.go: what makes a single call acceptable: expiry, size, and that it is its sender's
//     (package authentication) and within the scope of the delegations. They have to live at the block's time in a
//     section, at the node's in the pool.
//   - selector.go: the ingress section of a payload, round robin over canisters.
//   - section.go: the rules of a section, for maker and validator alike.
//
// # Invariants
//
//   - The validated pool holds at most one message of an id, and none that was expired when the last step ended.
//   - Of each peer, and of this node's users, the pool holds at most MaxMessages messages and MaxBytes bytes; in all
//     so many times the subnet's members.
//   - What Build selects, Validate accepts under the same context, state and past payloads.
//
// # What is left out
//
// Model: the request id comes with the message, computed by its constructor; the replica hashes what it receives.
//
// Model: a call that its canister cannot pay for may stand in a block, and the round rejects it (IC0207); the replica's
// selector adds up the fees of one block and leaves it out.
package ingress
