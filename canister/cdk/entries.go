package cdk

// An entry is what the system calls, by the name it is exported under: "canister_init", "canister_update greet".
type entry struct {
	export string
	method string  // its name, "" if it is none
	typed  *Method // nil if it has no types
	run    func()
}

// list gives what a canister has, ascending. It panics if two methods have the same name, or if one has a type that Candid does
// not have.
func (p *Program) list() []entry {
	c := p.canister
	if c.Init != nil && c.Setup != nil {
		panic("cdk: a canister has one of Init and Setup")
	}
	var list []entry
	hook := func(export string, has bool, run func()) {
		if has {
			list = append(list, entry{export: export, run: run})
		}
	}
	hook(exportInit, c.Init != nil, p.Init)
	hook("canister_pre_upgrade", c.PreUpgrade != nil, p.PreUpgrade)
	hook("canister_post_upgrade", c.PostUpgrade != nil, p.PostUpgrade)
	hook("canister_inspect_message", c.Inspect != nil, p.Inspect)
	hook("canister_heartbeat", c.Heartbeat != nil, p.Heartbeat)
	hook("canister_global_timer", c.Timer != nil, p.Timer)
	hook("canister_on_low_wasm_memory", c.LowMemory != nil, p.LowMemory)
	if c.Setup != nil {
		if c.Setup.kind != exportInit {
			panic("cdk: Setup is not made by Init")
		}
		c.Setup.check("Setup")
		list = append(list, entry{export: exportInit, typed: c.Setup, run: p.Init})
	}
	methods := func(kind string, of Methods, run func(string)) {
		for name := range of { //tidy:sorted below
			list = append(list, entry{export: kind + name, method: name, run: func() { run(name) }})
		}
	}
	methods(exportUpdate, c.Update, p.Update)
	methods(exportQuery, c.Query, p.Query)
	methods(exportComposite, c.Composite, p.Composite)
	for name, m := range c.Service { //tidy:sorted below
		list = append(list, p.service(name, m))
	}
	return sorted(list)
}

// sorted puts entries in order, by insertion: package slices would be in every module.
func sorted(list []entry) []entry {
	for i := range list {
		for k := i; k > 0 && list[k].before(&list[k-1]); k-- {
			list[k], list[k-1] = list[k-1], list[k]
		}
	}
	for i := 1; i < len(list); i++ {
		if m := list[i].method; m != "" && m == list[i-1].method {
			panic("cdk: the method " + m + " is there twice: updates and queries have their names in common")
		}
	}
	return list
}

// before orders entries: those that are no methods, then methods by name.
func (e *entry) before(o *entry) bool {
	return e.method < o.method || e.method == o.method && e.export < o.export
}

func (p *Program) service(name string, m *Method) entry {
	if m == nil || m.kind == exportInit {
		panic("cdk: the method " + name + " is made by none of Update, Query, Composite")
	}
	m.check("the method " + name)
	run := func(p *Program, name string) {}
	switch m.kind {
	case exportUpdate:
		run = (*Program).Update
	case exportQuery:
		run = (*Program).Query
	case exportComposite:
		run = (*Program).Composite
	}
	return entry{export: m.kind + name, method: name, typed: m, run: func() { run(p, name) }}
}

// check prepares a method; it panics if that cannot be one.
func (m *Method) check(what string) {
	if err := m.prepare(); err != nil {
		panic("cdk: " + what + ": " + err.Error())
	}
}

// Exports gives the names that the program's module exports: "canister_init", "canister_update greet" and so on, the
// methods after the rest and by name.
func (p *Program) Exports() []string {
	var names []string
	for _, e := range p.entries {
		names = append(names, e.export)
	}
	return names
}

// Enter is the entry of an export, by its place among Exports.
func (p *Program) Enter(n uint32) { p.entries[n].run() }

// Candid describes the methods that have types, "" if none has.
func (p *Program) Candid() string {
	for _, e := range p.entries {
		if e.typed != nil {
			return e.typed.describe(p.entries)
		}
	}
	return ""
}
