package main

import (
	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
)

// caller calls other canisters and counts the answers.
//
//	call   : () -> (record { replies : nat64; rejects : nat64 });    makes the calls of the settings and waits for all
//	call   : (record { … }) -> (record { … });                       the same, with some settings changed for this time
//	replies: () -> (nat64) query;
//	rejects: () -> (nat64) query;
//	stats  : () -> (record { calls; replies; rejects; open; skipped : nat64 }) query;
//
// Settings: calls (vec principal), taken in turn; method; payload (blob), the argument; cycles, with each call; count, of calls
// each time; concurrency, the most that are open at once. With every, in nanoseconds, it also makes count calls by itself so
// often; those that would exceed concurrency are skipped, so that a target out of reach lets nothing pile up.
// total: after so many calls it makes no more by itself; 0: never.
type caller struct {
	plan  plan
	every uint64
	due   uint64 // when it is to call by itself next
	total uint64
	turn  int // counts the calls: whose turn it is
	open  uint64
	stats stats
}

type plan struct {
	targets     []cdk.Principal
	method      string
	payload     []byte
	cycles      uint64
	count       uint64
	concurrency uint64
}

type stats struct{ calls, replies, rejects, skipped uint64 }

func newCaller(ctx *cdk.Context, settings *candid.Reader) cdk.Canister {
	c := &caller{}
	c.plan = plan{method: "inc", payload: nothing(), count: 1, concurrency: 100}.with(settings)
	c.every = settings.FieldNat64("every", 0)
	c.total = settings.FieldNat64("total", 0)
	if c.every > 0 {
		c.due = ctx.Time() + c.every
		ctx.SetTimer(c.due)
	}
	number := func(n *uint64) func(*cdk.Context) {
		return func(ctx *cdk.Context) { ctx.Reply(candid.Encode(candid.NewNat64(*n))) }
	}
	return cdk.Canister{
		Update: cdk.Methods{"call": c.call},
		Query:  cdk.Methods{"replies": number(&c.stats.replies), "rejects": number(&c.stats.rejects), "stats": c.report},
		Timer:  c.tick,
	}
}

// with gives the plan with what a record says instead.
func (p plan) with(r *candid.Reader) plan {
	if targets := r.FieldPrincipals("calls", nil); targets != nil {
		p.targets = make([]cdk.Principal, len(targets))
		for i, t := range targets {
			p.targets[i] = cdk.Principal(t)
		}
	}
	p.method = r.FieldText("method", p.method)
	p.payload = r.FieldBlob("payload", p.payload)
	p.cycles = r.FieldNat64("cycles", p.cycles)
	p.count = r.FieldNat64("count", p.count)
	p.concurrency = max(1, r.FieldNat64("concurrency", p.concurrency))
	return p
}

func (c *caller) call(ctx *cdk.Context) {
	p := c.plan
	if arg := candid.Read(ctx.Arg()); arg.More() {
		arg.Record()
		p = p.with(arg)
		mustRead(ctx, arg)
	}
	if len(p.targets) == 0 {
		ctx.Trap("call: there is nobody to call: the setting calls is empty")
	}
	var answers stats
	var flying flight
	for range p.count {
		if uint64(flying.len()) == p.concurrency {
			c.await(&flying, &answers)
		}
		flying.push(c.start(ctx, &p))
	}
	for flying.len() > 0 {
		c.await(&flying, &answers)
	}
	ctx.Reply(candid.Encode(candid.NewRecord(
		candid.Of("replies", candid.NewNat64(answers.replies)),
		candid.Of("rejects", candid.NewNat64(answers.rejects)))))
}

// tick is the timer. A round may be longer than the time between two ticks: it makes up for those that have passed.
func (c *caller) tick(ctx *cdk.Context) {
	p := &c.plan
	ticks := (ctx.Time()-c.due)/c.every + 1
	c.due += ticks * c.every
	left := p.count * ticks
	if c.total > 0 {
		left = min(left, c.total-min(c.total, c.stats.calls))
	}
	if len(p.targets) == 0 || left == 0 {
		return
	}
	ctx.SetTimer(c.due)
	room := p.concurrency - min(p.concurrency, c.open)
	c.stats.skipped += left - min(left, room)
	var flying flight
	for range min(left, room) {
		flying.push(c.start(ctx, p))
	}
	for flying.len() > 0 {
		c.await(&flying, &stats{})
	}
}

// start makes the next call.
func (c *caller) start(ctx *cdk.Context, p *plan) *cdk.Future {
	c.turn++
	c.open++
	c.stats.calls++
	return ctx.Start(p.targets[c.turn%len(p.targets)], p.method, p.payload, cdk.CyclesOf(p.cycles))
}

// await waits for the oldest call.
func (c *caller) await(flying *flight, answers *stats) {
	if _, err := flying.pop().Await(); err != nil {
		answers.rejects++
		c.stats.rejects++
	} else {
		answers.replies++
		c.stats.replies++
	}
	c.open--
}

func (c *caller) report(ctx *cdk.Context) {
	ctx.Reply(candid.Encode(candid.NewRecord(
		candid.Of("calls", candid.NewNat64(c.stats.calls)),
		candid.Of("replies", candid.NewNat64(c.stats.replies)),
		candid.Of("rejects", candid.NewNat64(c.stats.rejects)),
		candid.Of("skipped", candid.NewNat64(c.stats.skipped)),
		candid.Of("open", candid.NewNat64(c.open)))))
}

// A flight is the calls of one message that have not been waited for, oldest first.
type flight struct {
	calls []*cdk.Future
	first int
}

func (f *flight) len() int           { return len(f.calls) - f.first }
func (f *flight) push(c *cdk.Future) { f.calls = append(f.calls, c) }

func (f *flight) pop() *cdk.Future {
	c := f.calls[f.first]
	f.calls[f.first] = nil
	if f.first++; f.first == len(f.calls) {
		f.calls, f.first = f.calls[:0], 0
	}
	return c
}
