package scenarios

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const crowded = `
name: test
duration: 20s
crypto: ideal
subnets:
  - { name: one, nodes: 4 }
  - { name: two, nodes: 4 }
  - { name: three, nodes: 4 }
canisters:
  - { name: tally, subnets: all, library: counter }
  - { name: asker, subnets: [one, three], library: caller, settings: { calls: tally } }
clients:
  - { name: users, call: tally.inc, rate: 22/s, poisson: true, popularity: zipf }
  - { name: askers, call: asker.call, every: 500ms, poisson: true, until: 12s }
expect:
  - { ingress_lost: { max: 0 } }
`

// A crowd is a canister on each subnet, and a client of it one of each: as if each had been written.
func TestCrowdsAreWrittenOut(t *testing.T) {
	s, err := Parse("test.yaml", []byte(crowded))
	require.NoError(t, err)
	var names, subnets, calls []string
	var waits []time.Duration
	for _, c := range s.Canisters {
		names, subnets = append(names, c.Name), append(subnets, c.Subnet)
	}
	for _, c := range s.Clients {
		calls, waits = append(calls, c.Name+" "+c.Canister+"."+c.Method), append(waits, c.Every)
		require.True(t, c.Poisson)
	}
	require.Equal(t, []string{"tally-one", "tally-two", "tally-three", "asker-one", "asker-three"}, names)
	require.Equal(t, []string{"one", "two", "three", "one", "three"}, subnets)
	require.Equal(t, []string{
		"users-one tally-one.inc", "users-two tally-two.inc", "users-three tally-three.inc",
		"askers-one asker-one.call", "askers-three asker-three.call",
	}, calls)
	ms := func(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }
	for i, want := range []time.Duration{ms(1000. / 12), ms(1000. / 6), ms(1000. / 4), time.Second, time.Second} { // 22 = 12 + 6 + 4
		require.InDelta(t, want, waits[i], float64(want)/1e5, calls[i])
	}
	require.Contains(t, string(s.Resolved()), "name: asker-three, subnet: three, library: caller, settings: { calls: tally-three }")
	require.Contains(t, string(s.Resolved()), "name: asker-one, subnet: one, library: caller, settings: { calls: tally-two }")
	again, err := Parse("test.yaml", s.Resolved())
	require.NoError(t, err)
	require.Equal(t, s.Resolved(), again.Resolved())
	r := runText(t, crowded)
	requireOK(t, r)
	require.InDelta(t, 19*22+11*2, r.Ingress.Submitted, 60)
	require.Greater(t, r.XNet.Calls, uint64(5))
}
