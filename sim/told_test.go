package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/library"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/boundary"
)

// fetched is ("https://a.example.com/") in Candid.
var fetched = append([]byte("DIDL\x00\x01\x71\x16"), "https://a.example.com/"...)

// What somebody outside answers to an outcall is an input of the run like any other: the subnet agrees on it, and the same inputs
// give the same digest. So does a voucher.
func TestOutcallsAreAnsweredFromOutside(t *testing.T) {
	modules, err := compiled()
	require.NoError(t, err)
	module, err := library.Module()
	require.NoError(t, err)
	arg, err := library.Arg("fetcher", nil)
	require.NoError(t, err)
	c := *small(4, 0)
	c.Modules, c.Told, c.Voucher = modules, true, []byte("voucher")
	c.Canisters = []Canister{{Name: "fetcher", Module: module, Library: true, Arg: arg, Cycles: protocol.CyclesOf(1e15)}}
	x, err := Open(&c)
	require.NoError(t, err)
	for x.Settled(0) == nil {
		x.Advance(time.Second)
	}
	x.Answers()
	var inputs []Input
	put := func(in Input) {
		in, err := x.Put(in)
		require.NoError(t, err)
		inputs = append(inputs, in)
	}
	alice := principal.SelfAuthenticating([]byte("alice"))
	call := func(ticket uint64, signature string) protocol.MessageID {
		content := protocol.IngressContent{
			Sender: alice, Method: "fetch", Arg: fetched, Expiry: protocol.Time(x.Clock()-c.Genesis) + protocol.IngressTTL,
		}
		m := protocol.NewSignedIngress(content, c.Genesis, protocol.Authentication{Signature: []byte(signature)})
		put(Input{Request: &boundary.Request{Ticket: ticket, Call: &protocol.CallRequest{Ingress: m, Async: true}}})
		return m.MessageID
	}
	call(1, "forged")
	x.Step(time.Second)
	require.Equal(t, 400, x.Answers()[0].Refusal.Status, "who has no voucher needs a key")
	id := call(2, "voucher")
	x.Advance(10 * time.Second)
	open := x.Settled(0).Canisters().Outcalls().Open
	require.Len(t, open, 1, "it waits for its answer")
	origin, _ := x.Settled(0).CallOrigin(id)
	require.Equal(t, alice, origin.Sender)
	_, err = x.Put(Input{Outcall: &OutcallAnswer{ID: open[0].ID}})
	require.ErrorContains(t, err, "has no parts")
	put(Input{Outcall: &OutcallAnswer{ID: open[0].ID, Parts: []OutcallPart{{
		Response: protocol.HTTPResponse{Status: 200, Body: []byte("hello")},
	}}}})
	x.Advance(10 * time.Second)
	status := x.Settled(0).IngressStatus(id)
	require.Equal(t, protocol.IngressReplied, status.State, "%+v", status.Reject)
	require.Contains(t, string(status.Reply), "hello")

	lasted := x.Now()
	live, err := x.Close()
	require.NoError(t, err)
	c.Duration, c.Inputs, c.Boundary = lasted, inputs, true
	again, err := Run(&c, nil)
	require.NoError(t, err)
	require.Equal(t, live.Digest, again.Digest)
}

// Where servers answer, nobody else does.
func TestServersAnswerAlone(t *testing.T) {
	x, err := Open(small(4, 0))
	require.NoError(t, err)
	_, err = x.Put(Input{Outcall: &OutcallAnswer{Parts: make([]OutcallPart, 1)}})
	require.ErrorContains(t, err, "answered by its servers")
}
