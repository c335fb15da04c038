// Command prober is a canister that does what cdk's tests look at.
package main

import (
	"strings"

	"icsim/canister/cdk"
)

var (
	log     []string
	kept    *cdk.Future
	program = cdk.New(&cdk.Canister{
		Init:   func(ctx *cdk.Context) { note("init " + string(ctx.Arg())) },
		Timer:  func(ctx *cdk.Context) { note("timer") },
		Update: cdk.Methods{"do": do},
		Query:  cdk.Methods{"log": func(ctx *cdk.Context) { ctx.Reply([]byte(strings.Join(log, ","))) }},
	})
)

func note(what string) { log = append(log, what) }

// do does what the first word of the argument says. A second word is the id of another prober, whose do gets the rest.
func do(ctx *cdk.Context) {
	what, rest, _ := strings.Cut(string(ctx.Arg()), " ")
	target, next, _ := strings.Cut(rest, " ")
	call := func() *cdk.Future { return ctx.Start(cdk.Principal(target), "do", []byte(next), cdk.CyclesOf(1000)) }
	switch what {
	case "note":
		note(rest)
		ctx.Reply([]byte(rest))
	case "reject":
		ctx.Reject(rest)
	case "silence":
	case "panic":
		note("lost")
		panic(rest)
	case "index":
		note(rest[len(rest):][:1])
	case "trap":
		ctx.Trap(rest)
	case "await":
		reply, err := ctx.Call(cdk.Principal(target), "do", []byte(next), cdk.Cycles{})
		if err != nil {
			ctx.Reject("awaited: " + err.Message)
			return
		}
		ctx.Reply(append(append([]byte("awaited "), reply...), string(ctx.Arg()[:5])...))
	case "breaks": // after the wait
		defer note("deferred")
		note("before")
		f := call()
		f.Await()
		note("after")
		panic("broken")
	case "fan":
		a, b, c := call(), call(), call()
		for _, f := range []*cdk.Future{c, a, b} {
			if reply, err := f.Await(); err != nil || string(reply) != "x" {
				ctx.Trap("fan")
			}
		}
		ctx.Reply([]byte("fanned"))
	case "keep":
		kept = call()
		kept.Await()
		ctx.Reply([]byte("kept"))
	case "steal":
		kept.Await()
	case "take": // cycles
		had := ctx.Available()
		took := ctx.Accept(cdk.CyclesOf(400))
		if had != cdk.CyclesOf(1000) || took != cdk.CyclesOf(400) || ctx.Available() != cdk.CyclesOf(600) {
			ctx.Trap("take")
		}
		ctx.Reply([]byte("taken"))
	case "pay":
		f := call()
		f.Await()
		if f.Refunded != cdk.CyclesOf(600) {
			ctx.Trap("pay")
		}
		ctx.Reply([]byte("paid"))
	case "system":
		system(ctx)
	}
}

// system tries what Context has, each against what has to hold.
func system(ctx *cdk.Context) {
	must := func(ok bool, what string) {
		if !ok {
			ctx.Trap(what)
		}
	}
	must(ctx.Self() != ctx.Caller() && len(ctx.Self()) == 10, "ids")
	must(ctx.IsController(ctx.Caller()) && !ctx.IsController(ctx.Self()), "controllers")
	must(ctx.Time() > 1_700_000_000_000_000_000, "time")
	must(ctx.Instructions() > 0, "instructions")
	old, ok := ctx.StableGrow(2)
	must(ok && old == 0 && ctx.StableSize() == 2, "stable size")
	_, ok = ctx.StableGrow(1 << 40)
	must(!ok, "stable limit")
	ctx.StableWrite(1<<16-2, []byte("over"))
	got := make([]byte, 6)
	ctx.StableRead(got, 1<<16-3)
	must(string(got) == "\x00over\x00", "stable memory")
	ctx.SetCertifiedData([]byte("certified"))
	_, ok = ctx.Certificate()
	must(!ok, "certificate")
	must(ctx.SetTimer(ctx.Time()+1) == 0, "timer")
	balance := ctx.Balance()
	must(ctx.Burn(cdk.CyclesOf(5)) == cdk.CyclesOf(5) && ctx.Balance() == balance.Sub(cdk.CyclesOf(5)), "burn")
	ctx.Print("printed")
	ctx.Reply([]byte("fine"))
}

//go:wasmexport canister_init
func canisterInit() { program.Init() }

//go:wasmexport canister_global_timer
func timer() { program.Timer() }

//go:wasmexport canister_update_SP_do
func updateDo() { program.Update("do") }

//go:wasmexport canister_query_SP_log
func queryLog() { program.Query("log") }

func main() {}
