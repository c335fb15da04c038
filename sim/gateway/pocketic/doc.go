// Package pocketic speaks PocketIC's REST interface, so that test suites written for PocketIC run on real consensus, unchanged
// (reference/interface.md section G; rs/pocket_ic_server and its client @dfinity/pic).
//
//   - server.go: routes. respond.go: JSON and errors. blobs.go, signature.go: what needs no instance.
//   - instance.go: an instance is a session of a simulation, kept by a live.Runner. config.go: what its subnets are.
//   - clock.go: rounds and time. ingress.go, query.go: calls. canisters.go, stable.go: what is read of canisters, and
//     written. outcalls.go: the HTTPS servers that a test is.
//   - agents.go: the interface for agents of an instance, and ports of their own for it.
//
// # Calls without signatures
//
// A PocketIC client names a sender and signs nothing. An instance's nodes believe requests that carry a secret of the instance
// (sim.Config.Voucher), which only this package puts on; what comes from agents needs signatures as ever.
//
// # Time
//
// An instance is in the runner's mode Manual until auto_progress: its nodes' walls stand while messages travel and blocks are made, but
// for nanoseconds by which blocks have to differ. So time is what a test sets, and as many rounds pass as its operations take.
// A tick lasts until each subnet has certified, on all of its nodes, a block that was made after the tick began: it contains what
// was submitted before, and whoever asks any node sees what it did.
//
// # Departures
//
// Model: subnets have a few nodes (Config.Nodes), not PocketIC's 13, 34 or 40, and yet the prices of so many. A tick may contain more
// than one round, as consensus is ahead of it, and other operations may let rounds pass too. Subnets are not made while an instance
// lives. What is not supported says so with status 501: see the calls of unsupported.
package pocketic
