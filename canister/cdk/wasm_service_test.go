package cdk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister"
	"icsim/canister/candid"
	"icsim/protocol"
)

// The canister that the README begins with.
func TestHelloInWebAssembly(t *testing.T) {
	s := installed(t, canister.Install{Module: linked(t, "hello").Module})
	text := func(s string) string { return "DIDL\x00\x01\x71" + string(rune(len(s))) + s }
	s.replied(text("Hello, world!"), s.call(1, "greet", text("world")))
	s.replied("DIDL\x00\x01\x78\x01\x00\x00\x00\x00\x00\x00\x00", s.call(1, "visits", "DIDL\x00\x00"))
	s.replied("DIDL\x00\x01\x78\x00\x00\x00\x00\x00\x00\x00\x00", s.call(2, "visits", "DIDL\x00\x00"))
}

// Typed methods in WebAssembly, called as any agent would: with the description that the module carries, by the Candid of
// canister/candid, which shares no code with the canister's.
func TestServiceInWebAssembly(t *testing.T) {
	built := linked(t, "bank")
	did, err := candid.ParseDID(built.Candid)
	require.NoError(t, err)
	arg, err := candid.Encode(values(t, did.Init, `("Bank of Nowhere")`), did.Init)
	require.NoError(t, err)
	s := installed(t, canister.Install{Module: built.Module, Arg: arg})

	me := `principal "` + user.String() + `"`
	account := `record { owner = ` + me + `; subaccount = null }`
	other := `record { owner = principal "aaaaa-aa"; subaccount = opt blob "\01\02" }`
	transfer := func(from, to, amount string) string {
		return `record { from = ` + from + `; to = ` + to + `; amount = ` + amount + ` : nat; "memo text" = blob "hi" }`
	}
	for _, v := range []struct{ method, arg, want string }{
		{"name", `()`, `("Bank of Nowhere")`},
		{"transfer", "(" + transfer(account, other, "7") + ")", `(variant { Ok = 1 : nat64 })`},
		{"transfer", "(" + transfer(other, account, "7") + ")", `(variant { Err = "not yours" })`},
		{"transfer", "(" + transfer(account, other, "0") + ")", `(variant { Empty })`},
		{"history", `(0, 5)`, `(vec { ` + transfer(account, other, "7") + ` })`},
		{"history", `(1, 5)`, `(vec {})`},
		{"sum", `(null)`, `(0 : int64)`},
		{"sum", `(opt record { value = 3; left = opt record { value = -7; left = null; right = null }; right = null })`, `(-4 : int64)`},
		{"weird name", `(3.5, true, opt -2)`, `(1.75 : float64, false, opt (-2 : int16))`},
		{"weird name", `(3.5, true, null)`, `(1.75 : float64, false, null)`},
		{"clocks", `()`, `(true, "0000")`},
		{"remote", `(principal "` + protocol.CanisterID(2).Principal().String() + `")`, `("Bank of Nowhere true")`},
		{"env", `("NAME")`, `("", false)`},
	} {
		sig, err := did.Method(v.method)
		require.NoError(t, err)
		arg, err := candid.Encode(values(t, sig.Args, v.arg), sig.Args)
		require.NoError(t, err)
		status := s.call(1, v.method, string(arg))
		require.Equal(t, protocol.IngressReplied.String(), status.State.String(), "%s: %+v", v.method, status.Reject)
		got, err := candid.Decode(status.Reply, sig.Results)
		require.NoError(t, err, v.method)
		want := values(t, sig.Results, v.want)
		require.Equal(t, candid.Format(want), candid.Format(got), v.method)
	}
	s.rejected(5, "value 1: a nat64, not a record", s.call(1, "transfer", "DIDL\x00\x01\x78\x07\x00\x00\x00\x00\x00\x00\x00"))
	s.rejected(5, "value 1: missing: a record is expected", s.call(1, "transfer", "DIDL\x00\x00"))
	s.rejected(5, "not a Candid message", s.call(1, "transfer", "no"))
	s.replied("as it came", s.call(1, "raw", "as it came"))
	s.replied("DIDL\x01\x6d\x71\x01\x00\x00", s.call(1, "by_hand", "DIDL\x00\x00"))
}

func values(t *testing.T, types []candid.Type, text string) []candid.Value {
	t.Helper()
	v, err := candid.ParseArgsAs(text, types)
	require.NoError(t, err, text)
	return v
}

// Queries of all kinds, and inspect_message, on a state.
func TestQueriesInWebAssembly(t *testing.T) {
	s := installed(t, canister.Install{Module: linked(t, "bank").Module, Arg: []byte("DIDL\x00\x01\x71\x03One")})
	state := s.state.(*canister.State)
	ask := func(method string) protocol.QueryAnswer {
		q := &protocol.IngressContent{Sender: user, Canister: 1, Method: method, Arg: []byte("DIDL\x00\x00")}
		return s.executor.Query(state, &s.ctx, q, nil)
	}
	for _, method := range []string{"name", "peek"} { // peek is composite, and asks for the name
		answer := ask(method)
		require.Empty(t, answer.Reject)
		require.Equal(t, "DIDL\x00\x01\x71\x03One", string(answer.Reply))
	}
	require.Contains(t, ask("transfer").Reject.Message, "no query method")
	require.Empty(t, s.executor.AcceptsIngress(state, &s.ctx, s.send(1, "clocks", "")))
	require.NotEmpty(t, s.executor.AcceptsIngress(state, &s.ctx, s.send(1, "remote_only", "")))
}

// A setup that fails traps the installation with the error.
func TestSetupRefuses(t *testing.T) {
	code, err := cache()
	require.NoError(t, err)
	executor := canister.NewExecutor(canister.Config{Cache: code})
	defer executor.Close()
	_, err = executor.Genesis(&protocol.RoundContext{Subnet: 1, Nodes: 13, Genesis: genesisUnix},
		[]canister.Install{{ID: 1, Module: linked(t, "bank").Module, Arg: []byte("DIDL\x00\x01\x71\x00"), Cycles: protocol.CyclesOf(1e14)}})
	require.ErrorContains(t, err, "a bank has a name")
}
