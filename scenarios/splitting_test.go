package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// C, "Subnet splitting": all of the shipped scenario, with another seed. Every call of users and across subnets has its one answer, whether
// it was under way when its canister went, was sent by the table of before, or comes after; some are turned back.
func TestSplitSubnetLosesNoCall(t *testing.T) {
	r := allOf(t, "splitting")
	require.Positive(t, r.XNet.Rejects, "nothing was under way")
	for _, subnet := range r.Subnets[1:] {
		require.Len(t, subnet.Recoveries, 1)
		require.Zero(t, subnet.Recoveries[0].CertifiedGivenUp)
	}
}

// A split is written as it is read.
func TestSplitIsResolved(t *testing.T) {
	s, err := Load("splitting")
	require.NoError(t, err)
	text := string(s.Resolved())
	require.Contains(t, text, `split: [tally, buyer], to: half, from: "app/3", upload: "half/2" }`)
	require.Contains(t, text, `{ at: 35s, subnet: app, halt_at_cup: true }`)
	again, err := Parse("splitting.yaml", []byte(text))
	require.NoError(t, err)
	require.Equal(t, text, string(again.Resolved()))
}
