package event

import (
	"math/bits"
	"slices"
)

// An order is the events of a bucket, sorted. What is sorted are numbers: above an event's time, from the bucket's beginning on,
// and below its place among what is given.
type order[P any] struct {
	given   []entry[P] // in a chunk, if one has them all, or else in copies
	numbers []uint64
	places  uint64 // the bits of a place
	next    int    // in numbers: what comes before has been popped
	chunk   *chunk[P]
	copies  []entry[P]
	cells   cells
	roomy   int // buckets since the last that needed the space
}

func (o *order[P]) left() int { return len(o.numbers) - o.next }

// event is the i-th in order.
func (o *order[P]) event(i int) *Event[P] { return o.given[o.numbers[i]&o.places].ev }

// placeBits are enough for the places of a bucket that is sorted at once.
const placeBits = 8

// take takes all events of a bucket that is not empty and begins at base.
func (o *order[P]) take(from *bucket[P], base int64, pool *pool[chunk[P]]) {
	n := from.count()
	if cap(o.numbers) < n+block {
		o.numbers = make([]uint64, max(sortAtOnce, n)+block)
	}
	o.numbers = o.numbers[:n]
	if o.chunk = from.first; from.first.next == nil {
		o.given = o.chunk.entries[from.room:]
	} else {
		o.copies = from.appendTo(o.copies[:0], pool)
		o.given, o.chunk = o.copies, nil
	}
	*from = bucket[P]{}
	o.places, o.next = 1<<placeBits-1, 0
	if n > sortAtOnce || o.number(base)>>(64-placeBits) != 0 {
		if o.renumber(); o.numbers[n-1] == uint64(n-1) { // all are of one time
			o.orderByTie(o.numbers)
			return
		}
	}
	sortNumbers(o.numbers)
	o.orderRuns()
}

// number gives events numbers. It reads their times where they lie: that brings those into the cache, many side by side, before the
// handler waits for one after the other. far is not less than what one lies beyond base.
func (o *order[P]) number(base int64) (far uint64) {
	given := o.given
	numbers := o.numbers[:len(given)]
	for i := range given {
		ahead := uint64(given[i].ev.At - base)
		far |= ahead
		numbers[i] = ahead<<placeBits | uint64(i)
	}
	return far
}

// renumber numbers the events of a bucket with many events, or of a long time, or with events that lie before it.
func (o *order[P]) renumber() {
	first, last := o.given[0].at, o.given[0].at
	for _, e := range o.given {
		first, last = min(first, e.at), max(last, e.at)
	}
	width := bits.Len(uint(len(o.given) - 1))
	shift := max(0, bits.Len64(uint64(last-first))+width-64)
	o.places = 1<<width - 1
	for i, e := range o.given {
		o.numbers[i] = uint64(e.at-first)>>shift<<width | uint64(i)
	}
}

// orderRuns orders by tie what is of one time.
func (o *order[P]) orderRuns() {
	s := o.numbers
	for i := 1; i < len(s); i++ {
		if s[i]^s[i-1] > o.places {
			continue
		}
		begin := i - 1
		for i++; i < len(s) && s[i]^s[begin] <= o.places; i++ {
		}
		o.orderByTie(s[begin:i])
	}
}

// orderByTie orders numbers of which only the places matter, as their events are of one time, or nearly.
func (o *order[P]) orderByTie(run []uint64) {
	at, one := o.given[run[0]&o.places].at, true
	for i, number := range run {
		place := number & o.places
		e := &o.given[place]
		run[i] = e.ev.Tie&^o.places | place
		one = one && e.at == at
	}
	followers := *(*[block]uint64)(run[len(run) : len(run)+block])
	o.cells.sort(run)
	copy(run[len(run):len(run)+block], followers[:])
	for i := 1; one && i < len(run); i++ {
		one = run[i]^run[i-1] > o.places
	}
	if !one {
		slices.SortFunc(run, func(x, y uint64) int { return o.given[x&o.places].ev.Compare(&o.given[y&o.places].ev.Key) })
	}
}

// release lets go of events, and of space that only a burst has needed.
func (o *order[P]) release(pool *pool[chunk[P]]) {
	if o.chunk != nil {
		pool.put(o.chunk)
	}
	n := len(o.numbers)
	o.given, o.chunk, o.numbers, o.next = nil, nil, o.numbers[:0], 0
	if cap(o.numbers) <= 4*sortAtOnce {
		return
	}
	if o.roomy++; n > cap(o.numbers)/4 {
		o.roomy = 0
	}
	if o.roomy > patience {
		*o = order[P]{}
	}
}
