package event

import "math"

// A bottom holds the earliest events in order: those of one bucket, sorted when it was loaded, and
// those that came late, in a heap.
type bottom[P any] struct {
	order    order[P]
	late     entryHeap[P]
	calm     int64              // no late event is before
	end      uint64             // the bottom has all events before this time
	announce func(ev *Event[P]) // nil: nobody wants to know
}

func (b *bottom[P]) empty() bool { return b.order.left() == 0 && len(b.late) == 0 }

// quick removes the least event if no late one comes near it and its time is at most until, and gives nil otherwise.
func (b *bottom[P]) quick(until int64) *Event[P] {
	if o := &b.order; o.next < len(o.numbers) {
		if ev := o.given[o.numbers[o.next]&o.places].ev; ev.At < b.calm && ev.At <= until {
			o.next++
			return ev
		}
	}
	return nil
}

// push adds an event that comes late.
func (b *bottom[P]) push(ev *Event[P]) {
	b.late.push(entry[P]{ev.At, ev})
	b.calm = b.late[0].at
}

// lateFirst tells, in a bottom that is not empty, whether the least event is a late one.
func (b *bottom[P]) lateFirst() bool {
	return len(b.late) > 0 && (b.order.left() == 0 || b.late[0].ev.Before(&b.order.event(b.order.next).Key))
}

// least gives the least event of a bottom that is not empty.
func (b *bottom[P]) least() *Event[P] {
	if b.lateFirst() {
		return b.late[0].ev
	}
	return b.order.event(b.order.next)
}

// drop removes the least event of a bottom that is not empty.
func (b *bottom[P]) drop() {
	if !b.lateFirst() {
		b.order.next++
		return
	}
	b.late.pop()
	b.calm = math.MaxInt64
	if len(b.late) > 0 {
		b.calm = b.late[0].at
	}
}

// crowded tells whether the bottom is worth spreading again: many events came late, more than it would cost to move
// the others, and they are of more than one instant.
func (b *bottom[P]) crowded() bool {
	return len(b.late) > max(mostLate, b.order.left()-sortAtOnce) && uint64(b.least().At)+1 < b.end
}

// load takes all events of a bucket, which begins at base, into the empty bottom and leaves the bucket empty.
func (b *bottom[P]) load(from *bucket[P], base int64, pool *pool[chunk[P]]) {
	b.calm = math.MaxInt64
	b.order.take(from, base, pool)
	if b.announce != nil {
		for i := range b.order.given {
			b.announce(b.order.given[i].ev)
		}
	}
	b.end = uint64(b.order.event(len(b.order.numbers)-1).At) + 1
}

// unload moves all events into a bucket.
func (b *bottom[P]) unload(pool *pool[chunk[P]], to *bucket[P]) {
	for i := b.order.next; i < len(b.order.numbers); i++ {
		ev := b.order.event(i)
		to.push(pool, ev.At, ev)
	}
	for _, e := range b.late {
		to.push(pool, e.at, e.ev)
	}
	b.late = b.late[:0]
	b.release(pool)
}

// release makes the bottom end before all events, and lets go of the space that a burst has left.
func (b *bottom[P]) release(pool *pool[chunk[P]]) {
	b.end = 0
	b.order.release(pool)
	if cap(b.late) > 4*mostLate {
		b.late = nil
	}
}
