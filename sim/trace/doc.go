// Package trace keeps the record of a run: a digest that any two equal runs share, and lines to read.
//
// Every event is recorded with its key, the node and lane it touched, what it was and a fingerprint of what it brought; then
// the notes that came out of it. The digest is SHA-256 over a fixed binary form of these, little endian:
//
//	event  'e' kind lane 0 | node u32 | at i64 | tie u64 | src u32 | seq u64 | fingerprint u64
//	note   'n' kind 0 0 | node u32 | height u64 | hash 32 | peer u32 | value u64 | length of reason u32, reason
//
// It is the same for every Level, since a level only decides what is written besides. A note's RoundSummary is left out:
// it is a function of the state whose hash the note has.
//
// # Lines
//
// One line an event or note: virtual time in seconds with nine decimals, node, lane or "note", what it was, then details as name=value.
// Lines that begin with # are comments. Equal runs write equal lines; Diff finds where two traces part.
package trace
