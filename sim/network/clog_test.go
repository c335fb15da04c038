package network

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim/rng"
)

// A schedule delays by no more than it says; those who starve get everything as late as may be, and others take their turn.
func TestSchedulesReorderAndStarveWithinTheirBound(t *testing.T) {
	nodes := []protocol.NodeID{0, 1, 2, 3, 4}
	s := &schedule{Schedule: Schedule{Delay: time.Second, Starve: 2, Turn: time.Second}, nodes: nodes, chance: rng.Root(1)}
	starved := map[protocol.NodeID]int{}
	for turn := range int64(100) {
		now, count := protocol.Time(turn)*1e9, 0
		for _, to := range nodes {
			late := 0
			var last protocol.Time
			for i := range uint64(20) {
				d := s.later(now, 0, to, uint64(turn)*20+i)
				require.GreaterOrEqual(t, d, protocol.Time(0))
				require.LessOrEqual(t, d, protocol.Time(time.Second))
				if d == protocol.Time(time.Second) {
					late++
				}
				last = d
			}
			if late == 20 {
				count++
				starved[to]++
			} else {
				require.Less(t, last, protocol.Time(time.Second))
			}
		}
		require.Equal(t, 2, count, "so many starve at a time")
	}
	for _, n := range nodes {
		require.InDelta(t, 40, starved[n], 20, "all in turn")
	}
}

func TestSchedulesAreChecked(t *testing.T) {
	require.NoError(t, (&Schedule{Delay: time.Second}).Check(3))
	for _, bad := range []Schedule{{}, {Delay: time.Hour}, {Delay: 1, Starve: 4, Turn: 1}, {Delay: 1, Starve: 1}, {Delay: -1}} {
		require.Error(t, bad.Check(3), "%+v", bad)
	}
}
