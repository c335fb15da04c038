package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/sim"
)

// Upgrades under load lose no call and no state (reference/interface.md B.2, "Upgrading"). All of the scenario: its golden
// file has the first seconds only.
func TestUpgradesUnderLoadLoseNothing(t *testing.T) {
	s, err := Load("upgrade-under-load")
	require.NoError(t, err)
	c, err := s.Compile(2)
	require.NoError(t, err)
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	for i := range r.Checks {
		require.True(t, r.Checks[i].OK, "%+v", r.Checks[i])
	}
	require.Greater(t, r.Sequences[0].Calls[0].Answered, uint64(20))
}
