package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/sim"
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
