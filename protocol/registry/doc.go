// Package registry models the NNS registry and how its versions reach nodes: a versioned store that the simulator
// appends to, and one client a node that sees a version after its polls.
//
// Source: reference/protocol.md section F. The registry canister's versions are fetched by each node's orchestrator
// every 5 s into a local store (rs/config/src/nns_registry_replicator.rs); the replica's registry client polls that
// store every 5 s (rs/registry/client). A version published at t is therefore seen by a node between t and t+10 s,
// and at different times by different nodes, which is why blocks use a version at least 10 s old (A.3).
//
// node.go has what the registry canister looks at before it takes up a node, changes who is in a subnet, or asks for a new one;
// chainkeys.go before it asks for a chain key, or lets a subnet sign; rotation.go before a node has another encryption key;
// recovery.go before it gives a subnet other keys, from which it goes on; migration.go before it moves canisters to another. The routing
// table and the migrations under way are part of a snapshot: a subnet goes by those of the version that its block names, so that two
// subnets may for a while be at odds over where a canister lives.
//
// # Invariants
//
//   - Versions count from 1 without gaps; publication times never decrease.
//   - A snapshot never changes once published. A change replaces records, it does not write through them.
//   - A client never unlearns a version, whatever its clock does.
//
// # What is left out
//
// Model: a version is visible by its publication time alone, so the simulator may publish a whole run's versions
// before it starts. No query to the NNS is sent and none can fail: a partitioned node keeps learning versions.
// Harmless while the simulator itself holds the registry; the registry canister will bring its own client.
//
// Model: publication times and polls are compared on one axis, the asking node's clock. A node whose clock is ahead
// sees versions early by that much, one behind sees them late. A skew is small beside the 10 s of polling.
package registry
