// Package certification models how a subnet signs its state: the certification pool and the certifier that works on it.
//
// Sources: reference/protocol.md A.7 ("State certification"), B ("Bouncer"), E; the replica's
// rs/consensus/certification/src/certifier.rs and rs/artifact_pool/src/certification_pool.rs.
//
// Each node signs the root hash of the certified tree of every height it executed, with its share of the height's
// high-threshold key. A threshold of equal shares makes a certification; every node aggregates, and relays what it got.
// One step works in the replica's order: deliver, sign, purge, aggregate, validate, and again until nothing changes.
//
//   - certifier.go: the interface, what is inserted and asked.
//   - height.go: what is known about one height.
//   - step.go: the step, by height.
//
// # Invariants
//
//   - A node signs at most one hash a height, also across restarts with its disk.
//   - A certification is delivered once, when the node has executed the height and its own hash is the one certified.
//   - Shares are counted by distinct signers, each verified by itself.
//   - Unvalidated artifacts are bounded by what peers advertise (p2p.MaxPeerSlots each): each is dropped when Lost.
//     Validated ones lie above CUP height - 50: one share of each member and one certification a height.
//
// # What is left out
//
// Model: shares wait until the node has executed their height, and are refused when their hash is not its own. The
// replica verifies shares up to 20 heights ahead, and those of other hashes. It makes a difference to nobody: a share
// for another hash cannot be part of a certification unless this node's state is wrong, and then a certification says so.
//
// Model: of shares only the node's own are kept on disk. Those of others are wanted until the height is certified, and
// their signers still offer them.
//
// Model: the height is bound to the hash by the tree itself (its metadata names the height), so no witness travels.
package certification
