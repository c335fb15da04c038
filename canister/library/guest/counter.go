package main

import (
	"bytes"
	"encoding/binary"

	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
)

// counter holds a number.
//
//	inc : () -> (nat64);          the new value
//	set : (nat64) -> ();
//	get : () -> (nat64) query;
//
// Setting: start, what it begins at. The number outlives upgrades.
type counter struct{ value uint64 }

func newCounter(settings *candid.Reader) cdk.Canister {
	c := &counter{value: settings.FieldNat64("start", 0)}
	return c.canister()
}

func (c *counter) canister() cdk.Canister {
	return cdk.Canister{
		Update:     cdk.Methods{"inc": c.inc, "set": c.set},
		Query:      cdk.Methods{"get": c.get},
		PreUpgrade: c.save,
	}
}

// counterMark begins the stable memory of a counter that is being upgraded.
const counterMark = "counter\x00"

func (c *counter) save(ctx *cdk.Context) {
	if ctx.StableSize() == 0 {
		if _, ok := ctx.StableGrow(1); !ok {
			ctx.Trap("no room in stable memory")
		}
	}
	ctx.StableWrite(0, binary.LittleEndian.AppendUint64([]byte(counterMark), c.value))
}

// restored is the canister that stable memory tells of. Only counters leave something there.
func restored(ctx *cdk.Context) cdk.Canister {
	saved := make([]byte, len(counterMark)+8)
	if ctx.StableSize() > 0 {
		ctx.StableRead(saved, 0)
	}
	value, ok := bytes.CutPrefix(saved, []byte(counterMark))
	if !ok {
		ctx.Trap("this canister of the library keeps nothing over an upgrade; reinstall it")
	}
	c := &counter{value: binary.LittleEndian.Uint64(value)}
	return c.canister()
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
