package cdk

// A Program is a canister bound to a system. Its methods are the entries of the module; a program exports those that the
// canister has.
type Program struct {
	canister *Canister
	system   System
	idle     []*task   // coroutines to use again
	running  *task     // nil in an entry that cannot wait
	open     []*Future // by slot; nil: free
	free     []uint32  // slots
}

// New binds a canister to the system of the module. On a development machine there is none: see On.
func New(c *Canister) *Program { return bind(On(nil, c)) }

// On binds a canister to a system.
func On(s System, c *Canister) *Program { return &Program{canister: c, system: s} }

// Init is the entry canister_init.
func (p *Program) Init() { p.direct(p.canister.Init) }

// PreUpgrade is the entry canister_pre_upgrade.
func (p *Program) PreUpgrade() { p.direct(p.canister.PreUpgrade) }

// PostUpgrade is the entry canister_post_upgrade.
func (p *Program) PostUpgrade() { p.direct(p.canister.PostUpgrade) }

// Heartbeat is the entry canister_heartbeat.
func (p *Program) Heartbeat() { p.spawn(p.canister.Heartbeat, nil) }

// Timer is the entry canister_global_timer.
func (p *Program) Timer() { p.spawn(p.canister.Timer, nil) }

// Update is the entry "canister_update NAME".
func (p *Program) Update(name string) {
	p.spawn(p.method(p.canister.Update, "update", name), p.system.Arg())
}

// Query is the entry "canister_query NAME".
func (p *Program) Query(name string) { p.direct(p.method(p.canister.Query, "query", name)) }

// method finds a method. A module that holds several canisters exports the methods of all, so one may be missing: what the
// caller hears is what the system says of a method that is not exported.
func (p *Program) method(of Methods, kind, name string) func(*Context) {
	if run := of[name]; run != nil {
		return run
	}
	return func(ctx *Context) { ctx.Reject("Canister has no " + kind + " method '" + name + "'") }
}

// direct runs an entry that cannot wait. pre_upgrade and heartbeat have no argument to ask for: see Context.Arg.
func (p *Program) direct(run func(*Context)) {
	if run == nil {
		return
	}
	ctx := Context{program: p, system: p.system}
	defer ctx.rescue()
	run(&ctx)
}
