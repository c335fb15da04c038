package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
)

// part gives a subnet that goes on from a part of another one's state, and checks its books.
func (s *subnet) part(mine func(protocol.CanisterID) bool, old bool) *subnet {
	s.t.Helper()
	state, err := s.state.Split(mine, old)
	require.NoError(s.t, err)
	p := *s
	p.state, p.sent, p.statuses = state.(*State), nil, map[protocol.MessageID]protocol.IngressStatus{}
	p.audit()
	return &p
}

// files is the root of the files of a checkpoint.
func (s *subnet) files() protocol.StateHash { return protocol.NewManifest(s.state.Files()).Root() }

func only(ids ...protocol.CanisterID) func(protocol.CanisterID) bool {
	return func(c protocol.CanisterID) bool {
		for _, id := range ids {
			if c == id {
				return true
			}
		}
		return false
	}
}

// Of a subnet that is split each canister is on one side, with all that it has and waits for; nothing is lost and nothing doubled
// (replicated_state.rs, split).
func TestCanistersPart(t *testing.T) {
	const far = 500
	s := networked(t, 0, 1, 2, 3)
	ended := script{}.do("append", "done ").do("reply")
	wait := script{}.do("call", protocol.CanisterID(far), "m", ended, script{}.do("code").do("reply")).do("attach", 7).do("perform")
	s.replied("", s.run(3, script{}.do("keep", 9).do("certify", "proof").do("timer", 1<<62).do("reply")))
	s.replied("", s.run(1, script{}.do("timer", 1<<61).do("reply")))
	calls := s.ingress(2, "run", wait)
	s.round(calls)
	require.Len(t, s.sent, 1)
	asked, files := s.sent[0].Request, s.files()

	old, new := s.part(only(1), true), s.part(only(2, 3), false)
	require.Equal(t, s.state.TotalCycles(), old.state.TotalCycles().Add(new.state.TotalCycles()))
	require.Equal(t, s.state.NumCanisters(), old.state.NumCanisters()+new.state.NumCanisters())
	require.Equal(t, s.state.memory, old.state.memory+new.state.memory)
	require.Equal(t, s.state.nextID, old.state.nextID)
	require.Zero(t, new.state.nextID)
	require.Nil(t, old.state.find(2))
	require.Nil(t, new.state.find(1))
	require.NotNil(t, old.state.files, "a checkpoint")

	new.round(protocol.NewResponse(&protocol.Response{
		Originator: 2, Respondent: far, Callback: asked.Callback, Refund: asked.Cycles, Reply: []byte("x"),
	}))
	require.Equal(t, "done ", string(new.statuses[calls.MessageID].Reply))
	new.replied(le32(9)+le32(0), new.run(3, script{}.do("kept").do("reply")))
	old.replied("", old.run(1, script{}.do("reply")))
	old.rejected(protocol.DestinationInvalid, "IC0301", "not found", old.run(2, script{}.do("reply")))
	require.Equal(t, files, s.files(), "the whole is as it was")
}

// The files of a part are those that its canisters alone would have: what a node writes for it does not tell where it came from.
func TestFilesOfAPartAreItsOwn(t *testing.T) {
	s := networked(t, 0, 1, 2, 3)
	made := s.create()
	s.replied("", s.run(3, script{}.do("keep", 9).do("reply")))
	part := s.part(only(3), false)
	require.Equal(t, part.files(), part.part(only(3), false).files())
	require.NotEqual(t, part.files(), s.part(only(2), false).files())
	require.NotEqual(t, s.files(), s.part(only(1, 2, 3, made), false).files(), "which ids were given stays behind")
	require.Equal(t, s.files(), s.part(only(1, 2, 3, made), true).files())
}

// Who waits for the management canister, or for a server, cannot go yet; others can.
func TestCanistersThatWaitDoNotPart(t *testing.T) {
	s := networked(t, 0, 1, 2)
	random := script{}.do("call", protocol.ManagementCanister, "raw_rand", script{}.do("reply"), script{}.do("reply")).
		do("data", []byte("DIDL\x00\x00")).do("attach", 5).do("perform")
	s.round(s.ingress(1, "run", random))
	require.Len(t, s.state.management, 1, "it is answered in the next round")
	for _, side := range []struct {
		mine func(protocol.CanisterID) bool
		old  bool
	}{{only(2), true}, {only(1), false}} {
		_, err := s.state.Split(side.mine, side.old)
		require.ErrorContains(t, err, "waits for an answer of the management canister")
	}
	s.part(only(1), true)
	s.part(only(2), false)
}
