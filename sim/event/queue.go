package event

import "math/bits"

// A Queue gives back events in the order of their keys. It is a ladder queue (Tang, Goh, Thng: Ladder
// queue, an O(1) priority queue structure for large-scale discrete event simulation, 2005) over chunks of
// values; doc.go tells how it works. The zero Queue is empty and ready.
type Queue[P any] struct {
	bottom bottom[P]
	rungs  []rung[P] // each spreads the current bucket of the one before
	top    bucket[P] // what lies beyond the first rung
	pool   pool[P]
	count  int
	moves  int // of events from bucket to bucket: the work that grows with bad luck, bounded by tests
}

// A rung divides a stretch of time into buckets of 2^shift nanoseconds. Buckets before current are
// empty for good. The current one is open: what lies beyond the finer rung that was made of it,
// or beyond the bottom, still goes there. A rung ends within the bucket it was made of, if need be within
// its last bucket.
type rung[P any] struct {
	start   int64
	end     uint64
	shift   uint
	current int
	buckets []bucket[P]
}

const (
	// A bucket of at most sortAtOnce events goes to the bottom as it is; a fuller one becomes a rung.
	sortAtOnce = 256
	// With more than mostLate late events the bottom is too wide, and is spread again.
	mostLate = 32
	// eventsPerBucket is what spread aims at, on the average. The earliest buckets of waiting times spread
	// exponentially then have four to eight times as many.
	eventsPerBucket = 4
	// fewestBuckets makes each rung at least 16 times finer than the one before, and so their number
	// at most mostRungs. With mostBuckets the ends of all buckets of a rung stay in the processor's cache.
	fewestBuckets, mostBuckets = 16, 2048
	mostRungs                  = 63/4 + 1
)

// Len is the number of events in the queue.
func (q *Queue[P]) Len() int { return q.count }

// Push adds an event, whose time must not be negative. It may lie before events already popped.
func (q *Queue[P]) Push(key *Key, payload *P) {
	q.count++
	if uint64(key.At) >= q.bottom.end {
		q.place(key.At).push(&q.pool, key, payload)
		return
	}
	q.bottom.late.push(&Event[P]{*key, *payload})
	if q.bottom.crowded() {
		q.spill()
	}
}

// place finds the bucket for a time beyond the bottom: in the finest rung that reaches so far.
func (q *Queue[P]) place(at int64) *bucket[P] {
	for i := len(q.rungs) - 1; i >= 0; i-- {
		if r := &q.rungs[i]; uint64(at) < r.end {
			return &r.buckets[max(r.current, int((at-r.start)>>r.shift))]
		}
	}
	return &q.top
}

// Pop removes the least event, if its time is at most until, and nil otherwise. The event stays
// where it lies until the next Pop.
func (q *Queue[P]) Pop(until int64) *Event[P] {
	if q.bottom.empty() && !q.advance() {
		return nil
	}
	ev := q.bottom.pop(until)
	if ev != nil {
		q.count--
	}
	return ev
}

// Peek gives the key of the least event. It reports false when there is none.
func (q *Queue[P]) Peek() (Key, bool) {
	if q.bottom.empty() && !q.advance() {
		return Key{}, false
	}
	return *q.bottom.least(), true
}

// advance moves the earliest bucket into the bottom, whose events have all been popped and handled.
func (q *Queue[P]) advance() bool {
	q.bottom.release(&q.pool)
	q.pool.trim()
	if q.count == 0 {
		q.rungs = q.rungs[:0]
		return false
	}
	q.refill()
	return true
}

// refill moves the earliest bucket into the empty bottom, making finer rungs until it is small enough.
func (q *Queue[P]) refill() {
	for {
		from := q.earliest()
		if from.count <= sortAtOnce || !q.spread(from) {
			q.bottom.load(from)
			return
		}
	}
}

// earliest gives the bucket with the least event, dropping rungs that are used up.
func (q *Queue[P]) earliest() *bucket[P] {
	for len(q.rungs) > 0 {
		r := &q.rungs[len(q.rungs)-1]
		for ; r.current < len(r.buckets); r.current++ {
			if b := &r.buckets[r.current]; b.count > 0 {
				return b
			}
		}
		q.rungs = q.rungs[:len(q.rungs)-1]
	}
	return &q.top
}

// spill gives the bottom back to the bucket it came from, and refills it with a narrower part.
func (q *Queue[P]) spill() {
	from := &q.top
	if n := len(q.rungs); n > 0 {
		from = &q.rungs[n-1].buckets[q.rungs[n-1].current]
	}
	q.moves += len(q.bottom.sorted) + len(q.bottom.late)
	q.bottom.unload(&q.pool, from)
	q.spread(from)
	q.refill()
}

// spread makes a rung of a bucket. The rung reaches to four times the mean distance from the earliest event
// at most, so that outliers do not make its buckets wide: by Markov's inequality that is three quarters of the
// events or more, and the rest stays where it is. It reports false when all events are of one instant.
func (q *Queue[P]) spread(from *bucket[P]) bool {
	first, last, mean := from.extent()
	if first == last {
		return false
	}
	reach := min(uint64(last-first), 4*mean+1)
	wanted := min(max(from.count/eventsPerBucket, fewestBuckets), mostBuckets)
	shift := uint(max(0, bits.Len64(reach)-bits.Len(uint(wanted))+1))
	r := q.addRung(int(reach>>shift) + 1)
	r.start, r.end, r.shift, r.current = first, uint64(first)+reach+1, shift, 0

	q.moves += from.count
	events := *from
	*from = bucket[P]{}
	for c, n := events.chunks(); c != nil; c, n = q.pool.put(c), eventsPerChunk {
		for i := range n {
			ev := &c.events[i]
			to := from
			if uint64(ev.At) < r.end {
				to = &r.buckets[(ev.At-first)>>shift]
			}
			to.push(&q.pool, &ev.Key, &ev.Payload)
		}
	}
	return true
}

// addRung appends a rung of n empty buckets, using again the space of one dropped earlier.
func (q *Queue[P]) addRung(n int) *rung[P] {
	if len(q.rungs) < cap(q.rungs) {
		q.rungs = q.rungs[:len(q.rungs)+1]
	} else {
		q.rungs = append(q.rungs, rung[P]{})
	}
	r := &q.rungs[len(q.rungs)-1]
	if cap(r.buckets) < n {
		r.buckets = make([]bucket[P], n)
	}
	r.buckets = r.buckets[:n] // all empty: a rung is dropped when its last bucket is
	return r
}
