package event

import "math/bits"

// A rung divides a stretch of time into buckets of 2^shift nanoseconds; the last one is the rest, what lies beyond them.
// Buckets before current are empty for good. What comes into the current one goes to the finer rung that was made of it, or
// to the bottom; if it was loaded into the bottom and the event lies beyond that, it waits there.
type rung[P any] struct {
	start   int64
	shift   uint
	current int
	buckets []bucket[P]
}

const (
	// A bucket of at most sortAtOnce events goes to the bottom as it is; a fuller one becomes a rung.
	sortAtOnce = 256
	// eventsPerBucket is what the first rung aims at when it is made. Waiting times spread exponentially bring four to eight times as
	// many to a bucket until its turn comes. To finer rungs next to nothing comes anew: their buckets are made as full as the bottom
	// likes them, which fetches events from memory many side by side.
	eventsPerBucket, eventsPerFineBucket = 4, 32
	// fewestBuckets makes each rung at least 16 times finer than the one before, and so their number
	// at most mostRungs. With mostBuckets the ends of all buckets of a rung stay in the processor's cache.
	fewestBuckets, mostBuckets = 16, 2048
	mostRungs                  = 63/4 + 1
	// longRung is how many buckets the first rung has at least. One of few events would soon be used up, and making it anew moves all
	// events that lie in its rest; empty buckets cost little.
	longRung = 1024
)

// index is the bucket for a time. It is not beyond current if time is not beyond the current bucket.
func (r *rung[P]) index(at int64) int {
	return min(int((at-r.start)>>(r.shift&63)), len(r.buckets)-1)
}

// ahead is the bucket for a time, if that lies beyond the current bucket, and nil otherwise.
func (r *rung[P]) ahead(at int64) *bucket[P] {
	if i := r.index(at); i > r.current {
		return &r.buckets[i]
	}
	return nil
}

// reached is the time at which the current bucket begins.
func (r *rung[P]) reached() int64 { return r.start + int64(r.current)<<r.shift }

// reset makes an empty rung that has nothing but its rest.
func (r *rung[P]) reset() {
	r.start, r.shift, r.current = 0, 0, 0
	r.reserve(1)
}

// earliest is the first bucket that is not empty; nil if there is none.
func (r *rung[P]) earliest() *bucket[P] {
	for ; r.current < len(r.buckets); r.current++ {
		if b := &r.buckets[r.current]; b.first != nil {
			return b
		}
	}
	return nil
}

// spread makes the rung of a bucket, which may be its own rest, with about as many buckets as wanted. It reaches to four times the
// mean distance from the earliest event at most, so that outliers do not make its buckets wide: by Markov's inequality that
// is three quarters of the events or more. With fewer than least buckets it goes on in the same steps, for what is yet to come. It reports
// false when all events are of one instant.
func (r *rung[P]) spread(from *bucket[P], wanted, least int, pool *pool[chunk[P]]) bool {
	first, last, mean := from.extent()
	if first == last {
		return false
	}
	reach := min(uint64(last-first), 4*mean+1)
	wanted = min(wanted, mostBuckets)
	events := *from
	*from = bucket[P]{}
	r.start, r.current = first, 0
	r.shift = uint(max(0, bits.Len64(reach)-bits.Len(uint(wanted))+1))
	r.reserve(max(int(reach>>r.shift)+2, least))
	for c, skip := events.first, events.room; c != nil; skip = 0 {
		for _, e := range c.entries[skip:] {
			r.buckets[r.index(e.at)].push(pool, e.at, e.ev)
		}
		used := c
		c = c.next
		pool.put(used)
	}
	return true
}

// reserve makes n buckets, all empty: a rung is made when its buckets are.
func (r *rung[P]) reserve(n int) {
	if cap(r.buckets) < n {
		r.buckets = make([]bucket[P], n)
	}
	r.buckets = r.buckets[:n]
}
