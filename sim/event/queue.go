package event

// A Queue gives back events in the order of their keys. It is a ladder queue (Tang, Goh, Thng: Ladder
// queue, an O(1) priority queue structure for large-scale discrete event simulation, 2005) over chunks of
// entries; doc.go tells how it works. The zero Queue is empty and ready. What every event touches lies together: scattered over
// the rungs it made a hold a sixth slower with one length of the array than with another.
type Queue[P any] struct {
	count  int
	events pool[Event[P]]
	chunks pool[chunk[P]]
	bottom bottom[P]
	passed uint               // buckets
	moves  int                // of entries from bucket to bucket: the work that grows with bad luck, bounded by tests
	finest int                // of rungs in use
	rungs  [mostRungs]rung[P] // each but the first spreads the current bucket of the one before
}

// With more than mostLate late events the bottom is too wide, and is spread again.
const mostLate = 32

// Len is the number of events in the queue.
func (q *Queue[P]) Len() int { return q.count }

// New gives an event to fill and push. Its key is what a former event has left.
func (q *Queue[P]) New() *Event[P] { return q.events.get() }

// Free takes back an event that was popped.
func (q *Queue[P]) Free(ev *Event[P]) {
	var none P
	ev.Payload = none
	q.events.put(ev)
}

// Push adds an event, whose time must not be negative. It may lie before events already popped. It stays where it lies.
func (q *Queue[P]) Push(ev *Event[P]) {
	q.count++
	q.add(ev)
}

// add adds an event that is counted already.
func (q *Queue[P]) add(ev *Event[P]) {
	if b := q.rungs[0].ahead(ev.At); b != nil {
		b.push(&q.chunks, ev.At, ev)
	} else {
		q.addSoon(ev)
	}
}

// addSoon adds an event that does not lie beyond the current bucket of the first rung.
func (q *Queue[P]) addSoon(ev *Event[P]) {
	if uint64(ev.At) >= q.bottom.end {
		q.place(ev.At).push(&q.chunks, ev.At, ev)
		return
	}
	q.bottom.push(ev)
	if q.bottom.crowded() {
		q.spill()
	}
}

// place finds the bucket for a time beyond the bottom.
func (q *Queue[P]) place(at int64) *bucket[P] {
	for i := range q.finest {
		r := &q.rungs[i]
		if to := r.index(at); to > r.current {
			return &r.buckets[to]
		}
	}
	r := &q.rungs[q.finest]
	if len(r.buckets) == 0 {
		r.reset()
	}
	return &r.buckets[max(r.current, r.index(at))]
}

// Pop removes the least event, if its time is at most until, and gives nil otherwise. Give it to Free when it is handled.
func (q *Queue[P]) Pop(until int64) *Event[P] {
	ev := q.bottom.quick(until)
	if ev == nil {
		if ev = q.least(); ev == nil || ev.At > until {
			return nil
		}
		q.bottom.drop()
	}
	q.count--
	return ev
}

// Peek gives the key of the least event. It reports false when there is none.
func (q *Queue[P]) Peek() (Key, bool) {
	if ev := q.least(); ev != nil {
		return ev.Key, true
	}
	return Key{}, false
}

// least is the least event; nil if there is none.
func (q *Queue[P]) least() *Event[P] {
	if q.bottom.empty() && !q.advance() {
		return nil
	}
	return q.bottom.least()
}

// advance moves the earliest bucket into the bottom, whose events have all been popped.
func (q *Queue[P]) advance() bool {
	q.bottom.release(&q.chunks)
	if q.passed++; q.passed%trimEvery == 0 {
		q.chunks.trim()
		q.events.trim()
	}
	if q.count == 0 {
		q.finest = 0
		q.rungs[0].reset()
		return false
	}
	q.refill()
	return true
}

// refill moves the earliest bucket into the empty bottom, making finer rungs until it is small enough.
func (q *Queue[P]) refill() {
	for {
		from := q.earliest()
		if from.count() <= sortAtOnce || !q.spread(from) {
			q.bottom.load(from, q.rungs[q.finest].reached(), &q.chunks)
			return
		}
	}
}

// earliest gives the bucket with the least event, dropping rungs that are used up.
func (q *Queue[P]) earliest() *bucket[P] {
	for {
		if b := q.rungs[q.finest].earliest(); b != nil {
			return b
		}
		q.finest--
	}
}

// spread makes a rung of the current bucket of the finest: the next one, or the same anew if that bucket is its rest. It reports false
// when all events are of one instant, or when events before all others have used up the rungs.
func (q *Queue[P]) spread(from *bucket[P]) bool {
	to, n := q.finest, from.count()
	if r := &q.rungs[to]; r.current < len(r.buckets)-1 {
		to++
	}
	each, least := eventsPerBucket, longRung
	if to > 0 {
		each, least = eventsPerFineBucket, 0
	}
	if to == mostRungs || !q.rungs[to].spread(from, max(n/each, fewestBuckets), least, &q.chunks) {
		return false
	}
	q.finest = to
	q.moves += n
	return true
}

// spill gives the bottom back to the bucket it came from, and refills it with a narrower part.
func (q *Queue[P]) spill() {
	r := &q.rungs[q.finest]
	from := &r.buckets[r.current]
	q.moves += q.bottom.order.left() + len(q.bottom.late)
	q.bottom.unload(&q.chunks, from)
	q.spread(from)
	q.refill()
}
