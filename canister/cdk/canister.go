package cdk

// A Canister is what a canister does. A nil entry does nothing. icsim canister build makes the system know of those that are not nil;
// a program that exports its methods itself decides by what it exports (see doc.go).
type Canister struct {
	Service Service // methods with types of Candid, which the module then describes
	Setup   *Method // Init with types: cdk.Init(f)

	Update    Methods // may change state, and call
	Query     Methods // changes are undone
	Composite Methods // queries that may call queries of other canisters

	Init        func(*Context) // at installation
	PreUpgrade  func(*Context) // before an upgrade, in the old code
	PostUpgrade func(*Context) // after it, in the new code
	Inspect     func(*Context) // for a user's update call, which is dropped unless it does Context.AcceptMessage
	Heartbeat   func(*Context) // in each round; may call
	Timer       func(*Context) // when the time given to Context.SetTimer has come; may call
	LowMemory   func(*Context) // when less memory is left than the canister's settings ask for; may call
}

// Methods are by name. They read Context.Arg and answer with Context.Reply.
type Methods map[string]func(*Context)

// A Service is methods by name: cdk.Update(f), cdk.Query(f), cdk.Composite(f).
type Service map[string]*Method
