package event

import (
	"math/bits"
	"slices"
)

// An order is the events of a bucket, sorted. What is sorted are numbers: above an event's time, from the bucket's first on,
// and below its place among what is given.
type order[P any] struct {
	given   []*Event[P]
	numbers []uint64
	places  uint64 // the bits of a place
	next    int    // in numbers: what comes before has been popped
	cells   cells
	roomy   int // buckets since the last that needed the space
}

func (o *order[P]) left() int { return len(o.numbers) - o.next }

// event is the i-th in order.
func (o *order[P]) event(i int) *Event[P] { return o.given[o.numbers[i]&o.places] }

// placeBits are enough for the places of a bucket that is sorted at once.
const placeBits = 8

// take takes all events of a bucket that is not empty. None is before base, if it is in a good order of magnitude.
func (o *order[P]) take(from *bucket[P], base int64, pool *pool[chunk[P]]) {
	n := from.count()
	if cap(o.given) < n {
		room := max(sortAtOnce, n)
		o.given, o.numbers = make([]*Event[P], room), make([]uint64, room+block)
	}
	o.given, o.numbers = o.given[:n], o.numbers[:n]
	o.places, o.next = 1<<placeBits-1, 0
	if far := o.gather(from, base, pool); n > sortAtOnce || far>>(64-placeBits) != 0 {
		if o.renumber(); o.numbers[n-1] == uint64(n-1) {
			// All are of one time.
			o.orderByTie(o.numbers)
			return
		}
	}
	sortNumbers(o.numbers)
	o.orderRuns()
}

// gather lists events and gives them numbers. It reads their times where they lie: that brings those into
// the cache, many side by side, before the handler waits for one after the other. far is not less than what one lies beyond base.
func (o *order[P]) gather(from *bucket[P], base int64, pool *pool[chunk[P]]) (far uint64) {
	i := 0
	for c, skip := from.first, from.room; c != nil; skip = 0 {
		entries := c.entries[skip:]
		given, numbers := o.given[i:][:len(entries)], o.numbers[i:][:len(entries)]
		for j := range entries {
			ev := entries[j].ev
			ahead := uint64(ev.At - base)
			far |= ahead
			given[j], numbers[j] = ev, ahead<<placeBits|uint64(i+j)
		}
		i += len(entries)
		used := c
		c = c.next
		pool.put(used)
	}
	*from = bucket[P]{}
	return far
}

// renumber numbers the events of a bucket with many events, or of a long time, or with events that lie before it.
func (o *order[P]) renumber() {
	first, last := o.given[0].At, o.given[0].At
	for _, ev := range o.given {
		first, last = min(first, ev.At), max(last, ev.At)
	}
	width := bits.Len(uint(len(o.given) - 1))
	shift := max(0, bits.Len64(uint64(last-first))+width-64)
	o.places = 1<<width - 1
	for i, ev := range o.given {
		o.numbers[i] = uint64(ev.At-first)>>shift<<width | uint64(i)
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
	at, one := o.given[run[0]&o.places].At, true
	for i, number := range run {
		place := number & o.places
		ev := o.given[place]
		run[i] = ev.Tie&^o.places | place
		one = one && ev.At == at
	}
	followers := *(*[block]uint64)(run[len(run) : len(run)+block])
	o.cells.sort(run)
	copy(run[len(run):len(run)+block], followers[:])
	for i := 1; one && i < len(run); i++ {
		one = run[i]^run[i-1] > o.places
	}
	if !one {
		slices.SortFunc(run, func(x, y uint64) int { return o.given[x&o.places].Compare(&o.given[y&o.places].Key) })
	}
}

// release lets go of events, and of space that only a burst has needed.
func (o *order[P]) release() {
	n := len(o.given)
	o.given, o.numbers, o.next = o.given[:0], o.numbers[:0], 0
	if cap(o.given) <= 4*sortAtOnce {
		return
	}
	if o.roomy++; n > cap(o.given)/4 {
		o.roomy = 0
	}
	if o.roomy > patience {
		*o = order[P]{}
	}
}
