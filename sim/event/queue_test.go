package event

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/sim/rng"
)

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Tie, b.Tie), cmp.Compare(a.Src, b.Src), cmp.Compare(a.Seq, b.Seq))
}

// sortedSlice is the dumb queue that Queue is held against: a sorted slice.
type sortedSlice []Key

func (s *sortedSlice) push(k Key) {
	i, _ := slices.BinarySearchFunc(*s, k, compareKeys)
	*s = slices.Insert(*s, i, k)
}

// spreads are ways to choose the time of an event after the current time. They aim at the queue's corners.
var spreads = map[string]func(d rng.Draw, now int64) int64{
	"uniform":      func(d rng.Draw, now int64) int64 { return now + int64(d.Uint64n(1_000_000)) },
	"equal":        func(d rng.Draw, now int64) int64 { return 1_000_000 },
	"next instant": func(d rng.Draw, now int64) int64 { return now + 1 },
	"two instants": func(d rng.Draw, now int64) int64 { return now - now%1000 + 1000*int64(1+d.Uint64n(2)) },
	"dense":        func(d rng.Draw, now int64) int64 { return now + 1 + int64(d.Uint64n(4)) },
	"far ahead":    func(d rng.Draw, now int64) int64 { return 1<<61 + int64(d.Uint64n(1000)) },
	"the end":      func(d rng.Draw, now int64) int64 { return math.MaxInt64 - int64(d.Uint64n(2)) },
	// Every scale from nanoseconds to centuries, so that each rung is skewed.
	"all scales": func(d rng.Draw, now int64) int64 { return now + int64(d.Uint64()>>(2+d.Uint64()%61)) },
	// Before what was popped: a Queue allows it, the Loop does not.
	"the past": func(d rng.Draw, now int64) int64 { return int64(d.Uint64n(uint64(now) + 2)) },
	"outliers": func(d rng.Draw, now int64) int64 {
		if d.Uint64()%100 == 0 {
			return now + 1<<50 + int64(d.Uint64n(1<<40))
		}
		return now + 1 + int64(d.Uint64n(50))
	},
}

func spreadNames() []string {
	var names []string
	for name := range spreads {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func push(q *Queue[payload], k Key, p payload) {
	ev := q.New()
	ev.Key, ev.Payload = k, p
	q.Push(ev)
}

// pop removes the least event, and gives its key.
func pop(q *Queue[payload]) Key {
	ev := q.Pop(math.MaxInt64)
	q.Free(ev)
	return ev.Key
}

func drain(q *Queue[payload], until int64) {
	for ev := q.Pop(until); ev != nil; ev = q.Pop(until) {
		q.Free(ev)
	}
}

// model drives a Queue and the sorted slice together.
type model struct {
	t     require.TestingT
	q     Queue[payload]
	want  sortedSlice
	draws rng.Stream
	now   int64
	seq   uint64
	marks []byte
}

func newModel(t require.TestingT, seed uint64) *model {
	return &model{t: t, draws: rng.Root(seed).Stream(), marks: make([]byte, 1)}
}

func (m *model) push(spread string) {
	k := Key{At: spreads[spread](m.draws.Next(), m.now), Tie: m.draws.Next().Uint64(), Src: uint32(m.seq % 3), Seq: m.seq}
	if m.seq%5 == 0 {
		k.Tie = 7 // equal hashes: source and sequence decide
	}
	m.seq++
	push(&m.q, k, payload{p: &m.marks[0], a: k.Seq})
	m.want.push(k)
}

func (m *model) pop() {
	if len(m.want) == 0 {
		require.Nil(m.t, m.q.Pop(math.MaxInt64))
		return
	}
	want := m.want[0]
	m.want = m.want[1:]
	if early := m.q.Pop(want.At - 1); early != nil {
		require.Fail(m.t, "an event comes before its time", "want %v, got %v", want, early.Key)
	}
	ev := m.q.Pop(want.At)
	if ev == nil || ev.Key != want || ev.Payload != (payload{p: &m.marks[0], a: want.Seq}) {
		require.Equal(m.t, &Event[payload]{want, payload{p: &m.marks[0], a: want.Seq}}, ev)
	}
	m.q.Free(ev)
	m.now = want.At
	if m.now > 1<<60 { // keep room ahead
		m.now = 0
	}
}

func (m *model) check() {
	require.Equal(m.t, len(m.want), m.q.Len())
	key, ok := m.q.Peek()
	require.Equal(m.t, len(m.want) > 0, ok)
	if ok {
		require.Equal(m.t, m.want[0], key)
	}
}

func TestQueueGivesKeyOrderForEveryDistribution(t *testing.T) {
	for _, spread := range spreadNames() {
		t.Run(spread, func(t *testing.T) {
			m := newModel(t, 1)
			for round := range 30 { // pending swells to thousands, then drains
				for range 50 * (round%6 + 1) * (round%6 + 1) {
					m.push(spread)
				}
				m.check()
				for range 400 * (round % 4) {
					m.pop()
				}
				for range 300 { // hold
					m.pop()
					m.push(spread)
				}
			}
			for len(m.want) > 0 {
				m.pop()
			}
			m.check()
			require.Zero(t, m.q.chunks.made-len(m.q.chunks.free), "chunks in use by an empty queue")
			require.Zero(t, m.q.events.made-len(m.q.events.free), "events in use by an empty queue")
		})
	}
}

func TestQueueGivesKeyOrderForMixedDistributions(t *testing.T) {
	names := spreadNames()
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t, rapid.Uint64().Draw(t, "seed"))
		for range rapid.IntRange(1, 20).Draw(t, "rounds") {
			name := rapid.SampledFrom(names).Draw(t, "spread")
			for range rapid.SampledFrom([]int{0, 1, 30, 300, 700}).Draw(t, "pushes") {
				m.push(name)
			}
			if rapid.Bool().Draw(t, "peek") {
				m.check()
			}
			for range rapid.SampledFrom([]int{0, 1, 20, 600}).Draw(t, "pops") {
				m.pop()
			}
		}
		for range len(m.want) + 1 {
			m.pop()
		}
	})
}

// A handler may keep reading its event while it schedules, even when that spreads the bottom anew.
func TestPoppedEventStaysWhileOthersArePushed(t *testing.T) {
	for _, late := range []bool{false, true} {
		var q Queue[payload]
		at := func(at int64, a uint64) { push(&q, Key{At: at, Tie: a}, payload{a: a}) }
		for i := range uint64(100) {
			at(int64(1000+i*10), i)
		}
		want := payload{a: 0}
		if late {
			q.Peek()
			at(999, 4711)
			want.a = 4711
		}
		ev := q.Pop(math.MaxInt64)
		for i := range uint64(5000) {
			at(int64(1001+i%500), i)
		}
		require.Equal(t, want, ev.Payload, "late: %v", late)
		require.NotZero(t, q.finest, "the bottom was not spread: the test tests nothing")
	}
}

// After a burst memory goes back: chunks, sorting space, heap; and nothing keeps payloads alive.
func TestQueueLetsGoOfMemoryAfterABurst(t *testing.T) {
	for _, spread := range []string{"uniform", "equal", "all scales"} {
		var q Queue[payload]
		draws := rng.Root(2).Stream()
		mark := new(byte)
		for i := range uint64(200_000) {
			push(&q, Key{At: spreads[spread](draws.Next(), 0), Tie: i}, payload{p: mark})
		}
		drain(&q, math.MaxInt64)
		for i := range int64(4 * patience) {
			at := 100 * i
			push(&q, Key{At: at + 99}, payload{p: mark})
			q.Peek()
			for late := range i % (mostLate + 10) { // now and then enough to spread the bottom
				push(&q, Key{At: at + late}, payload{p: mark})
			}
			drain(&q, at+99)
		}
		require.Nil(t, q.Pop(math.MaxInt64))
		require.LessOrEqual(t, len(q.chunks.free), 2*patience)
		require.LessOrEqual(t, q.events.made, 2*patience)
		require.Len(t, q.events.free, q.events.made)
		for _, ev := range q.events.free {
			require.Nil(t, ev.Payload.p)
		}
		require.LessOrEqual(t, cap(q.bottom.order.numbers), 4*sortAtOnce)
		require.LessOrEqual(t, cap(q.bottom.order.copies), 4*sortAtOnce)
		require.LessOrEqual(t, cap(q.bottom.order.cells.spread), 4*sortAtOnce)
		require.LessOrEqual(t, cap(q.bottom.late), 4*mostLate)
	}
}

// Steady work allocates nothing.
func TestHoldDoesNotAllocate(t *testing.T) {
	var q Queue[payload]
	wait := increments(rng.Exponential(1_000_000))
	i := 0
	next := func(now int64) {
		i++
		push(&q, Key{At: now + wait[i%len(wait)], Tie: mix(uint64(i))}, payload{})
	}
	for range 5000 {
		next(0)
	}
	hold := func() { next(pop(&q).At) }
	for range 200_000 {
		hold()
	}
	require.Less(t, testing.AllocsPerRun(20_000, hold), 0.01, fmt.Sprint(i))
}

// An event is moved a few times, whatever the distribution and however many are pending (doc.go, "Queue").
func TestMovesAreFew(t *testing.T) {
	for _, spread := range spreadNames() {
		if spread == "the past" {
			continue // the Loop does not allow it
		}
		var q Queue[payload]
		draws := rng.Root(3).Stream()
		now, events := int64(0), 0
		next := func() {
			push(&q, Key{At: max(now+1, spreads[spread](draws.Next(), now)), Tie: draws.Next().Uint64()}, payload{})
			events++
		}
		for range 20_000 {
			next()
		}
		for range 100_000 {
			if now = pop(&q).At; now > 1<<60 {
				break
			}
			next()
		}
		require.LessOrEqual(t, q.moves, events, spread)
	}
}

// With waiting times of one kind three events in four are never moved: the rungs are as fine as they have to be.
func TestHoldMovesHardlyAny(t *testing.T) {
	var q Queue[payload]
	wait := increments(rng.Exponential(1_000_000_000))
	n := 0
	next := func(now int64) {
		n++
		push(&q, Key{At: now + wait[n%len(wait)], Tie: mix(uint64(n))}, payload{})
	}
	for range 50_000 {
		next(0)
	}
	for range 500_000 {
		next(pop(&q).At)
	}
	require.LessOrEqual(t, q.moves, n/3)
}

// Events before all others, again and again, make each rung as wide as the one before: then rungs are used up, and the order holds.
func TestOrderHoldsWhenRungsAreUsedUp(t *testing.T) {
	var q Queue[payload]
	for at := int64(1) << 62; at > 1<<57; at -= 1 << 57 {
		for i := range int64(3 * mostLate) {
			push(&q, Key{At: at - i<<50, Seq: uint64(i)}, payload{})
			q.Peek()
		}
	}
	require.Equal(t, mostRungs-1, q.finest)
	last := Key{}
	for q.Len() > 0 {
		key := pop(&q)
		require.True(t, last.Before(&key))
		last = key
	}
}

// A bottom that is small is spread when many events come late: otherwise all would pass through its heap.
func TestLateEventsNarrowTheBottom(t *testing.T) {
	var q Queue[payload]
	push(&q, Key{At: 1_000_000}, payload{})
	q.Peek()
	for at := range int64(200) {
		push(&q, Key{At: at * 1000}, payload{})
		require.LessOrEqual(t, len(q.bottom.late), mostLate)
	}
	require.Less(t, q.moves, 200)
}

// Cells take the place of comparisons: they stay nearly empty when what they sort is spread, as ties are.
func TestCellsStayNearlyEmpty(t *testing.T) {
	numbers := make([]uint64, 5000)
	for i := range numbers {
		numbers[i] = rng.Root(4).At(uint64(i)).Uint64()
	}
	var c cells
	c.fill(numbers)
	begin := uint32(0)
	for _, end := range c.ends {
		require.Less(t, end-begin, uint32(128))
		begin = end
	}
}
