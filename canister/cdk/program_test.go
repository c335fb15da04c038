package cdk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/cdk"
	"icsim/canister/cdk/cdktest"
)

// bank pays interest of what another canister says, with a wait in the middle.
func bank(rates cdk.Principal) *cdk.Canister {
	total := byte(0)
	return &cdk.Canister{
		Init: func(ctx *cdk.Context) { total = ctx.Arg()[0] },
		Update: cdk.Methods{
			"interest": func(ctx *cdk.Context) {
				reply, err := ctx.Call(rates, "rate", ctx.Arg(), cdk.CyclesOf(10))
				if err != nil {
					ctx.Reject("no rate: " + err.Message)
					return
				}
				total += reply[0]
				ctx.Reply([]byte{total})
			},
			"both": func(ctx *cdk.Context) {
				a, b := ctx.Start(rates, "rate", []byte{1}, cdk.Cycles{}), ctx.Start("nobody", "rate", nil, cdk.CyclesOf(7))
				_, err := b.Await()
				one, _ := a.Await()
				ctx.Reply([]byte{one[0], byte(err.Code), byte(b.Refunded.Lo), byte(len(ctx.Arg()))})
			},
			"twice": func(ctx *cdk.Context) { ctx.Reply(nil); ctx.Reply(nil) },
			"panic": func(ctx *cdk.Context) { panic("on purpose") },
		},
		Query: cdk.Methods{
			"total": func(ctx *cdk.Context) { ctx.Reply([]byte{total}) },
			"call":  func(ctx *cdk.Context) { ctx.Start(rates, "rate", nil, cdk.Cycles{}) },
		},
		Timer: func(ctx *cdk.Context) { total++ },
	}
}

func rates() *cdk.Canister {
	return &cdk.Canister{Update: cdk.Methods{"rate": func(ctx *cdk.Context) {
		if len(ctx.Arg()) == 0 {
			ctx.Reject("of what")
			return
		}
		ctx.Accept(cdk.CyclesOf(4))
		ctx.SetTimer(ctx.Time() + 5)
		ctx.Reply([]byte{ctx.Arg()[0] * 2})
	}}}
}

func newBank() *cdktest.Network {
	n := cdktest.New()
	n.Install("rates", rates(), nil)
	n.Install("bank", bank("rates"), []byte{100})
	return n
}

func TestCallWaitsForTheAnswer(t *testing.T) {
	n := newBank()
	for want := byte(106); want < 130; want += 6 { // the coroutine is used again
		reply, err := n.Call("bank", "interest", []byte{3})
		require.Nil(t, err)
		require.Equal(t, []byte{want}, reply)
	}
	_, err := n.Call("bank", "interest", nil)
	require.Equal(t, &cdk.RejectError{Code: cdk.CanisterReject, Message: "no rate: of what"}, err)
}

func TestAnswersAreAwaitedInAnyOrder(t *testing.T) {
	reply, err := newBank().Call("bank", "both", []byte("args"))
	require.Nil(t, err)
	require.Equal(t, []byte{2, cdk.DestinationInvalid, 7, 4}, reply)
}

func TestFaultsAreRejects(t *testing.T) {
	n := newBank()
	for _, v := range []struct{ method, text string }{
		{"twice", "the call has been answered already"},
		{"panic", "panic: on purpose"},
		{"nothing", "Canister has no update method 'nothing'"},
	} {
		_, err := n.Call("bank", v.method, nil)
		require.ErrorContains(t, err, v.text)
	}
	_, err := n.Query("bank", "call", nil)
	require.ErrorContains(t, err, "no calls from here")
	_, err = n.Query("bank", "interest", nil)
	require.ErrorContains(t, err, "Canister has no query method 'interest'")
	total, err := n.Query("bank", "total", nil)
	require.Nil(t, err)
	require.Equal(t, []byte{100}, total)
}

func TestCyclesSum(t *testing.T) {
	a, b := cdk.Cycles{Hi: 1, Lo: 2}, cdk.Cycles{Lo: 1<<64 - 1}
	require.Equal(t, cdk.Cycles{Hi: 2, Lo: 1}, a.Add(b))
	require.Equal(t, cdk.Cycles{Lo: 3}, a.Sub(b))
	require.True(t, b.Less(a))
	require.False(t, a.Less(a))
	require.Panics(t, func() { b.Sub(a) })
	require.Panics(t, func() { cdk.Cycles{Hi: 1<<64 - 1}.Add(cdk.Cycles{Hi: 1}) })
}
