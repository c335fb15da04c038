package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/library"
	"icsim/protocol"
)

// splitting is a root subnet and two others of four nodes: the second has three counters, of which the third, which has nothing, takes one.
func splitting(t *testing.T, change func(*Config)) *Config {
	t.Helper()
	module, err := library.Module()
	if err != nil {
		t.Skip(err)
	}
	arg, err := library.Arg("counter", nil)
	require.NoError(t, err)
	c := changing(4, 0, 110*time.Second)
	c.Subnets[0].Name = "root"
	for _, name := range []string{"app", "half"} {
		s := c.Subnets[0]
		s.Name = name
		c.Subnets = append(c.Subnets, s)
	}
	for i := range protocol.CanisterID(3) {
		c.Canisters = append(c.Canisters, Canister{
			Name: "c", Subnet: 1, ID: FirstCanister(1) + i, Module: module, Library: true, Arg: arg, Cycles: protocol.CyclesOf(1e14),
		})
	}
	goes := []protocol.CanisterSpan{{First: FirstCanister(1) + 1, Last: FirstCanister(1) + 1}}
	c.Changes = []Change{
		{At: 5 * time.Second, Subnet: 1, Migration: Migration{Step: PrepareMigrate, Canisters: goes, To: 2}},
		{At: 6 * time.Second, Subnet: 2, Halt: new(bool)},
		{At: 7 * time.Second, Subnet: 1, HaltAtCUP: true},
		{At: 40 * time.Second, Subnet: 1, Split: &Split{Canisters: goes, To: 2, From: 5, Upload: 9}},
		{At: 85 * time.Second, Subnet: 1, Halt: new(bool)},
		{At: 85 * time.Second, Subnet: 2, Halt: new(bool)},
	}
	*c.Changes[1].Halt = true
	change(c)
	return c
}

// C, "Subnet splitting": either part goes on where it was, with its canisters and cycles, under a key of its own; the subnet that is split
// stops at a catch-up package before.
func TestSubnetIsSplit(t *testing.T) {
	for seed := range uint64(2) {
		s, err := begin(splitting(t, func(c *Config) { c.Seed = seed + 1 }))
		require.NoError(t, err)
		before := s.registry.Latest()
		whole := s.subnets[1].state.Cycles()
		r, err := s.finish(s.pump(nil))
		require.NoError(t, err)
		requireChecks(t, r)
		app, half := &r.Subnets[1], &r.Subnets[2]
		require.EqualValues(t, 0, app.Recoveries[0].StateHeight%20, "a summary's")
		require.Greater(t, app.CUPHeight, uint64(1019))
		require.Greater(t, half.CUPHeight, uint64(1019))
		parts := [2]*recovery{s.subnets[1].recoveries[0], s.subnets[2].recoveries[0]}
		require.Equal(t, []int{2, 1}, []int{parts[0].state.Canisters().NumCanisters(), parts[1].state.Canisters().NumCanisters()})
		burned := whole.Sub(parts[0].state.Cycles()).Sub(parts[1].state.Cycles())
		require.Less(t, burned.Lo, uint64(1e9), "storage")
		for i := range 2 {
			require.Equal(t, before.Subnets[i+1].Principal, s.registry.Latest().Subnets[i+1].Principal)
			require.NotEqual(t, before.Subnets[i+1].PublicKey, s.registry.Latest().Subnets[i+1].PublicKey)
		}
		host, _ := s.registry.Latest().Routing.Route(FirstCanister(1) + 1)
		require.EqualValues(t, 2, host)
	}
}

// What stands in the way of a split is told, and nothing has happened then.
func TestSplitsFailWithAReason(t *testing.T) {
	r := run(t, splitting(t, func(c *Config) {
		c.Duration = 60 * time.Second
		for i := range c.Canisters {
			c.Canisters[i].Subnet = 1 + i/2
		}
		c.Canisters[2].ID = FirstCanister(2)
	}))
	require.Equal(t, 1, happened(r, "app is not split: half has had something to do already"))
	for i := range r.Checks {
		if x := &r.Checks[i]; x.Name == "split of app" || x.Name == "split of half" {
			require.False(t, x.OK)
		}
	}
	require.Empty(t, r.Subnets[1].Recoveries)
	require.Equal(t, 0, happened(r, "is to be"))
}

func TestSplitsAreTriedBeforeTheRun(t *testing.T) {
	for want, spoil := range map[string]func(*Config){
		"subnet s1 is not halted": func(c *Config) { c.Changes[2] = c.Changes[1] },
		"subnet s2 is not halted": func(c *Config) { c.Changes[1] = c.Changes[2]; c.Changes[1].Subnet = 1 },
		"no migration of just these canisters between subnets s1 and s2": func(c *Config) { c.Changes = c.Changes[1:] },
		"node n0, whose state is to be divided, is no member":            func(c *Config) { c.Changes[3].Split.From = 0 },
		"node n5, which is to get a part, is no member":                  func(c *Config) { c.Changes[3].Split.Upload = 5 },
	} {
		_, err := Run(splitting(t, spoil), nil)
		require.ErrorContains(t, err, want)
	}
}
