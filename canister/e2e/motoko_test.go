// Package e2e runs canisters that other people's compilers made, unchanged. `make e2e` compiles testdata/*.mo with npm's motoko, for 32-bit
// and 64-bit memories, and says where the modules are, in E2E; without that the tests are skipped.
package e2e

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister"
	"icsim/canister/cdk/candid"
	"icsim/canister/wasm/module"
	"icsim/crypto"
	"icsim/crypto/principal"
	"icsim/protocol"
)

const genesisUnix = 1_700_000_000_000_000_000

var user = principal.SelfAuthenticating([]byte("user"))

// The canisters of the tests.
const (
	counter = protocol.CanisterID(1)
	awaiter = protocol.CanisterID(2)
)

// A subnet runs rounds and keeps the answers.
type subnet struct {
	*testing.T
	executor *canister.Executor
	state    protocol.CanisterState
	ctx      protocol.RoundContext
	nonce    uint64
}

func compiled(t *testing.T, name, width string) []byte {
	t.Helper()
	dir := os.Getenv("E2E")
	if dir == "" {
		t.Skip("the environment variable E2E names no directory of compiled modules: run make e2e")
	}
	raw, err := os.ReadFile(filepath.Join(dir, name+"-"+width+".wasm"))
	require.NoError(t, err)
	m, err := module.Decode(raw)
	require.NoError(t, err)
	require.Equal(t, width == "64", m.Memory64())
	return raw
}

// inBothWidths runs a test with modules for 32-bit memories and with modules for 64-bit ones, Motoko's default. They agree.
func inBothWidths(t *testing.T, test func(t *testing.T, width string)) {
	for _, width := range []string{"32", "64"} {
		t.Run(width, func(t *testing.T) { test(t, width) })
	}
}

func newSubnet(t *testing.T, width string) *subnet {
	t.Helper()
	var installs []canister.Install
	for i, name := range []string{"counter", "awaiter"} {
		installs = append(installs, canister.Install{
			ID: protocol.CanisterID(i + 1), Module: compiled(t, name, width), Arg: candid.Encode(), Cycles: protocol.CyclesOf(1e14),
		})
	}
	s := &subnet{
		T: t, executor: canister.NewExecutor(canister.Config{}),
		ctx: protocol.RoundContext{Subnet: 1, Nodes: 13, Genesis: genesisUnix},
	}
	t.Cleanup(s.executor.Close)
	state, err := s.executor.Genesis(&s.ctx, installs)
	require.NoError(t, err)
	s.state = state
	return s
}

// call makes a call as a user and gives its status once it has ended.
func (s *subnet) call(to protocol.CanisterID, method string, arg ...candid.Value) protocol.IngressStatus {
	s.Helper()
	s.nonce++
	m := protocol.NewSignedIngress(protocol.IngressContent{
		Sender: user, Canister: to, Method: method, Arg: candid.Encode(arg...), Expiry: s.ctx.Time + protocol.IngressTTL,
		Nonce: binary.BigEndian.AppendUint64(nil, s.nonce),
	}, genesisUnix, crypto.BasicPublicKey{}, crypto.BasicSignature{})
	inputs := []*protocol.SignedIngress{m}
	for range 10 {
		s.ctx.Time += 1e9
		s.ctx.Height++
		r := s.executor.Begin(s.state, &s.ctx)
		for _, m := range inputs {
			require.Equal(s, protocol.IngressReceived.String(), r.InductIngress(m).Status.State.String())
		}
		inputs = nil
		r.Execute()
		state, outcome := r.Commit()
		s.state = state
		for _, u := range outcome.Ingress {
			if u.ID == m.MessageID && u.Status.State.IsTerminal() {
				return u.Status
			}
		}
	}
	s.Fatalf("%s has no answer after ten rounds", method)
	return protocol.IngressStatus{}
}

func (s *subnet) replied(want candid.Value, got protocol.IngressStatus) {
	s.Helper()
	require.Equal(s, protocol.IngressReplied.String(), got.State.String(), "%+v", got.Reject)
	values, err := candid.Decode(got.Reply)
	require.NoError(s, err)
	require.Equal(s, []candid.Value{want}, values)
}

func (s *subnet) rejected(text string, got protocol.IngressStatus) {
	s.Helper()
	require.Equal(s, protocol.IngressRejected.String(), got.State.String(), "%q", got.Reply)
	require.Contains(s, got.Reject.Message, text)
}

func TestMotokoCounter(t *testing.T) { inBothWidths(t, counts) }

func counts(t *testing.T, width string) {
	s := newSubnet(t, width)
	s.replied(candid.NewNat(0), s.call(counter, "get"))
	s.replied(candid.NewNat(1), s.call(counter, "inc"))
	s.call(counter, "set", candid.NewNat(41))
	s.replied(candid.NewNat(42), s.call(counter, "inc"))
	s.rejected("assertion failed", s.call(counter, "fail"))
	s.replied(candid.NewNat(42), s.call(counter, "get")) // a trap leaves no trace
	s.rejected("has no update method 'dec'", s.call(counter, "dec"))
	s.rejected("IDL error", s.call(counter, "set", candid.NewText("41")))
}

func TestMotokoAwait(t *testing.T) { inBothWidths(t, awaits) }

func awaits(t *testing.T, width string) {
	s := newSubnet(t, width)
	id := candid.NewText(counter.Principal().String())
	s.replied(candid.NewNat(1002), s.call(awaiter, "inTurn", id))
	s.replied(candid.NewNat(4003), s.call(awaiter, "together", id))
	status := s.call(awaiter, "catches", id)
	require.Contains(t, candid.Read(status.Reply).Text(), "assertion failed")
	s.replied(candid.NewNat(4), s.call(counter, "get"))
	s.replied(candid.NewNat(1), s.call(awaiter, "get"))

	// What is done before a wait stays when what follows it traps.
	s.rejected("assertion failed", s.call(awaiter, "breaks", id))
	s.replied(candid.NewNat(5), s.call(counter, "get"))
	s.replied(candid.NewNat(11), s.call(awaiter, "get"))
}

// Motoko collects garbage and makes closures of its own: the state they leave is the same in every executor.
func TestEveryRunIsTheSame(t *testing.T) { inBothWidths(t, repeats) }

func repeats(t *testing.T, width string) {
	run := func() crypto.Hash {
		s := newSubnet(t, width)
		for range 20 {
			s.call(awaiter, "together", candid.NewText(counter.Principal().String()))
		}
		return s.state.ManifestHash()
	}
	require.Equal(t, run(), run())
}
