package main

import (
	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
)

// counter holds a number.
//
//	inc : () -> (nat64);          the new value
//	set : (nat64) -> ();
//	get : () -> (nat64) query;
//
// Setting: start, what it begins at.
type counter struct{ value uint64 }

func newCounter(settings *candid.Reader) cdk.Canister {
	c := &counter{value: settings.FieldNat64("start", 0)}
	return cdk.Canister{
		Update: cdk.Methods{"inc": c.inc, "set": c.set},
		Query:  cdk.Methods{"get": c.get},
	}
}

func (c *counter) inc(ctx *cdk.Context) {
	c.value++
	c.get(ctx)
}

func (c *counter) set(ctx *cdk.Context) {
	arg := candid.Read(ctx.Arg())
	value := arg.Nat64()
	mustRead(ctx, arg)
	c.value = value
	ctx.Reply(nothing())
}

func (c *counter) get(ctx *cdk.Context) { ctx.Reply(candid.Encode(candid.NewNat64(c.value))) }
