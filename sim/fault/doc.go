// Package fault says what goes wrong in a run, as data: which node, link or clock, from when, until when.
//
// A Plan is what a scenario states. Compile checks it and gives Actions in the order of time, each a primitive that the
// simulator carries out on hosts and the network. Faults of one kind on one target must not overlap where the second would
// undo the first (crash, pause, bandwidth, slow CPU, drift); cuts, delays and losses add up.
//
// Sources: the faults are those of TigerBeetle's VOPR and of the replica's own system tests (reference/protocol.md H).
package fault
