package event

import (
	"container/heap"
	"testing"

	"icsim/sim/rng"
)

// payload has the size and shape of the simulator's: 32 bytes with a pointer.
type payload struct {
	p    *byte
	a, b uint64
	kind uint8
}

// pending is the size of the hold model: each event handled schedules one, so that it stays.
const pending = 100_000

// increments are drawn beforehand, so that benchmarks measure the queue.
func increments(q *rng.Quantiles) []int64 {
	out := make([]int64, 1<<16)
	for i := range out {
		out[i] = 1 + q.Pick(rng.Root(1).At(uint64(i)))
	}
	return out
}

func uniform(n int64) *rng.Quantiles { return rng.Empirical([]int64{0, n}) }

func BenchmarkHold100k(b *testing.B) {
	for _, c := range []struct {
		name string
		q    *rng.Quantiles
	}{
		{"exponential", rng.Exponential(1_000_000_000)},
		{"uniform", uniform(1_000_000_000)},
		{"lognormal", rng.Lognormal(50_000_000, 1, 1)},
		{"bimodal", rng.Empirical([]int64{1000, 2000, 1_000_000_000, 1_001_000_000})},
		{"equal", uniform(0)},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkHold(b, pending, increments(c.q)) })
	}
}

// BenchmarkHold is what other simulators are compared with (README, "Speed"): exponential waits, few to many pending events.
func BenchmarkHold(b *testing.B) {
	for _, c := range []struct {
		name    string
		pending int
	}{{"1k", 1000}, {"100k", 100_000}, {"1M", 1_000_000}} {
		b.Run(c.name, func(b *testing.B) { benchmarkHold(b, c.pending, increments(rng.Exponential(1_000_000_000))) })
	}
}

func benchmarkHold(b *testing.B, pending int, wait []int64) {
	var loop *Loop[payload]
	left, i := 0, 0
	loop = NewLoop(1, func(ev *Event[payload]) {
		ev.Payload.a++
		ev.Payload.b += ev.Payload.a
		i++
		loop.Schedule(ev.Dst, ev.Src, ev.At+wait[i&(len(wait)-1)], ev.Payload)
		if left--; left == 0 {
			loop.Stop()
		}
	})
	for i := range pending {
		loop.Schedule(uint32(i%40), uint32(i%13), wait[i&(len(wait)-1)], payload{p: new(byte), kind: 1})
	}
	run := func(n int) {
		left = n
		loop.Run(1 << 62)
	}
	run(3 * pending)
	b.ReportAllocs()
	b.ResetTimer()
	run(b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mevents/s")
}

// standard is the baseline: container/heap over pointers.
type standard []*Event[payload]

func (s standard) Len() int           { return len(s) }
func (s standard) Less(i, j int) bool { return s[i].Before(&s[j].Key) }
func (s standard) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *standard) Push(x any)        { *s = append(*s, x.(*Event[payload])) }
func (s *standard) Pop() any {
	last := len(*s) - 1
	x := (*s)[last]
	*s = (*s)[:last]
	return x
}

func BenchmarkHold100kContainerHeap(b *testing.B) {
	wait := increments(rng.Exponential(1_000_000_000))
	var q standard
	for i := range pending {
		heap.Push(&q, &Event[payload]{Key: Key{At: wait[i&(len(wait)-1)], Tie: mix(uint64(i))}})
	}
	b.ResetTimer()
	for i := range b.N {
		ev := heap.Pop(&q).(*Event[payload])
		heap.Push(&q, &Event[payload]{Key: Key{At: ev.At + wait[i&(len(wait)-1)], Tie: mix(uint64(i))}, Payload: ev.Payload})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mevents/s")
}

// The heap of this package alone, which the queue has to beat.
func BenchmarkHold100kEntryHeap(b *testing.B) {
	wait := increments(rng.Exponential(1_000_000_000))
	var q entryHeap[payload]
	for i := range pending {
		at := wait[i&(len(wait)-1)]
		q.push(entry[payload]{at, &Event[payload]{Key: Key{At: at, Tie: mix(uint64(i))}}})
	}
	b.ResetTimer()
	for i := range b.N {
		ev := q.pop()
		ev.At += wait[i&(len(wait)-1)]
		ev.Tie = mix(uint64(i))
		q.push(entry[payload]{ev.At, ev})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mevents/s")
}
