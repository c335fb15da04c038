package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
)

// F, system_canisters.md 5: all of the shipped scenario, with another seed. A counter goes on counting where it was, under certificates
// that users verify by the subnet's new key; no call of users or across subnets is lost, whether it was under way when the nodes burned or
// made while the subnet was down.
func TestRecoveredSubnetGoesOnWhereItWas(t *testing.T) {
	r := allOf(t, "recovery")
	recovered := 0
	for _, m := range r.Timeline {
		if strings.Contains(m.What, "app is recovered at height 1000, from the state of height") {
			require.Contains(t, m.What, "; 0 finalized heights given up")
			recovered++
		}
	}
	require.Equal(t, 1, recovered)
}

// A recovery is written as it is read.
func TestRecoveryIsResolved(t *testing.T) {
	s, err := Load("recovery")
	require.NoError(t, err)
	s.Changes[1].Recover.State = new(protocol.StateHash)
	text := string(s.Resolved())
	require.Contains(t, text, `recover: { from: "app/9", upload: "app/9", state_hash: "`+strings.Repeat("0", 64)+`" }`)
	again, err := Parse("recovery.yaml", []byte(text))
	require.NoError(t, err)
	require.Equal(t, text, string(again.Resolved()))
}
