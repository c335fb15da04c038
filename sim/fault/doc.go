// Package fault says what goes wrong in a run, as data: which node, link or clock, from when, until when.
//
// A Plan is what a scenario states. Compile checks it and gives Actions in the order of time, each a primitive that the
// simulator carries out on hosts and the network. Faults of one kind on one target must not overlap where the second would
// undo the first (crash, pause, bandwidth, slow CPU, drift, clock stall, disk); cuts, clogs, schedules, delays and losses add up.
//
// A Role hits whoever plays a part at the time, the block maker or the slowest node: the simulator finds the node and compiles what is
// meant for it then. Outages draws how long nodes are up and down as measured on mainnet.
//
// Sources: the faults are those of TigerBeetle's VOPR and of the replica's own system tests (reference/protocol.md H); clogs that begin and
// end one by one are FoundationDB's.
//
// Model: a disk that lies gives values whole, only others than were written. A node with such a disk is not believed by the checkers:
// it may sign two things without knowing it. A replica that comes upon what cannot be on such a disk stops, and is started again.
package fault
