package main

import (
	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
)

// burner uses instructions and writes to memory.
//
//	burn  : () -> (nat64);                       what the settings say; the instructions used
//	burn  : (record { instructions; pages }) -> (nat64);
//	burned: () -> (nat64) query;                 calls so far
//
// Settings, nat64: instructions of a call, at least those of an empty one; pages, of 4 KiB, that it writes to.
type burner struct {
	instructions uint64
	pages        uint64
	calls        uint64
	memory       []byte
	sink         uint64 // see spin
}

const (
	pageBytes = 4096
	mostPages = 1 << 18 // 1 GiB
)

func newBurner(settings *candid.Reader) cdk.Canister {
	b := &burner{}
	b.read(settings)
	return cdk.Canister{
		Update: cdk.Methods{"burn": b.burn},
		Query:  cdk.Methods{"burned": func(ctx *cdk.Context) { ctx.Reply(candid.Encode(candid.NewNat64(b.calls))) }},
	}
}

func (b *burner) read(r *candid.Reader) {
	b.instructions = r.FieldNat64("instructions", b.instructions)
	b.pages = r.FieldNat64("pages", b.pages)
}

func (b *burner) burn(ctx *cdk.Context) {
	once := *b
	if arg := candid.Read(ctx.Arg()); arg.More() {
		arg.Record()
		once.read(arg)
		mustRead(ctx, arg)
	}
	if once.pages > mostPages {
		ctx.Trap("burn: at most 262144 pages, which are 1 GiB")
	}
	b.calls++
	b.write(once.pages)
	spin(ctx, &b.sink, once.instructions)
	ctx.Reply(candid.Encode(candid.NewNat64(ctx.Instructions())))
}

// write changes a byte in each of so many pages.
func (b *burner) write(pages uint64) {
	if need := int(pages * pageBytes); len(b.memory) < need {
		b.memory = make([]byte, need)
	}
	for i := range pages {
		b.memory[i*pageBytes]++
	}
}

// spin works until the counter of instructions says it is enough: in ever smaller rounds, so that it ends close to the number
// without asking often. sink keeps the compiler from leaving the work out.
func spin(ctx *cdk.Context, sink *uint64, instructions uint64) {
	const turn = 32 // more instructions than a turn of the loop takes, so that no round goes too far
	for used := ctx.Instructions(); used+1000 < instructions; used = ctx.Instructions() {
		x := *sink
		for n := (instructions - used) / turn; n > 0; n-- {
			x = x*6364136223846793005 + 1442695040888963407
		}
		*sink = x
	}
}
