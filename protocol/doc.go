// Package protocol is the vocabulary of the simulated Internet Computer: the nouns that consensus,
// messaging, canisters and the simulator share, and the one interface each pair of them meets in.
// It holds no rules.
//
//   - ids.go, time.go, cycles.go: small comparable values.
//   - block.go, artifact.go, summary.go: what consensus agrees on and signs (reference/protocol.md A.1, A.7).
//   - ingress.go, message.go, stream.go: what users and canisters send (sections C and D).
//   - outcall.go, outcall_share.go, outcall_payload.go: HTTPS outcalls, what nodes sign about them and what blocks answer.
//   - manifest.go, manifest_parts.go: the files of a checkpoint, what a catch-up package signs of them (sections B and F).
//   - batch.go, block_makers.go, executor.go: what consensus hands to message routing, and message routing to canisters.
//   - registry.go: the records of the registry, by version.
//   - machine.go, wire.go, wire_statesync.go, note.go, meter.go, disk.go: a node as the simulator sees it.
//
// # Values and sealing
//
// Everything that crosses between nodes is immutable once made. Artifacts are built by constructors that
// compute identity and size once and keep them, because in one process all receivers share the one value.
//
// Model: artifacts are encoded by a plain deterministic writer of our own instead of CBOR and protobuf. Only
// sizes and hashes depend on it; what agents verify (certificates, request ids) has the real formats.
package protocol
