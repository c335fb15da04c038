package event

import (
	"math"
	"math/bits"
)

// eventsPerChunk weighs the space of half-filled chunks against the reach for the next one. With events of
// 64 bytes a chunk is nine cache lines.
const eventsPerChunk = 12

// A chunk is a contiguous piece of a bucket.
type chunk[P any] struct {
	events [eventsPerChunk]Event[P]
	next   *chunk[P]
}

// A bucket is a bag of events: a list of chunks of which only the first may have room.
type bucket[P any] struct {
	first *chunk[P]
	count int
}

func (b *bucket[P]) push(pool *pool[P], key *Key, payload *P) {
	room := uint(b.count) % eventsPerChunk
	if room == 0 {
		c := pool.get()
		c.next = b.first
		b.first = c
	}
	ev := &b.first.events[room]
	ev.Key = *key
	ev.Payload = *payload
	b.count++
}

// chunks gives the first chunk and the number of events in it. The chunks after it are full.
func (b *bucket[P]) chunks() (*chunk[P], int) {
	if b.count == 0 {
		return nil, 0
	}
	return b.first, (b.count-1)%eventsPerChunk + 1
}

// extent gives the first and the last time in a bucket that is not empty, and the mean distance from the first,
// rounded down and cut off so that four times of it are a number.
func (b *bucket[P]) extent() (first, last int64, mean uint64) {
	first = math.MaxInt64
	var hi, lo, carry uint64
	for c, n := b.chunks(); c != nil; c, n = c.next, eventsPerChunk {
		for i := range n {
			at := c.events[i].At
			first, last = min(first, at), max(last, at)
			lo, carry = bits.Add64(lo, uint64(at), 0)
			hi += carry
		}
	}
	mean, _ = bits.Div64(hi, lo, uint64(b.count))
	return first, last, min(mean-uint64(first), math.MaxUint64/8)
}

// A pool keeps chunks for reuse, the one emptied last first, as it is still in the processor's cache.
type pool[P any] struct {
	first      *chunk[P]
	free, used int
	keep       int // how many chunks, free and used, are worth having
}

// patience is how many buckets pass until two thirds of the space that only a burst needed is let go, and
// also how many chunks are too few to let go. It is longer than a rung lasts, whose ebb and flow is no burst.
const patience = 4096

func (p *pool[P]) get() *chunk[P] {
	p.used++
	c := p.first
	if c == nil {
		p.keep = max(p.keep, p.used)
		return new(chunk[P])
	}
	p.free--
	p.first = c.next
	c.next = nil
	return c
}

// put clears a chunk, so that payloads keep nothing alive, and takes it back. It gives the next of its list.
func (p *pool[P]) put(c *chunk[P]) (next *chunk[P]) {
	next = c.next
	*c = chunk[P]{next: p.first}
	p.first = c
	p.used--
	p.free++
	return next
}

// trim lets go of chunks that have not been wanted for long.
func (p *pool[P]) trim() {
	p.keep -= max(0, p.keep-p.used) / patience
	for p.free+p.used > p.keep {
		p.first = p.first.next
		p.free--
	}
}
