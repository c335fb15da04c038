package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/canister/queue"
	"icsim/protocol"
)

// fan is a program that makes so many calls of a callee and then answers with what the last call_perform said.
func fan(callee protocol.CanisterID, n int, options ...string) script {
	s := script{}
	for range n {
		s = s.to(callee, is("x"), nil, nil)
		for range options {
			s = s.do("bounded", 10)
		}
		s = s.do("perform")
	}
	return s.do("result").do("reply")
}

func rich(installs []Install) []Install {
	for i := range installs {
		installs[i].Cycles = protocol.CyclesOf(100_000 * trillion)
	}
	return installs
}

// interface.md C, "Queue reservation": the 501st outstanding call of a pair is not performed, its cycles come back.
func TestBackpressure(t *testing.T) {
	s := newSubnet(t, newExecutor(t), rich(scriptedAt(false, 1, 2))...)
	s.replied(le32(performed), s.run(1, fan(77, queue.Capacity)))
	require.Len(t, s.sent, queue.Capacity)
	before := s.balance(1)
	s.replied(le32(notPerformed), s.run(1, script{}.to(77, nil, nil, nil).do("attach", trillion).do("perform").do("result").do("reply")))
	require.Less(t, before.Sub(s.balance(1)).Lo, uint64(trillion/100))
	s.rejected(protocol.CanisterError, "IC0504", "no call is under construction",
		s.run(1, script{}.to(77, nil, nil, nil).do("perform").do("data", "x").do("reply")))
	s.replied(le32(performed), s.run(1, fan(78, 1)))
	s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: 4}))
	s.replied(le32(notPerformed), s.run(1, fan(77, 2)))
	// Within one execution the calls already made count.
	s.replied(le32(notPerformed), s.run(2, fan(77, queue.Capacity+1)))
}

// A callee's queue has room for as many as its callers may have open; a 501st from another subnet is refused.
func TestInductionRefusesWhatHasNoRoom(t *testing.T) {
	x := newExecutor(t)
	s := newSubnet(t, x, scriptedAt(false, 1)...)
	r := x.Begin(s.state, &s.ctx)
	ask := func(id protocol.CallbackID, to protocol.CanisterID) *protocol.CanisterMessage {
		return protocol.NewRequest(&protocol.Request{Sender: 77, Receiver: to, Callback: id, Method: "run", Arg: append(is("x"), 0)})
	}
	require.Equal(t, protocol.RejectCanisterNotFound, r.Induct(ask(0, 5)))
	require.Equal(t, protocol.RejectCanisterMigrating, r.Induct(ask(0, 5).Request.RejectTo(protocol.Reject{})))
	for i := range queue.Capacity {
		require.Equal(t, protocol.Accepted, r.Induct(ask(protocol.CallbackID(i), 1)))
	}
	require.Equal(t, protocol.RejectQueueFull, r.Induct(ask(1000, 1)))
	r.Execute()
	require.Equal(t, protocol.RejectQueueFull, r.Induct(ask(1000, 1)), "the responses wait to leave")
	sent := 0
	r.Route(func(*protocol.CanisterMessage) bool { sent++; return true })
	require.Equal(t, queue.Capacity, sent)
	require.Equal(t, protocol.Accepted, r.Induct(ask(1000, 1)))
}

func TestStatusDecidesWhatIsTaken(t *testing.T) {
	x := newExecutor(t)
	s := newSubnet(t, x, scriptedAt(false, 1, 2)...)
	for _, v := range []struct {
		status Status
		reason protocol.RejectReason
		err    string
	}{{Stopping, protocol.RejectCanisterStopping, "IC0509"}, {Stopped, protocol.RejectCanisterStopped, "IC0508"}} {
		r := x.Begin(s.state, &s.ctx).(*Round)
		r.touch(1).status = v.status
		require.Equal(t, v.reason, r.Induct(protocol.NewRequest(&protocol.Request{Sender: 77, Receiver: 1, Method: "run"})))
		s.rejected(protocol.CanisterError, v.err, "is stop", r.InductIngress(s.ingress(1, "run", is("x"))).Status)
		m := s.ingress(2, "run", script{}.to(1, is("x"), is("no"), script{}.do("code").do("reply")).do("perform"))
		r.InductIngress(m)
		r.Execute()
		_, outcome := r.Commit()
		s.replied(le32(5), outcome.Ingress[len(outcome.Ingress)-1].Status)
		state, _ := r.Commit()
		require.False(t, state.HasCanister(1))
	}
}

// A guaranteed request that does not get out within 300 s is given back with its cycles (protocol.md C).
func TestRequestExpiresInTheOutputQueue(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	s.streams = 0
	m := s.ingress(1, "run", script{}.to(77, nil, is("no"), script{}.do("code").do("refunded").do("message").do("reply")).do("attach", 9).
		do("perform"))
	s.round(m)
	s.tick(300e9)
	s.play()
	require.Equal(t, protocol.IngressProcessing, s.statuses[m.MessageID].State)
	s.tick(1)
	s.play()
	s.replied(le32(2)+le128(9)+"Request timed out.", s.statuses[m.MessageID])
	s.streams = -1
	s.round()
	require.Empty(t, s.sent)
	s.idle()
}

func TestIngressExpiresInTheQueue(t *testing.T) {
	x := newExecutor(t)
	s := newSubnet(t, x, scriptedAt(false, 1)...)
	m := s.ingress(1, "run", is("x"))
	r := x.Begin(s.state, &s.ctx) // a round whose budget is gone before its turn
	s.statuses[m.MessageID] = r.InductIngress(m).Status
	state, _ := r.Commit()
	s.state = state.(*State)
	s.tick(m.Content.Expiry + 1)
	s.play()
	s.rejected(protocol.SysTransient, "IC0202", "timed out", s.statuses[m.MessageID])
}

// interface.md C, "Best-effort": the caller hears SYS_UNKNOWN at the deadline, the cycles are lost, a late answer is dropped.
func TestBestEffortCallExpires(t *testing.T) {
	for _, stuck := range []bool{true, false} {
		s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
		if stuck {
			s.streams = 0
		}
		m := s.ingress(1, "run", script{}.to(77, nil, is("no"), script{}.do("code").do("refunded").do("reply")).
			do("bounded", 10).do("attach", 5*trillion).do("perform"))
		s.round(m)
		deadline := s.ctx.Time + 10e9
		s.ctx.Time = deadline - 1e9
		s.round()
		require.Equal(t, protocol.IngressProcessing, s.statuses[m.MessageID].State)
		s.round()
		s.replied(le32(6)+le128(0), s.statuses[m.MessageID])
		if stuck {
			require.GreaterOrEqual(t, s.outcome.Burned.Lo, uint64(5*trillion))
			s.streams = -1
			s.round()
			require.Empty(t, s.sent)
			continue
		}
		require.Len(t, s.sent, 1)
		require.Equal(t, deadline, s.sent[0].Request.Deadline)
		before := s.balance(1)
		s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: 4, Message: "late"}))
		require.Equal(t, before, s.balance(1))
		require.Equal(t, protocol.CyclesOf(5*trillion), s.outcome.Burned)
		s.idle()
	}
}

// The callee sees the deadline; one of more than 300 s is cut.
func TestDeadlineIsToldAndBounded(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	ask := func(seconds int) script {
		return script{}.to(2, script{}.do("deadline").do("reply"), script{}.do("arg").do("deadline").do("reply"), nil).do("bounded", seconds).
			do("perform")
	}
	s.replied(le64(genesisUnix+1e9+7e9)+le64(0), s.run(1, ask(7)))
	s.replied(le64(genesisUnix+2e9+300e9)+le64(0), s.run(1, ask(100_000)))
}

// A best-effort request that waits in an input queue past its deadline is dropped without running.
func TestBestEffortRequestExpiresAtTheCallee(t *testing.T) {
	x := newExecutor(t)
	s := newSubnet(t, x, scriptedAt(false, 1)...)
	r := x.Begin(s.state, &s.ctx)
	require.Equal(t, protocol.Accepted, r.Induct(protocol.NewRequest(&protocol.Request{
		Sender: 77, Receiver: 1, Method: "run", Arg: append(is("x"), 0), Cycles: protocol.CyclesOf(3), Deadline: 5e9})))
	state, _ := r.Commit()
	s.state = state.(*State)
	s.tick(5e9 + 1)
	s.play()
	require.Zero(t, s.outcome.Messages)
	require.Equal(t, protocol.CyclesOf(3), s.outcome.Burned)
	s.idle()
}

// Who answers is checked: a response from another than the callee, or a second one, changes nothing but loses its cycles.
func TestForgedResponsesAreDropped(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	m := s.ingress(1, "run", script{}.to(77, nil, script{}.do("refunded").do("reply"), is("no")).do("attach", 5).do("perform"))
	s.round(m)
	q := s.sent[0].Request
	forged := protocol.Response{Originator: 1, Respondent: 78, Callback: q.Callback, Refund: protocol.CyclesOf(2)}
	s.round(protocol.NewResponse(&forged))
	require.Equal(t, protocol.IngressProcessing, s.statuses[m.MessageID].State)
	require.Equal(t, protocol.CyclesOf(2), s.outcome.Burned)
	forged.Callback = 999
	s.round(protocol.NewResponse(&forged))
	real := protocol.Response{Originator: 1, Respondent: 77, Callback: q.Callback, Refund: protocol.CyclesOf(9)}
	s.round(protocol.NewResponse(&real), protocol.NewResponse(&real))
	s.replied(le128(5), s.statuses[m.MessageID])
}

// A request too large for another subnet is rejected when it would leave (protocol.md C).
func TestOversizeRequestDoesNotLeave(t *testing.T) {
	s := newSubnet(t, newExecutor(t), rich(scriptedAt(false, 1, 2))...)
	s.replied("", s.run(1, script{}.do("grow", 100).do("reply")))
	big := make([]byte, maxRemoteBytes)
	tell := script{}.do("code").do("reply")
	m := s.ingress(1, "run", script{}.do("call", protocol.CanisterID(77), "run", is("no"), tell).do("data", big).do("perform"))
	s.round(m)
	s.round()
	require.Empty(t, s.sent)
	s.replied(le32(5), s.statuses[m.MessageID])
	big[0] = 0 // an empty program: it does not reply
	m = s.ingress(1, "run", script{}.do("call", protocol.CanisterID(2), "run", is("no"), script{}.do("message").do("reply")).do("data", big).
		do("perform"))
	s.round(m)
	require.Contains(t, string(s.statuses[m.MessageID].Reply), "did not reply", "within the subnet it may be larger")
}

// Output queues take turns, and a full stream leaves the rest for the next round in order.
func TestRouteTakesTurns(t *testing.T) {
	s := newSubnet(t, newExecutor(t), rich(scriptedAt(false, 1, 2))...)
	s.streams = 3
	s.round(s.ingress(1, "run", fan(77, 3)), s.ingress(1, "run", fan(78, 1)), s.ingress(2, "run", fan(77, 2)))
	s.rounds(1)
	from := func(m *protocol.CanisterMessage) [2]protocol.CanisterID {
		return [2]protocol.CanisterID{m.From(), m.To()}
	}
	var order [][2]protocol.CanisterID
	for _, m := range s.sent {
		order = append(order, from(m))
	}
	a, b, c := [2]protocol.CanisterID{1, 77}, [2]protocol.CanisterID{1, 78}, [2]protocol.CanisterID{2, 77}
	require.Equal(t, [][2]protocol.CanisterID{b, c, a, a, c, a}, order)
	require.Less(t, s.sent[2].Request.Callback, s.sent[3].Request.Callback)
	s.rounds(1)
	require.Len(t, s.sent, 6)
}

func TestManagementCanister(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	arg, message := script{}.do("arg").do("reply"), script{}.do("code").do("message").do("reply")
	call := func(method string, arg []byte, then script) *protocol.SignedIngress {
		return s.ingress(1, "run", script{}.do("call", protocol.ManagementCanister, method, then, message).do("data", arg).do("attach", 50).
			do("perform"))
	}
	m, n := call("raw_rand", management.Encode(nil), arg), call("raw_rand", management.Encode(nil), arg)
	s.round(m, n)
	require.Equal(t, protocol.IngressProcessing, s.statuses[m.MessageID].State, "randomness comes in the next round")
	s.round()
	random := s.statuses[m.MessageID].Reply
	require.Len(t, random, 9+1+32)
	require.NotEqual(t, random, s.statuses[n.MessageID].Reply)

	deposit := append([]byte("DIDL\x01\x6c\x01\xb3\xc4\xb1\xf2\x04\x68\x01\x00\x01\x0a"), protocol.CanisterID(2).Principal().Bytes()...)
	before := s.balance(2)
	m = call("deposit_cycles", deposit, script{}.do("refunded").do("arg").do("reply"))
	s.round(m)
	s.replied(le128(0)+string(management.Encode(nil)), s.statuses[m.MessageID])
	require.Equal(t, before.Add(protocol.CyclesOf(50)), s.balance(2))

	for method, text := range map[string]string{
		"deposit_cycles": "begins with", "raw_rand": "begins with", "http_request": "begins with",
		"x": "no method 'x'",
	} {
		m = call(method, []byte("nonsense"), arg)
		s.round(m)
		s.round()
		require.Contains(t, string(s.statuses[m.MessageID].Reply), text)
		require.Equal(t, le32(4), string(s.statuses[m.MessageID].Reply[:4]))
	}
	deposit[len(deposit)-3] = 99
	m = call("deposit_cycles", deposit, arg)
	s.round(m)
	require.Contains(t, string(s.statuses[m.MessageID].Reply), "not found")
	s.idle()
}

// 15 GiB of memory for guaranteed responses: a call beyond it is not performed, one from outside not inducted (protocol.md C).
func TestGuaranteedResponsesAreBounded(t *testing.T) {
	x := newExecutor(t)
	s := newSubnet(t, x, rich(scriptedAt(false, 1, 2))...)
	require.Equal(t, 7680, maxGuaranteedSlots)
	r := x.Begin(s.state, &s.ctx).(*Round)
	r.guaranteed = maxGuaranteedSlots - 2
	m := s.ingress(1, "run", fan(77, 3))
	r.InductIngress(m)
	r.Execute()
	require.Len(t, r.touched[1].callbacks, 2)
	request := protocol.Request{Sender: 77, Receiver: 1, Method: "run"}
	require.Equal(t, protocol.RejectOutOfMemory, r.Induct(protocol.NewRequest(&request)))
	request.Deadline = 1e9
	require.Equal(t, protocol.Accepted, r.Induct(protocol.NewRequest(&request)), "best-effort calls keep no memory")
	m = s.ingress(1, "run", fan(77, 1, "bounded"))
	r.InductIngress(m)
	r.Execute()
	require.Len(t, r.touched[1].callbacks, 3)
}

// A subnet has room for a million open calls; beyond them each canister still may have fifty (protocol.md C).
func TestOpenCallsAreBounded(t *testing.T) {
	x := newExecutor(t)
	s := newSubnet(t, x, rich(scriptedAt(false, 1))...)
	r := x.Begin(s.state, &s.ctx).(*Round)
	r.callbacks = maxCallbacks
	m := s.ingress(1, "run", fan(77, ownCallbacks+5, "bounded"))
	r.InductIngress(m)
	r.Execute()
	require.Len(t, r.touched[1].callbacks, ownCallbacks)
}

// Requests tell how deep in a tree of calls they are.
func TestDepthOfCalls(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	out := script{}.to(77, nil, nil, nil).do("perform")
	s.round(s.ingress(1, "run", out.to(2, out, script{}.to(78, nil, nil, nil).do("perform"), nil).do("perform")))
	depths := map[[2]protocol.CanisterID]uint32{}
	for _, m := range s.sent {
		depths[[2]protocol.CanisterID{m.From(), m.To()}] = m.Request.Depth
	}
	s.round(s.sent[1].Request.RejectTo(protocol.Reject{Code: 4}))
	require.Equal(t, map[[2]protocol.CanisterID]uint32{{1, 77}: 0, {2, 77}: 1}, depths)
}
