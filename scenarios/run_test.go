package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/sim"
)

// shortened is how much of each shipped scenario is run here, but of those below.
const shortened = 25 * time.Second

// huge are the scenarios that take minutes for seconds.
var huge = map[string]bool{"mainnet": true}

// longer are the scenarios that are about what comes later.
var longer = map[string]time.Duration{
	"rejoin": 130 * time.Second, "rolling": 110 * time.Second, "upgrade": 340 * time.Second, "incident-1-upgrade": 240 * time.Second,
	"new-subnet": 110 * time.Second, "migration": 180 * time.Second, "incident-12-migration": 120 * time.Second,
	"recovery": 175 * time.Second, "splitting": 215 * time.Second,
}

// The digest and the figures of each shipped scenario, cheap signatures, its first seconds. A change that moves one says so
// and why (reference/style.md, Tests).
func TestGoldenRunsOfShippedScenarios(t *testing.T) {
	for _, name := range ShippedNames() {
		t.Run(name, func(t *testing.T) {
			if huge[name] || testing.Short() && name == "baseline-40" {
				t.Skip("takes long")
			}
			s, err := Load(name)
			require.NoError(t, err)
			s.Duration = max(shortened, longer[name])
			if !s.NeedsBLS() {
				s.Crypto = "ideal"
			}
			c, err := s.Compile(1)
			require.NoError(t, err)
			r, err := sim.Run(c, nil)
			require.NoError(t, err)
			golden(t, name+".golden", outline(r))
		})
	}
}

func outline(r *sim.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, seed %d, %s, %.0f s, %d events\ndigest %s\n", r.Scenario, r.Seed, r.Crypto, r.VirtualSeconds, r.Events, r.Digest)
	for i := range r.Subnets {
		s := &r.Subnets[i]
		fmt.Fprintf(&b, "subnet %s: finalized %d, certified %d, cup %d, state %s\n",
			s.Name, s.FinalizedHeight, s.CertifiedHeight, s.CUPHeight, s.StateHash)
		if s.StateSyncs > 0 {
			fmt.Fprintf(&b, "states fetched: %d, with %d bad chunks\n", s.StateSyncs, s.BadChunks)
		}
	}
	for i := range r.Subnets {
		for _, k := range r.Subnets[i].ChainKeys {
			fmt.Fprintf(&b, "%s: %d pre-signatures, %d signatures, %d rejected\n", k.Key, k.PreSignatures, k.Signatures, k.Rejected)
		}
	}
	in, x := &r.Ingress, &r.XNet
	fmt.Fprintf(&b, "calls of users: %d made, %d replied, %d rejected, %d lost\n", in.Submitted, in.Completed, in.Failed, in.Rejected)
	fmt.Fprintf(&b, "calls across subnets: %d made, %d answered, %d rejects, %d open\n", x.Calls, x.Responses, x.Rejects, x.Open)
	for i := range r.Checks {
		if c := &r.Checks[i]; !c.OK {
			fmt.Fprintf(&b, "failed: %s %s: %s\n", c.Kind, c.Name, c.Detail)
		}
	}
	return b.String()
}

// allOf runs a shipped scenario to its end, with another seed than its golden run has: all that it expects holds.
func allOf(t *testing.T, name string) *sim.Result {
	t.Helper()
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	s, err := Load(name)
	require.NoError(t, err)
	c, err := s.Compile(2)
	require.NoError(t, err)
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	for i := range r.Checks {
		require.True(t, r.Checks[i].OK, "%+v", r.Checks[i])
	}
	return r
}
