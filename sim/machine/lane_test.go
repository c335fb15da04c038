package machine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
)

func TestIdleLaneStepsAtOnceAndBusyLaneGathers(t *testing.T) {
	w := booted(t, Config{})
	w.arrive(100, &job{id: 1, cost: 50})
	w.arrive(120, &job{id: 2, cost: 10})
	w.arrive(120, &job{id: 3, lane: protocol.LaneIngress})
	w.arrive(149, &job{id: 4, cost: 10})
	w.run(1000)
	require.Equal(t, []step{
		{lane: 0, at: 100, now: 100, instant: 100, jobs: []int{1}},
		{lane: protocol.LaneIngress, at: 120, now: 120, instant: 120, jobs: []int{3}},
		{lane: 0, at: 150, now: 150, instant: 150, jobs: []int{2, 4}},
	}, w.steps)
	require.Equal(t, 71*time.Nanosecond, w.h.Worked(0), "50, 20 and the nanosecond of the first wake-up")
}

func TestWakeUp(t *testing.T) {
	at := func(w *world) (at []protocol.Time) {
		for _, s := range w.steps {
			at = append(at, s.at)
		}
		return at
	}
	t.Run("comes when wished", func(t *testing.T) {
		w := booted(t, Config{})
		w.arrive(100, &job{wake: 500})
		w.run(1000)
		require.Equal(t, []protocol.Time{100, 500}, at(w))
	})
	t.Run("not before the step ends", func(t *testing.T) {
		w := booted(t, Config{})
		w.arrive(100, &job{cost: 50, wake: 101})
		w.arrive(200, &job{cost: 50, wake: 101, note: true})
		w.run(1000)
		require.Equal(t, []protocol.Time{100, 150, 200, 250}, at(w))
	})
	t.Run("the last wish counts", func(t *testing.T) {
		w := booted(t, Config{})
		w.arrive(100, &job{wake: 500})
		w.arrive(200, &job{wake: 800})
		w.arrive(250, &job{wake: 900})
		w.arrive(300, &job{wake: 700})
		w.arrive(400, &job{wake: 600})
		w.arrive(450, &job{wake: 750})
		w.run(2000)
		require.Equal(t, []protocol.Time{100, 200, 250, 300, 400, 450, 750}, at(w))
	})
	t.Run("no wish, no wake-up", func(t *testing.T) {
		w := booted(t, Config{})
		w.arrive(100, &job{wake: 500})
		w.arrive(200, &job{})
		w.run(2000)
		require.Equal(t, []protocol.Time{100, 200}, at(w))
	})
	t.Run("by the monotonic clock", func(t *testing.T) {
		w := booted(t, Config{Clock: 1000, Drift: 500_000_000})
		w.arrive(200, &job{wake: 750}) // 1.5 · 500
		w.run(2000)
		require.Equal(t, []protocol.Time{200, 500}, at(w))
		require.Equal(t, protocol.Time(1300), w.steps[0].now)
		require.Equal(t, protocol.Time(300), w.steps[0].instant)
	})
	t.Run("a wall clock that is set does not move it", func(t *testing.T) {
		w := booted(t, Config{})
		w.arrive(100, &job{wake: 500})
		w.do(200, func() { w.h.JumpClock(200, 1000) })
		w.do(300, func() { w.h.SetPace(300, Steady/10) })
		w.do(400, func() { w.h.JumpClock(400, -300) })
		w.run(2000)
		require.Equal(t, []protocol.Time{100, 500}, at(w))
		require.Equal(t, protocol.Time(500), w.steps[1].instant, "the monotonic clock does not jump")
		require.Equal(t, protocol.Time(1300+10-300+10), w.steps[1].now)
	})
	t.Run("a wall clock may stand or run", func(t *testing.T) {
		w := booted(t, Config{})
		w.h.SetPace(100, 0)
		require.Equal(t, protocol.Time(100), w.h.Now(1e9))
		w.h.SetPace(1e9, 3*Steady)
		require.Equal(t, protocol.Time(100+3e9), w.h.Now(2e9))
	})
	t.Run("a drift moves it", func(t *testing.T) {
		w := booted(t, Config{})
		w.arrive(100, &job{wake: 500})
		w.do(300, func() { w.dues(w.h.SetDrift(300, -500_000_000)) })
		w.run(2000)
		require.Equal(t, []protocol.Time{100, 699}, at(w), "399 ns of which a half, rounded down, are missing")
	})
}

// A lane that wishes anew with each step to be woken if nothing comes, as consensus does, costs a call a wish's length.
func TestWishesCostFewCalls(t *testing.T) {
	w := booted(t, Config{})
	for i := range protocol.Time(1000) {
		w.arrive(100+10*i, &job{wake: 100 + 10*i + 2000})
	}
	w.run(100)
	calls := 0
	for len(w.events) > 0 {
		if e := w.events[0]; e.job == nil && e.do == nil {
			calls++
		}
		w.run(w.events[0].at)
	}
	require.Len(t, w.steps, 1001)
	require.LessOrEqual(t, calls, 7, "in 12 µs")
}

func TestQueueIsBounded(t *testing.T) {
	w := booted(t, Config{})
	w.arrive(100, &job{cost: time.Second})
	for range MaxQueued + 3 {
		w.arrive(200, &job{})
	}
	w.run(2e9)
	require.Equal(t, 3, w.dropped)
	require.Len(t, w.steps[1].jobs, MaxQueued)
}

// dreamer wishes to be woken at once and does nothing.
type dreamer struct{}

func (dreamer) Step(in *protocol.Input, out *protocol.Outputs) { out.Wake = in.Instant }

func TestMachineThatSpinsIsABug(t *testing.T) {
	w := newWorld(Config{Node: 7})
	w.dues(w.h.Start(0, dreamer{}))
	require.PanicsWithValue(t, "machine: node n7, lane consensus: wished to be woken at once 10001 times and did nothing",
		func() { w.run(1e6) })
}

// Whatever arrives when, every job is done once and in order, at its arrival or the end of the step before; steps of a
// lane do not overlap; notes come out when the step ends.
func TestLaneRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(Config{})
		w.start()
		w.run(10)
		w.steps = nil
		n := rapid.IntRange(1, 40).Draw(t, "jobs")
		jobs := make([]*job, n)
		arrives := make([]protocol.Time, n)
		at := protocol.Time(10)
		for i := range jobs {
			at += protocol.Time(rapid.IntRange(1, 30).Draw(t, "gap"))
			arrives[i] = at
			jobs[i] = &job{
				id: i, lane: protocol.Lane(rapid.IntRange(0, 1).Draw(t, "lane")),
				cost: time.Duration(rapid.IntRange(0, 60).Draw(t, "cost")), note: rapid.Bool().Draw(t, "note"),
				wake: protocol.Time(rapid.IntRange(0, 2000).Draw(t, "wake")),
			}
			w.arrive(at, jobs[i])
		}
		w.run(1e6)

		var want []step
		var wantReleased []released
		for lane := range protocol.Lane(2) {
			var free protocol.Time
			var wish protocol.Time
			for i := 0; i < n || wish != 0; {
				for i < n && jobs[i].lane != lane {
					i++
				}
				next := protocol.Never
				if i < n {
					next = max(arrives[i], free)
				}
				if wish != 0 {
					next = min(next, max(wish, free))
				}
				if next == protocol.Never {
					break
				}
				s := step{lane: lane, at: next, now: next, instant: next}
				r := released{lane: lane}
				cost := time.Duration(0)
				wish = 0
				for ; i < n && (jobs[i].lane != lane || arrives[i] <= next); i++ {
					if jobs[i].lane != lane {
						continue
					}
					s.jobs = append(s.jobs, i)
					cost += jobs[i].cost
					if jobs[i].wake != 0 {
						wish = jobs[i].wake
					}
					if jobs[i].note {
						r.jobs = append(r.jobs, i)
					}
				}
				free = next.Add(max(cost, 1))
				want = append(want, s)
				if r.jobs != nil {
					r.at = free
					wantReleased = append(wantReleased, r)
				}
			}
		}
		require.ElementsMatch(t, want, w.steps)
		require.ElementsMatch(t, wantReleased, w.released)
	})
}

func BenchmarkArriveFree(b *testing.B) {
	h := New(Config{Costs: costs})
	h.Start(0, echo{})
	for l := range protocol.NumLanes {
		h.Free(h.WakeUp(1, l).Free, l)
	}
	a := protocol.Arrival{Msg: &job{cost: 5}}
	t := protocol.Time(10)
	for b.Loop() {
		d, _ := h.Arrive(t, 0, &a)
		if out, _ := h.Free(d.Free, 0); out == nil {
			b.Fatal("no outputs")
		}
		t += 10
	}
}

type echo struct{}

func (echo) Step(in *protocol.Input, out *protocol.Outputs) {
	out.Meter.Charge(protocol.OpReceive, 5)
	out.Emit(protocol.Note{})
	out.Wake = in.Instant + 200
}
