// Package check says whether what was seen is right. Checkers look at the observations of honest nodes
// (protocol.Note), never into nodes, and run in every run.
//
// Safety (each from reference/protocol.md A.10 and C): one finalized block a height; no honest finalization share
// beside a notarization share for another block; unique beacons, tapes, executed and certified states, checkpoints
// and catch-up packages; the hard bounds on notarization; batches in order; block times that increase; streams
// without gaps whose every message is inducted once, as sent; one response a call; cycles conserved; one key a subnet.
//
// Liveness: a subnet finalizes a block within a stated bound whenever at most f of its nodes are disturbed, each
// undisturbed node keeps up, and certified states stay fresh. Disturbances that the scenario ends are excused while
// they last; what never heals is not, so that f+1 silent nodes are a violation.
//
// Where a scenario states a healing, nothing is asked for before it but safety. From then on a core of nodes, enough of each subnet,
// is left alone: within a bound each of them finalizes and certifies past all that any honest node knew, calls across subnets of then
// are answered, and no user waits for the answer to a call that a node of the core took since, while all subnets are idle. The rest
// may stay broken, and owes nothing. That nobody lags is not asked for then: a node that was away gets ten heights every three seconds
// (p2p: look-ahead and refresh of the bouncer), which a fast subnet outruns until its next catch-up package.
//
// Nodes are held to the subnet whose replica they run (Join, Leave): one that was added has to catch up as one that was away does, one
// that has left is not asked any more. A replica version's blocks are a line of their own above the catch-up package that its nodes go
// on from; what the version before has made there is void. An upgrade may take its downtime more than a block may.
// A subnet that is created owes nothing before it is there (Found), and its first block when its nodes have had the time to start.
//
// # Memory
//
// A checker keeps per height only what some honest node may still contradict: a window of heights below the
// lowest height that every honest node has reached, and at most maxWindow heights.
package check
