package visitor

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm/module"
	"icsim/canister/wasm/wasmtest"
	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/adversary"
	"icsim/sim/check"
	"icsim/sim/envelope"
	"icsim/sim/gateway/live"
	"icsim/sim/network"
)

const (
	hosted  = protocol.CanisterID(0)
	nowhere = protocol.CanisterID(1 << 40)
)

// empty is an argument.
var empty = []byte{}

// speaker is a canister whose methods reply "abc": query and call.
func speaker() []byte {
	b := &wasmtest.Builder{}
	i32 := func(n int) (types []module.ValueType) {
		for range n {
			types = append(types, wasmtest.I32)
		}
		return wasmtest.T(types...)
	}
	add := b.Import("ic0", "msg_reply_data_append", i32(2), nil)
	send := b.Import("ic0", "msg_reply", nil, nil)
	b.Memory(1, 1)
	b.Data(0, "abc")
	reply := fmt.Sprintf("i32.const 0 i32.const 3 call %d call %d", add, send)
	b.Entry("canister_query ask", nil, reply)
	b.Entry("canister_update tell", nil, reply)
	return b.Bytes()
}

// visit opens a subnet of four nodes, those of some with a strategy.
func visit(t *testing.T, strategy string, corrupt ...protocol.NodeID) *Visitor {
	t.Helper()
	paths, err := network.Uniform(20*time.Millisecond, 0)
	require.NoError(t, err)
	config := &sim.Config{
		Name: "small", Seed: 1, Genesis: sim.DefaultGenesis, Crypto: "ideal", Paths: paths, Bounds: check.DefaultBounds(),
		Subnets: []sim.Subnet{{
			Name: "app", Places: make([]int, 4), UnitDelay: time.Second, InitialNotaryDelay: 300 * time.Millisecond, DKGIntervalLength: 49,
			MaxIngressBytes: 2 << 20, MaxIngressMessages: 1000, MaxBlockIngress: 4 << 20, MaxBlockPayload: 4 << 20,
		}},
		Canisters: []sim.Canister{{Name: "speaker", ID: hosted, Module: speaker(), Cycles: protocol.CyclesOf(1e15)}},
	}
	for _, n := range corrupt {
		config.Attackers = append(config.Attackers, adversary.Assignment{Node: n, Strategies: []string{strategy}})
	}
	session, err := sim.Open(config)
	require.NoError(t, err)
	began, started := time.Unix(0, int64(sim.DefaultGenesis)).Add(5*time.Second), time.Now()
	session.Advance(5 * time.Second)
	runner := live.Start(session, live.Config{
		Mode: live.Auto, Factor: 1, Now: func() time.Time { return began.Add(time.Since(started)) },
	})
	t.Cleanup(func() { _, _ = runner.Close() })
	v, err := New(runner, sim.DefaultGenesis)
	require.NoError(t, err)
	return v
}

// Of honest nodes everything is believed; what is no answer is told apart: refusals by nodes, rejections by canisters.
func TestHonestAnswersAreBelieved(t *testing.T) {
	v, ctx := visit(t, ""), t.Context()
	s, err := v.Query(ctx, hosted, "ask", empty)
	require.NoError(t, err)
	require.Equal(t, "abc", string(s.Reply))
	s, err = v.Call(ctx, hosted, "tell", empty)
	require.NoError(t, err)
	require.Equal(t, "abc", string(s.Reply))
	s, err = v.Query(ctx, hosted, "nothing", empty)
	require.NoError(t, err)
	require.Equal(t, protocol.CanisterError, s.Reject.Code, "%+v", s)
	c, err := v.Read(ctx, hosted, hashtree.Path{"canister", hashtree.Label(hosted.Principal().Bytes()), "module_hash"})
	require.NoError(t, err)
	_, shown := c.Time()
	require.True(t, shown)
	_, found, err := v.Metadata(ctx, hosted, "candid:service")
	require.NoError(t, err)
	require.False(t, found)
	for name, ask := range map[string]func() error{
		"query": func() error { _, err := v.Query(ctx, nowhere, "ask", empty); return err },
		"call":  func() error { _, err := v.Call(ctx, nowhere, "tell", empty); return err },
		"read":  func() error { _, err := v.Read(ctx, nowhere, hashtree.Path{"time"}); return err },
		"path":  func() error { _, err := v.Read(ctx, hosted, hashtree.Path{"nonsense"}); return err },
	} {
		var refused *Refused
		require.ErrorAs(t, ask(), &refused, name)
		require.Contains(t, refused.Error(), fmt.Sprintf("status %d", refused.Status))
		require.NotZero(t, refused.Status)
	}
}

// An answer to a query that a node changed without signing it is forged: the visitor never takes it for the canister's, and hears the
// truth from other nodes.
func TestFalseQueriesAreSeen(t *testing.T) {
	v := visit(t, "false-queries", 2, 3)
	forged, good := 0, 0
	for range 40 {
		s, err := v.Query(t.Context(), hosted, "ask", empty)
		if err != nil {
			require.ErrorIs(t, err, ErrForged)
			forged++
			continue
		}
		require.Equal(t, "abc", string(s.Reply))
		good++
	}
	require.NotZero(t, forged)
	require.NotZero(t, good)
}

// Who forgets calls, or shows the first certificate about them for ever, does not make a call end otherwise than it did.
func TestCallsEndAsTheyDid(t *testing.T) {
	v := visit(t, "stale-certificates", 3)
	for range 6 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		s, err := v.Call(ctx, hosted, "tell", empty)
		cancel()
		require.NoError(t, err)
		require.Equal(t, "abc", string(s.Reply))
	}
}

// A call that is only acknowledged is open: it is asked about until its outcome is certified, or until the visitor goes.
func TestOpenCallsArePolled(t *testing.T) {
	v := visit(t, "")
	content, err := v.content(hosted, "tell", empty)
	require.NoError(t, err)
	e := &envelope.Endpoint{Operation: envelope.Call, Version: 2, ID: hosted.Principal()} // asynchronous
	a, err := v.send(t.Context(), e, e.Ask(content, v.genesis))
	require.NoError(t, err)
	require.Nil(t, a.Call.Certificate)
	s, err := v.outcome(t.Context(), hosted, content.RequestID(v.genesis), nil)
	require.NoError(t, err)
	require.Equal(t, "abc", string(s.Reply))

	ctx, cancel := context.WithTimeout(t.Context(), 3*pollTime)
	defer cancel()
	_, err = v.outcome(ctx, hosted, protocol.MessageID{1}, nil)
	require.ErrorIs(t, err, context.DeadlineExceeded, "nobody has heard of it")
}

// A certificate counts if it verifies under the root key, and says of a call what its status is.
func TestForgedCertificatesAreSeen(t *testing.T) {
	v := visit(t, "")
	scheme := v.scheme
	group, secrets := scheme.Deal(crypto.Seed{9}, 1, 1)
	id := protocol.MessageID{1}
	certified := func(state string) *certificate.Certificate {
		tree := hashtree.Tree{}.SetLeaf(hashtree.Path{"time"}, binary.AppendUvarint(nil, v.Now())).
			SetLeaf(hashtree.Path{"request_status", hashtree.Label(id[:]), "status"}, []byte(state))
		root := tree.Digest()
		msg := crypto.Signable(crypto.DomainCertification, root[:])
		sig, ok := scheme.CombineThreshold(group, msg, []crypto.IndexedShare{{Share: scheme.SignThreshold(secrets[0], msg)}})
		require.True(t, ok)
		all := hashtree.Paths(hashtree.Path{"time"}, hashtree.Path{"request_status"})
		return &certificate.Certificate{Tree: tree.Witness(all), Signature: sig}
	}
	_, err := v.outcome(t.Context(), hosted, id, certified("replied").Encode())
	require.ErrorIs(t, err, ErrForged, "by another key")
	v.root = der.WrapBLS(group.Key)
	s, err := v.outcome(t.Context(), hosted, id, certified("replied").Encode())
	require.NoError(t, err)
	require.Equal(t, protocol.IngressReplied, s.State)
	s, err = v.outcome(t.Context(), hosted, id, certified("rejected").Encode())
	require.NoError(t, err)
	require.Equal(t, protocol.IngressRejected, s.State)
	_, err = v.outcome(t.Context(), hosted, id, certified("done").Encode())
	require.ErrorIs(t, err, ErrForgotten)
	changed := certified("replied")
	changed.Signature[7] ^= 1
	_, err = v.outcome(t.Context(), hosted, id, changed.Encode())
	require.ErrorIs(t, err, ErrForged)
	_, err = v.outcome(t.Context(), hosted, id, []byte("no certificate"))
	require.ErrorIs(t, err, ErrForged)
	_, err = v.Read(t.Context(), hosted, hashtree.Path{"time"})
	require.ErrorIs(t, err, ErrForged, "the network's own key is another one now")
}

// When the session is over there is no time any more, and nobody who answers.
func TestOverIsOver(t *testing.T) {
	v := visit(t, "")
	require.Greater(t, v.Now(), sim.DefaultGenesis)
	_, err := v.runner.Close()
	require.NoError(t, err)
	require.Zero(t, v.Now())
	_, err = v.Query(t.Context(), hosted, "ask", empty)
	require.ErrorIs(t, err, live.ErrClosed)
	_, err = New(v.runner, sim.DefaultGenesis)
	require.ErrorIs(t, err, live.ErrClosed)
}
