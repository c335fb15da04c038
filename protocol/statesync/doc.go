// Package statesync brings a node the state of a catch-up package when it cannot get there by executing blocks.
//
// Sources: reference/protocol.md B ("State sync"), A.7, F; rs/p2p/state_sync_manager (ongoing.rs), rs/state_manager/src/state_sync.rs
// and state_sync/chunkable.rs.
//
//   - download.go, request.go, progress.go: the receiving end. The meta-manifest comes first, then the pieces of the manifest, then the
//     state's chunks, many at a time from many peers. Each is held against the hashes before it, up to the root that the package signs.
//   - server.go: the giving end: adverts, chunks, and which checkpoints must stay meanwhile.
//   - package.go: a node that lost its disk asks for the newest catch-up package.
//
// # Rules
//
// A chunk is asked of a random peer that advertises the state, more likely of one with few requests open; at most Parallel a peer are
// open. After Timeout it is asked of another one. A peer that times out or has nothing to give is left out until it advertises again; one
// that sends what the hashes refute, for the rest of this sync. Chunks that an older checkpoint of the node has, or that an earlier sync
// fetched, are taken from there. A newer package ends the sync for an older one. Whose request is given up is told to stop sending.
//
// # Invariants
//
//   - A state is handed over only when every byte of it was verified: fetched, or taken from where it was verified before.
//   - At most Parallel requests a peer are open.
//   - Whenever an honest peer is connected for long enough to advertise, and some chunks come through in Timeout, the sync gets on.
//   - Who syncs nothing, and serves nobody, is never woken.
//
// # What is left out
//
// Model: the replica advertises its checkpoints to all peers every 5 s, for ever. Here a node that syncs says so, and peers advertise to
// it, at the same times as they would. An idle subnet so costs no events; the wait for adverts is the same.
//
// Model: a peer that lies is out for the whole sync; the replica takes it back with its next advert.
//
// What was fetched before a crash is lost, as in the replica, which clears its scratchpad at start: the next sync begins from the
// checkpoint on disk. Chunks are not compressed.
package statesync
