package machine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
)

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
