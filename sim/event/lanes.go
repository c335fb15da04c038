package event

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
)

// Lanes run a simulation on several goroutines. Each lane is a group of destinations with a queue of its own, whose events are
// handled one after the other. Side by side the lanes handle what lies in a window of time, no longer than the least delay with which
// one reaches another, so that nothing of what they do meanwhile concerns each other. At the barrier what they have scheduled
// for each other changes hands.
//
// The world is what every lane may look at. Its events are handled alone, and so is all else of that instant, in the order of keys. So
// it is known beforehand: a lane schedules for the world as far ahead as for another lane.
type Lanes[P any] struct {
	config  LanesConfig[P]
	lanes   []*Lane[P] // the last is the world's
	order   []*Lane[P] // but the world's, the busiest first: what is begun last ends at about one time
	sources sources
	now     int64
	busy    []*Lane[P] // in this window
	end     int64      // of it: the first nanosecond beyond
	events  uint64     // in the last window
	crew    *crew
}

// LanesConfig says what is run, and how.
type LanesConfig[P any] struct {
	Seed    uint64
	Sources int   // that there are: each belongs to one lane, or to the world
	Lanes   int   // beside the world
	Window  int64 // ns; the least delay between lanes, and from a lane to the world
	Workers int   // goroutines, the caller's among them
	// Worthwhile is how many events in a window make the next one worth sharing: with fewer it is over before a second goroutine has woken.
	Worthwhile uint64
	// Lane tells where an event is handled: the number of a lane, or Lanes for the world.
	Lane func(dst uint32, payload P) int
	// Handle handles an event in its lane. Different lanes' are handled side by side.
	Handle func(lane int, ev *Event[P])
	// Announce, if not nil, is called for each event of a lane some time before Handle is, if it was scheduled long enough before.
	Announce func(lane int, ev *Event[P])
	// Barrier is called when all events before a time have been handled.
	Barrier func()
}

// A Lane schedules for what is handled in it.
type Lane[P any] struct {
	all     *Lanes[P]
	number  int
	now     int64
	handled uint64
	home    int         // the member of the crew in whose cache its state lies
	begun   atomic.Bool // in this window
	alone   bool        // the others stand still
	mail    []mail[P]   // for other lanes, at the barrier
	failure any         // what a handler panicked with
	queue   Queue[P]
}

// Mail is an event on its way to another lane.
type mail[P any] struct {
	to    int
	event Event[P]
}

// NewLanes makes lanes with nothing to do.
func NewLanes[P any](c LanesConfig[P]) *Lanes[P] {
	if c.Window < 1 || c.Lanes < 1 || c.Workers < 1 {
		panic(fmt.Sprintf("event: %d lanes, a window of %d ns, %d workers", c.Lanes, c.Window, c.Workers))
	}
	l := &Lanes[P]{config: c, sources: newSources(c.Seed), now: -1}
	l.sources.grow(c.Sources)
	for i := range c.Lanes + 1 {
		l.lanes = append(l.lanes, &Lane[P]{all: l, number: i, now: -1, alone: true})
		if c.Announce != nil {
			l.lanes[i].queue.bottom.announce = func(ev *Event[P]) { c.Announce(i, ev) }
		}
	}
	l.order = slices.Clone(l.lanes[:c.Lanes])
	return l
}

// Lane is a lane by its number; the world's comes last.
func (l *Lanes[P]) Lane(number int) *Lane[P] { return l.lanes[number] }

// Schedule adds an event, as Loop.Schedule does. For another lane it must lie a window ahead.
func (l *Lane[P]) Schedule(src, dst uint32, at int64, payload P) {
	if at <= l.now {
		tooSoon(src, at, l.now)
	}
	to := l.all.config.Lane(dst, payload)
	switch {
	case to == l.number || l.alone:
		q := &l.all.lanes[to].queue
		ev := q.New()
		ev.At, ev.Src, ev.Dst = at, src, dst
		l.all.sources.of(src).number(&ev.Key)
		ev.Payload = payload
		q.Push(ev)
	case at < l.all.end:
		panic(fmt.Sprintf("event: lane %d reaches lane %d at %d ns, within the window that ends at %d ns", l.number, to, at, l.all.end))
	default:
		m := mail[P]{to, Event[P]{Key{At: at, Src: src, Dst: dst}, payload}}
		l.all.sources.of(src).number(&m.event.Key)
		l.mail = append(l.mail, m)
	}
}

// Now is the virtual time in this lane.
func (l *Lane[P]) Now() int64 { return l.now }

// run handles the lane's events before the end of the window.
func (l *Lane[P]) run() {
	defer func() { l.failure = recover() }()
	for ev := l.queue.Pop(l.all.end - 1); ev != nil; ev = l.queue.Pop(l.all.end - 1) {
		l.handle(ev)
	}
}

func (l *Lane[P]) handle(ev *Event[P]) {
	l.now = ev.At
	l.handled++
	l.all.config.Handle(l.number, ev)
	l.queue.Free(ev)
}

// Run handles all events up to and including time until, and sets the clock to it.
func (l *Lanes[P]) Run(until int64) {
	l.crew = hire(l.config.Workers-1, l.work)
	defer l.crew.dismiss()
	l.settle()
	for {
		first := l.peek()
		if first > until {
			break
		}
		if world, ok := l.lanes[l.config.Lanes].queue.Peek(); ok {
			l.end = min(first+l.config.Window, until+1, world.At)
		} else {
			l.end = min(first+l.config.Window, until+1)
		}
		if l.end > first {
			l.sideBySide()
		} else {
			l.instant(first)
		}
		l.config.Barrier()
	}
	l.now = max(l.now, until)
	for _, lane := range l.lanes {
		lane.now = l.now
	}
}

// settle gives each lane a home, so that all members have about as much to do.
func (l *Lanes[P]) settle() {
	slices.SortStableFunc(l.order, func(a, b *Lane[P]) int { return cmp.Compare(b.handled, a.handled) })
	load := make([]uint64, l.config.Workers)
	for _, lane := range l.order {
		for member := range load {
			if load[member] < load[lane.home] {
				lane.home = member
			}
		}
		load[lane.home] += lane.handled + 1
	}
}

// peek is the time of the next event; the end of time if there is none.
func (l *Lanes[P]) peek() int64 {
	at := int64(math.MaxInt64)
	for _, lane := range l.lanes {
		if key, ok := lane.queue.Peek(); ok {
			at = min(at, key.At)
		}
	}
	return at
}

// sideBySide handles a window.
func (l *Lanes[P]) sideBySide() {
	l.busy = l.busy[:0]
	for _, lane := range l.order {
		if key, ok := lane.queue.Peek(); ok && key.At < l.end {
			l.busy = append(l.busy, lane)
			lane.alone = false
		}
	}
	helpers, before := 0, l.Handled()
	if l.events >= l.config.Worthwhile {
		helpers = len(l.busy) - 1
	}
	l.crew.share(helpers)
	l.events = l.Handled() - before
	if failed := l.failed(); failed != nil {
		panic(failed.failure)
	}
	for _, lane := range l.busy {
		lane.alone = true
		lane.begun.Store(false)
		l.handOver(lane)
	}
}

// failed is the lane whose handler panicked first, as it would have in a loop; nil if none did.
func (l *Lanes[P]) failed() (first *Lane[P]) {
	for _, lane := range l.busy {
		if lane.failure != nil && (first == nil || lane.now < first.now) {
			first = lane
		}
	}
	return first
}

// work handles lanes of the window until none is left: first those at home with the member, since what another has changed last has to be
// fetched from its cache, then what others have not begun.
func (l *Lanes[P]) work(member int) {
	for _, lane := range l.busy {
		if lane.home == member && !lane.begun.Swap(true) {
			lane.run()
		}
	}
	for _, lane := range l.busy {
		if !lane.begun.Load() && !lane.begun.Swap(true) {
			lane.run()
		}
	}
}

// handOver brings what a lane has scheduled for others where it belongs.
func (l *Lanes[P]) handOver(from *Lane[P]) {
	for i := range from.mail {
		m := &from.mail[i]
		q := &l.lanes[m.to].queue
		ev := q.New()
		*ev = m.event
		q.Push(ev)
	}
	clear(from.mail)
	from.mail = from.mail[:0]
}

// instant handles all events of a time one after the other, in the order of their keys, the world's among them.
func (l *Lanes[P]) instant(at int64) {
	for {
		var least *Lane[P]
		var key Key
		for _, lane := range l.lanes {
			if k, ok := lane.queue.Peek(); ok && k.At == at && (least == nil || k.Before(&key)) {
				least, key = lane, k
			}
		}
		if least == nil {
			return
		}
		least.handle(least.queue.Pop(at))
	}
}

// Now is the virtual time, between two calls of Run.
func (l *Lanes[P]) Now() int64 { return l.now }

// Handled is the number of events handled so far.
func (l *Lanes[P]) Handled() (sum uint64) {
	for _, lane := range l.lanes {
		sum += lane.handled
	}
	return sum
}
