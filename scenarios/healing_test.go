package scenarios

import (
	"testing"

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
