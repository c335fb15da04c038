package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
)

// spinning is a call that takes so many times 2^16 loops and answers.
func spinning(loops int) script { return script{}.do("spin", loops<<16).do("reply") }

// A round's budget is round − slice + 1 on each of four threads, less overheads (protocol.md D).
func TestRoundEndsWhenItsBudgetIsSpent(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2, 3, 4, 5)...)
	var calls []any
	for range 1200 {
		calls = append(calls, s.ingress(1, "run", is("x")))
	}
	s.round(calls...)
	// One thread: (4 G − 2 G − 5·12 k − 8 M) / (2 M + a few hundred).
	require.InDelta(t, 995, s.outcome.Messages, 2)
	require.Equal(t, 1200-s.outcome.Messages, s.state.find(1).queues.Inputs())
	require.InDelta(t, 2e9, float64(s.outcome.BusiestThread), 5e6)
	s.round()
	require.Zero(t, s.state.find(1).queues.Inputs(), "the rest follows")
	// Five canisters on four threads: two share one.
	calls = nil
	for id := range 5 {
		for range 600 {
			calls = append(calls, s.ingress(protocol.CanisterID(id+1), "run", is("x")))
		}
	}
	s.round(calls...)
	require.InDelta(t, 3*600+990, s.outcome.Messages, 5)
}

// The one that had to wait goes first in the next round.
func TestCanistersTakeTurns(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2, 3, 4, 5, 6, 7, 8)...)
	left := func(id protocol.CanisterID) int { return s.state.find(id).queues.Inputs() }
	var calls []any
	for id := range 8 {
		for range 1500 {
			calls = append(calls, s.ingress(protocol.CanisterID(id+1), "run", is("x")))
		}
	}
	s.round(calls...)
	require.Less(t, left(1), 600)
	require.Equal(t, 1500, left(5))
	s.round()
	require.Less(t, left(1), 600)
	require.Less(t, left(5), 600, "those that waited went first")
	require.NotZero(t, left(1))
}

// Messages between canisters of a subnet move within a round, a chain of calls too.
func TestLocalCallsFinishInOneRound(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2, 3, 4, 5)...)
	program := is("end")
	for id := protocol.CanisterID(5); id > 1; id-- {
		program = script{}.to(id, program, script{}.do("append", "<").do("arg").do("reply"), nil).do("perform")
	}
	s.replied("<<<<end", s.run(1, program))
}

func TestSystemTasksRunOnceARound(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(true, 1)...)
	beat := script{}.to(1, is(""), script{}.do("stablegrow", 1), nil).do("perform")
	s.replied("", s.run(1, script{}.do("heartbeat", beat).do("reply")))
	before := s.state.find(1).stable.Len()
	s.round()
	require.Equal(t, before+pageBytes, s.state.find(1).stable.Len(), "the later iterations of the round had none")
}

// Instructions are counted as the engine counts them: the same in every run, more for more work.
func TestInstructionsAreCounted(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	s.replied("", s.run(1, spinning(1)))
	one := s.outcome.Instructions
	s.replied("", s.run(1, spinning(1)))
	require.Equal(t, one, s.outcome.Instructions)
	s.replied("", s.run(1, spinning(3)))
	require.Greater(t, s.outcome.Instructions, 2*one)
	require.Equal(t, s.outcome.Instructions+overheadExecution+overheadCanister, s.outcome.BusiestThread)
	// Counter 1 goes on over the calls of a context, counter 0 does not.
	s.run(1, script{}.do("spin", 100_000).to(1, is(""), script{}.do("counter", 0).do("counter", 1).do("reply"), nil).do("perform"))
	var reply []byte
	for _, u := range s.outcome.Ingress {
		reply = append(reply, u.Status.Reply...)
	}
	require.Less(t, uint64LE(reply[:8]), uint64(100_000))
	require.Greater(t, uint64LE(reply[8:]), uint64(100_000))
}

func uint64LE(b []byte) (n uint64) {
	for i := range 8 {
		n |= uint64(b[i]) << (8 * i)
	}
	return n
}

// A round in which nothing happens gives the very state it began with.
func TestIdleRoundChangesNothing(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	s.replied("", s.run(1, script{}.do("timer", genesisUnix+int(3600e9)).do("reply")))
	before := s.state
	s.rounds(5)
	require.True(t, before == s.state)
	s.ctx.Checkpoint = true
	s.round()
	require.Equal(t, before.ManifestHash(), s.state.ManifestHash())
	require.NotNil(t, s.state.files)
}

// The hash kept from a checkpoint is what it would be from nothing, round after round.
func TestManifestHashIsIncremental(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2, 3)...)
	seen := map[string]bool{}
	for i := range 6 {
		s.ctx.Checkpoint = i%2 == 0
		s.run(protocol.CanisterID(i%3+1), script{}.do("keep", i).do("reply"))
		require.Equal(t, s.state.contents(), s.state.ManifestHash())
		require.False(t, seen[s.state.ManifestHash().Hex()])
		seen[s.state.ManifestHash().Hex()] = true
	}
}
