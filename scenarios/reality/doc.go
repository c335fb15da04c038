// Package reality holds what the simulator predicts against what the real network was measured to do
// (reference/measured_reality.md): `icsim reality` and `make reality` print it.
//
// A Row is one measured figure with its conditions, written as a scenario beside this file, and how far a prediction may be off. Rows
// that share a scenario share its run. What no scenario can show yet stands there too, with the reason: a table of successes alone
// would say nothing.
//
// The scenarios state conditions of the measurement, never a result of it, but for one: how many turns of block makers failed on a
// subnet is a condition, since it comes from machines being down, and the table of measurements gives it.
//
// # Fitted constants
//
// These are all that was fitted to figures of the same file. Each stands in sim/machine or sim/network, and none is for one row:
//
//	OpReceive, OpRound, OpIngressValidate, OpCanisterMessage, OpWitness   parts of a block's 33 ms beyond delays
//	OpCanisterRound     16.3 µs a canister and round: block times at 20k to 60k canisters
//	OpOutcall           5 ms: batches of HTTPS outcalls
//	network.Window      2.75 MB: single streams between regions
//
// # Left out
//
// Model: the subnets' load (calls, timers, heartbeats) is not known and left out. Perhaps that is why lhg73, x33ed and pzp6e come out 10
// to 20 % too fast.
package reality
