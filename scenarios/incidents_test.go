package scenarios

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/sim"
	"icsim/sim/variant"
)

// Each incident of reference/protocol.md section H that is shipped holds with today's rules, and breaks what its variant says when the
// rule of its day is put in.
func TestIncidentsHappenByTheRulesOfTheirDay(t *testing.T) {
	for scenario, name := range map[string]string{
		"incident-1-upgrade":       "cup-waits-for-tip",
		"incident-2-manifest":      "cup-gap-70",
		"incident-3-reassembly":    "reassemble-by-id",
		"incident-4-divergence":    "dirty-pages-differ",
		"incident-6-slow-rounds":   "slow-rounds",
		"incident-7-settings":      "settings-panic",
		"incident-9-proofs":        "forget-proofs",
		"incident-11-equivocators": "skip-equivocators",
		"incident-12-migration":    "drop-strays",
	} {
		t.Run(scenario, func(t *testing.T) {
			text, err := Text(scenario)
			require.NoError(t, err)
			require.Contains(t, string(text), name, "the scenario tells of its switch")
			s, err := Load(scenario)
			require.NoError(t, err)
			require.Empty(t, failed(t, s), "today")
			v, ok := variant.Find(name)
			require.True(t, ok)
			s.Variants = append(s.Variants, name)
			require.Contains(t, failed(t, s), v.Breaks, "with %s", name)
		})
	}
}

// failed runs a scenario with seed 1 and gives the names of the checks that did not hold.
func failed(t *testing.T, s *Spec) (names []string) {
	c, err := s.Compile(1)
	require.NoError(t, err)
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	for i := range r.Checks {
		if !r.Checks[i].OK {
			names = append(names, r.Checks[i].Name)
		}
	}
	return names
}

// Who explains sees into nodes that variants are put around: incident 1's stall is that of a checkpoint without a package.
func TestIncident1IsExplained(t *testing.T) {
	s, err := Load("incident-1-upgrade")
	require.NoError(t, err)
	s.Variants = append(s.Variants, "cup-waits-for-tip")
	c, err := s.Compile(1)
	require.NoError(t, err)
	x, err := sim.Explain(c, sim.Question{Check: "progress"}, s.NodeName, nil)
	require.NoError(t, err)
	require.Contains(t, x.Text, "the checkpoint of height 160 has no catch-up package")
	require.Contains(t, x.Text, "notaries wait: notarized height 230 is 70 above certified height 160: at 70 nobody notarizes")
}

// Whatever a scenario may name is described, and what it breaks is a check.
func TestVariantsAreDescribed(t *testing.T) {
	all := variant.All()
	require.NotEmpty(t, all)
	for _, v := range all {
		require.NotEmpty(t, v.About, v.Name)
		require.Regexp(t, nameForm, v.Name)
	}
	require.True(t, slices.IsSortedFunc(all, func(a, b variant.Variant) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	}))
}
