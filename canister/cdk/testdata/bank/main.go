// Command bank is a canister with everything in it that link and Candid have to get right: types of all kinds, entries of all
// kinds, a method exported by hand, and package fmt, which asks WASI for files.
package main

import (
	"errors"
	"fmt"
	"time"

	"icsim/canister/cdk"
)

type Account struct {
	Owner      cdk.Principal
	Subaccount *[]byte
}

type Transfer struct {
	From, To Account
	Amount   uint
	Memo     []byte `candid:"memo text"`
	hidden   int
}

type Outcome struct {
	cdk.OneOf
	Ok    *uint64
	Empty *cdk.Unit
	Err   *string
}

type Tree struct {
	Left, Right *Tree
	Value       int8
}

var (
	name    string
	started = time.Now()
	blocks  []Transfer
	log     []string
)

var program = cdk.New(&cdk.Canister{
	Setup: cdk.Init(func(ctx *cdk.Context, as string) error {
		if as == "" {
			return errors.New("a bank has a name")
		}
		name = as
		return nil
	}),
	Service: cdk.Service{
		"transfer": cdk.Update(transfer),
		"history":  cdk.Query(func(from, most uint32) []Transfer { return blocks[from:min(int(from+most), len(blocks))] }),
		"sum":      cdk.Query(sum),
		"weird name": cdk.Query(func(f float64, b bool, n *int16) (float64, bool, *int16) { //tidy:float for the test
			return f / 2, !b, n
		}),
		"name":   cdk.Query(func() string { return name }),
		"clocks": cdk.Update(func() (bool, string) { return time.Since(started) > 0, fmt.Sprintf("%04d", len(log)) }),
		"remote": cdk.Update(remote),
		"peek":   cdk.Composite(func(ctx *cdk.Context) (string, error) { return cdk.Ask[string](ctx, ctx.Self(), "name") }),
		"log":    cdk.Query(func() []string { return log }),
		"env":    cdk.Query(func(ctx *cdk.Context, name string) (string, bool) { return ctx.Env(name) }),
	},
	Inspect: func(ctx *cdk.Context) {
		if ctx.Method() != "remote_only" {
			ctx.AcceptMessage()
		}
	},
	PostUpgrade: func(*cdk.Context) { log = append(log, "upgraded") },
	Timer:       func(*cdk.Context) { log = append(log, "timer") },
	Update: cdk.Methods{
		"raw":         func(ctx *cdk.Context) { ctx.Reply(ctx.Arg()) },
		"remote_only": func(ctx *cdk.Context) { ctx.Reply([]byte{1}) },
		"deadline":    func(ctx *cdk.Context) { ctx.Reply(cdk.Encode(ctx.Deadline() > ctx.Time())) },
	},
})

func transfer(ctx *cdk.Context, t Transfer) Outcome {
	if t.From.Owner != ctx.Caller() {
		text := "not yours"
		return Outcome{Err: &text}
	}
	if t.Amount == 0 {
		return Outcome{Empty: &cdk.Unit{}}
	}
	t.hidden = 1
	blocks = append(blocks, t)
	n := uint64(len(blocks))
	return Outcome{Ok: &n}
}

func sum(t *Tree) int64 {
	if t == nil {
		return 0
	}
	return sum(t.Left) + int64(t.Value) + sum(t.Right)
}

// remote asks another bank, and asks again without the patience to wait.
func remote(ctx *cdk.Context, bank cdk.Principal) (string, error) {
	f := ctx.StartWithin(10, bank, "deadline", nil, cdk.Cycles{})
	reply, reject := f.Await()
	if reject != nil {
		return "", reject
	}
	var patient bool
	if err := cdk.Decode(reply, &patient); err != nil {
		return "", err
	}
	name, err := cdk.Ask[string](ctx, bank, "name")
	return fmt.Sprint(name, " ", patient), err
}

//go:wasmexport canister_query_SP_by_hand
func byHand() { program.Query("log") }

func main() {}
