package scenarios

import (
	"fmt"
	"slices"

	"icsim/canister"
	"icsim/canister/candid"
	"icsim/canister/library"
	"icsim/canister/wasm"
)

// A Code is what a canister runs. One of Library, Module and Motoko is set.
type Code struct {
	Library string // name of a canister of the library
	Module  string // file with a module, raw or gzip
	Motoko  string // file with a program in Motoko
	Candid  string // file with the interface; empty: what the module says itself
	bytes   []byte // of Module, or of what Motoko's compiler made
	keeps   bool   // its main memory over upgrades
	offers  offer
}

// An offer is what is known of a canister's methods.
type offer struct {
	service *candid.Interface // nil: unknown
	init    []candid.Type     // nil: unknown
	exports []string          // names of methods; nil: unknown
	updates []string          // of them, those that cannot be queries
}

// code takes what a canister runs.
func (p *parser) code(f *object, what string) Code {
	var c Code
	given := 0
	for _, key := range []string{"library", "module", "motoko"} {
		if f.has(key) {
			given++
		}
	}
	if given != 1 && !f.broken {
		p.fail(f.line, "%s has one of library (%s), module (a .wasm file) and motoko (a .mo file)", what, either(library.Names()))
	}
	c.Library = optional(f, "library", choices(library.Names()...), "")
	c.Module = optional(f, "module", texts("a .wasm file, raw or gzip"), "")
	c.Motoko = optional(f, "motoko", texts("a .mo file"), "")
	c.Candid = optional(f, "candid", texts("a .did file"), "")
	switch {
	case c.Module != "":
		p.module(f, &c)
	case c.Motoko != "":
		p.motoko(f, &c)
	case c.Library != "":
		c.offers.service = libraryInterface(c.Library)
	}
	p.described(f, &c)
	return c
}

// module reads a module and looks at what it exports.
func (p *parser) module(f *object, c *Code) {
	code, err := p.open(c.Module)
	if err != nil {
		f.fail("module", "cannot read the module: %v", err)
		return
	}
	p.inspect(f, c, "module", code)
}

func (p *parser) inspect(f *object, c *Code, key string, code []byte) {
	if p.executor == nil {
		p.executor = canister.NewExecutor(canister.Config{})
	}
	shown, err := p.executor.Inspect(code, false)
	if err != nil {
		f.fail(key, "%s is no module that can be installed: %v", c.Module+c.Motoko, err)
		return
	}
	c.bytes, c.offers.exports = code, []string{}
	for _, m := range shown.Methods() {
		c.offers.exports = append(c.offers.exports, m.Name)
		if !shown.HasMethod(wasm.Query, m.Name) && !shown.HasMethod(wasm.CompositeQuery, m.Name) {
			c.offers.updates = append(c.offers.updates, m.Name)
		}
	}
	c.keeps = slices.ContainsFunc(shown.CustomSections(), func(s wasm.CustomSection) bool { return s.Name == persistence && !s.Public })
	if c.Candid == "" {
		c.offers.described(shown.CustomSections())
	}
}

// persistence is the section of modules that keep their main memory over upgrades (reference/interface.md B.2).
const persistence = "enhanced-orthogonal-persistence"

// described takes the interface that a module carries. What cannot be read is as if it were not there: other tools wrote it.
func (o *offer) described(sections []wasm.CustomSection) {
	for _, s := range sections {
		switch s.Name {
		case "candid:service":
			if service, err := candid.ParseDID(string(s.Data)); err == nil && service.Service != (candid.Type{}) {
				o.service = service
				if o.init == nil {
					o.init = service.Init
				}
			}
		case "candid:args":
			if types, err := candid.ParseTypes(string(s.Data)); err == nil {
				o.init = types
			}
		}
	}
}

// described takes the interface from a file of its own.
func (p *parser) described(f *object, c *Code) {
	if c.Candid == "" {
		return
	}
	text, err := p.open(c.Candid)
	if err != nil {
		f.fail("candid", "cannot read the interface: %v", err)
		return
	}
	service, err := candid.ParseDID(string(text))
	switch {
	case err != nil:
		f.fail("candid", "%s: %v", c.Candid, err)
	case service.Service == (candid.Type{}):
		f.fail("candid", "%s describes types only; want a service", c.Candid)
	default:
		c.offers.service, c.offers.init = service, service.Init
		p.exported(f, c)
	}
}

// exported reports methods of an interface that the module does not have.
func (p *parser) exported(f *object, c *Code) {
	for _, m := range c.offers.service.Service.Methods() {
		if c.offers.exports != nil && !slices.Contains(c.offers.exports, m.Name) {
			f.fail("candid", "%s describes the method %q, which %s does not export; %s",
				c.Candid, shorten(m.Name), c.Module+c.Motoko, oneOf(m.Name, c.offers.exports))
		}
	}
}

// libraryInterface gives the interface of a canister of the library; nil when it takes arguments of several types.
func libraryInterface(name string) *candid.Interface {
	text := library.Interface(name)
	if text == "" {
		return nil
	}
	service, err := candid.ParseDID(text)
	if err != nil {
		panic(fmt.Sprintf("scenarios: the interface of %s: %v", name, err)) // ours, and tested
	}
	return service
}

// names gives the methods that there are; known is false when that is unknown.
func (o *offer) names() (all []string, known bool) {
	if o.service == nil {
		return o.exports, o.exports != nil
	}
	for _, m := range o.service.Service.Methods() {
		all = append(all, m.Name)
	}
	return all, true
}

// signature gives the types of a method, if they are known.
func (o *offer) signature(method string) (candid.Signature, bool) {
	if o.service == nil {
		return candid.Signature{}, false
	}
	s, err := o.service.Method(method)
	return s, err == nil
}

// onlyUpdates tells whether a method is known to be an update and no query, in all that the canister may run.
func (c *Canister) onlyUpdates(name string) bool {
	for i := range c.offered {
		o := &c.offered[i]
		if s, ok := o.signature(name); ok {
			if s.Mode&(candid.Query|candid.CompositeQuery) != 0 {
				return false
			}
		} else if !slices.Contains(o.updates, name) {
			return false
		}
	}
	return len(c.offered) > 0
}

// A method is what is known of one that is called.
type method struct {
	args, results []candid.Type
	typed         bool
}

// findMethod looks a method up in what a canister begins as, then in what it is upgraded to. It reports one that is nowhere.
func (p *parser) findMethod(f *object, key string, c *Canister, name string) method {
	var all []string
	for i := range c.offered {
		if s, ok := c.offered[i].signature(name); ok {
			return method{s.Args, s.Results, true}
		}
		names, known := c.offered[i].names()
		if !known || c.offered[i].service == nil && slices.Contains(names, name) {
			return method{}
		}
		all = append(all, names...)
	}
	if len(c.offered) > 0 {
		all = sorted(all)
		f.fail(key, "canister %s has no method %q; %s", c.Name, shorten(name), oneOf(name, slices.Compact(all)))
	}
	return method{}
}
