package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim/fault"
	"icsim/sim/trace"
	"icsim/sim/workload"
)

// several are three subnets with clients, a crash, a cut between subnets and attackers in two of them.
func several(t *testing.T, d time.Duration) *Config {
	c := counting(t, d, workload.Config{Name: "users", Every: 200 * time.Millisecond})
	c.Subnets = append(c.Subnets, c.Subnets[0], c.Subnets[0])
	c.Subnets[1].Name, c.Subnets[2].Name = "second", "third"
	c.Attackers = attackers([]string{"equivocate", "corrupt-shares"}, 5, 9)
	c.Faults = fault.Plan{
		Crashes:    []fault.Crash{{Node: 2, At: time.Second, Down: time.Second}},
		Partitions: []fault.Partition{{Groups: [][]protocol.NodeID{{0, 1}, {6, 7}}, At: time.Second, For: time.Second}},
	}
	return c
}

// Side by side the subnets give the run that they give one after the other: its digest, its trace, and all figures.
func TestSubnetsSideBySideGiveTheSameRun(t *testing.T) {
	type outcome struct {
		result *Result
		trace  string
	}
	of := func(scheme string, workers int) outcome {
		var w strings.Builder
		c := several(t, 4*time.Second)
		c.Crypto, c.Workers, c.Trace = scheme, workers, trace.Config{Level: trace.Notes, W: &w}
		return outcome{run(t, c), w.String()}
	}
	for scheme, workers := range map[string][]int{"ideal": {2, 4}, "bls": {3}} {
		want := of(scheme, 1)
		require.NotEmpty(t, want.result.Timeline)
		for _, n := range workers {
			got := of(scheme, n)
			require.Equal(t, want.trace, got.trace)
			require.Equal(t, want.result, got.result)
		}
	}
}

// A run is divided where that changes nothing, and only there.
func TestWhatIsDivided(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		lanes  bool
	}{
		"three subnets and clients": {func(*Config) {}, true},
		"one worker":                {func(c *Config) { c.Workers = 1 }, false},
		"somebody outside":          {func(c *Config) { c.Boundary = true }, false},
		"attackers in two subnets":  {func(c *Config) { c.Attackers = attackers([]string{"silent"}, 1, 5) }, true},
		"attackers in one subnet":   {func(c *Config) { c.Attackers = attackers([]string{"silent"}, 5, 6) }, true},
		"one subnet and nobody around": {func(c *Config) {
			c.Subnets, c.Clients, c.Attackers, c.Faults = c.Subnets[:1], nil, nil, fault.Plan{}
		}, false},
	} {
		config := several(t, time.Second)
		config.Workers = 2
		c.change(config)
		s, err := begin(config)
		require.NoError(t, err)
		s.close()
		require.Equal(t, c.lanes, s.lanes != nil, name)
	}
}
