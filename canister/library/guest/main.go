package main

import (
	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
)

func main() {}

// undecided is a canister that canister_init turns into one of the library.
func undecided() *cdk.Canister {
	c := new(cdk.Canister)
	c.PostUpgrade = func(ctx *cdk.Context) { *c = restored(ctx) }
	c.Init = func(ctx *cdk.Context) {
		settings := candid.Read(ctx.Arg())
		name := settings.Text()
		settings.Record()
		if settings.Err() == nil {
			switch name {
			case "burner":
				*c = newBurner(settings)
			case "caller":
				*c = newCaller(ctx, settings)
			case "counter":
				*c = newCounter(settings)
			case "fetcher":
				*c = newFetcher(settings)
			case "interpreter":
				*c = newInterpreter(ctx, settings)
			case "migration":
				*c = newMigration(settings)
			case "signer":
				*c = newSigner(settings)
			case "site":
				*c = newSite(ctx, settings)
			default:
				ctx.Trap("the library has no canister " + name)
			}
		}
		mustRead(ctx, settings)
	}
	return c
}

// mustRead traps if an argument is not what was expected.
func mustRead(ctx *cdk.Context, r *candid.Reader) {
	if err := r.Err(); err != nil {
		ctx.Trap(err.Error())
	}
}

// nothing is the reply ().
func nothing() []byte { return candid.Encode() }
