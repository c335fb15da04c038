// Package p2p models how nodes of a subnet broadcast artifacts to each other: the abortable broadcast of the replica,
// with its bouncer, its downloads and its stripped block proposals.
//
// Sources: reference/protocol.md section B; the replica's rs/p2p/consensus_manager (sender.rs, receiver.rs) and
// rs/p2p/artifact_downloader (fetch_artifact, fetch_stripped_artifact); paper arXiv 2410.22080.
//
// One Broadcast serves one pool of one node.
//
//   - sender.go: the node's own slot table. A published artifact takes a free slot; each use of a slot has a new,
//     larger commit id. Withdrawing frees the slot and tells nobody: peers learn when the slot is used again. A new
//     connection gets every active slot again.
//   - receiver.go, slot.go, task.go, holders.go: a slot table a peer, where only a newer (connection, commit) overwrites; and one
//     task an advertised artifact with the set of peers that hold it. The first update starts the task: the bouncer says
//     whether its body goes to the pool, is dropped, or waits. Later updates only add holders. When the last holder
//     is gone the pool is told that the artifact is Lost, and forgets it if it is not validated.
//   - download.go: fetching from a random holder, retrying with another one.
//   - assembler.go: proposals come without their ingress messages; see there.
//   - serve.go: the answer to a peer's fetch.
//
// # Invariants
//
//   - An artifact is handed to the pool at most once while anyone advertises it or the node itself publishes it.
//   - A proposal is handed over only when each of its ingress messages was found by id and by hash of its bytes.
//   - Handling an update that changes nothing costs O(1) and allocates nothing.
//   - A task takes some 30 bytes, a slot of a peer 8 while its connection lasts: a node of a subnet of 40 has a hundred thousand of each.
//   - Bounds: MaxSlots of our own, MaxPeerSlots of each peer, MaxPeers peers; tasks number at most the slots together.
//     One request is open for a task at a time.
//
// # What is left out
//
// Model: no acknowledgements and no retries of single updates. The replica repeats each update until the peer's
// RPC answers (250 ms growing to 60 s). Here the network delivers everything that is sent on a connection that
// stays up, and says when one is lost; then everything active is sent again, as the replica does.
//
// Model: the bouncer is asked on the pool as it is; the replica asks a function built up to 3 s ago. What waits is
// asked again every 3 s, as there.
//
// Receiving and decoding (protocol.OpReceive) is charged by who hands the arrivals in.
package p2p
