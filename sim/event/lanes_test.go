package event

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A rumour spreads: whoever hears it tells some others, in the own lane soon, in others after the window. What is told follows from
// the event's key alone.
type rumour struct {
	hops  int
	world bool
}

type spreading struct {
	lanes, each int
	window      int64
}

func (g *spreading) lane(dst uint32, p rumour) int {
	if p.world {
		return g.lanes
	}
	return int(dst) / g.each
}

// source is who schedules: the party itself, or the world.
func (g *spreading) source(ev *Event[rumour]) uint32 {
	if ev.Payload.world {
		return uint32(g.lanes * g.each)
	}
	return ev.Dst
}

func (g *spreading) tell(ev *Event[rumour], schedule func(src, dst uint32, at int64, p rumour)) {
	if ev.Payload.hops == 0 {
		return
	}
	chance := mix(ev.Tie)
	for i := range 1 + chance%2 {
		chance = mix(chance + i)
		dst := uint32(chance>>8) % uint32(g.lanes*g.each)
		p := rumour{hops: ev.Payload.hops - 1, world: chance>>40%16 == 0}
		delay := int64(1 + chance>>16%7)
		if p.world || ev.Payload.world || int(dst)/g.each != int(ev.Dst)/g.each {
			delay += g.window - 1
		}
		schedule(g.source(ev), dst, ev.At+delay, p)
	}
}

// The lanes handle the events of the loop in its order, whatever the window, the lanes and the workers.
func TestLanesHandleWhatTheLoopDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &spreading{
			lanes: rapid.IntRange(1, 5).Draw(t, "lanes"), each: rapid.IntRange(1, 3).Draw(t, "parties of a lane"),
			window: rapid.Int64Range(1, 20).Draw(t, "window"),
		}
		hops, seed := rapid.IntRange(0, 12).Draw(t, "hops"), rapid.Uint64().Draw(t, "seed")
		begin := func(schedule func(src, dst uint32, at int64, p rumour)) {
			for i := range uint32(g.lanes * g.each) {
				schedule(i, i, int64(i%3), rumour{hops: hops})
			}
		}
		var want []Key
		var loop *Loop[rumour]
		loop = NewLoop(seed, func(ev *Event[rumour]) {
			want = append(want, ev.Key)
			g.tell(ev, loop.Schedule)
		})
		begin(loop.Schedule)
		loop.Run(1000)

		var got []Key
		logs := make([][]Key, g.lanes+1)
		var lanes *Lanes[rumour]
		lanes = NewLanes(LanesConfig[rumour]{
			Seed: seed, Sources: g.lanes*g.each + 1, Lanes: g.lanes, Window: g.window, Workers: rapid.IntRange(1, 4).Draw(t, "workers"),
			Worthwhile: rapid.Uint64Range(0, 8).Draw(t, "worthwhile"),
			Lane:       g.lane,
			Handle: func(lane int, ev *Event[rumour]) {
				logs[lane] = append(logs[lane], ev.Key)
				g.tell(ev, lanes.Lane(lane).Schedule)
			},
			Barrier: func() {
				all := slices.Concat(logs...)
				slices.SortFunc(all, func(a, b Key) int {
					if a.Before(&b) {
						return -1
					}
					return 1
				})
				got = append(got, all...)
				clear(logs)
			},
		})
		begin(lanes.Lane(g.lanes).Schedule)
		for until := int64(0); until <= 1000; until += rapid.Int64Range(1, 400).Draw(t, "run") {
			lanes.Run(until)
		}
		lanes.Run(1000)
		require.Equal(t, want, got)
		require.Equal(t, loop.Handled(), lanes.Handled())
		require.Equal(t, loop.Now(), lanes.Now())
	})
}

// Who reaches another lane within the window would change what it has handled already.
func TestLanesRefuseToReachEachOtherTooSoon(t *testing.T) {
	var lanes *Lanes[rumour]
	g := &spreading{lanes: 2, each: 1}
	lanes = NewLanes(LanesConfig[rumour]{
		Sources: 2, Lanes: 2, Window: 10, Workers: 2, Lane: g.lane, Barrier: func() {},
		Handle: func(lane int, ev *Event[rumour]) { lanes.Lane(lane).Schedule(ev.Dst, 1-ev.Dst, ev.At+9, rumour{}) },
	})
	lanes.Lane(2).Schedule(0, 0, 0, rumour{})
	lanes.Lane(2).Schedule(1, 1, 3, rumour{})
	require.PanicsWithValue(t, "event: lane 0 reaches lane 1 at 9 ns, within the window that ends at 10 ns", func() { lanes.Run(100) })
}

// Of several lanes that fail in a window the one fails that would in a loop.
func TestLanesFailAsTheLoopDoes(t *testing.T) {
	g := &spreading{lanes: 3, each: 1}
	lanes := NewLanes(LanesConfig[rumour]{
		Sources: 3, Lanes: 3, Window: 10, Workers: 2, Lane: g.lane, Barrier: func() {},
		Handle: func(_ int, ev *Event[rumour]) { panic(ev.At) },
	})
	for i, at := range []int64{7, 5, 9} {
		lanes.Lane(3).Schedule(uint32(i), uint32(i), at, rumour{})
	}
	require.PanicsWithValue(t, int64(5), func() { lanes.Run(100) })
}

// Homes share the work evenly, and a lane keeps its home while that is so.
func TestLanesSettleEvenly(t *testing.T) {
	l := NewLanes(LanesConfig[int]{Lanes: 9, Window: 1, Workers: 2, Lane: func(uint32, int) int { return 0 }})
	for i, lane := range l.lanes[:9] {
		lane.handled = uint64(100 + 10*i)
	}
	loads := func() (load [2]uint64) {
		for _, lane := range l.lanes[:9] {
			load[lane.home] += lane.handled
		}
		return load
	}
	l.settle()
	load := loads()
	require.InDelta(t, load[0], load[1], 100)
	before := load
	l.settle()
	require.Equal(t, before, loads())
	l.lanes[0].handled = 5000
	l.settle()
	load = loads()
	require.Equal(t, uint64(5000), max(load[0], load[1]), "who has by far the most is at home alone")
}
