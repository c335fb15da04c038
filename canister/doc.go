// Package canister runs the canisters of a subnet: it implements protocol.Executor, state and round in, state out.
//
// Sources: reference/interface.md sections A (system API), B.2 (life), C (message semantics), F (Candid);
// reference/protocol.md section C "Queues" and section D (execution); rs/execution_environment.
//
// # What is where
//
//   - executor.go, genesis.go: the entrance. state.go, canister.go, call_context.go: what is kept. manifest.go: its hash.
//   - round.go: opening and committing. expire.go, induct.go, route.go: messages in and out. schedule.go: who runs when.
//   - job.go: executions and their slices. message.go, response.go, task.go: what they do to call contexts, callbacks and cycles.
//   - management.go: calls of aaaaa-aa, from waiting to their answer; methods.go: who may call what. lifecycle.go, install.go, stop.go,
//     chunks.go, snapshots.go, snapshot_parts.go, status.go, history.go, log.go, settings.go, subnet.go: what the methods do.
//     management: their types in Candid.
//   - query.go, composite.go: questions to a state, outside of rounds.
//   - outcalls.go, transform.go: HTTPS outcalls, from a canister's call to the answer that consensus brings.
//   - chainkeys.go, signatures.go: requests to chain keys, from a canister's call through pre-signature and nonce to the answer.
//   - account.go, consumed.go, allocation.go, heap.go: what a canister pays for being there, memory of the subnet, and limits of its own.
//   - execution.go: one entry into a module and its journal. system_api.go and api_*.go: ic0, one table. mode.go: who may call what.
//   - prices.go, limits.go: numbers, each with its source. fault.go: error codes and texts.
//   - queue: a canister's queues. sorted: the set that states are made of. wasm: modules, memories and the engine.
//
// # Rules
//
//   - A message commits or leaves no trace. System calls write into a journal beside the canister; it is applied when the
//     execution returns. Only the fee, and the instructions counted for the call, stay of one that traps.
//   - Every call gets exactly one response: when a context is unanswered and no open call could still answer it, the system
//     rejects it, with the trap if there was one and otherwise because the canister did not reply.
//   - What came with a call and was not accepted goes back with the response.
//   - A request keeps slots for its response on both sides and the cycles that sending and running the response will cost.
//   - Same-subnet messages move between iterations of a round; others wait for Route.
//   - RoundOutcome.Instructions are those of the modules; BusiestThread adds what the replica charges its budget beside them, 2 M a
//     message and 8 M a canister, since that is meant to stand for time spent.
//   - Code is installed on a copy of the canister, which takes its place if all went well: an upgrade that fails leaves only its fee, its
//     log and the instructions to work off (IC0209).
//   - A stopping canister takes no calls, and is stopped at the end of the round in which its last call context ends.
//   - A management call about a canister of another subnet goes to that subnet (protocol.ManagerOf), by the routing table of the round,
//     and so do one about that subnet, one that names it by its own principal, and one about a chain key that it holds.
//   - A job longer than a slice runs whole in its first slice, and what it came to is kept back until its last one: see long. At a
//     checkpoint it is aborted, and begins anew.
//   - Idle canisters cost nothing: the state keeps the times at which canisters want attention in order.
//
// # Invariants
//
//   - parent.TotalCycles + inducted + Minted − Burned − routed = TotalCycles, where inducted and routed are the cycles of
//     messages that Induct accepted and Route's take accepted.
//   - A state never changes, and it is a function of the parent, the context and the calls of the round.
//   - Contexts and callbacks ascend by id; a callback's context exists; a response in an input queue belongs to a callback that
//     is marked answered, and to no other.
//
// # What is left out
//
//   - Not available yet, and rejected with these words: Bitcoin.
//     There are no subnet admins, so that users create canisters by the provisional method only.
//   - Model: compiling is free. Paused executions keep their order of age; the replica shares threads out by compute allocation.
//   - Queries and canister_inspect_message are functions on a state that nobody calls in a round: a node's business, not the state
//     machine's. A composite query has no time limit beside that on instructions; queries leave no statistics, and no log.
//   - ic0.cost_http_request_v2 is missing, and so are flexible_http_request and the pricing_version of outcalls.
//   - Model: a subnet has its whole heap delta from the beginning of an interval on; the replica gives out 32 GiB at first and more as it
//     goes. Best-effort messages have no memory limit: it binds only near 5 GiB queued.
//   - Model: what is reserved for storage follows the subnet's use at the beginning of a message, not thread by thread.
//
// # Why not
//
// Why not change canisters in place and undo on a trap: a journal makes "no trace" true by construction, and what a message
// may do to its canister is a short list. Why not one goroutine a thread: four threads of one subnet are modelled time, not host
// time; parallelism comes from subnets.
package canister
