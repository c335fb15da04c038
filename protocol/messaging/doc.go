// Package messaging is message routing: it turns a finalized batch and a state into the next state, and keeps a node's
// states.
//
//   - process.go, demux.go, build.go: the deterministic state machine, in the order of its steps;
//   - stray.go: messages that are not where the routing table says, while canisters migrate;
//   - state.go, stream.go, history.go, calls.go, block_makers.go, metrics.go, tree.go: the state and its certified tree;
//   - checkpoint.go, split.go: the files of a checkpoint, and what two subnets have of it when one is split;
//   - router.go: a node's queue of batches;
//   - manager.go, serve.go: a node's states, and what it shows of them to clients and to other subnets.
//
// Sources: reference/protocol.md C (message routing and XNet), D (ingress history) and E (state certification);
// rs/messaging/src/routing/{stream_handler,stream_builder}.rs, rs/messaging/src/scheduling/valid_set_rule.rs,
// rs/state_manager; reference/interface.md D.5 (the tree's paths).
//
// # A round
//
// Time is set; the executor opens the round and times out messages; the loopback stream is inducted; streams are garbage
// collected by the slices' signals, and rejected messages handled; slices are inducted by ascending subnet, each message
// leaving a signal; calls of users are inducted; outcalls are answered; canisters execute; output queues are routed into
// streams; the state is sealed and hashed. Process is a pure function, so that one process executes a subnet's round once.
//
// # Signals
//
// Every message gets exactly one: accept, implied by signals_end, or a reject with a reason. A rejected request becomes a
// reject response at its sender; a rejected response goes to where its receiver lives now. A message stays in its stream
// until the signal is back, so between induction and signal both subnets hold its cycles; RoundSummary says what arrived
// and what departed.
//
// # Invariants
//
// Checked in every round, and panics that name subnet and height: the batch is the next one; signals are for messages
// that exist; messages continue without a gap; a call is answered once; cycles are conserved. Payload validation
// (protocol/xnet) keeps what a peer can do from reaching them. What the replica counts as a critical error and survives
// is listed in Result.Critical.
//
// # Cost
//
// States are persistent. A round copies the streams it changes and hashes the paths it touches: with nothing to do it
// takes some 4 µs, hashing most of it. Appending copies a stream's array of pointers, at most 10 000 of them; a
// persistent queue would save that copy and cost more everywhere else.
//
// # What is left out
//
// The splitting of a subnet in a round (split.go divides a checkpoint, as operators do), anonymous refunds and the shedding of best-effort
// messages (best-effort calls come later), Bitcoin, query statistics.
// State sync itself (protocol/statesync): Serves and Pin are its giving end here, Adopt and Router.Reset its receiving end.
package messaging
