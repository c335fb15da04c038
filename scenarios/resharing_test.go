package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// E, "Key rotation": all of the shipped scenario, with another seed. Both subnets sign, each in its time, and no call is lost or rejected
// but the one that asks for a key that there is not.
func TestKeysChangeHands(t *testing.T) {
	r := allOf(t, "resharing")
	require.Equal(t, uint64(1), r.Ingress.Failed)
}
