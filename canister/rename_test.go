package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	m "icsim/canister/management"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// moving is a subnet that is the root, where canister 1 controls canister 2, which is stopped.
func moving(t *testing.T) *subnet {
	s := networked(t, 1, 1, 2, 3)
	both := m.UpdateSettings{Canister: protocol.CanisterID(2).Principal(), Settings: m.Settings{
		Controllers: &[]principal.ID{user, protocol.CanisterID(1).Principal()},
	}}
	s.replied("", s.run(2, script{}.do("keep", 7).do("certify", "proof").do("reply")))
	s.done(s.manage("update_settings", both), nil)
	s.done(s.manage("stop_canister", about(2)), nil)
	return s
}

func renaming(of, to protocol.CanisterID) m.RenameCanister {
	return m.RenameCanister{
		Canister: of.Principal(), To: m.RenameTo{Canister: to.Principal(), Version: 1000, Total: 50}, By: user,
	}
}

// A canister goes on under another id with all that it has, a version above both, and the other's count of changes.
func TestRenamedCanisterGoesOn(t *testing.T) {
	s := moving(t)
	was, cycles := s.state.find(2), s.state.TotalCycles()
	s.replied(le128(0)+string(m.Encode(nil)), s.run(1, asking("rename_canister", renaming(2, 150), 0)))
	require.Nil(t, s.state.find(2))
	now := s.state.find(150)
	require.Equal(t, []any{was.image.Hash(), was.certified, was.controllers, Stopped, uint64(1001)},
		[]any{now.image.Hash(), now.certified, now.controllers, now.status, now.version})
	require.Equal(t, cycles, s.state.TotalCycles().Add(s.outcome.Burned))
	require.Equal(t, uint64(51), now.history.total)
	last := now.history.recent[len(now.history.recent)-1]
	require.Equal(t, m.Rename{
		Canister: protocol.CanisterID(2).Principal(), Total: was.history.total, To: renaming(2, 150).To, By: user,
	}, *last.Details.Rename)
	require.Equal(t, protocol.CanisterID(1).Principal(), last.Origin.Canister.Canister)
	_, ok := s.state.Tree().Subtree(hashtree.Label(protocol.CanisterID(2).Principal().Bytes()))
	require.False(t, ok)
	proof, _ := s.state.Tree().Subtree(hashtree.Label(protocol.CanisterID(150).Principal().Bytes()))
	require.Equal(t, now.certifiedTree().Digest(), proof.Digest())

	require.Equal(t, protocol.CanisterID(4), s.create(), "2 is not given again")
	s.ctx.Routing = managedRanges.Assign([]protocol.CanisterSpan{{First: 150, Last: 150}}, 1)
	require.Equal(t, protocol.CanisterID(5), s.create(), "nor are ids next to what was moved here")
	s.done(s.manage("start_canister", about(150)), nil)
	s.replied(le32(7)+le32(0), s.run(150, script{}.do("kept").do("reply")))
}

func TestRenamesThatAreRefused(t *testing.T) {
	s := moving(t)
	refused := func(why string, arg m.RenameCanister) {
		t.Helper()
		version := s.state.find(2).version
		got := string(s.run(1, names(principal.Management(), "rename_canister", arg, 0)).Reply)
		require.Contains(t, got, why)
		require.Equal(t, version, s.state.find(2).version)
		require.Nil(t, s.state.find(150))
	}
	refused("already exists", renaming(2, 3))
	refused("already exists", renaming(2, 2))
	refused("Only the controllers", renaming(3, 150))
	refused("no id that a canister can have", m.RenameCanister{
		Canister: protocol.CanisterID(2).Principal(), To: m.RenameTo{Canister: user},
	})
	s.ctx.Registry.Root = 2
	refused("NNS", renaming(2, 150))
	s.ctx.Registry.Root = 1
	s.done(s.manage("take_canister_snapshot", m.TakeSnapshot{Canister: protocol.CanisterID(2).Principal()}), nil)
	refused("has snapshots", renaming(2, 150))
	s.done(s.manage("start_canister", about(2)), nil)
	refused("must be stopped", renaming(2, 150))
	s.rejected(protocol.CanisterError, "IC0504", "cannot be called by a user", s.manage("rename_canister", renaming(2, 150)))
}

// Only a stopped canister of which no message is under way can be moved (ready_for_migration).
func TestReadyForMigration(t *testing.T) {
	s := moving(t)
	ready := func() bool {
		var status m.StatusReply
		s.done(s.manage("canister_status", about(2)), &status)
		return status.Ready
	}
	require.True(t, ready())
	s.ctx.Sends = func(c protocol.CanisterID) bool { return c == 2 }
	require.False(t, ready(), "its answer is in a stream")
	s.ctx.Sends = func(c protocol.CanisterID) bool { return c == 3 }
	require.True(t, ready())
	s.done(s.manage("start_canister", about(2)), nil)
	require.False(t, ready())
}
