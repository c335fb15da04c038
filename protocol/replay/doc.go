// Package replay is what whoever recovers a subnet does with a node's disk: it executes the finalized blocks of the node's pool on its
// newest checkpoint, and gives the state after the last one as a checkpoint, whose root and height a recovery proposal then names.
//
// Sources: reference/protocol.md F, "Recovery"; rs/replay/src/player.rs (replay_consensus_pool, redeliver_certifications) and
// rs/recovery/src/lib.rs (get_recovery_height) of dfinity/ic.
//
// # Invariants
//
//   - What is replayed is what nodes execute: the same blocks, tapes and makers, through the same delivery and the same state machine.
//   - Whatever the node's certifications say of a height, the state has: a checkpoint that is not the subnet's is found out.
//   - The state of the last block is a checkpoint though no summary asks for one: paused executions are aborted in it.
//
// # What is left out
//
// The artifacts of the pool are not verified again, and only one node's pool and certifications are looked at: the tool merges the
// certifications of all nodes that it reaches. Whose state it is, and whether it is new enough, is for the operator to say; the
// simulator's checkers tell what it gave up.
package replay
