package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/canister/wasm/wasmtest"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// look asks a query method of a scripted canister.
func (s *subnet) look(id protocol.CanisterID, method string, program script) protocol.QueryAnswer {
	s.t.Helper()
	return s.ask(&protocol.IngressContent{Sender: user, Canister: id, Method: method, Arg: append(program, 0)}, nil)
}

// ask queries the state, which has to stay as it is and answer the same again.
func (s *subnet) ask(q *protocol.IngressContent, certificate []byte) protocol.QueryAnswer {
	s.t.Helper()
	before := s.state.contents()
	got := s.x.Query(s.state, &s.ctx, q, certificate)
	require.Equal(s.t, got, s.x.Query(s.state, &s.ctx, q, certificate))
	require.Equal(s.t, before, s.state.contents(), "a query changed the state")
	return got
}

func (s *subnet) told(want string, got protocol.QueryAnswer) {
	s.t.Helper()
	require.Zero(s.t, got.Reject)
	require.Equal(s.t, want, string(got.Reply))
}

func (s *subnet) denied(code protocol.RejectCode, err, text string, got protocol.QueryAnswer) {
	s.t.Helper()
	s.rejected(code, err, text, protocol.IngressStatus{State: protocol.IngressRejected, Reject: got.Reject})
}

func TestQueriesChangeNothing(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	s.replied("", s.run(1, script{}.do("keep", 5).do("reply")))
	s.told(le64(5)+le32(0)+string(user.Bytes()), s.look(1, "look", script{}.do("kept").do("replicated").do("caller").
		do("keep", 7).do("poke", 2048, 9).do("stablegrow", 3).do("print", "unheard").do("reply")))
	s.told(le64(5), s.look(1, "look", script{}.do("kept").do("reply")))
	require.Empty(t, s.logged(1))
	s.denied(protocol.CanisterReject, "IC0406", "no", s.look(1, "look", script{}.do("reject", "no")))
	s.denied(protocol.CanisterError, "IC0506", "did not reply", s.look(1, "look", script{}.do("append", "x")))
	s.denied(protocol.CanisterError, "IC0503", "ouch", s.look(1, "look", script{}.do("trap", "ouch")))
	s.denied(protocol.CanisterError, "IC0536", "no query method 'run'", s.look(1, "run", is("x")))
	s.denied(protocol.DestinationInvalid, "IC0301", "not found", s.look(9, "look", is("x")))
	s.denied(protocol.CanisterError, "IC0504", `"call_new" cannot be executed in non replicated query mode`,
		s.look(1, "look", script{}.to(1, is(""), is(""), nil)))
	require.NotZero(t, s.look(1, "look", is("x")).Instructions)
	s.done(s.manage("stop_canister", about(1)), nil)
	s.denied(protocol.CanisterError, "IC0508", "stopped", s.look(1, "look", is("x")))
}

// A certificate is at hand in the entry of the query's own canister, and nowhere else (interface.md A.2).
func TestCertifiedQueries(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	ask := func(method string, program script) protocol.QueryAnswer {
		return s.ask(&protocol.IngressContent{Sender: user, Canister: 1, Method: method, Arg: append(program, 0)}, []byte("proof"))
	}
	s.told(le32(1)+"proof", ask("look", script{}.do("certified?").do("certificate").do("reply")))
	s.told(le32(0), s.look(1, "look", script{}.do("certified?").do("reply")))
	s.denied(protocol.CanisterError, "IC0504", "there is no certificate", s.look(1, "look", script{}.do("certificate")))
	s.replied(le32(0), s.run(1, script{}.do("certified?").do("reply")))
	there := script{}.do("certified?").do("reply")
	s.told("proof"+le32(0)+le32(0), ask("compose", script{}.do("certificate").do("append", "").
		do("call", protocol.CanisterID(2), "look", script{}.do("append", "proof").do("certified?").do("arg").do("reply"), nil).
		do("data", append(there, 0)).do("perform")))
}

func (s script) asking(callee protocol.CanisterID, method string, program, reply, reject script) script {
	return s.do("call", callee, method, reply, reject).do("data", append(program, 0)).do("perform")
}

// Composite queries call queries, depth first; callbacks see what the query did before, and it is forgotten (interface.md C).
func TestCompositeQueries(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2, 3)
	tell := script{}.do("code").do("message").do("reply")
	echo := script{}.do("kept").do("arg").do("reply")
	s.told(le64(7)+"pong", s.look(1, "compose", script{}.do("keep", 7).asking(2, "look", is("pong"), echo, tell)))
	s.told(le64(0), s.look(1, "look", script{}.do("kept").do("reply")))
	nested := script{}.asking(3, "look", script{}.do("caller").do("reply"), script{}.do("arg").do("reply"), tell)
	s.told(le64(0)+string(protocol.CanisterID(2).Principal().Bytes()),
		s.look(1, "compose", script{}.asking(2, "compose", nested, echo, tell)))
	s.told(le32(4)+"no", s.look(1, "compose", script{}.asking(2, "look", script{}.do("reject", "no"), echo, tell)))
	got := s.look(1, "compose", script{}.asking(2, "run", is("x"), echo, tell))
	require.Contains(t, string(got.Reply), "no query method 'run'")
	got = s.look(1, "compose", script{}.asking(77, "look", is("x"), echo, tell))
	require.Contains(t, string(got.Reply), "not found")
	// Two calls: the first one's callback traps after it changed something, its cleanup runs, the second one answers.
	both := script{}.do("call", protocol.CanisterID(2), "look", script{}.do("keep", 9).do("unreachable"), nil).do("data", append(is("a"), 0)).
		do("cleanup", script{}.do("poke", 2048, 77)).do("perform").
		asking(2, "look", is("b"), script{}.do("kept").do("peek", 2048).do("arg").do("reply"), tell)
	s.told(le64(0)+le32(77)+"b", s.look(1, "compose", both))
	s.denied(protocol.CanisterError, "IC0502", "unreachable",
		s.look(1, "compose", script{}.asking(2, "look", is("a"), script{}.do("unreachable"), nil)))
	s.denied(protocol.CanisterError, "IC0506", "did not reply",
		s.look(1, "compose", script{}.asking(2, "look", is("a"), script{}.do("keep", 1), nil)))
	s.denied(protocol.CanisterError, "IC0504", "call_cycles_add128", s.look(1, "compose", script{}.
		do("call", protocol.CanisterID(2), "look", echo, tell).do("attach", 1)))
	status := s.look(1, "compose", script{}.do("call", protocol.ManagementCanister, "canister_status", script{}.do("arg").do("reply"), tell).
		do("data", candidOf(about(1))).do("perform"))
	var reply management.StatusReply
	require.NoError(t, management.Decode(status.Reply, &reply))
}

// Depth 6, and 50 M instructions a call out of 5 G (interface.md C).
func TestCompositeQueriesAreBounded(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	tell, pass := script{}.do("message").do("reply"), script{}.do("arg").do("reply")
	program := is("bottom")
	for range maxQueryDepth {
		program = script{}.asking(1, "compose", program, pass, tell)
	}
	s.told("bottom", s.look(1, "compose", program))
	got := s.look(1, "compose", script{}.asking(1, "compose", program, pass, tell))
	require.Contains(t, string(got.Reply), "maximum call depth")
	var wide script
	for range 100 {
		wide = wide.asking(1, "look", is("x"), script{}.do("print", "x"), tell)
	}
	got = s.look(1, "compose", wide)
	require.Contains(t, string(got.Reply), "exceeded the instruction limit")
	require.Greater(t, got.Instructions, uint64(4_900_000_000))
}

func TestManagementQueries(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	s.run(1, script{}.do("print", "hello").do("reply"))
	ask := func(sender principal.ID, method string) protocol.QueryAnswer {
		return s.ask(&protocol.IngressContent{
			Sender: sender, Canister: protocol.ManagementCanister, Method: method, Arg: candidOf(about(1)),
		}, nil)
	}
	var logs management.LogsReply
	require.NoError(t, management.Decode(ask(user, "fetch_canister_logs").Reply, &logs))
	require.Equal(t, "hello", string(logs.Records[0].Content))
	require.Equal(t, genesisUnix+uint64(s.ctx.Time), logs.Records[0].Timestamp)
	s.denied(protocol.CanisterReject, "IC0406", "not allowed", ask(stranger, "fetch_canister_logs"))
	var status management.StatusReply
	require.NoError(t, management.Decode(ask(user, "canister_status").Reply, &status))
	require.Equal(t, s.balance(1), status.Cycles)
	s.denied(protocol.CanisterError, "IC0512", "Only the controllers", ask(stranger, "canister_status"))
	s.denied(protocol.CanisterError, "IC0504", "cannot be called as a query", ask(user, "stop_canister"))
	s.denied(protocol.CanisterReject, "IC0407", "no method", ask(user, "nope"))
}

// A canister looks at users' calls before they are taken; nothing that it does then stays (interface.md C "Inspect").
func TestInspectMessage(t *testing.T) {
	b := &wasmtest.Builder{}
	accept := b.Import("ic0", "accept_message", nil, nil)
	size := b.Import("ic0", "msg_method_name_size", nil, wasmtest.T(wasmtest.I32))
	b.Memory(1, 1)
	b.Entry("canister_inspect_message", nil,
		"i32.const 0 i32.const 1 i32.store 0 call "+number(int(size))+" i32.const 4 i32.lt_u br_if 0 call "+number(int(size))+
			" i32.const 9 i32.lt_u i32.eqz br_if 0 call "+number(int(accept))+" call "+number(int(size))+
			" i32.const 8 i32.eq i32.eqz br_if 0 unreachable")
	b.Entry("canister_update name", nil, "")
	installs := append(scriptedAt(false, 1), Install{ID: 2, Module: b.Bytes(), Cycles: cyc(trillion), Controllers: []principal.ID{user}})
	s := newSubnet(t, newExecutor(t), installs...)
	s.ctx.Routing = managedRanges
	accepts := func(id protocol.CanisterID, method string) protocol.Reject {
		before := s.state.contents()
		got := s.x.AcceptsIngress(s.state, &s.ctx, s.ingress(id, method, nil))
		require.Equal(t, before, s.state.contents())
		return got
	}
	refused := func(err, text string, got protocol.Reject) {
		t.Helper()
		require.Equal(t, err, got.Error)
		require.Contains(t, got.Message, text)
	}
	require.Zero(t, accepts(1, "run"), "who does not ask takes all")
	require.Zero(t, accepts(2, "name"))
	refused("IC0406", "Canister rejected the message", accepts(2, "nam"))
	refused("IC0406", "Canister rejected the message", accepts(2, "long names"))
	refused("IC0502", "unreachable", accepts(2, "trapping"))
	refused("IC0301", "not found", accepts(3, "name"))
	require.Zero(t, s.x.AcceptsIngress(s.state, &s.ctx, s.asks("stop_canister", about(2))))
	refused("IC0504", "cannot be called by a user", s.x.AcceptsIngress(s.state, &s.ctx, s.asks("raw_rand", nil)))
	m := s.asks("stop_canister", about(1))
	m.Content.Sender = stranger
	refused("IC0512", "Only the controllers", s.x.AcceptsIngress(s.state, &s.ctx, m))
	s.done(s.manage("stop_canister", about(2)), nil)
	refused("IC0508", "stopped", accepts(2, "name"))
}

// Calls of the management canister go to the subnet of the canister that they are about (interface.md D.2).
func TestSubjects(t *testing.T) {
	x := newExecutor(t)
	for method, arg := range map[string][]byte{
		"stop_canister": candidOf(about(7)), "canister_status": candidOf(about(7)), "fetch_canister_logs": candidOf(about(7)),
		"install_chunked_code": candidOf(struct {
			Target principal.ID `candid:"target_canister"`
		}{protocol.CanisterID(7).Principal()}),
	} {
		subject, bound, err := x.Subject(method, arg)
		require.NoError(t, err, method)
		require.True(t, bound, method)
		require.Equal(t, protocol.CanisterID(7).Principal(), subject, method)
		_, bound, err = x.Subject(method, []byte("?"))
		require.True(t, bound, method)
		require.Error(t, err, method)
	}
	for _, method := range []string{"provisional_create_canister_with_cycles", "create_canister", "raw_rand", "nope"} {
		_, bound, err := x.Subject(method, []byte("?"))
		require.NoError(t, err, method)
		require.False(t, bound, method)
	}
}
