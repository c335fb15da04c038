package shrink

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/scenarios"
	"icsim/scenarios/swarm"
	"icsim/sim"
	"icsim/sim/explore"
)

func parse(t *testing.T, text string) *scenarios.Spec {
	t.Helper()
	s, err := scenarios.Parse("x.yaml", []byte(text))
	require.NoError(t, err)
	return s
}

// A stalled subnet beside a good one, with much that has nothing to do with it.
const stalled = `
name: stalled
duration: 12s
crypto: ideal
subnets: [{ name: good, nodes: 4 }, { name: bad, nodes: 7, dkg_interval: 9 }]
faults:
  - { crash: good/1, at: 2s, restart_after: 3s }
  - { cut: bad/6, at: 3s, for: 2s }
  - { slow_cpu: bad, at: 1s, for: 2s, factor: 3x }
attackers:
  - { nodes: bad/0..2, strategies: [equivocate, silent] }
  - { nodes: [good/3, bad/3], strategies: [no-relay, silent] }
liveness: { progress: 4s }
`

func TestWhatIsShrunkFailsByTheSameCheckAndReplaysAlone(t *testing.T) {
	small, err := Shrink(parse(t, stalled), Options{Seed: 3})
	require.NoError(t, err)
	require.Equal(t, "progress", small.Failure.Check)
	z := SizeOf(small.Spec)
	require.LessOrEqual(t, z.Nodes, 4)
	require.Zero(t, z.Faults)
	require.Equal(t, 1, len(small.Spec.Subnets))
	require.False(t, tolerable(small.Spec), "more than f is what it takes")
	require.True(t, observed(small.Spec), "somebody is left to see it")

	alone := parse(t, string(small.Text()))
	require.Equal(t, uint64(3), alone.Seed())
	c, err := alone.Case(alone.Seed())
	require.NoError(t, err)
	r, err := sim.Run(c.Config, nil)
	require.NoError(t, err)
	require.Equal(t, small.Result.Digest, r.Digest)
	require.NotNil(t, explore.Fails(r, "progress"))
	require.Contains(t, string(small.Text()), "# digest "+r.Digest)

	again, err := Shrink(parse(t, stalled), Options{Seed: 3})
	require.NoError(t, err)
	require.Equal(t, small.Text(), again.Text(), "shrinking is deterministic")
	require.Equal(t, small.Runs, again.Runs)
}

// A violation among at most f corrupt nodes is not explained by more than f: here a core has no time to come together.
func TestAtMostFCorruptNodesStayAtMostF(t *testing.T) {
	text := stalled[:strings.Index(stalled, "attackers:")] + `
attackers: [{ nodes: bad/0..1, strategies: silent }]
healing: { at: 6s, core: [good/0..2, bad/2..6], within: 10ms }
`
	small, err := Shrink(parse(t, text), Options{Seed: 1})
	require.NoError(t, err)
	require.Equal(t, "convergence", small.Failure.Check)
	require.True(t, tolerable(small.Spec))
}

func TestThereIsNothingToShrinkWhereNothingFails(t *testing.T) {
	_, err := Shrink(parse(t, "name: x\nduration: 1s\ncrypto: ideal\nsubnets: [{ name: a, nodes: 4 }]\n"), Options{Seed: 1})
	require.ErrorContains(t, err, "all checks hold with seed 1: there is nothing to shrink")
	_, err = Shrink(parse(t, stalled), Options{Seed: 1, Check: "agreement"})
	require.ErrorContains(t, err, `the check "agreement" does not fail`)
}

func TestEnoughIsEnough(t *testing.T) {
	small, err := Shrink(parse(t, stalled), Options{Seed: 1, MaxRuns: 5})
	require.NoError(t, err)
	require.True(t, small.Partial)
	require.Equal(t, 5, small.Runs)
	require.Equal(t, "progress", small.Failure.Check)
}

// Ten drawn scenarios whose subnets get more than f silent nodes or signers of everything, so that something breaks.
func TestTenViolationsBecomeFourNodesAndThreeFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("shrinks ten scenarios")
	}
	var nodes, faults []int
	for seed := uint64(1); len(nodes) < 10; seed++ {
		s := parse(t, string(swarm.Draw(seed, swarm.Options{MinNodes: 4, MaxNodes: 7, Crypto: "ideal"})))
		s.Healing, s.Attackers = scenarios.Healing{}, nil
		s.Duration = 30e9
		f := protocol.FaultsTolerated(s.Subnets[0].Nodes)
		how := [][]string{{"silent"}, {"notarize-all", "finalize-all", "no-relay"}}[seed%2]
		s.Attackers = []scenarios.Attacker{{Nodes: s.Targets(nodesTo(f + 1)), Strategies: how}}
		small, err := Shrink(s, Options{Seed: seed})
		if err != nil {
			continue // it has not broken
		}
		z := SizeOf(small.Spec)
		t.Logf("seed %d: %s: %s became %s in %d runs", seed, small.Failure.Check, small.Before, z, small.Runs)
		nodes, faults = append(nodes, z.Nodes), append(faults, z.Faults)
	}
	slices.Sort(nodes)
	slices.Sort(faults)
	require.LessOrEqual(t, nodes[5], 4, "median of %v", nodes)
	require.LessOrEqual(t, faults[5], 3, "median of %v", faults)
}

func nodesTo(n int) (all []protocol.NodeID) {
	for i := range n {
		all = append(all, protocol.NodeID(i))
	}
	return all
}
