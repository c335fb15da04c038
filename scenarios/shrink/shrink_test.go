package shrink

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/scenarios"
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

// Scenarios in which more than f nodes are silent or sign everything, among faults that have little to do with it. ICSIM_VIOLATIONS=10
// shrinks ten of them.
func TestViolationsBecomeFourNodesAndThreeFaults(t *testing.T) {
	want := 3
	if os.Getenv("ICSIM_VIOLATIONS") != "" {
		want, _ = strconv.Atoi(os.Getenv("ICSIM_VIOLATIONS"))
	}
	var nodes, faults []int
	for seed := uint64(1); len(nodes) < want; seed++ {
		require.Less(t, seed, uint64(50))
		n := 4 + 3*(int(seed)%3)
		evil := n - 2*protocol.FaultsTolerated(n) // what is left is no quorum
		how, half := "[equivocate, silent]", evil+(n-evil)/2
		if seed%2 == 0 {
			how = "[notarize-all, finalize-all, no-relay]"
		}
		s := parse(t, fmt.Sprintf(`
name: violation
duration: 14s
crypto: ideal
network: { uniform: %dms }
subnets: [{ name: app, nodes: %d, dkg_interval: 19, notary_delay: 400ms }]
faults:
  - { partition: [app/%d..%d, app/%d..%d], at: 2s, for: 9s }
  - { crash: app/%d, at: 1500ms, restart_after: 700ms }
  - { slow_cpu: app, at: 1s, for: 2s, factor: 3x }
  - { link: app/1, to: app, at: 3333ms, for: 1s, delay: 80ms, loss: 2%% }
  - { clock_drift: app/0, at: 2s, by: 20ppm }
attackers: [{ nodes: app/0..%d, strategies: %s }]
liveness: { progress: 5s }
`, 10*seed, n, evil, half-1, half, n-1, n-1, evil-1, how))
		small, err := Shrink(s, Options{Seed: seed})
		if err != nil {
			continue // the two sides have not signed two blocks of a height
		}
		z := SizeOf(small.Spec)
		t.Logf("seed %d: %s: %s became %s in %d runs", seed, small.Failure.Check, small.Before, z, small.Runs)
		nodes, faults = append(nodes, z.Nodes), append(faults, z.Faults)
	}
	slices.Sort(nodes)
	slices.Sort(faults)
	require.LessOrEqual(t, nodes[want/2], 4, "median of %v", nodes)
	require.LessOrEqual(t, faults[want/2], 3, "median of %v", faults)
}
