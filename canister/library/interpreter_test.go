package library

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/canister/cdk/candid"
	"icsim/canister/library/script"
	"icsim/canister/library/script/scripttest"
	"icsim/protocol"
)

var interpreters = []protocol.CanisterID{1, 2, 3}

func newInterpreters(tb testing.TB) *subnet {
	s := newSubnet(tb, arg(tb, "interpreter", nil), arg(tb, "interpreter", nil), arg(tb, "interpreter", nil))
	for _, id := range interpreters {
		s.reply(s.call(id, "run", candid.NewBlob(scripttest.Prepare())))
	}
	return s
}

// fork gives a subnet that goes on from here by itself.
func (s *subnet) fork() *subnet {
	f := *s
	f.statuses = maps.Clone(s.statuses)
	return &f
}

// settle calls `run` of the first canister and plays rounds until there is an answer and nothing is open.
func (s *subnet) settle(p script.Program) protocol.IngressStatus {
	s.Helper()
	m := s.send(1, "run", candid.NewBlob(p))
	s.round(m)
	for n := 0; !s.statuses[m.MessageID].State.IsTerminal(); n++ {
		require.Less(s, n, 100, "no answer")
		s.round()
	}
	return s.statuses[m.MessageID]
}

// contents is what programs can have changed: what canisters say of themselves, and what is certified of them.
func (s *subnet) contents() []string {
	s.Helper()
	root := s.state.Tree().Digest()
	all := []string{string(root[:])}
	for _, id := range interpreters {
		all = append(all, string(s.reply(s.call(id, "state")).Blob()))
	}
	return all
}

// A trap undoes what was done since the last wait, and nothing before it: the state is as if the message had ended at the wait
// (reference/interface.md section C). Where it stands is drawn: what comes before it calls others, at random.
func TestTrapUndoesWhatFollowsTheLastWait(t *testing.T) {
	fresh := newInterpreters(t)
	traps := 0
	rapid.Check(t, func(t *rapid.T) {
		s, d := fresh.fork(), scripttest.FromRapid(t)
		scope := scripttest.Scope{Canisters: interpreters, Depth: 2}
		s.settle(scope.Program(d))
		before := scope.Body(d).Call(interpreters[d(3)].Principal().Bytes(), scope.Program(d), 0).Await()
		after := scope.Local(d)
		if d(2) == 0 {
			after = after.Call(interpreters[d(3)].Principal().Bytes(), scope.Program(d), 0) // is never made
		}
		trapped, ended := s.fork(), s.fork()
		status := trapped.settle(before.Then(after).Then(scope.Local(d)).Trap("drawn"))
		require.Equal(t, protocol.IngressRejected, status.State)
		if status.Reject.Message != ended.settle(before).Reject.Message {
			traps++ // at or after the wait, not in what both have
		}
		require.Equal(t, ended.contents(), trapped.contents())
	})
	require.NotZero(t, traps)
}
