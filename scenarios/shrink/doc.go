// Package shrink makes scenarios that fail small: the fewest nodes, faults, attackers, canisters and calls, the shortest time and the
// simplest parameters that still fail by the same check.
//
// It is delta debugging (Zeller and Hildebrandt: Simplifying and isolating failure-inducing input, 2002) over a scenarios.Spec. A
// candidate is written, parsed and run like any scenario; it is taken if the check of the same name fails again, however it comes to
// that. The passes are tried in a fixed order, over and over, until none of them can take anything away. Everything is a function of
// scenario, seed and version.
//
// # Invariants
//
//   - What comes out is a valid scenario that names its seed; run by itself it fails by the check, with the digest stated.
//   - If no subnet of the scenario had more than f nodes that are corrupt or lose their disks, none of the smaller one has: a violation
//     that the protocol has to exclude is not explained by one that it cannot. A subnet with honest nodes keeps one.
//   - Each step makes the scenario smaller, so that it ends. MaxRuns bounds the time.
//
// # What is left out
//
// Arguments of canisters and steps of sequences: a client goes as a whole. Recorded sessions.
package shrink
