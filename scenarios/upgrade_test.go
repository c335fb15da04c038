package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Upgrades under load lose no call and no state (reference/interface.md B.2, "Upgrading"). All of the scenario: its golden
// file has the first seconds only.
func TestUpgradesUnderLoadLoseNothing(t *testing.T) {
	r := allOf(t, "upgrade-under-load")
	require.Greater(t, r.Sequences[0].Calls[0].Answered, uint64(20))
}
