package event

import (
	"fmt"
	"math"

	"icsim/sim/rng"
)

// A Loop runs a simulation on one goroutine: it takes events in the order of their keys and hands each to the
// handler, which schedules what follows. The event stays as it is while it is handled; keep nothing of it longer.
type Loop[P any] struct {
	handler func(ev *Event[P])
	sources sources
	now     int64
	handled uint64
	stopped bool
	spare   *Event[P] // a former one, to be filled next, which still has its payload; nil: none
	queue   Queue[P]
}

// NewLoop makes a loop with nothing to do. The seed decides the order of events of one instant.
func NewLoop[P any](seed uint64, handler func(ev *Event[P])) *Loop[P] {
	return &Loop[P]{handler: handler, sources: newSources(seed), now: -1}
}

// Schedule adds an event at virtual time at, in the name of src, for dst. It must lie after Now: at least
// one nanosecond passes between a cause and its effect. Sources are numbered densely from 0.
//
// It is Queue.Push in one piece, and what is rare lies behind one condition: so that arguments stay in the processor's registers.
func (l *Loop[P]) Schedule(src, dst uint32, at int64, payload P) {
	if at <= l.now {
		tooSoon(src, at, l.now)
	}
	if l.spare == nil || int(src) >= len(l.sources.list) {
		l.provide(src)
	}
	ev := l.spare
	l.spare = nil
	ev.At, ev.Src, ev.Dst = at, src, dst
	l.sources.list[src].number(&ev.Key)
	ev.Payload = payload
	l.queue.count++
	if b := l.queue.rungs[0].ahead(at); b != nil && b.room != 0 {
		b.fill(at, ev)
	} else {
		l.queue.add(ev)
	}
}

// provide makes room for an event of a source.
func (l *Loop[P]) provide(src uint32) {
	l.sources.of(src)
	if l.spare == nil {
		l.spare = l.queue.New()
	}
}

func tooSoon(src uint32, at, now int64) {
	panic(fmt.Sprintf("event: source %d schedules at %d ns, but it is %d ns already", src, at, now))
}

// Announce has f called for each event some time before it is handled, if it was scheduled long enough before.
func (l *Loop[P]) Announce(f func(ev *Event[P])) { l.queue.bottom.announce = f }

// Rekey lets a new seed decide the order of the events to be scheduled. What is pending keeps its place.
func (l *Loop[P]) Rekey(seed rng.Source) { l.sources.rekey(seed) }

// Run handles all events up to and including time until, and sets the clock to it. It returns early, with the
// clock at the last event, when a handler calls Stop.
func (l *Loop[P]) Run(until int64) {
	l.stopped = false
	if !l.run(until) {
		l.now = max(l.now, until)
	}
}

// Step handles one event, if there is any.
func (l *Loop[P]) Step() bool {
	l.stopped = true
	return l.run(math.MaxInt64)
}

// run handles one event and goes on until it is stopped. It reports false when there is none left.
func (l *Loop[P]) run(until int64) bool {
	for {
		ev := l.queue.bottom.quick(until)
		if ev != nil {
			l.queue.count--
		} else if ev = l.queue.Pop(until); ev == nil {
			return false
		}
		l.now = ev.At
		l.handled++
		l.handler(ev)
		if l.spare == nil {
			l.spare = ev
		} else {
			l.queue.Free(ev)
		}
		if l.stopped {
			return true
		}
	}
}

// Stop makes Run return when the event being handled is done. Events left stay pending.
func (l *Loop[P]) Stop() { l.stopped = true }

// Now is the virtual time: that of the event being handled or of the last one, or the end of the last Run. Before
// the first event it is −1, so that a simulation may begin with events at 0.
func (l *Loop[P]) Now() int64 { return l.now }

// Next gives the key of the next event. It reports false when none is pending.
func (l *Loop[P]) Next() (Key, bool) { return l.queue.Peek() }

// Pending is the number of events scheduled and not yet handled.
func (l *Loop[P]) Pending() int { return l.queue.Len() }

// Handled is the number of events handled so far.
func (l *Loop[P]) Handled() uint64 { return l.handled }
