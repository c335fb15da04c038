package sim

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/metrics"
)

// total adds a track's rates up over the run.
func total(r *metrics.Record, name string) (sum float64) {
	for i := range r.Tracks {
		t := &r.Tracks[i]
		if t.Name != name {
			continue
		}
		for k, v := range t.Values {
			from := float64(k) * t.IntervalSeconds
			sum += float64(v) * (min(from+t.IntervalSeconds, r.Seconds) - from)
		}
	}
	return sum
}

// What a record shows over time adds up to what the result says of the whole.
func TestARecordAddsUpToItsResult(t *testing.T) {
	c := eventful("ideal")
	c.Record, c.Attackers, c.Duration = true, nil, 12*time.Second
	r := run(t, c)
	sub, record := &r.Subnets[0], r.Record
	require.NoError(t, record.Check())
	require.InDelta(t, float64(sub.FinalizedHeight), total(record, "blocks_per_second"), 1e-6)
	require.InDelta(t, sub.BytesSentPerNodeSecond*r.VirtualSeconds/1e3, total(record, "sent_per_node"), 1e-6)
	require.InDelta(t, total(record, "sent_per_node"), total(record, "sent_by_kind_per_node"), 1e-6)
	links, nodes := 0.0, 0.0
	for _, l := range record.Links {
		links += float64(l.Bytes)
	}
	for _, n := range record.Nodes {
		nodes += n.SentBytesPerSecond * r.VirtualSeconds
	}
	require.InEpsilon(t, links, nodes, 1e-9)
	height := 0.0
	for _, track := range record.Tracks {
		if track.Name == "finalized_height" {
			height = float64(track.Values[len(track.Values)-1])
		}
		if track.Name == "lane_utilization" && track.Part == "consensus" {
			mean := 0.0
			for _, v := range track.Values {
				mean += float64(v) / float64(len(track.Values))
			}
			require.InDelta(t, 100*sub.CPUUtilization, mean, 1e-6)
		}
	}
	require.EqualValues(t, sub.FinalizedHeight, height)
	require.Equal(t, sub.FinalizationMS, record.Distributions[0].Summary)
	require.False(t, math.IsNaN(height))
}

// Whoever does not ask for a record has none.
func TestNoRecordUnlessAskedFor(t *testing.T) {
	c := small(4, 2*time.Second)
	require.Nil(t, run(t, c).Record)
	c.Record, c.NoMetrics = true, true
	require.Nil(t, run(t, c).Record)
}
