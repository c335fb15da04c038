package cdk_test

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister"
	"icsim/canister/cdk/link"
	"icsim/canister/wasm"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// compiled builds the canister of a directory in testdata, as the compiler makes it.
func compiled(t *testing.T, name string) []byte {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go command is not in PATH")
	}
	out := filepath.Join(t.TempDir(), name+".wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags", "-s -w", "-o", out, "./testdata/"+name)
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	text, err := build.CombinedOutput()
	require.NoError(t, err, "%s", text)
	module, err := os.ReadFile(out)
	require.NoError(t, err)
	return module
}

// linked builds it as icsim canister build does, once.
func linked(t *testing.T, name string) *link.Canister {
	t.Helper()
	if built[name] == nil {
		c, err := link.Link(compiled(t, name))
		require.NoError(t, err)
		built[name] = c
	}
	return built[name]
}

var built = map[string]*link.Canister{}

const genesisUnix = 1_700_000_000_000_000_000

var user = principal.SelfAuthenticating([]byte("user"))

// A subnet has three probers, 1 to 3.
type subnet struct {
	*testing.T
	executor *canister.Executor
	state    protocol.CanisterState
	ctx      protocol.RoundContext
	nonce    uint64
	statuses map[protocol.MessageID]protocol.IngressStatus
	sent     []*protocol.CanisterMessage // to canisters elsewhere
}

func id(n protocol.CanisterID) string { return string(n.Principal().Bytes()) }

// newSubnet installs probers as the compiler makes them, or as icsim canister build does.
func newSubnet(t *testing.T, byUs bool) *subnet {
	t.Helper()
	if byUs {
		return installed(t, canister.Install{Module: linked(t, "prober").Module, Arg: []byte("arg")})
	}
	return installed(t, canister.Install{Module: compiled(t, "prober"), Arg: []byte("arg"), Library: true})
}

// cache keeps what wazero has compiled from test to test.
var cache = sync.OnceValues(func() (*wasm.Cache, error) { return wasm.NewCache("") })

// installed makes a subnet of three equal canisters.
func installed(t *testing.T, install canister.Install) *subnet {
	t.Helper()
	code, err := cache()
	require.NoError(t, err)
	s := &subnet{
		T: t, executor: canister.NewExecutor(canister.Config{Cache: code}), statuses: map[protocol.MessageID]protocol.IngressStatus{},
		ctx: protocol.RoundContext{Subnet: 1, Nodes: 13, Genesis: genesisUnix},
	}
	t.Cleanup(s.executor.Close)
	var installs []canister.Install
	for n := range protocol.CanisterID(3) {
		install.ID, install.Controllers, install.Cycles = n+1, []principal.ID{user}, protocol.CyclesOf(1e14)
		installs = append(installs, install)
	}
	state, err := s.executor.Genesis(&s.ctx, installs)
	require.NoError(t, err)
	s.state = state
	return s
}

// round runs a round and gives the messages that arrived a turn.
func (s *subnet) round(inputs ...any) {
	s.Helper()
	s.ctx.Time += 1e9
	s.ctx.Height++
	r := s.executor.Begin(s.state, &s.ctx)
	for _, input := range inputs {
		switch m := input.(type) {
		case *protocol.SignedIngress:
			u := r.InductIngress(m)
			s.statuses[u.ID] = u.Status
		case *protocol.CanisterMessage:
			require.Equal(s, protocol.Accepted, r.Induct(m))
		}
	}
	r.Execute()
	r.Route(func(m *protocol.CanisterMessage) bool { s.sent = append(s.sent, m); return true })
	state, outcome := r.Commit()
	s.state = state
	for _, u := range outcome.Ingress {
		s.statuses[u.ID] = u.Status
	}
}

func (s *subnet) send(to protocol.CanisterID, method, arg string) *protocol.SignedIngress {
	s.nonce++
	return protocol.NewSignedIngress(protocol.IngressContent{
		Sender: user, Canister: to, Method: method, Arg: []byte(arg), Expiry: s.ctx.Time + protocol.IngressTTL,
		Nonce: binary.BigEndian.AppendUint64(nil, s.nonce),
	}, genesisUnix, protocol.Authentication{})
}

func (s *subnet) call(to protocol.CanisterID, method, arg string) protocol.IngressStatus {
	s.Helper()
	m := s.send(to, method, arg)
	s.round(m)
	return s.statuses[m.MessageID]
}

func (s *subnet) replied(want string, got protocol.IngressStatus) {
	s.Helper()
	require.Equal(s, protocol.IngressReplied.String(), got.State.String(), "%+v", got.Reject)
	require.Equal(s, want, string(got.Reply))
}

func (s *subnet) rejected(code protocol.RejectCode, text string, got protocol.IngressStatus) {
	s.Helper()
	require.Equal(s, protocol.IngressRejected.String(), got.State.String(), "%q", got.Reply)
	require.Equal(s, code, got.Reject.Code)
	require.Contains(s, got.Reject.Message, text)
}

// What the package promises, in WebAssembly and on the real executor. What icsim canister build makes needs no rule of its own.
func TestProgramInWebAssembly(t *testing.T) {
	for name, byUs := range map[string]bool{"as compiled": false, "linked": true} {
		t.Run(name, func(t *testing.T) { testProgram(newSubnet(t, byUs)) })
	}
}

func testProgram(s *subnet) {
	t := s.T
	log := func(of protocol.CanisterID) string { return string(s.call(of, "log", "").Reply) }

	s.replied("x", s.call(1, "do", "note x"))
	require.Equal(t, "init arg,x", log(1))
	require.Equal(t, "init arg", log(2))
	s.rejected(4, "no", s.call(1, "do", "reject no"))
	s.rejected(5, "did not reply", s.call(1, "do", "silence"))

	// A panic is a trap: it says why and leaves no trace.
	s.rejected(5, "panic: on purpose", s.call(1, "do", "panic on purpose"))
	s.rejected(5, "out of range", s.call(1, "do", "index x"))
	s.rejected(5, "trapped so", s.call(1, "do", "trap trapped so"))
	require.Equal(t, "init arg,x", log(1))

	// Waiting: the argument stays, and a reject is a value.
	s.replied("awaited yawait", s.call(1, "do", "await "+id(2)+" note y"))
	s.rejected(4, "awaited: no", s.call(1, "do", "await "+id(2)+" reject no"))
	s.rejected(4, "panic: on purpose", s.call(1, "do", "await "+id(2)+" panic on purpose"))
	s.replied("awaited awaited yawaitawait", s.call(1, "do", "await "+id(2)+" await "+id(3)+" note y"))
	s.replied("awaited awaited yawaitawait", s.call(1, "do", "await "+id(2)+" await "+id(1)+" note y"))
	s.replied("fanned", s.call(1, "do", "fan "+id(3)+" note x"))
	s.replied("paid", s.call(1, "do", "pay "+id(2)+" take"))
	s.replied("fine", s.call(1, "do", "system"))
	s.round()
	require.Equal(t, "init arg,x,y,timer", log(1))
}

// A trap after a wait undoes what followed the wait and no more; then deferred functions run, in the cleanup callback.
func TestTrapAfterWaiting(t *testing.T) {
	s := newSubnet(t, true)
	for range 3 {
		s.rejected(5, "panic: broken", s.call(1, "do", "breaks "+id(2)+" note y"))
	}
	s.replied("init arg,before,deferred,before,deferred,before,deferred", s.call(1, "log", ""))
	s.replied("init arg,y,y,y", s.call(2, "log", ""))
	s.replied("fanned", s.call(1, "do", "fan "+id(3)+" note x")) // its slots and coroutines are whole
}

// Many messages wait over rounds, in the middle of a method each, and end in any order.
func TestWaitingOverRounds(t *testing.T) {
	s := newSubnet(t, true)
	const elsewhere, many = 1 << 22, 20 // no id has a space in it
	var calls []*protocol.SignedIngress
	for range many {
		calls = append(calls, s.send(1, "do", "await "+id(elsewhere)+" note y"))
		s.round(calls[len(calls)-1])
	}
	require.Len(t, s.sent, many)
	s.replied("x", s.call(1, "do", "note x"))
	s.rejected(5, "another message has started", s.keepAndSteal(elsewhere))
	for i := range many {
		q := s.sent[many-1-i].Request
		answer := &protocol.Response{Originator: q.Sender, Respondent: q.Receiver, Callback: q.Callback, Reply: []byte("z")}
		s.round(protocol.NewResponse(answer))
		for k, c := range calls {
			want := protocol.IngressProcessing
			if k >= many-1-i {
				want = protocol.IngressReplied
			}
			require.Equal(t, want.String(), s.statuses[c.MessageID].State.String(), "call %d after %d answers", k, i+1)
		}
	}
	s.replied("init arg,x", s.call(1, "log", ""))
}

func (s *subnet) keepAndSteal(elsewhere protocol.CanisterID) protocol.IngressStatus {
	s.round(s.send(1, "do", "keep "+id(elsewhere)+" note y"))
	return s.call(1, "do", "steal")
}
