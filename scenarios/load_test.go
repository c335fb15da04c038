package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/candid"
)

// A payload makes a message of that size, which a method without arguments takes as well as one of a blob.
func TestPayloadsAreTakenByMethodsWithoutArguments(t *testing.T) {
	text := small + `
canisters: [{ name: tally, subnet: app, library: counter }]
clients: [{ name: users, call: tally.inc, payload: 100kB, every: 2s, burst: 2, count: 4, expect: any }]
`
	s, err := Parse("test.yaml", []byte(text))
	require.NoError(t, err)
	c, err := s.Compile(1)
	require.NoError(t, err)
	values, _, err := candid.DecodeAny(c.Clients[0].Arg)
	require.NoError(t, err)
	require.Equal(t, []candid.Value{candid.Blob(make([]byte, 100_000))}, values)
	require.Equal(t, 2, c.Clients[0].Burst)
	again, err := Parse("test.yaml", s.Resolved())
	require.NoError(t, err)
	require.Equal(t, s.Resolved(), again.Resolved())
	r := runText(t, text)
	requireOK(t, r)
	require.EqualValues(t, 4, r.Ingress.Completed)
}
