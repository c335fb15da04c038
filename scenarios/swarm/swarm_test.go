package swarm

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/scenarios"
)

var bounds = Options{MinNodes: 4, MaxNodes: 7, Crypto: "ideal"}

func drawn(t *testing.T, seed uint64) *scenarios.Spec {
	t.Helper()
	s, err := scenarios.Parse("drawn.yaml", Draw(seed, bounds))
	require.NoError(t, err, "seed %d", seed)
	return s
}

// What is drawn is a scenario, one that safety has to survive: at most f nodes of a subnet are corrupt or forget, and the core suffices.
func TestEveryDrawingIsAScenarioThatSafetySurvives(t *testing.T) {
	kinds, strategies, some := map[string]int{}, map[string]int{}, map[bool]int{}
	for seed := range uint64(600) {
		s := drawn(t, seed)
		require.Equal(t, seed, s.Seed())
		bad := map[protocol.NodeID]bool{}
		for _, a := range s.Attackers {
			for _, n := range a.Nodes.Nodes {
				bad[n] = true
			}
			for _, name := range a.Strategies {
				strategies[name]++
			}
		}
		for _, f := range s.Faults {
			kinds[f.Kind]++
			if f.LoseDisk {
				bad[f.Nodes.Nodes[0]] = true
			}
		}
		some[len(s.Faults) > 0]++
		first := protocol.NodeID(0)
		for _, sub := range s.Subnets {
			require.True(t, sub.Nodes >= 4 && sub.Nodes <= 7)
			worst, core := 0, 0
			for n := first; n < first+protocol.NodeID(sub.Nodes); n++ {
				if bad[n] {
					worst++
				}
				if slices.Contains(s.Healing.Core.Nodes, n) {
					core++
					require.False(t, bad[n])
				}
			}
			f := protocol.FaultsTolerated(sub.Nodes)
			require.LessOrEqual(t, worst, f)
			require.Equal(t, sub.Nodes-f, core)
			first += protocol.NodeID(sub.Nodes)
		}
	}
	require.Len(t, kinds, 9, "all kinds of faults come: %v", kinds)
	require.Len(t, strategies, 13, "all strategies come: %v", strategies)
	require.Positive(t, some[false], "some runs have no faults")
}

func TestASeedDrawsOneScenario(t *testing.T) {
	require.Equal(t, Draw(7, bounds), Draw(7, bounds))
	require.NotEqual(t, Draw(7, bounds), Draw(8, bounds))
}

// A drawing names its seed, so that the file alone replays.
func TestADrawingReplaysAlone(t *testing.T) {
	s := drawn(t, 11)
	again, err := scenarios.Parse("elsewhere.yaml", s.Resolved())
	require.NoError(t, err)
	require.Equal(t, uint64(11), again.Seed())
	require.True(t, strings.HasPrefix(string(Draw(11, bounds)), "# Drawn by icsim sweep --swarm --seeds 11\n"))
}
