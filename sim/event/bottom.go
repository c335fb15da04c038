package event

// A bottom holds the earliest events in order: those of one bucket, sorted when it was loaded, and
// those that came late, in a heap.
type bottom[P any] struct {
	sorted []reference[P] // what is left of the bucket, the least first
	sorter sorter[P]      // with the space of sorted
	chunks *chunk[P]      // where references point or have pointed since the last release
	late   valueHeap[P]
	popped Event[P] // the last of late to be popped
	end    uint64   // the bottom has all events before this time
}

func (b *bottom[P]) empty() bool { return len(b.sorted) == 0 && len(b.late) == 0 }

// lateFirst tells, in a bottom that is not empty, whether the least event is a late one.
func (b *bottom[P]) lateFirst() bool {
	return len(b.late) > 0 && (len(b.sorted) == 0 || b.late[0].Before(&b.sorted[0].ev.Key))
}

// least gives the key of the least event of a bottom that is not empty.
func (b *bottom[P]) least() *Key {
	if b.lateFirst() {
		return &b.late[0].Key
	}
	return &b.sorted[0].ev.Key
}

// crowded tells whether the bottom is worth spreading again: many events came late, more than it would cost to move
// the others, and they are of more than one instant.
func (b *bottom[P]) crowded() bool {
	return len(b.late) > max(mostLate, len(b.sorted)-sortAtOnce) && uint64(b.least().At)+1 < b.end
}

// pop removes the least event of a bottom that is not empty, unless its time is beyond until.
func (b *bottom[P]) pop(until int64) *Event[P] {
	if b.lateFirst() {
		if b.late[0].At > until {
			return nil
		}
		b.late.pop(&b.popped)
		return &b.popped
	}
	ev := b.sorted[0].ev
	if ev.At > until {
		return nil
	}
	b.sorted = b.sorted[1:]
	return ev
}

// load takes all events of a bucket into the empty bottom and leaves the bucket empty.
func (b *bottom[P]) load(from *bucket[P]) {
	b.sorted = b.sorter.sort(from)
	b.end = uint64(b.sorted[len(b.sorted)-1].at) + 1
	last := from.first
	for last.next != nil {
		last = last.next
	}
	last.next = b.chunks
	b.chunks = from.first
	*from = bucket[P]{}
}

// unload moves all events into a bucket. Its chunks stay: the event popped last is still being handled.
func (b *bottom[P]) unload(pool *pool[P], to *bucket[P]) {
	for i := range b.sorted {
		ev := b.sorted[i].ev
		to.push(pool, &ev.Key, &ev.Payload)
	}
	for i := range b.late {
		to.push(pool, &b.late[i].Key, &b.late[i].Payload)
	}
	clear(b.late)
	b.sorted, b.late, b.end = nil, b.late[:0], 0
}

// release gives back the chunks of an empty bottom, and the space that a burst has left.
func (b *bottom[P]) release(pool *pool[P]) {
	for b.chunks != nil {
		b.chunks = pool.put(b.chunks)
	}
	b.end, b.popped = 0, Event[P]{}
	b.sorter.release()
	if cap(b.late) > 4*mostLate {
		b.late = nil
	}
}
