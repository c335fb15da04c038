package scenarios

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/candid"
	"icsim/sim"
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

// Each line of a trace is a call at its time, whatever came of those before.
func TestTracesAreMadeAsTheyStand(t *testing.T) {
	text := small + `
canisters: [{ name: tally, subnet: app, library: counter }]
clients: [{ name: users, trace: load.csv }]
`
	trace := "at_s,call,payload\n2,tally.inc,\n2,tally.inc,5000\n2.5,tally.get,\n"
	s, err := parse("test.yaml", []byte(text), func(string) ([]byte, error) { return []byte(trace), nil }, "")
	require.NoError(t, err)
	c, err := s.Compile(1)
	require.NoError(t, err)
	made := c.Clients[0].Trace
	require.Len(t, made, 3)
	require.Equal(t, 2500*time.Millisecond, made[2].At)
	require.Equal(t, "get", made[2].Method)
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	requireOK(t, r)
	require.EqualValues(t, 3, r.Ingress.Completed)
}
