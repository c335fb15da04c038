package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/sim"
)

// F: all of the shipped scenario, with another seed: the subnet is there within two intervals of the root subnet, and all calls to it, from
// it and of users arrive.
func TestNewSubnetIsCalled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	s, err := Load("new-subnet")
	require.NoError(t, err)
	c, err := s.Compile(2)
	require.NoError(t, err)
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	for i := range r.Checks {
		require.True(t, r.Checks[i].OK, "%+v", r.Checks[i])
	}
	for _, m := range r.Timeline {
		if m.What == "registry version 3: fresh is created, with the keys that nns has generated" {
			require.Less(t, m.AtSeconds, 20.0+2*100/r.Subnets[0].BlockRate)
			return
		}
	}
	require.Fail(t, "it was not created")
}
