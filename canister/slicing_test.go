package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/protocol"
)

// sliced is an executor with slices of 20 M instructions, one a thread and round, and messages of at most 400 M.
func sliced(x *Executor) *Executor {
	return limited(x, func(l *roundLimits) { l.round, l.slice, l.message, l.install = 40e6, 20e6, 400e6, 1000e6 })
}

// limited is an executor with other limits.
func limited(x *Executor, change func(*roundLimits)) *Executor {
	x.limits = func(system bool) roundLimits {
		l := limitsOf(system)
		change(&l)
		return l
	}
	return x
}

// slow is a call of 50 to 60 M instructions, which is three slices.
func slow() script { return script{}.do("spin", 9_000_000) }

func (s *subnet) state1(id protocol.CanisterID, m *protocol.SignedIngress) string {
	return s.statuses[m.MessageID].State.String()
}

// A message longer than a slice takes a round for each, sees the time and state of its start, and holds up its canister only.
func TestLongMessageRunsOverRounds(t *testing.T) {
	s := managed(t, sliced(newExecutor(t)), 1, 2)
	began := s.ctx.Time + 1e9
	m := s.ingress(1, "run", slow().do("keep", 5).do("time").do("reply"))
	behind := s.ingress(1, "run", is("behind"))
	before := s.balance(1)
	s.round(m, behind)
	require.InDelta(t, 20e6, float64(s.outcome.Instructions), 0)
	require.Equal(t, "received", s.state1(1, m))
	s.replied("x", s.run(2, is("x")))
	require.Equal(t, "received", s.state1(1, m))
	require.Equal(t, "received", s.state1(1, behind))
	require.True(t, s.state.find(1).long.paused())
	s.round()
	s.replied(le64(genesisUnix+uint64(began)), s.statuses[m.MessageID])
	s.round()
	s.replied("behind", s.statuses[behind.MessageID])
	require.Nil(t, s.state.find(1).long)
	spent := less(before, s.balance(1))

	// It costs what it would have cost at once.
	whole := managed(t, newExecutor(t), 1, 2)
	before = whole.balance(1)
	whole.round(whole.ingress(1, "run", slow().do("keep", 5).do("time").do("reply")), whole.ingress(1, "run", is("behind")))
	require.Equal(t, less(before, whole.balance(1)), spent)
	whole.replied(le64(5), whole.run(1, script{}.do("kept").do("reply")))
	s.replied(le64(5), s.run(1, script{}.do("kept").do("reply")))
}

// Callbacks, cleanups and tasks are sliced, too.
func TestLongCallbacksAndTasks(t *testing.T) {
	s := newSubnet(t, sliced(newExecutor(t)), scriptedAt(true, 1, 2)...)
	m := s.ingress(1, "run", script{}.to(2, is("pong"), slow().do("trap", "late"), nil).do("cleanup", slow().do("keep", 3)).do("perform"))
	s.round(m)
	s.rounds(3)
	require.Equal(t, protocol.IngressProcessing.String(), s.state1(1, m))
	s.rounds(4)
	s.rejected(protocol.CanisterError, "IC0503", "late", s.statuses[m.MessageID])
	s.replied(le64(3), s.run(1, script{}.do("kept").do("reply")))

	s.replied("", s.run(2, script{}.do("heartbeat", slow().do("stablegrow", 1)).do("reply")))
	s.rounds(6)
	grown := s.state.find(2).stable.Len() / pageBytes
	require.Equal(t, uint64(2), grown, "three rounds a heartbeat")
}

// A checkpoint aborts what is under way: it runs again, from its beginning and at the time of then, and is paid for once.
func TestCheckpointAbortsLongMessages(t *testing.T) {
	s := managed(t, sliced(newExecutor(t)), 1)
	before := s.balance(1)
	m := s.ingress(1, "run", slow().do("time").do("reply"))
	s.round(m)
	s.ctx.Checkpoint = true
	s.round()
	require.False(t, s.state.find(1).long.paused())
	require.NotNil(t, s.state.find(1).long)
	s.ctx.Checkpoint = false
	s.rounds(2)
	again := s.ctx.Time - 1e9
	require.Equal(t, "received", s.state1(1, m))
	s.round()
	s.replied(le64(genesisUnix+uint64(again)), s.statuses[m.MessageID])
	cost := less(before, s.balance(1))
	require.True(t, cost.Less(cyc(70e6)), cost)
}

// Of six long messages four are under way at a time, all finish, and a canister with short ones is served each round.
func TestLongMessagesShareThreads(t *testing.T) {
	s := newSubnet(t, sliced(newExecutor(t)), scriptedAt(false, 1, 2, 3, 4, 5, 6, 7)...)
	var long []any
	for id := range protocol.CanisterID(6) {
		long = append(long, s.ingress(id+1, "run", slow().do("reply")))
	}
	s.round(long...)
	rounds := 1
	for {
		paused, done := 0, 0
		for id := range protocol.CanisterID(6) {
			if s.state.find(id + 1).long.paused() {
				paused++
			}
			if s.statuses[long[id].(*protocol.SignedIngress).MessageID].State == protocol.IngressReplied {
				done++
			}
		}
		require.LessOrEqual(t, paused, maxPaused)
		if done == 6 {
			break
		}
		short := s.ingress(7, "run", is("x"))
		s.round(short)
		if rounds++; rounds > 4 { // each long one has had its first slice
			s.replied("x", s.statuses[short.MessageID])
		}
		require.Less(t, rounds, 12)
	}
	require.GreaterOrEqual(t, rounds, 6, "18 slices on three threads")
}

// Cycles that fees took meanwhile cannot be spent again: the message fails and leaves nothing.
func TestLongMessageThatSpendsTooMuch(t *testing.T) {
	installs := scriptedAt(false, 1)
	installs[0].Cycles = cyc(2_000_000_000)
	s := newSubnet(t, sliced(newExecutor(t)), installs...)
	s.ctx.Routing = managedRanges
	w := management.UpdateSettings{Canister: protocol.CanisterID(1).Principal()}
	w.Settings.FreezingThreshold = is1(cyc(0))
	s.done(s.manage("update_settings", w), nil)
	m := s.ingress(1, "run", slow().do("keep", 4).do("burn", 1<<60).do("reply"))
	s.round(m)
	s.round(s.ingress(1, "run", is("x")))
	s.rounds(2)
	s.rejected(protocol.SysTransient, "IC0207", "out of cycles", s.statuses[m.MessageID])
	require.Nil(t, s.state.find(1).long)
	require.Zero(t, s.state.find(1).image.Globals()[2], "kept")
}

// A canister that runs out of cycles in the middle of a job loses it with its code.
func TestUninstallEndsALongJob(t *testing.T) {
	s := managed(t, sliced(newExecutor(t)), 1)
	m := s.ingress(1, "run", slow().do("reply"))
	s.round(m)
	s.tick(1)
	r := s.x.Begin(s.state, &s.ctx).(*Round)
	c := r.touch(1)
	r.burn(c, useIngress, c.balance)
	c.charged = 0
	r.uninstall(c)
	r.Execute()
	state, outcome := r.Commit()
	s.rejected(protocol.CanisterReject, "IC0406", "uninstalled", outcome.Ingress[0].Status)
	require.Zero(t, state.TotalCycles())
}

// Installing takes rounds as well; meanwhile the canister rests, other installations wait, and so does whoever manages it.
func TestLongInstallation(t *testing.T) {
	s := managed(t, sliced(newExecutor(t)), 1, 2, 3)
	module := scripted(false)
	first := s.asks("install_code", reinstall(1, module, slow().do("keep", 1)))
	second := s.asks("install_code", reinstall(2, module, script{}.do("keep", 2)))
	status := s.asks("canister_status", about(1))
	call := s.ingress(1, "run", script{}.do("kept").do("reply"))
	s.round(first, second, status, call)
	require.True(t, s.state.find(1).long.paused())
	for _, m := range []*protocol.SignedIngress{first, second, status, call} {
		require.Equal(t, "received", s.state1(1, m))
	}
	s.replied("x", s.run(3, is("x")))
	s.replied("y", s.run(2, is("y")))
	s.done(s.statuses[first.MessageID], nil)
	s.round()
	s.done(s.statuses[second.MessageID], nil)
	s.done(s.statuses[status.MessageID], nil)
	s.round()
	s.replied(le64(1), s.statuses[call.MessageID])
	require.NotZero(t, s.state.find(1).installs.amount)
}

// A canister may be told to stop in the middle of a long message: it is stopped after it.
func TestStopWaitsForALongMessage(t *testing.T) {
	s := managed(t, sliced(newExecutor(t)), 1)
	m := s.ingress(1, "run", slow().do("reply"))
	s.round(m)
	stop := s.asks("stop_canister", about(1))
	s.round(stop)
	require.Equal(t, Running, s.state.find(1).status, "the call waits")
	s.rounds(2)
	s.replied("", s.statuses[m.MessageID])
	s.done(s.statuses[stop.MessageID], nil)
	require.Equal(t, Stopped, s.state.find(1).status)
}
