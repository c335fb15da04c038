package machine

import (
	"container/heap"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
)

// A job is a message that costs time and may ask for things.
type job struct {
	id   int
	lane protocol.Lane
	cost time.Duration // exact: the table below charges a nanosecond a unit
	wake protocol.Time // on the node's clock; 0: no wish
	note bool
}

func (j *job) Lane() protocol.Lane { return j.lane }
func (j *job) Size() int           { return 0 }
func (j *job) Fingerprint() uint64 { return uint64(j.id) }
func (j *job) String() string      { return "job" }

// costs charges OpReceive a nanosecond.
var costs = &CostTable{protocol.OpReceive: nanosecond}

// step is what a toy saw.
type step struct {
	lane    protocol.Lane
	at      protocol.Time // of the simulation
	now     protocol.Time
	instant protocol.Time
	jobs    []int
}

// world pumps the calls of one host that runs a toy: it does its jobs and notes it.
type world struct {
	h        *Host
	at       protocol.Time
	events   calls
	seq      int
	steps    []step
	released []released
	dropped  int
}

type released struct {
	at   protocol.Time
	lane protocol.Lane
	jobs []int // whose notes they are
}

type call struct {
	at   protocol.Time
	seq  int
	lane protocol.Lane
	free bool
	job  *job
	do   func()
}

type calls []call

func (c calls) Len() int { return len(c) }
func (c calls) Less(i, j int) bool {
	return c[i].at < c[j].at || c[i].at == c[j].at && c[i].seq < c[j].seq
}
func (c calls) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *calls) Push(x any)   { *c = append(*c, x.(call)) }
func (c *calls) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

func newWorld(c Config) *world {
	c.Costs = costs
	return &world{h: New(c)}
}

func (w *world) schedule(c call) {
	w.seq++
	c.seq = w.seq
	heap.Push(&w.events, c)
}

func (w *world) due(lane protocol.Lane, d Due) {
	for _, c := range []call{{at: d.Free, lane: lane, free: true}, {at: d.Wake, lane: lane}} {
		if c.at == 0 {
			continue
		}
		if c.at <= w.at {
			panic(fmt.Sprintf("a call at %d for %d", w.at, c.at))
		}
		w.schedule(c)
	}
}

func (w *world) dues(d Dues) {
	for lane := range d {
		w.due(protocol.Lane(lane), d[lane])
	}
}

func (w *world) start()                           { w.dues(w.h.Start(w.at, w)) }
func (w *world) arrive(at protocol.Time, j *job)  { w.schedule(call{at: at, job: j, lane: j.lane}) }
func (w *world) do(at protocol.Time, what func()) { w.schedule(call{at: at, do: what}) }

// run makes all calls up to a time.
func (w *world) run(until protocol.Time) {
	for len(w.events) > 0 && w.events[0].at <= until {
		c := heap.Pop(&w.events).(call)
		w.at = c.at
		switch {
		case c.do != nil:
			c.do()
		case c.job != nil:
			d, ok := w.h.Arrive(c.at, c.lane, &protocol.Arrival{Msg: c.job})
			if !ok {
				w.dropped++
			}
			w.due(c.lane, d)
		case c.free:
			out, d := w.h.Free(c.at, c.lane)
			if out != nil {
				r := released{at: c.at, lane: c.lane}
				for _, n := range out.Notes {
					r.jobs = append(r.jobs, int(n.Value))
				}
				w.released = append(w.released, r)
			}
			w.due(c.lane, d)
		default:
			w.due(c.lane, w.h.WakeUp(c.at, c.lane))
		}
	}
	w.at = until
}

// Step does the jobs: the world is the machine, so that it knows the time of the simulation.
func (w *world) Step(in *protocol.Input, out *protocol.Outputs) {
	s := step{lane: in.Lane, at: w.at, now: in.Now, instant: in.Instant}
	for _, a := range in.Arrivals {
		j := a.Msg.(*job)
		s.jobs = append(s.jobs, j.id)
		out.Meter.Charge(protocol.OpReceive, int(j.cost))
		if j.wake != 0 {
			out.Wake = j.wake
		}
		if j.note {
			out.Emit(protocol.Note{Value: uint64(j.id)})
			out.Writes = append(out.Writes, protocol.Write{Key: protocol.DiskKey{Height: protocol.Height(j.id)}, Value: j.id})
		}
	}
	w.steps = append(w.steps, s)
}

// awake is how many lanes a start wakes.
func awake() (n int) {
	for l := range protocol.NumLanes {
		if !l.Sleeps() {
			n++
		}
	}
	return n
}

// booted is a world whose host has made its first steps.
func booted(t *testing.T, c Config) *world {
	w := newWorld(c)
	w.start()
	w.run(10)
	require.Len(t, w.steps, awake(), "each lane that does not sleep is woken at the start")
	w.steps = nil
	return w
}

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

func TestOutputsTakeEffectWhenTheStepEnds(t *testing.T) {
	w := booted(t, Config{})
	w.arrive(100, &job{id: 1, cost: 50, note: true})
	w.arrive(120, &job{id: 2, note: true})
	w.run(149)
	require.Empty(t, w.released)
	require.Empty(t, w.h.Disk().Load(0))
	w.run(1000)
	require.Equal(t, []released{{150, 0, []int{1}}, {151, 0, []int{2}}}, w.released, "even work of no cost takes a nanosecond")
	require.Equal(t, []any{1, 2}, w.h.Disk().Load(0))
}

func TestCrashLosesTheStepInProgressAndKeepsTheDisk(t *testing.T) {
	w := booted(t, Config{})
	w.arrive(100, &job{id: 1, cost: 10, note: true})
	w.arrive(200, &job{id: 2, cost: 50, note: true, wake: 300})
	w.arrive(210, &job{id: 3})
	w.do(220, w.h.Crash)
	w.arrive(230, &job{id: 4})
	w.run(400)
	require.Equal(t, 1, w.dropped)
	require.False(t, w.h.Running())
	require.Len(t, w.released, 1)
	require.Len(t, w.steps, 2)
	require.Equal(t, []any{1}, w.h.Disk().Load(0))

	w.steps = nil
	w.start()
	w.run(500)
	require.Len(t, w.steps, awake(), "nothing of before the crash is left")
	require.Equal(t, protocol.Time(1), w.steps[0].instant, "the monotonic clock starts anew")
	require.Equal(t, uint32(2), w.h.Boots())
	w.h.Crash()
	w.h.ReplaceDisk()
	require.Empty(t, w.h.Disk().Load(0))
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

func TestPauseStopsWorkAndKeepsIt(t *testing.T) {
	w := booted(t, Config{})
	w.arrive(100, &job{id: 1, cost: 50, note: true})
	w.arrive(100, &job{id: 2, lane: protocol.LaneXNet, wake: 300})
	w.do(120, func() { w.h.Pause(120) })
	w.arrive(130, &job{id: 3})
	w.arrive(140, &job{id: 4, lane: protocol.LaneIngress})
	w.do(1000, func() { w.dues(w.h.Resume(1000)) })
	w.run(2000)
	require.Equal(t, []released{{1030, 0, []int{1}}}, w.released, "30 of the 50 were left")
	require.ElementsMatch(t, []step{
		{lane: 0, at: 100, now: 100, instant: 100, jobs: []int{1}},
		{lane: protocol.LaneXNet, at: 100, now: 100, instant: 100, jobs: []int{2}},
		{lane: protocol.LaneIngress, at: 1001, now: 1001, instant: 1001, jobs: []int{4}},
		{lane: protocol.LaneXNet, at: 1001, now: 1001, instant: 1001},
		{lane: 0, at: 1030, now: 1030, instant: 1030, jobs: []int{3}},
	}, w.steps)
}

func TestShortPauseDelaysTheEnd(t *testing.T) {
	w := booted(t, Config{})
	w.arrive(100, &job{id: 1, cost: 50, note: true, wake: 155})
	w.do(120, func() { w.h.Pause(120) })
	w.do(130, func() { w.dues(w.h.Resume(130)) })
	w.run(2000)
	require.Equal(t, []released{{160, 0, []int{1}}}, w.released, "not at 150, when a call is still due")
	require.Len(t, w.steps, 2)
	require.Equal(t, protocol.Time(160), w.steps[1].at)
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

func TestSlowProcessor(t *testing.T) {
	w := booted(t, Config{Slow: Ratio{3, 2}})
	w.arrive(100, &job{cost: 100, note: true})
	w.do(300, func() { w.h.SetSlow(Ratio{10, 1}) })
	w.arrive(1000, &job{cost: 100, note: true})
	w.do(3000, func() { w.h.SetSlow(Ratio{}) })
	w.arrive(4000, &job{cost: 100, note: true})
	w.run(5000)
	require.Equal(t, []released{{250, 0, []int{0}}, {2500, 0, []int{0}}, {4150, 0, []int{0}}}, w.released)
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

func TestClockWhenIsTheFirstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := clock{
			since:   protocol.Time(rapid.Int64Range(0, 1e18).Draw(t, "since")),
			running: time.Duration(rapid.Int64Range(-1e15, 1e18).Draw(t, "running")),
			drift:   Drift(rapid.Int64Range(int64(-MaxDrift), int64(MaxDrift)).Draw(t, "drift")),
		}
		wish := protocol.Time(c.running) + protocol.Time(rapid.Int64Range(-10, 1e15).Draw(t, "wish"))
		at := c.when(wish)
		require.GreaterOrEqual(t, c.instant(at), wish)
		require.True(t, at == c.since || c.instant(at-1) < wish, "%d is not the first", at)
		require.LessOrEqual(t, c.instant(at), c.instant(at+1))
	})
}

func TestCostAddsUpWithoutOverflow(t *testing.T) {
	table := Mainnet()
	for op := range protocol.NumOps {
		require.NotZero(t, table[op], "%s is free", op)
	}
	var m protocol.Meter
	m.Charge(protocol.OpVerifyMultiShare, 2)
	m.Charge(protocol.OpHashByte, 3)
	require.Equal(t, 2*908*time.Microsecond+1, table.Cost(&m), "1.8 ns, rounded down")
	m = protocol.Meter{protocol.OpInstruction: 7_000_000_000}
	require.Equal(t, 3500*time.Millisecond, table.Cost(&m))
	m = protocol.Meter{protocol.OpInstruction: 1 << 63, protocol.OpRound: 1 << 30}
	require.Equal(t, time.Duration(maxStep), table.Cost(&m))
	require.Equal(t, time.Duration(maxStep), Ratio{1 << 31, 1}.scale(maxStep))
	require.Equal(t, 5*time.Nanosecond, Ratio{1, 3}.scale(16))
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
