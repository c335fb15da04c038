package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim"
)

// The shipped scenario with another seed: what it expects holds, and its digest is that of nodes that share nothing.
func TestMigrationUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	s, err := Load("migration")
	require.NoError(t, err)
	var digests []string
	for _, alone := range []bool{false, true} {
		c, err := s.Compile(2)
		require.NoError(t, err)
		c.NoShare = alone
		r, err := sim.Run(c, nil)
		require.NoError(t, err)
		for i := range r.Checks {
			require.True(t, r.Checks[i].OK, "%+v", r.Checks[i])
		}
		digests = append(digests, r.Digest)
	}
	require.Equal(t, digests[0], digests[1])
}

// A migration that the registry tells of before loses nothing even by the rules of before incident 12: who knows the trace rejects
// requests from either end of it, and for a canister on its way (C).
func TestPreparedMigrationsLoseNothing(t *testing.T) {
	text, err := Text("incident-12-migration")
	require.NoError(t, err)
	const once = "  - { at: 40s, migrate: asker, to: app-b }\n"
	require.Contains(t, string(text), once)
	told := strings.Replace(string(text), once, `  - { at: 2s, prepare_migration: asker, to: app-b }
  - { at: 40s, reroute: asker, to: app-b }
  - { at: 200s, complete_migration: asker }
`, 1)
	told = strings.Replace(told, "registry_version = 2", "registry_version = 3", 1)
	s, err := Parse("told.yaml", []byte(told))
	require.NoError(t, err)
	s.Variants = append(s.Variants, "drop-strays")
	require.Empty(t, failed(t, s))
}

// Canisters with ids that follow one another are moved as a range; where they come from is where earlier changes have brought them.
func TestMigrationsAreCompiled(t *testing.T) {
	s, err := Parse("m.yaml", []byte(`
name: m
duration: 60s
crypto: ideal
subnets: [{ name: a, nodes: 4 }, { name: b, nodes: 4 }]
canisters:
  - { name: one, subnet: a, library: counter }
  - { name: two, subnet: a, library: counter }
  - { name: three, subnet: a, library: counter }
  - { name: four, subnet: a, library: counter }
changes:
  - { at: 10s, prepare_migration: [four, two, one], to: b }
  - { at: 20s, reroute: [one, two, four], to: b }
  - { at: 30s, complete_migration: [one, two, four] }
  - { at: 40s, migrate: two, to: a }
`))
	require.NoError(t, err)
	c, err := s.Compile(1)
	require.NoError(t, err)
	all := []protocol.CanisterSpan{{First: 0, Last: 1}, {First: 3, Last: 3}}
	want := []struct {
		from, to int
		step     sim.MigrationStep
		spans    []protocol.CanisterSpan
	}{
		{0, 1, sim.PrepareMigrate, all}, {0, 1, sim.Reroute, all}, {0, 1, sim.CompleteMigrate, all},
		{1, 0, sim.Migrate, []protocol.CanisterSpan{{First: 1, Last: 1}}},
	}
	for i, w := range want {
		m := c.Changes[i].Migration
		require.Equal(t, []any{w.from, w.to, w.step, w.spans}, []any{c.Changes[i].Subnet, m.To, m.Step, m.Canisters}, i)
	}
	again, err := Parse("again.yaml", []byte(s.Resolved()))
	require.NoError(t, err)
	require.Equal(t, s.Resolved(), again.Resolved())

	left := s.WithoutCanisters([]string{"two"})
	require.Len(t, left.Changes, 3)
	require.Equal(t, []string{"four", "one"}, left.Changes[0].Migration.Canisters)
}
