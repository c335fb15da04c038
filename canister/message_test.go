package canister

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm/wasmtest"
	"icsim/protocol"
)

func TestCallIsAnsweredOnce(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	s.replied("hello", s.run(1, is("hello")))
	s.replied("", s.run(1, script{}.do("reply")))
	s.rejected(protocol.CanisterReject, "IC0406", "no", s.run(1, script{}.do("reject", "no")))
	s.rejected(protocol.CanisterError, "IC0506", "did not reply", s.run(1, script{}.do("append", "dropped")))
	s.rejected(protocol.CanisterError, "IC0504", "answered already", s.run(1, is("one").do("reply")))
	s.rejected(protocol.CanisterError, "IC0504", "answered already", s.run(1, is("one").do("append", "more")))
	s.rejected(protocol.CanisterError, "IC0504", "UTF-8", s.run(1, script{}.do("reject", "\xff")))
}

// Error codes and texts of interface.md section C.
func TestFailuresHaveTheSpecificationsCodes(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	id := protocol.CanisterID(1).String()
	s.rejected(protocol.CanisterError, "IC0503", "Error from Canister "+id+": Canister called `ic0.trap` with message: 'ouch'",
		s.run(1, is("x").do("trap", "ouch")))
	s.rejected(protocol.CanisterError, "IC0502", "Canister trapped: unreachable", s.run(1, script{}.do("unreachable")))
	s.rejected(protocol.CanisterError, "IC0502", "heap out of bounds", s.run(1, script{}.do("poke", 1<<30, 1)))
	s.rejected(protocol.CanisterError, "IC0502", "heap out of bounds", s.run(1, script{}.do("peek", 1<<30)))
	s.rejected(protocol.CanisterError, "IC0502", "stable memory out of bounds", s.run(1, script{}.do("stablewrite", 0, "x")))
	s.rejected(protocol.CanisterError, "IC0504", `"accept_message" cannot be executed in update mode`, s.run(1, script{}.do("accepted")))
	s.rejected(protocol.CanisterError, "IC0536", "Canister has no update method 'nope'", s.call(1, "nope", nil))
	s.rejected(protocol.CanisterError, "IC0527", "Composite query", s.call(1, "compose", is("x")))
	s.rejected(protocol.DestinationInvalid, "IC0301", "not found", s.run(2, is("x")))
	s.rejected(protocol.CanisterReject, "IC0407", "not available yet: bitcoin_get_utxos",
		s.call(protocol.ManagementCanister, "bitcoin_get_utxos", nil))
	s.rejected(protocol.CanisterReject, "IC0407", "no method 'nope'", s.call(protocol.ManagementCanister, "nope", nil))
}

func TestInstructionLimitEndsAMessage(t *testing.T) {
	b := &wasmtest.Builder{}
	b.Entry("canister_update run", nil, "loop br 0 end")
	x := newExecutor(t)
	s := newSubnet(t, x)
	s.ctx.System = true
	r := x.open(s.state, &s.ctx)
	in := Install{ID: 1, Module: b.Bytes()}
	c, err := r.create(&in)
	require.NoError(t, err)
	require.NoError(t, r.install(c, &in))
	r.limits.message = 1_000_000
	r.start(c, r.beginIngress(c, s.ingress(1, "run", nil)))
	got := r.outcome.Ingress[0].Status
	s.rejected(protocol.CanisterError, "IC0522", "exceeded the limit of 1000000 instructions", got)
}

// interface.md C: a query called as an update runs replicated; of its changes only cycles and version stay.
func TestReplicatedQueryLeavesNoState(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	before := s.state.find(1)
	s.replied(le32(1), s.call(1, "look", script{}.do("keep", 7).do("stablegrow", 1).do("poke", 64, 7).do("replicated").do("reply")))
	after := s.state.find(1)
	require.Equal(t, before.image, after.image)
	require.Equal(t, before.stable, after.stable)
	require.Equal(t, before.version+1, after.version)
	s.rejected(protocol.CanisterError, "IC0504", `"call_new" cannot be executed in replicated query mode`,
		s.call(1, "look", script{}.to(1, is(""), is(""), nil)))
	s.rejected(protocol.CanisterError, "IC0504", `"certified_data_set" cannot`, s.call(1, "look", script{}.do("certify", "x")))
	s.replied(le64(0), s.run(1, script{}.do("kept").do("reply")))
}

func TestStateOfAnUpdateStays(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	version := s.state.find(1).version
	s.replied("", s.run(1, script{}.do("keep", 7).do("poke", 64, 99).do("stablegrow", 2).do("stablewrite", 65530, "0123456789").
		do("certify", "cert").do("reply")))
	s.replied(le64(7)+le32(99)+"0123456789"+le64(version+1),
		s.run(1, script{}.do("kept").do("peek", 64).do("stableread", 65530, 10).do("version").do("reply")))
	leaf, ok := s.state.Tree().Leaf(treeLabel(1), "certified_data")
	require.True(t, ok)
	require.Equal(t, "cert", string(leaf))
}

func TestCallBetweenCanisters(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	echo := script{}.do("append", "got ").do("arg").do("reply")
	tell := script{}.do("code").do("message").do("reply")
	for _, callee := range []protocol.CanisterID{2, 1} {
		s.replied("got pong", s.run(1, script{}.to(callee, is("pong"), echo, tell).do("perform")))
		s.replied(le32(4)+"never", s.run(1, script{}.to(callee, script{}.do("reject", "never"), echo, tell).do("perform")))
	}
	status := s.run(1, script{}.to(2, script{}.do("unreachable"), echo, tell).do("perform"))
	s.replied(le32(5)+fmt.Sprintf("Error from Canister %s: Canister trapped: unreachable", protocol.CanisterID(2)), status)
	status = s.run(1, script{}.to(2, nil, echo, tell).do("perform"))
	s.replied(le32(5)+fmt.Sprintf("Error from Canister %s: Canister did not reply to the call", protocol.CanisterID(2)), status)
	// The caller is told who calls; the callback still knows who called first.
	s.replied(string(user.Bytes())+string(protocol.CanisterID(1).Principal().Bytes()), s.run(1,
		script{}.to(2, script{}.do("caller").do("reply"), script{}.do("caller").do("arg").do("reply"), tell).do("perform")))
}

// The callee is resolved when the call is routed: no such canister, no such method, no canister's principal at all.
func TestCallThatCannotBeDelivered(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	tell := script{}.do("code").do("message").do("reply")
	status := s.run(1, script{}.do("call", user.Bytes(), "run", is("no"), tell).do("perform"))
	s.replied(le32(3)+"Canister "+user.String()+" not found", status)
	status = s.run(1, script{}.do("call", protocol.CanisterID(2), "nope", is("no"), tell).do("perform"))
	s.replied(le32(5)+"Error from Canister "+protocol.CanisterID(2).String()+": Canister has no update method 'nope'", status)
	m := s.ingress(1, "run", script{}.to(77, is(""), is("no"), tell).do("perform"))
	s.round(m)
	require.Len(t, s.sent, 1, "a call to a canister that is not hosted leaves by Route")
	require.Equal(t, protocol.IngressProcessing, s.statuses[m.MessageID].State)
	s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: protocol.DestinationInvalid, Message: "not there"}))
	s.replied(le32(3)+"not there", s.statuses[m.MessageID])
}

// interface.md C, "Commit points": what was before an await stays, whatever happens after.
func TestTrapAfterAwaitKeepsWhatWasBefore(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	status := s.run(1, script{}.do("keep", 5).to(2, is("pong"), script{}.do("keep", 6).do("trap", "late"), nil).do("perform"))
	s.rejected(protocol.CanisterError, "IC0503", "late", status)
	s.replied(le64(5), s.run(1, script{}.do("kept").do("reply")))
}

// A callback that traps is followed by its cleanup, on the state before the callback; the cleanup may neither answer nor call.
func TestCleanupRunsAfterATrap(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	late := script{}.do("keep", 6).do("trap", "late")
	try := func(cleanup script) protocol.IngressStatus {
		return s.run(1, script{}.do("keep", 5).to(2, is("pong"), late, nil).do("cleanup", cleanup).do("perform"))
	}
	s.rejected(protocol.CanisterError, "IC0503", "late", try(script{}.do("poke", 64, 42)))
	s.replied(le64(5)+le32(42), s.run(1, script{}.do("kept").do("peek", 64).do("reply")))
	for _, forbidden := range []script{is("x"), script{}.do("certify", "x"), script{}.to(2, is(""), is(""), nil), script{}.do("available")} {
		s.rejected(protocol.CanisterError, "IC0503", "late", try(script{}.do("poke", 64, 43).
			do(ops[forbidden[0]].name, operandsOf(forbidden)...)))
		s.replied(le32(42), s.run(1, script{}.do("peek", 64).do("reply")))
	}
	// No cleanup when the callback returns.
	s.replied("fine", s.run(1, script{}.to(2, is("pong"), is("fine"), nil).do("cleanup", script{}.do("poke", 64, 44)).do("perform")))
	s.replied(le32(42), s.run(1, script{}.do("peek", 64).do("reply")))
}

// operandsOf reads back the operands of a program's first instruction.
func operandsOf(s script) []any {
	var operands []any
	rest := s[1:]
	for _, kind := range ops[s[0]].operands {
		n := int(rest[0]) | int(rest[1])<<8
		if kind == 'b' {
			operands = append(operands, []byte(rest[4:4+n]))
			rest = rest[4+n:]
		}
	}
	return operands
}

// A canister may answer first and go on calling: the answer is out, the context lives as long as the calls do.
func TestAnswerBeforeTheCallsReturn(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	s.replied("early", s.run(1, is("early").to(2, is("pong"), script{}.do("keep", 9), nil).do("perform")))
	s.replied(le64(9), s.run(1, script{}.do("kept").do("reply")))
	s.rejected(protocol.CanisterError, "IC0506", "did not reply", s.run(1, script{}.to(2, is("pong"), script{}.do("keep", 10), nil).
		do("perform")))
	require.Empty(t, s.state.find(1).contexts)
	require.Empty(t, s.state.find(1).callbacks)
}

// Two open calls in one context: the first callback that answers wins, and a second answer is a contract violation.
func TestSecondCallbackCannotAnswerAgain(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	first := script{}.to(2, is(""), is("a"), nil).do("perform")
	s.replied("a", s.run(1, first.to(2, is(""), is("b").do("keep", 1), nil).do("perform")))
	s.replied(le64(0), s.run(1, script{}.do("kept").do("reply")))
	// A context in which one of two callbacks traps is not rejected while the other may still answer.
	s.replied("b", s.run(1, script{}.to(2, is(""), script{}.do("unreachable"), nil).do("perform").to(2, is(""), is("b"), nil).do("perform")))
}

func TestOneWayCallHasNoCallback(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	set := append(script{}.do("keep", 3).do("reply"), 0)
	s.replied("sent", s.run(1, script{}.do("oneway", protocol.CanisterID(2), "run").do("data", []byte(set)).do("perform").
		do("append", "sent").do("reply")))
	s.replied(le64(3), s.run(2, script{}.do("kept").do("reply")))
	require.Empty(t, s.state.find(1).callbacks)
}

func TestHeartbeatAndTimer(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(true, 1)...)
	count := script{}.to(1, is(""), nil, nil).do("perform") // a task may call, and nobody is answered
	s.replied("", s.run(1, script{}.do("heartbeat", script{}.do("keep", 8).do("stablegrow", 1)).do("ontimer", count.do("stablegrow", 16)).
		do("reply")))
	size := func() uint64 { return s.state.find(1).stable.Len() / pageBytes }
	base := size()
	s.round()
	require.Equal(t, base+1, size(), "one heartbeat a round")
	s.rounds(1)
	at := genesisUnix + int(s.ctx.Time) + 5e9
	s.replied("", s.run(1, script{}.do("timer", at).do("reply")))
	base = size()
	for range 3 {
		s.round()
	}
	require.Equal(t, base+3, size(), "the timer has not gone off")
	s.round()
	require.Equal(t, base+4+16, size(), "the timer went off at its time")
	s.round()
	require.Equal(t, base+5+16, size(), "and once")
	require.Zero(t, s.state.find(1).timer)
	require.Empty(t, s.state.find(1).contexts)
}

// An idle canister is woken by its timer, and by nothing before.
func TestTimerWakesAnIdleCanister(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	s.replied("", s.run(1, script{}.do("ontimer", script{}.do("keep", 4)).do("timer", genesisUnix+int(10e9)).do("reply")))
	s.ctx.Time = 9e9 - 1
	idle := s.state
	s.play()
	require.True(t, idle == s.state)
	s.round()
	require.True(t, idle == s.state)
	s.tick(1)
	s.play()
	require.Equal(t, 1, s.outcome.Messages)
	s.replied(le64(4), s.run(1, script{}.do("kept").do("reply")))
}

// 5 % of a callback's limit is kept for its cleanup, so that it runs even if the callback used up all it had (interface.md A.5).
func TestCleanupHasInstructionsLeft(t *testing.T) {
	x := newExecutor(t)
	s := newSubnet(t, x, scriptedAt(false, 1, 2)...)
	s.tick(1e9)
	r := x.Begin(s.state, &s.ctx).(*Round)
	r.limits.message = 10_000_000
	r.InductIngress(s.ingress(1, "run", script{}.to(2, is(""), script{}.do("spin", 100_000_000), nil).
		do("cleanup", script{}.do("keep", 3)).do("perform")))
	r.Execute()
	state, outcome := r.Commit()
	s.rejected(protocol.CanisterError, "IC0522", "exceeded the limit", outcome.Ingress[len(outcome.Ingress)-1].Status)
	s.state = state.(*State)
	s.replied(le64(3), s.run(1, script{}.do("kept").do("reply")))
}

// rounds runs empty rounds.
func (s *subnet) rounds(n int) {
	for range n {
		s.round()
	}
}

// A system task that fails says so to nobody and leaves nothing.
func TestTaskThatTrapsLeavesNothing(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(true, 1)...)
	s.replied("", s.run(1, script{}.do("heartbeat", script{}.do("keep", 8).do("unreachable")).do("reply")))
	s.replied(le64(0), s.run(1, script{}.do("kept").do("reply")))
	s.replied("", s.run(1, script{}.do("heartbeat", is("a task has no one to answer")).do("reply")))
	s.round()
	require.Empty(t, s.state.find(1).contexts)
}
