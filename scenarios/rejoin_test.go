package scenarios

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/sim"
	"icsim/sim/fault"
)

// Whoever was away for two intervals or lost its disk is back in time, though f peers alter chunks, a partition and a crash come in the
// middle, and users call (rs/tests: rejoin, state_sync_malicious_chunk_test). However the run is computed its digest is the same.
func TestNodesRejoinByStateSync(t *testing.T) {
	s, err := Load("rejoin")
	require.NoError(t, err)
	rejoin := func(change func(*sim.Config)) *sim.Result {
		c, err := s.Compile(2)
		require.NoError(t, err)
		change(c)
		r, err := sim.Run(c, nil)
		require.NoError(t, err)
		return r
	}
	r := rejoin(func(*sim.Config) {})
	for i := range r.Checks {
		require.True(t, r.Checks[i].OK, "%+v", r.Checks[i])
	}
	begun := 0
	for _, m := range r.Timeline {
		if strings.Contains(m.What, "begins to fetch") {
			begun++
		}
	}
	require.Greater(t, begun, int(r.Subnets[0].StateSyncs), "no sync was interrupted")
	require.Equal(t, r.Digest, rejoin(func(c *sim.Config) { c.NoShare = true }).Digest, "no sharing")
}

// A node all of whose requests are open at once, and whose downlink carries less than half of the answers within the timeout of a chunk,
// still gets the state in about the time that its bytes take.
func TestNodeBehindANarrowDownlinkRejoins(t *testing.T) {
	s, err := Load("rejoin")
	require.NoError(t, err)
	s.Duration = 110 * time.Second
	c, err := s.Compile(1)
	require.NoError(t, err)
	crash := c.Faults.Crashes[1]
	require.True(t, crash.LoseDisk)
	c.Faults = fault.Plan{
		Crashes:    []fault.Crash{crash},
		Bandwidths: []fault.Bandwidth{{Node: crash.Node, Downlink: 10_000_000, At: crash.At}},
	}
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	require.EqualValues(t, 1, r.Subnets[0].StateSyncs, "%+v", r.Timeline)
}
