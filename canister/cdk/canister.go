package cdk

// A Canister is what a canister does. A nil entry does nothing; which of them the system knows of is decided by what the
// program exports (see doc.go).
type Canister struct {
	Update Methods // may change state, and call
	Query  Methods // changes are undone

	Init        func(*Context) // at installation
	PreUpgrade  func(*Context) // before an upgrade, in the old code
	PostUpgrade func(*Context) // after it, in the new code
	Heartbeat   func(*Context) // in each round; may call
	Timer       func(*Context) // when the time given to Context.SetTimer has come; may call
}

// Methods are by name.
type Methods map[string]func(*Context)
