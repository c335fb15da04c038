package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// F: all of the shipped scenario, with another seed: the subnet is there within two intervals of the root subnet, and all calls to it, from
// it and of users arrive.
func TestNewSubnetIsCalled(t *testing.T) {
	r := allOf(t, "new-subnet")
	for _, m := range r.Timeline {
		if m.What == "registry version 3: fresh is created, with the keys that nns has generated" {
			require.Less(t, m.AtSeconds, 20.0+2*100/r.Subnets[0].BlockRate)
			return
		}
	}
	require.Fail(t, "it was not created")
}
