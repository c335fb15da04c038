package messaging

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto/principal"
	"icsim/protocol"
)

const (
	hour = nanosPerDay / 24
	day0 = 20_000 * nanosPerDay // a UTC midnight
)

var makers = func() (ids []principal.ID) {
	for i := range byte(4) {
		ids = append(ids, principal.SelfAuthenticating([]byte{i}))
	}
	slices.SortFunc(ids, principal.ID.Compare)
	return ids
}()

func stats(node int, proposed, failed uint64) protocol.BlockMakerStats {
	return protocol.BlockMakerStats{Node: makers[node], Proposed: proposed, Failed: failed}
}

// A sample a day, with the time of the day's last batch; counts go on from day to day, and the day that is not over is not told
// (rs/replicated_state/src/metadata_state.rs).
func TestBlockMakersAreSampledDaily(t *testing.T) {
	s := new(blockMakers)
	s = s.observe(day0, makers[1], nil)
	s = s.observe(day0+23*hour, makers[1], []principal.ID{makers[0]})
	require.Empty(t, s.complete())
	first := protocol.BlockMakerSample{Time: day0 + 23*hour, Nodes: []protocol.BlockMakerStats{stats(0, 0, 1), stats(1, 2, 0)}}
	parent := s
	s = s.observe(day0+24*hour, makers[0], []principal.ID{makers[3], makers[1]})
	require.Equal(t, []protocol.BlockMakerSample{first}, s.complete())
	require.Empty(t, parent.complete(), "the parent has changed")
	s = s.observe(day0+50*hour, makers[2], nil)
	second := protocol.BlockMakerSample{Time: day0 + 24*hour}
	second.Nodes = []protocol.BlockMakerStats{stats(0, 1, 1), stats(1, 2, 1), stats(3, 0, 1)}
	require.Equal(t, []protocol.BlockMakerSample{first, second}, s.complete())
	require.NotEqual(t, parent.appendTo(nil), s.appendTo(nil))
}

// A node without any part in a day is in no sample of that day, and begins anew when it is back.
func TestBlockMakersForgetWhoIsGone(t *testing.T) {
	s := new(blockMakers)
	for day, maker := range []int{0, 1, 1, 0, 1} {
		s = s.observe(day0+uint64(day)*nanosPerDay, makers[maker], nil)
	}
	var got [][]protocol.BlockMakerStats
	for _, sample := range s.complete() {
		got = append(got, sample.Nodes)
	}
	require.Equal(t, [][]protocol.BlockMakerStats{
		{stats(0, 1, 0)}, {stats(1, 1, 0)}, {stats(1, 2, 0)}, {stats(0, 1, 0)},
	}, got)
}

// At most 60 samples with the running one, each of a day of its own, and nodes in order, whatever happens.
func TestBlockMakersAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, unix := new(blockMakers), uint64(day0)
		days := map[uint64]bool{}
		for range 200 {
			unix += uint64(rapid.Int64Range(1, 2*nanosPerDay).Draw(t, "later"))
			days[unix/nanosPerDay] = true
			who := rapid.Permutation([]int{0, 1, 2, 3}).Draw(t, "rank")
			rank := rapid.IntRange(0, 3).Draw(t, "made by")
			var failed []principal.ID
			for _, n := range who[:rank] {
				failed = append(failed, makers[n])
			}
			s = s.observe(unix, makers[who[rank]], failed)
			require.Len(t, s.complete(), min(len(days), maxSamples)-1)
			for i, sample := range s.samples {
				require.True(t, i == 0 || s.samples[i-1].Time/nanosPerDay < sample.Time/nanosPerDay)
				require.True(t, slices.IsSortedFunc(sample.Nodes, func(a, b protocol.BlockMakerStats) int {
					return cmp.Or(a.Node.Compare(b.Node), -1)
				}))
			}
		}
	})
}
