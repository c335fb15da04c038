package cdk

// A Program is a canister bound to a system. Its methods are the entries of the module; a program exports those that the
// canister has.
type Program struct {
	canister *Canister
	system   System
	entries  []entry
	idle     []*task   // coroutines to use again
	running  *task     // nil in an entry that cannot wait
	open     []*Future // by slot; nil: free
	free     []uint32  // slots
}

// New binds a canister to the system of the module. On a development machine there is none: see On.
func New(c *Canister) *Program { return bind(On(nil, c)) }

// On binds a canister to a system. It panics if two of its methods have the same name, or a type that Candid does not have.
func On(s System, c *Canister) *Program {
	p := &Program{canister: c, system: s}
	p.entries = p.list()
	return p
}

// Init is the entry canister_init.
func (p *Program) Init() {
	if p.canister.Setup != nil {
		p.direct(p.canister.Setup.call)
		return
	}
	p.direct(p.canister.Init)
}

// PreUpgrade is the entry canister_pre_upgrade.
func (p *Program) PreUpgrade() { p.direct(p.canister.PreUpgrade) }

// PostUpgrade is the entry canister_post_upgrade.
func (p *Program) PostUpgrade() { p.direct(p.canister.PostUpgrade) }

// Inspect is the entry canister_inspect_message.
func (p *Program) Inspect() { p.direct(p.canister.Inspect) }

// LowMemory is the entry canister_on_low_wasm_memory.
func (p *Program) LowMemory() { p.spawn(p.canister.LowMemory, nil) }

// Heartbeat is the entry canister_heartbeat.
func (p *Program) Heartbeat() { p.spawn(p.canister.Heartbeat, nil) }

// Timer is the entry canister_global_timer.
func (p *Program) Timer() { p.spawn(p.canister.Timer, nil) }

// Update is the entry "canister_update NAME".
func (p *Program) Update(name string) {
	p.spawn(p.method(p.canister.Update, exportUpdate, name), p.system.Arg())
}

// Query is the entry "canister_query NAME".
func (p *Program) Query(name string) { p.direct(p.method(p.canister.Query, exportQuery, name)) }

// Composite is the entry "canister_composite_query NAME".
func (p *Program) Composite(name string) {
	p.spawn(p.method(p.canister.Composite, exportComposite, name), p.system.Arg())
}

// method finds a method. A module that holds several canisters exports the methods of all, so one may be missing: what the
// caller hears is what the system says of a method that is not exported.
func (p *Program) method(of Methods, kind, name string) func(*Context) {
	if run := of[name]; run != nil {
		return run
	}
	if m := p.canister.Service[name]; m != nil && m.kind == kind {
		return m.call
	}
	what := kind[len("canister_"):]
	if kind == exportComposite {
		what = "composite query "
	}
	return func(ctx *Context) { ctx.Reject("Canister has no " + what + "method '" + name + "'") }
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
