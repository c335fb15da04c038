// Package e2e runs canisters that other people's compilers made, unchanged. `make e2e` builds them and says where they are, in E2E;
// without that the tests are skipped.
//
//   - Motoko: testdata/*.mo, compiled by npm's motoko for memories of 32 bits and of 64 bits, which is the default.
//   - Rust: testdata/counter.rs on raw ic0, by a rustc with the wasm32 target.
//   - TypeScript: testdata/guests.ts, by npm's azle.
//   - The ICP ledger and Internet Identity (a build for tests) of 2021, as they ran; both were shipped in azle 0.13.2.
package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister"
	"icsim/canister/candid"
	"icsim/canister/management"
	"icsim/crypto"
	"icsim/crypto/principal"
	"icsim/protocol"
)

const genesisUnix = 1_700_000_000_000_000_000

var user = principal.SelfAuthenticating([]byte("user"))

// An install is a canister to begin with: a module, its interface if it is described, and its argument in words.
type install struct {
	module, did, arg string
}

// A subnet runs rounds and keeps the answers. Canisters have ids 1, 2, … in the order in which they are named.
type subnet struct {
	*testing.T
	executor   *canister.Executor
	state      protocol.CanisterState
	ctx        protocol.RoundContext
	nonce      uint64
	interfaces map[protocol.CanisterID]*candid.Interface
	answers    []string // to all calls
}

// built reads a file that make e2e has made.
func built(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("E2E")
	if dir == "" {
		t.Skip("the environment variable E2E names no directory of compiled modules: run make e2e")
	}
	raw, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return raw
}

func newSubnet(t *testing.T, canisters ...install) *subnet {
	t.Helper()
	s := &subnet{
		T: t, executor: canister.NewExecutor(canister.Config{}), interfaces: map[protocol.CanisterID]*candid.Interface{},
		ctx: protocol.RoundContext{
			Subnet: 1, SubnetPrincipal: principal.SelfAuthenticating([]byte("subnet")), Nodes: 13, Genesis: genesisUnix,
			Routing: &protocol.RoutingTable{Ranges: []protocol.CanisterRange{{First: 0, Last: 99, Subnet: 1}}},
		},
	}
	t.Cleanup(s.executor.Close)
	var installs []canister.Install
	for i, c := range canisters {
		in := canister.Install{
			ID: protocol.CanisterID(i + 1), Module: built(t, c.module), Cycles: protocol.CyclesOf(1e14), Controllers: []principal.ID{user},
		}
		if c.did != "" {
			s.describe(in.ID, c.did)
			in.Arg = s.encode(c.arg, s.interfaces[in.ID].Init)
		} else {
			in.Arg = s.infer(c.arg)
		}
		installs = append(installs, in)
	}
	state, err := s.executor.Genesis(&s.ctx, installs)
	require.NoError(t, err)
	s.state = state
	return s
}

// describe gives a canister's interface; arguments and replies of its methods then have the types stated there.
func (s *subnet) describe(id protocol.CanisterID, did string) {
	s.Helper()
	description, err := candid.ParseDID(string(built(s.T, did)))
	require.NoError(s, err)
	s.interfaces[id] = description
}

func (s *subnet) encode(text string, types []candid.Type) []byte {
	s.Helper()
	values, err := candid.ParseArgsAs(text, types)
	require.NoError(s, err)
	raw, err := candid.Encode(values, types)
	require.NoError(s, err)
	return raw
}

// infer encodes an argument that nothing is known of but its text.
func (s *subnet) infer(text string) []byte {
	s.Helper()
	values, types, err := candid.ParseArgs(text)
	require.NoError(s, err)
	raw, err := candid.Encode(values, types)
	require.NoError(s, err)
	return raw
}

// call makes a call as the user, in Candid's words, and gives the answer: a reply in Candid's words, or the reject message.
func (s *subnet) call(to protocol.CanisterID, method, arg string) string {
	s.Helper()
	description := s.interfaces[to]
	if description == nil {
		return s.read(s.send(to, method, s.infer(arg)), nil)
	}
	signature, err := description.Method(method)
	require.NoError(s, err)
	return s.read(s.send(to, method, s.encode(arg, signature.Args)), signature.Results)
}

// read turns what a call came to into words; without types a reply says itself what it is, and its fields have numbers.
func (s *subnet) read(status protocol.IngressStatus, types []candid.Type) string {
	s.Helper()
	answer := status.Reject.Message
	if status.State == protocol.IngressReplied {
		values, _, err := candid.DecodeAny(status.Reply)
		if types != nil {
			values, err = candid.Decode(status.Reply, types)
		}
		require.NoError(s, err)
		answer = candid.Format(values)
	}
	s.answers = append(s.answers, answer)
	return answer
}

// send makes a call as the user and gives its status once it has ended.
func (s *subnet) send(to protocol.CanisterID, method string, arg []byte) protocol.IngressStatus {
	s.Helper()
	s.nonce++
	m := protocol.NewSignedIngress(protocol.IngressContent{
		Sender: user, Canister: to, Method: method, Arg: arg, Expiry: s.ctx.Time + protocol.IngressTTL,
		Nonce: binary.BigEndian.AppendUint64(nil, s.nonce),
	}, genesisUnix, protocol.Authentication{})
	inputs := []*protocol.SignedIngress{m}
	for range 10 {
		outcome := s.round(inputs...)
		inputs = nil
		for _, u := range outcome.Ingress {
			if u.ID == m.MessageID && u.Status.State.IsTerminal() {
				return u.Status
			}
		}
	}
	s.Fatalf("%s has no answer after ten rounds", method)
	return protocol.IngressStatus{}
}

// round runs a round, a second after the last one.
func (s *subnet) round(inputs ...*protocol.SignedIngress) *protocol.RoundOutcome {
	s.Helper()
	s.ctx.Time += 1e9
	s.ctx.Height++
	s.ctx.Randomness = crypto.Sum("e2e", binary.BigEndian.AppendUint64(nil, uint64(s.ctx.Height)))
	r := s.executor.Begin(s.state, &s.ctx)
	for _, m := range inputs {
		require.Equal(s, protocol.IngressReceived.String(), r.InductIngress(m).Status.State.String())
	}
	r.Execute()
	state, outcome := r.Commit()
	s.state = state
	return outcome
}

// idle runs rounds in which nobody calls.
func (s *subnet) idle(rounds int) {
	s.Helper()
	for range rounds {
		s.round()
	}
}

// code asks for an installation of a module, given and sent in gzip: larger ones would not go into a block.
func (s *subnet) code(id protocol.CanisterID, mode management.InstallMode, module string, arg []byte) string {
	s.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(built(s.T, module))
	require.NoError(s, err)
	require.NoError(s, w.Close())
	raw := management.Encode(management.InstallCode{Mode: mode, Canister: id.Principal(), Module: packed.Bytes(), Arg: arg})
	return s.read(s.send(protocol.ManagementCanister, "install_code", raw), nil)
}

// upgrade asks for an upgrade that says nothing of the main memory.
func (s *subnet) upgrade(id protocol.CanisterID, module, arg string) string {
	s.Helper()
	return s.code(id, management.InstallMode{Upgrade: new(*management.Upgrade)}, module, s.infer(arg))
}

// upgradeSaying asks for an upgrade that keeps or replaces the main memory.
func (s *subnet) upgradeSaying(p management.Persistence, id protocol.CanisterID, module string) string {
	s.Helper()
	options := &management.Upgrade{Persistence: &p}
	return s.code(id, management.InstallMode{Upgrade: &options}, module, s.infer("()"))
}

func keep() management.Persistence    { return management.Persistence{Keep: new(management.Null)} }
func replace() management.Persistence { return management.Persistence{Replace: new(management.Null)} }
