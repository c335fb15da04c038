package registry

import (
	"testing"
	"time"

	"icsim/protocol"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const second = protocol.Time(time.Second)

func genesis() protocol.RegistrySnapshot {
	return protocol.RegistrySnapshot{
		Subnets: []*protocol.SubnetRecord{{ID: 0, Members: []protocol.NodeID{1, 2}}, {ID: 1}},
		Nodes:   []*protocol.NodeRecord{{ID: 0}, {ID: 1}, {ID: 2}},
	}
}

func addMember(n protocol.NodeID) Mutation {
	return EditSubnet(0, func(s *protocol.SubnetRecord) { s.Members = append(s.Members, n) })
}

func TestPublishedSnapshotsNeverChange(t *testing.T) {
	r := New(genesis())
	c := r.Client(1, PollPhase{})
	first := c.At(1)
	require.Equal(t, protocol.RegistryVersion(2), r.Publish(10*second, addMember(3)))
	second2 := c.At(2)
	require.Equal(t, protocol.RegistryVersion(3), r.Publish(10*second, EditSubnet(0, func(s *protocol.SubnetRecord) { s.Members[0] = 9 })))
	require.Equal(t, []protocol.NodeID{1, 2}, first.Subnet(0).Members)
	require.Equal(t, []protocol.NodeID{1, 2, 3}, second2.Subnet(0).Members)
	require.Equal(t, []protocol.NodeID{9, 2, 3}, r.Latest().Subnet(0).Members)
	require.Equal(t, []protocol.RegistryVersion{1, 2, 3}, []protocol.RegistryVersion{c.At(1).Version, c.At(2).Version, c.At(3).Version})
	require.Same(t, first.Subnet(1), r.Latest().Subnet(1), "unchanged records are shared")
}

// F: the orchestrator polls every 5 s, the replica polls what the orchestrator fetched every 5 s.
func TestVersionIsSeenAfterBothPolls(t *testing.T) {
	for _, c := range []struct {
		phase PollPhase
		seen  protocol.Time // of a version published at 100 s
	}{
		{PollPhase{}, 100 * second},
		{PollPhase{Orchestrator: time.Second}, 105 * second},
		{PollPhase{Orchestrator: 3 * time.Second, Replica: 4 * time.Second}, 104 * second},
		{PollPhase{Orchestrator: 4 * time.Second, Replica: 3 * time.Second}, 108 * second},
		{PollPhase{Orchestrator: 5*time.Second - 1, Replica: 5*time.Second - 2}, 110*second - 2},
	} {
		r := New(genesis())
		client := r.Client(1, c.phase)
		require.Equal(t, protocol.RegistryVersion(1), client.Latest(-5*second), "genesis is always there")
		require.Equal(t, protocol.RegistryVersion(1), client.LatestBefore(0, time.Hour))
		r.Publish(100*second, addMember(3))
		require.Equal(t, protocol.RegistryVersion(1), client.Latest(c.seen-1))
		require.Equal(t, protocol.RegistryVersion(2), client.Latest(c.seen))
		require.Equal(t, protocol.RegistryVersion(1), client.LatestBefore(c.seen+10*second-1, 10*time.Second))
		require.Equal(t, protocol.RegistryVersion(2), client.LatestBefore(c.seen+10*second, 10*time.Second))
	}
}

func TestClientNeverUnlearns(t *testing.T) {
	r := New(genesis())
	c := r.Client(1, PollPhase{})
	r.Publish(100*second, addMember(3))
	require.Equal(t, protocol.RegistryVersion(2), c.Latest(200*second))
	require.Equal(t, protocol.RegistryVersion(2), c.Latest(0), "the clock was set back")
}

func TestVersionsComeInOrder(t *testing.T) {
	r := New(genesis())
	r.Publish(100*second, addMember(3))
	require.Panics(t, func() { r.Publish(99*second, addMember(4)) })
	require.Panics(t, func() { r.Client(1, PollPhase{}).At(3) })
	require.Panics(t, func() { r.Client(1, PollPhase{}).At(0) })
}

// A.3: a version of at least stable age (10 s) at one node has been seen by every other node, whatever their phases.
func TestStableVersionIsKnownToAll(t *testing.T) {
	phase := rapid.Custom(func(t *rapid.T) PollPhase {
		ns := rapid.Int64Range(0, int64(PollInterval)-1)
		return PollPhase{time.Duration(ns.Draw(t, "orchestrator")), time.Duration(ns.Draw(t, "replica"))}
	})
	rapid.Check(t, func(t *rapid.T) {
		r := New(genesis())
		at := protocol.Time(0)
		for range rapid.IntRange(1, 5).Draw(t, "versions") {
			at += protocol.Time(rapid.Int64Range(0, int64(20*second)).Draw(t, "gap"))
			r.Publish(at, addMember(3))
		}
		maker, validator := r.Client(1, phase.Draw(t, "maker")), r.Client(2, phase.Draw(t, "validator"))
		var last protocol.RegistryVersion
		for now := protocol.Time(0); now < at+40*second; now += protocol.Time(rapid.Int64Range(1, int64(5*second)).Draw(t, "step")) {
			stable := maker.LatestBefore(now, 10*time.Second)
			require.GreaterOrEqual(t, validator.Latest(now), stable)
			require.GreaterOrEqual(t, maker.Latest(now), last)
			require.LessOrEqual(t, stable, maker.Latest(now))
			last = maker.Latest(now)
		}
		require.Equal(t, r.Latest().Version, maker.LatestBefore(at+20*second, 10*time.Second))
	})
}
