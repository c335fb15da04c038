// Package canister runs the canisters of a subnet: it implements protocol.Executor, state and round in, state out.
//
// Sources: reference/interface.md sections A (system API), B.2 (life), C (message semantics), F (Candid);
// reference/protocol.md section C "Queues" and section D (execution); rs/execution_environment.
//
// # What is where
//
//   - executor.go, genesis.go: the entrance. state.go, canister.go, call_context.go: what is kept. manifest.go: its hash.
//   - round.go: opening and committing. expire.go, induct.go, route.go: messages in and out. schedule.go: who runs when.
//   - message.go, response.go, task.go: what running does to call contexts, callbacks and cycles. management.go: aaaaa-aa.
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
//   - Model: a message runs whole in the round in which it begins, up to the limit of 40 G instructions, and the round ends when
//     over budget. Slices come with time slicing.
//   - The management canister has raw_rand and deposit_cycles (to canisters of the same subnet) only; every other method is
//     rejected with "not available yet". Hence canisters come from Genesis, run for ever and have default settings.
//   - canister_inspect_message is not run: every call to an existing method is inducted. Queries run only as calls (replicated).
//   - canister_on_low_wasm_memory is not run; ic0.debug_print and the canister log go nowhere.
//   - Modules with a 64-bit memory cannot be linked yet: ic0 has its 32-bit signatures. cost_http_request_v2 is missing.
//   - Model: no heap delta limit, no storage reservation, no compute allocation and no best-effort memory limit. They bind
//     only near 140 GiB written an interval, 750 GiB stored and 5 GiB of queued messages.
//
// # Why not
//
// Why not change canisters in place and undo on a trap: a journal makes "no trace" true by construction, and what a message
// may do to its canister is a short list. Why not one goroutine a thread: four threads of one subnet are modelled time, not host
// time; parallelism comes from subnets.
package canister
