package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/sim"
)

// E, "Key rotation": all of the shipped scenario, with another seed. Both subnets sign, each in its time, and no call is lost or rejected
// but the one that asks for a key that there is not.
func TestKeysChangeHands(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	s, err := Load("resharing")
	require.NoError(t, err)
	c, err := s.Compile(2)
	require.NoError(t, err)
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	for i := range r.Checks {
		require.True(t, r.Checks[i].OK, "%+v", r.Checks[i])
	}
	require.Equal(t, uint64(1), r.Ingress.Failed)
}
