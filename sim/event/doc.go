// Package event keeps virtual time: the order of events, the queue that gives them back in that order, and
// the loop that runs them.
//
// # Order
//
// Events are ordered by their Key: time, tie, source, sequence (design.md, law 3; reference/style.md, "Event order").
// Order by time alone would leave ties to the queue's inner workings. Order by a global sequence would let an
// added node or fault turn the ties of all others. So the sequence counts by source, and the tie is a hash of seed, source and
// sequence: it favours no source, and a sweep over seeds explores the orders of what happens at one instant.
//
// Invariant: what an event schedules lands at least one nanosecond after it. Keys handed to the handler only
// grow, and no loop of causes can stall the clock. Schedule panics on a breach.
//
// # Loop
//
// A Loop is the executor on one goroutine.
//
// # Lanes
//
// Lanes are the executor on several. Counts are kept by source, and every event names in Dst whose state it touches, so groups of
// destinations can be run side by side in windows no longer than the least delay with which one reaches another: conservative
// parallel simulation, with barriers (Fujimoto, Parallel discrete event simulation, 1990; reference/style.md, "Parallel runs"). Events
// that touch what all may read are the world's, and run alone. Each lane handles its events in their order, and each source belongs to
// one lane, so that all keys, and the order by them, are those of the Loop. A lane that would reach another within the window
// panics. A barrier costs some microseconds while the goroutines stay awake (crew.go), and far more when one has to be woken: so a window
// that follows one with few events is handled by the caller alone. Who handles which lane is nothing that a handler can see.
//
// # Queue
//
// Events lie still. An event is written once, where a pool has room for it, and is freed when it has been handled; the room
// freed last is used first. What is moved are entries of 16 bytes: a time, and where the event lies.
//
// A Queue is a ladder. Far ahead, in the rest of the first rung, entries lie unsorted. When their turn comes that rung is made anew: it
// spreads them over up to 2048 buckets of equal time, and what lies beyond those is its rest again. When a bucket's turn
// comes and it is large, a finer rung spreads it in turn. A small one becomes the bottom: it is sorted and popped. What is scheduled into
// the time that the bottom spans goes to a heap beside it; if many do, the bottom is spread too. Nearly all events
// find their bucket by one shift and one comparison.
//
// An entry moves at most once a rung, but for the rest, of which a rung made anew takes three quarters or more. Every rung is at least 16
// times finer than the one before, and the finest has buckets of a nanosecond: so there are at most 16, and two in practice. So the
// cost of an event does not grow with the number pending, whatever the distribution: not when all events have one
// time, nor when all lie far ahead, nor with outliers, which stay in the rest of the rung that was made for the others.
//
// A bottom is sorted as numbers, time above and place in the bucket below. Most have less than thirty, and go through a sorting network:
// comparisons that do not wait for each other's outcome (sort.go). Of equal times the ties are sorted likewise. Only a bucket of
// one instant can be so large that its ties are spread over cells first.
//
// Memory: buckets are lists of chunks of 23 entries, kept for reuse as events are. What only a burst needed is
// let go as buckets pass, but for some 4,000 chunks and events.
//
// # Why not a heap
//
// With 100,000 pending events a heap of four children in one slice, this package's entryHeap, misses the cache on most of its eight levels,
// and waits for one comparison before the next: it reaches a fifth of the ladder's speed (make bench, BenchmarkHold100k).
package event
