package event

import (
	"cmp"
	"math/bits"
	"slices"
)

// A reference is an event's place in the order, next to where the event lies: less to move than the event.
type reference[P any] struct {
	at  int64
	tie uint64
	ev  *Event[P]
}

func (r *reference[P]) before(o *reference[P]) bool {
	if r.at != o.at {
		return r.at < o.at
	}
	if r.tie != o.tie {
		return r.tie < o.tie
	}
	return r.ev.sourceBefore(&o.ev.Key)
}

// A sorter orders the events of a bucket: it spreads them over cells by time, or by tie if all are of one
// instant, and then orders neighbours by insertion. Cells take part in the order of magnitude of the events, so that
// the work does not grow faster than the bucket, unless times crowd in few cells.
type sorter[P any] struct {
	given, spread []reference[P] // as they lie in the bucket, and as they lie in the cells
	ends          []uint32       // of the cells in spread
	roomy         int            // sorts since the last that needed the space
}

// A cell of more than fullCell references is too many to order by insertion.
const fullCell = 16

// sort gives references to all events of a bucket that is not empty, in order. They are valid until the
// next sort.
func (s *sorter[P]) sort(b *bucket[P]) []reference[P] {
	s.given = s.given[:0]
	for c, n := b.chunks(); c != nil; c, n = c.next, eventsPerChunk {
		for i := range n {
			ev := &c.events[i]
			s.given = append(s.given, reference[P]{ev.At, ev.Tie, ev})
		}
	}
	if len(s.given) <= fullCell {
		insertionSort(s.given)
		return s.given
	}
	if cap(s.spread) < len(s.given) {
		s.spread = make([]reference[P], cap(s.given))
		s.ends = make([]uint32, 2*cap(s.given))
	}
	s.spread = s.spread[:len(s.given)]
	if s.spreadOverCells() <= fullCell {
		insertionSort(s.spread)
	} else {
		slices.SortFunc(s.spread, compare)
	}
	return s.spread
}

// spreadOverCells orders the given references by cell, and tells how many the fullest cell has.
func (s *sorter[P]) spreadOverCells() (fullest uint32) {
	first, last := s.given[0].at, s.given[0].at
	for i := range s.given {
		first, last = min(first, s.given[i].at), max(last, s.given[i].at)
	}
	width := bits.Len(uint(len(s.given) - 1)) // 2^width cells, one to two for each event
	shift := max(0, bits.Len64(uint64(last-first))-width)
	timeMask, tieMask := ^uint64(0), uint64(0)
	if first == last {
		timeMask, tieMask, shift = 0, ^uint64(0), 64-width
	}
	ends := s.ends[:1<<width]
	clear(ends)
	for i := range s.given {
		r := &s.given[i]
		ends[(uint64(r.at-first)&timeMask|r.tie&tieMask)>>shift]++
	}
	sum := uint32(0)
	for i, n := range ends {
		fullest = max(fullest, n)
		sum += n
		ends[i] = sum
	}
	for i := range s.given {
		r := &s.given[i]
		end := &ends[(uint64(r.at-first)&timeMask|r.tie&tieMask)>>shift]
		*end--
		s.spread[*end] = *r
	}
	return fullest
}

// release forgets events, and lets go of space that only a burst has needed.
func (s *sorter[P]) release() {
	clear(s.given)
	clear(s.spread)
	s.roomy++
	if len(s.given) > cap(s.given)/4 {
		s.roomy = 0
	}
	if s.roomy > patience && cap(s.given) > 4*sortAtOnce {
		*s = sorter[P]{}
	}
}

func insertionSort[P any](refs []reference[P]) {
	for i := 1; i < len(refs); i++ {
		r, j := refs[i], i
		for ; j > 0 && r.before(&refs[j-1]); j-- {
			refs[j] = refs[j-1]
		}
		refs[j] = r
	}
}

func compare[P any](x, y reference[P]) int {
	if c := cmp.Compare(x.at, y.at); c != 0 {
		return c
	}
	if c := cmp.Compare(x.tie, y.tie); c != 0 {
		return c
	}
	if x.ev.sourceBefore(&y.ev.Key) {
		return -1
	}
	return 1
}
