package event

import (
	"math"
	"math/bits"
)

// An entry is an event's time next to where the event lies: what is moved, and all that most moves look at.
type entry[P any] struct {
	at int64
	ev *Event[P]
}

func (e *entry[P]) before(o *entry[P]) bool {
	if e.at != o.at {
		return e.at < o.at
	}
	return e.ev.Before(&o.ev.Key)
}

// entriesPerChunk weighs the space of half-filled chunks against the reach for the next one. One chunk holds most buckets.
const entriesPerChunk = 39

// A chunk is a contiguous piece of a bucket.
type chunk[P any] struct {
	next    *chunk[P]
	entries [entriesPerChunk]entry[P]
}

// A bucket is a bag of entries: a list of chunks, filled from their ends, of which only the first may have room.
type bucket[P any] struct {
	first *chunk[P]
	room  uint32 // in first
	full  uint32 // entries if there were no room
}

func (b *bucket[P]) count() int { return int(b.full - b.room) }

func (b *bucket[P]) push(pool *pool[chunk[P]], at int64, ev *Event[P]) {
	if b.room == 0 {
		b.extend(pool)
	}
	b.fill(at, ev)
}

// fill puts an entry where there is room.
func (b *bucket[P]) fill(at int64, ev *Event[P]) {
	b.room--
	b.first.entries[b.room] = entry[P]{at, ev}
}

func (b *bucket[P]) extend(pool *pool[chunk[P]]) {
	c := pool.get()
	c.next = b.first
	b.first, b.room = c, entriesPerChunk
	b.full += entriesPerChunk
}

// appendTo appends all entries, and gives the chunks back.
func (b *bucket[P]) appendTo(entries []entry[P], pool *pool[chunk[P]]) []entry[P] {
	for c, skip := b.first, b.room; c != nil; skip = 0 {
		entries = append(entries, c.entries[skip:]...)
		used := c
		c = c.next
		pool.put(used)
	}
	return entries
}

// extent gives the first and the last time in a bucket that is not empty, and the mean distance from the first,
// rounded down and cut off so that four times of it are a number.
func (b *bucket[P]) extent() (first, last int64, mean uint64) {
	first = math.MaxInt64
	var hi, lo, carry uint64
	for c, from := b.first, b.room; c != nil; c, from = c.next, 0 {
		for _, e := range c.entries[from:] {
			at := e.at
			first, last = min(first, at), max(last, at)
			lo, carry = bits.Add64(lo, uint64(at), 0)
			hi += carry
		}
	}
	mean, _ = bits.Div64(hi, lo, uint64(b.count()))
	return first, last, min(mean-uint64(first), math.MaxUint64/8)
}
