package scenarios

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/sim"
	"icsim/sim/explore"
)

const healed = `
name: healed
duration: 60s
crypto: ideal
network: { uniform: 50ms }
subnets: [{ name: app, nodes: 4 }]
faults:
  - { partition: [app/0..1, app/2..3], at: 3s, for: 9s }
  - { cut: app/3, at: 5s }
`

func run(t *testing.T, text string) *sim.Result {
	t.Helper()
	s, err := Parse("x.yaml", []byte(text))
	require.NoError(t, err)
	c, err := s.Case(s.Seed())
	require.NoError(t, err)
	r, err := sim.Run(c.Config, nil)
	require.NoError(t, err)
	c.Name(r)
	return r
}

// A core of n−f nodes comes together while the rest is cut off for ever. Without a healing the node that stays away is to blame.
func TestACoreComesTogetherWhileTheRestStaysBroken(t *testing.T) {
	require.Nil(t, explore.Fails(run(t, healed+"healing: { at: 12s, core: app/0..2, within: 40s }\n"), ""))
}

// A run that is to end before its core has come together goes on until it has, unless it is told where to end.
func TestARunGoesOnUntilItsCoreHasComeTogether(t *testing.T) {
	text := strings.Replace(healed, "duration: 60s", "duration: 12100ms", 1) + "healing: { at: 12s, core: app/0..2, within: 40s }\n"
	r := run(t, text)
	require.Nil(t, explore.Fails(r, ""))
	require.Greater(t, r.VirtualSeconds, 13.)
	require.Less(t, r.VirtualSeconds, 30.)
	require.InDelta(t, r.VirtualSeconds-12.1, r.LateSeconds, 1e-6)

	s, err := Parse("x.yaml", []byte(text))
	require.NoError(t, err)
	for _, end := range []time.Duration{12050 * time.Millisecond, 12200 * time.Millisecond} {
		s.EndAt(end)
		c, err := s.Case(s.Seed())
		require.NoError(t, err)
		r, err = sim.Run(c.Config, nil)
		require.NoError(t, err)
		require.Equal(t, end.Seconds(), r.VirtualSeconds)
		require.Zero(t, r.LateSeconds)
		require.Nil(t, explore.Fails(r, ""), "nothing is judged before its time")
	}
}

// What is missing is said where a core does not come together in time: the partition has just healed, or a node has just started.
func TestACoreThatIsLateIsToldWhatItLacks(t *testing.T) {
	for extra, lacks := range map[string]string{
		"": `3 notarization shares are signed, of 3 needed, and have not all reached it`,
		"  - { crash: app/2, at: 2s, restart_after: 10s }\n": `2 notarization shares of 3 needed are signed; none by \(app/2\)`,
	} {
		f := explore.Fails(run(t, healed+extra+"healing: { at: 12s, core: app/0..2, within: 50ms }\n"), "")
		require.NotNil(t, f)
		require.Equal(t, "convergence", f.Check)
		require.Regexp(t, `subnet app: app/0 is at finalized height \d+ and certified height \d+ 50ms after the healing, and has to be at `+
			`\d+ and \d+; the notarization of height \d+ is missing: `+lacks, f.Detail)
		require.Equal(t, "app/0", f.Node)
		require.Equal(t, 12.05, f.AtSeconds)
	}
}

// Nothing but safety is asked for before the healing.
func TestNothingIsLiveBeforeTheHealing(t *testing.T) {
	text := "\nliveness: { progress: 5s }\n"
	require.Equal(t, "progress", explore.Fails(run(t, healed+text+"attackers: [{ nodes: app/2..3, strategies: silent }]\n"), "").Check)
	require.Nil(t, explore.Fails(run(t, healed+text+"healing: { at: 12s, core: app/0..2, within: 40s }\n"), "progress"))
}

// restarted is a subnet that stands with all f+1 proposals of height 12 made, each with a context below the checkpoint of height 10, of
// which there is no package yet; app/1 started again meanwhile and has to judge one (swarm, seed 2107, shrunk).
const restarted = `
name: restarted
duration: 64261ms
crypto: ideal
seed: 2107
network: { uniform: 59ms, loss: 1% }
subnets: [{ name: app, nodes: 4, places: world, bandwidth: 10Mbit, unit_delay: 500ms, notary_delay: 300ms, dkg_interval: 9 }]
canisters:
  - { name: tally, subnet: app, library: counter }
  - { name: asker, subnet: app, library: caller, settings: { calls: tally, count: 13 } }
clients:
  - { name: users, call: tally.inc, every: 1853ms, count: 4 }
  - { name: clock, call: asker.call, every: 934ms, count: 16 }
faults:
  - { crash: app/1, at: 10s, restart_after: 900ms }
  - { partition: [app/0, [app/1, app/3]], at: 6200ms, for: 4s }
  - { slow_cpu: app/0, at: 1s, factor: 12x, for: 5s }
attackers: [{ nodes: app/2, strategies: silent }]
healing: { at: 19260ms, core: [app/0, app/1, app/3], within: 45s }
`

// A node that starts again has the states that blocks to come refer to, also where it has a newer checkpoint: it computes them again.
func TestARestartedNodeJudgesBlocksThatReferBelowItsCheckpoint(t *testing.T) {
	require.Nil(t, explore.Fails(run(t, restarted), ""))
}
