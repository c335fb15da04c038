package library

import (
	"encoding/binary"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister"
	"icsim/canister/cdk/candid"
	"icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
)

const (
	genesisUnix = 1_700_000_000_000_000_000
	trillion    = 1_000_000_000_000
)

var user = principal.SelfAuthenticating([]byte("user"))

// A subnet is an executor with its state, its clock and the answers to the calls made of it.
type subnet struct {
	testing.TB
	executor *canister.Executor
	state    protocol.CanisterState
	ctx      protocol.RoundContext
	nonce    uint64
	statuses map[protocol.MessageID]protocol.IngressStatus
	outcome  *protocol.RoundOutcome
}

// module gives the built module, or skips the test.
func module(tb testing.TB) []byte {
	tb.Helper()
	m, err := Module()
	if err != nil {
		tb.Skip(err)
	}
	return m
}

// shared is the executor of all tests: compiling the module takes longer than they do. States are not shared.
var shared = sync.OnceValue(func() *canister.Executor { return canister.NewExecutor(canister.Config{}) })

// newSubnet installs canisters of the library under the ids 1, 2, ….
func newSubnet(tb testing.TB, args ...[]byte) *subnet {
	tb.Helper()
	return newSubnetOn(tb, shared(), args...)
}

func newSubnetOn(tb testing.TB, x *canister.Executor, args ...[]byte) *subnet {
	tb.Helper()
	s := &subnet{
		TB: tb, executor: x, statuses: map[protocol.MessageID]protocol.IngressStatus{},
		ctx: protocol.RoundContext{
			Subnet: 1, SubnetPrincipal: principal.SelfAuthenticating([]byte("subnet")), Nodes: 13, Genesis: genesisUnix,
		},
	}
	state, err := s.executor.Genesis(&s.ctx, installs(tb, args...))
	require.NoError(tb, err)
	s.state = state
	return s
}

func installs(tb testing.TB, args ...[]byte) []canister.Install {
	tb.Helper()
	m := module(tb)
	var all []canister.Install
	for i, arg := range args {
		all = append(all, canister.Install{
			ID: protocol.CanisterID(i + 1), Module: m, Library: true, Arg: arg, Cycles: protocol.CyclesOf(100 * trillion),
			Controllers: []principal.ID{user},
		})
	}
	return all
}

// arg makes an installation argument.
func arg(tb testing.TB, name string, settings map[string]any) []byte {
	tb.Helper()
	a, err := Arg(name, settings)
	require.NoError(tb, err)
	return a
}

func ids(of ...protocol.CanisterID) []principal.ID {
	var all []principal.ID
	for _, id := range of {
		all = append(all, id.Principal())
	}
	return all
}

// send makes a call of a user, for round.
func (s *subnet) send(id protocol.CanisterID, method string, arg ...candid.Value) *protocol.SignedIngress {
	return s.sendRaw(id, method, candid.Encode(arg...))
}

func (s *subnet) sendRaw(id protocol.CanisterID, method string, arg []byte) *protocol.SignedIngress {
	s.nonce++
	return protocol.NewSignedIngress(protocol.IngressContent{
		Sender: user, Canister: id, Method: method, Arg: arg, Expiry: s.ctx.Time + protocol.IngressTTL,
		Nonce: binary.BigEndian.AppendUint64(nil, s.nonce),
	}, genesisUnix, protocol.Authentication{})
}

// round runs the round a second after the last one. Calls that leave the subnet are left in their queues.
func (s *subnet) round(inputs ...*protocol.SignedIngress) {
	s.Helper()
	s.ctx.Time += 1e9
	s.ctx.Height++
	r := s.executor.Begin(s.state, &s.ctx)
	for _, m := range inputs {
		u := r.InductIngress(m)
		s.statuses[u.ID] = u.Status
	}
	r.Execute()
	r.Route(func(*protocol.CanisterMessage) bool { return false })
	s.state, s.outcome = r.Commit()
	for _, u := range s.outcome.Ingress {
		s.statuses[u.ID] = u.Status
	}
}

// call makes a call and gives its status after one round.
func (s *subnet) call(id protocol.CanisterID, method string, arg ...candid.Value) protocol.IngressStatus {
	s.Helper()
	m := s.send(id, method, arg...)
	s.round(m)
	return s.statuses[m.MessageID]
}

// upgrade installs the library's module again.
func (s *subnet) upgrade(id protocol.CanisterID) protocol.IngressStatus {
	s.Helper()
	m := s.sendRaw(protocol.ManagementCanister, "install_code", management.Encode(management.InstallCode{
		Mode: management.InstallMode{Upgrade: new(*management.Upgrade)}, Canister: id.Principal(), Module: module(s), Arg: []byte{},
	}))
	s.round(m)
	return s.statuses[m.MessageID]
}

// number makes a call that replies a nat64.
func (s *subnet) number(id protocol.CanisterID, method string, arg ...candid.Value) uint64 {
	s.Helper()
	return s.reply(s.call(id, method, arg...)).Nat64()
}

// reply asserts a reply.
func (s *subnet) reply(status protocol.IngressStatus) *candid.Reader {
	s.Helper()
	require.Equal(s, protocol.IngressReplied.String(), status.State.String(), "%+v", status.Reject)
	return candid.Read(status.Reply)
}

// rejected asserts a reject that says so.
func (s *subnet) rejected(text string, status protocol.IngressStatus) {
	s.Helper()
	require.Equal(s, protocol.IngressRejected.String(), status.State.String(), "%q", status.Reply)
	require.Contains(s, status.Reject.Message, text)
}
