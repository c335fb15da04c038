package registry

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
)

// hosts are two application subnets of one node with canisters 0 … 99 and 100 … 199, one of two nodes, a system subnet, and one with a
// chain key.
func hosts() *Registry {
	snapshot := protocol.RegistrySnapshot{Routing: &protocol.RoutingTable{Ranges: []protocol.CanisterRange{
		{First: 0, Last: 99, Subnet: 0}, {First: 100, Last: 199, Subnet: 1},
	}}}
	for i := range protocol.SubnetID(5) {
		snapshot.Subnets = append(snapshot.Subnets, &protocol.SubnetRecord{ID: i, Members: []protocol.NodeID{protocol.NodeID(i)}})
	}
	snapshot.Subnets[2].Members = []protocol.NodeID{2, 5}
	snapshot.Subnets[3].Type = protocol.SystemSubnet
	snapshot.Subnets[4].ChainKeys = &protocol.ChainKeys{Keys: make([]protocol.ChainKey, 1)}
	return New(snapshot)
}

func span(first, last protocol.CanisterID) []protocol.CanisterSpan {
	return []protocol.CanisterSpan{{First: first, Last: last}}
}

// must publishes a mutation that there is no reason to refuse.
func must(t *testing.T, r *Registry) func(Mutation, error) protocol.RegistryVersion {
	return func(m Mutation, err error) protocol.RegistryVersion {
		t.Helper()
		require.NoError(t, err)
		return r.Publish(second, m)
	}
}

// Canisters are moved in three versions: the trace comes first, and goes last. Whoever reads an older version finds the older table.
func TestMigrationInThreeVersions(t *testing.T) {
	r := hosts()
	publish := must(t, r)
	prepared := publish(r.PrepareMigration(span(10, 19), 0, 1))
	rerouted := publish(r.Reroute(span(10, 19), 0, 1))
	completed := publish(r.CompleteMigration(span(10, 19), []protocol.SubnetID{0, 1}))
	for v, want := range map[protocol.RegistryVersion]struct {
		host   protocol.SubnetID
		traced bool
	}{1: {0, false}, prepared: {0, true}, rerouted: {1, true}, completed: {1, false}} {
		s := r.Client(0, PollPhase{}).At(v)
		for c := protocol.CanisterID(10); c < 20; c++ {
			host, ok := s.Routing.Route(c)
			require.True(t, ok)
			require.Equal(t, want.host, host, "canister %d at version %d", c, v)
			require.Equal(t, want.traced, s.Migrates(c, 0, 1) && s.Migrates(c, 1, 0) && s.MigratesFrom(c, 0, 1))
			require.False(t, s.MigratesFrom(c, 1, 0) || s.Migrates(c, 0, 2))
		}
		for _, c := range []protocol.CanisterID{9, 20} {
			host, _ := s.Routing.Route(c)
			require.Zero(t, host)
			require.False(t, s.Migrates(c, 0, 1))
		}
	}
}

// A migration is given up by a rerouting back; then the table is what it was.
func TestMigrationBack(t *testing.T) {
	r := hosts()
	publish := must(t, r)
	publish(r.PrepareMigration(span(10, 19), 0, 1))
	publish(r.Reroute(span(10, 19), 0, 1))
	publish(r.Reroute(span(10, 19), 1, 0))
	require.Equal(t, r.Client(0, PollPhase{}).At(1).Routing, r.Latest().Routing)
}

func TestMigrateCanistersNeedsNoTrace(t *testing.T) {
	r := hosts()
	must(t, r)(r.MigrateCanisters(span(150, 150), 0))
	require.Equal(t, []protocol.CanisterRange{
		{First: 0, Last: 99, Subnet: 0}, {First: 100, Last: 149, Subnet: 1}, {First: 150, Last: 150, Subnet: 0},
		{First: 151, Last: 199, Subnet: 1},
	}, r.Latest().Routing.Ranges)
	require.Empty(t, r.Latest().Migrations)
}

func TestMigrationsThatAreRefused(t *testing.T) {
	trace := []protocol.SubnetID{0, 1}
	for _, c := range []struct {
		want string
		ask  func(*Registry) (Mutation, error)
	}{
		{"not ascending", func(r *Registry) (Mutation, error) { return r.PrepareMigration(span(3, 2), 0, 1) }},
		{"not ascending", func(r *Registry) (Mutation, error) {
			return r.Reroute([]protocol.CanisterSpan{{First: 2, Last: 3}, {First: 3, Last: 4}}, 0, 1)
		}},
		{"no canisters", func(r *Registry) (Mutation, error) { return r.CompleteMigration(nil, trace) }},
		{"does not host", func(r *Registry) (Mutation, error) { return r.PrepareMigration(span(90, 110), 0, 1) }},
		{"does not host", func(r *Registry) (Mutation, error) { return r.PrepareMigration(span(200, 200), 0, 1) }},
		{"does not host", func(r *Registry) (Mutation, error) { return r.Reroute(span(10, 19), 1, 0) }},
		{"being moved already", func(r *Registry) (Mutation, error) { return r.PrepareMigration(span(15, 30), 0, 1) }},
		{"1 nodes, and subnet s2 2", func(r *Registry) (Mutation, error) { return r.PrepareMigration(span(1, 1), 0, 2) }},
		{"system subnet", func(r *Registry) (Mutation, error) { return r.PrepareMigration(span(1, 1), 0, 3) }},
		{"chain keys", func(r *Registry) (Mutation, error) { return r.PrepareMigration(span(1, 1), 0, 4) }},
		{"no subnet s9", func(r *Registry) (Mutation, error) { return r.PrepareMigration(span(1, 1), 0, 9) }},
		{"already", func(r *Registry) (Mutation, error) { return r.PrepareMigration(span(1, 1), 0, 0) }},
		{"just these canisters", func(r *Registry) (Mutation, error) { return r.Reroute(span(10, 18), 0, 1) }},
		{"just these canisters", func(r *Registry) (Mutation, error) { return r.Reroute(span(10, 19), 0, 2) }},
		{"just these canisters", func(r *Registry) (Mutation, error) { return r.CompleteMigration(span(10, 18), trace) }},
		{"just these canisters", func(r *Registry) (Mutation, error) {
			return r.CompleteMigration(span(10, 19), []protocol.SubnetID{1, 0})
		}},
		{"no subnet s9", func(r *Registry) (Mutation, error) { return r.MigrateCanisters(span(1, 1), 9) }},
		{"no subnet hosts", func(r *Registry) (Mutation, error) { return r.MigrateCanisters(span(300, 300), 1) }},
	} {
		r := hosts()
		must(t, r)(r.PrepareMigration(span(10, 19), 0, 1))
		_, err := c.ask(r)
		require.ErrorContains(t, err, c.want)
	}
}

// Whatever is assigned: a table stays ascending and apart, what was assigned is where it should be, and nothing else has moved.
func TestAssignMovesWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := hosts().Latest().Routing
		want := make([]protocol.SubnetID, 200)
		for c := range want {
			want[c] = protocol.SubnetID(c / 100)
		}
		for range rapid.IntRange(1, 6).Draw(t, "moves") {
			var spans []protocol.CanisterSpan
			to := protocol.SubnetID(rapid.IntRange(0, 2).Draw(t, "to"))
			at := 0
			for range rapid.IntRange(1, 3).Draw(t, "spans") {
				first := rapid.IntRange(at, 197).Draw(t, "first")
				last := rapid.IntRange(first, 198).Draw(t, "last")
				spans = append(spans, protocol.CanisterSpan{First: protocol.CanisterID(first), Last: protocol.CanisterID(last)})
				for c := first; c <= last; c++ {
					want[c] = to
				}
				if at = last + 1; at > 197 {
					break
				}
			}
			before := fmt.Sprint(table.Ranges)
			next := table.Assign(spans, to)
			require.Equal(t, before, fmt.Sprint(table.Ranges), "the older version stays")
			require.True(t, next.Covers(spans, to))
			table = next
		}
		for i, r := range table.Ranges {
			require.True(t, r.First <= r.Last && (i == 0 || table.Ranges[i-1].Last < r.First), "%v", table.Ranges)
		}
		for c, host := range want {
			got, ok := table.Route(protocol.CanisterID(c))
			require.True(t, ok)
			require.Equal(t, host, got, "canister %d", c)
		}
	})
}
