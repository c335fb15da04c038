// Package trace keeps the record of a run: a digest that any two equal runs share, and lines to read.
//
// Every event is recorded with its key, the node and lane it touched, what it was and a fingerprint of what it brought; then
// the notes that came out of it. Each belongs to a strand: that of its subnet, or of what is of none. A strand's digest is SHA-256 over a
// fixed binary form of its events and notes in order, little endian:
//
//	event  'e' kind lane 0 | node u32 | at i64 | tie u64 | src u32 | seq u64 | fingerprint u64
//	note   'n' kind 0 0 | node u32 | height u64 | hash 32 | peer u32 | value u64 | length of reason u32, reason
//
// The run's digest is SHA-256 over those of its strands. Since events have their keys in it, and keys are the order of the run, it has
// the order among strands too: what comes earlier or later against another subnet has another key. So subnets that run side by side record
// side by side, and nobody has to bring their events in one line.
//
// The digest is the same for every Level, since a level only decides what is written besides. A note's RoundSummary is left out:
// it is a function of the state whose hash the note has.
//
// # Lines
//
// One line an event or note: virtual time in seconds with nine decimals, node, lane or "note", what it was, then details as name=value.
// Lines that begin with # are comments. Equal runs write equal lines; Diff finds where two traces part.
package trace
