// Package queue is a canister's message queues: for each canister it talks with one input and one output
// queue, and one queue for ingress.
//
// Sources: reference/protocol.md, section C "Queues" (rs/replicated_state/src/canister_state/queues*).
//
// # Rules
//
//   - A queue holds at most Capacity requests, and apart from them at most Capacity responses, where a slot kept
//     for a response that is still to come counts as one.
//   - A request that is pushed to an output queue keeps a slot for its response in the input queue of that
//     peer; one that is pushed to an input queue keeps a slot in the output queue. So a response always
//     finds room, and a pair of canisters has at most Capacity calls open in either direction.
//   - Input is taken in turn from local senders, ingress and remote senders; within a kind of senders in turn from
//     each sender; from one sender in the order of arrival.
//   - A guaranteed request leaves an output queue by its deadline or is given back; a best-effort message leaves any
//     queue by its deadline, except a response that has reached its caller.
//
// # Invariants
//
// Counts and reserved slots are never negative and never above Capacity; a peer stands in a schedule once if it has
// input, else not at all. Breaking one panics.
//
// # Sharing
//
// Queues are values of an immutable state. A round forks them: the fork has the right to change in place what it
// made itself, known by its Owner, and copies everything else first.
//
// # Left out
//
// Model: ingress has one queue, not one for each effective canister id: here a canister takes messages for itself only.
// Model: the replica pools messages of all queues and sheds best-effort messages when they exceed 5 GiB; here they
// leave by their deadlines alone, which with 500 messages of 2 MiB a pair is a scenario nobody runs.
package queue
