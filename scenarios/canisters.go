package scenarios

import (
	"slices"
	"strings"
	"time"

	"icsim/canister"
	"icsim/canister/library"
	"icsim/protocol"
)

// defaultCycles are enough for a canister never to freeze in a scenario's time.
var defaultCycles = protocol.CyclesOf(100_000_000_000_000)

func (p *parser) canisters(o *object) {
	for _, item := range o.list("canisters") {
		f := p.object(item, "a canister")
		c := Canister{line: f.line}
		c.Name = required(f, "name", names())
		c.Subnet = required(f, "subnet", texts("the name of a subnet"))
		if f.has("subnet") {
			p.findSubnet(word{c.Subnet, f.at("subnet")})
		}
		c.Cycles = optional(f, "cycles", cycles(), defaultCycles)
		c.Arg = p.argument(f)
		p.code(f, &c)
		p.settings(f, &c)
		f.done()
		if i := p.findCanister(c.Name); i >= 0 && c.Name != "" {
			f.fail("name", "the canister %s exists already, since line %d", c.Name, p.spec.Canisters[i].line)
		}
		p.spec.Canisters = append(p.spec.Canisters, c)
	}
	for _, w := range p.callees { // which may stand below those who call them
		p.knownCanister(w)
	}
}

// code takes what a canister runs: a module of the library, or a file.
func (p *parser) code(f *object, c *Canister) {
	if f.has("library") == f.has("module") && !f.broken {
		p.fail(f.line, "a canister has one of library (%s) and module (a .wasm file)", either(library.Names()))
	}
	c.Library = optional(f, "library", choices(library.Names()...), "")
	c.Module = optional(f, "module", texts("a .wasm file, raw or gzip"), "")
	if c.Module == "" {
		return
	}
	code, err := p.open(c.Module)
	if err != nil {
		f.fail("module", "cannot read the module: %v", err)
		return
	}
	if p.executor == nil {
		p.executor = canister.NewExecutor(canister.Config{})
	}
	shown, err := p.executor.Inspect(code, false)
	if err != nil {
		f.fail("module", "%s is no module that can be installed: %v", c.Module, err)
		return
	}
	c.code = code
	for _, m := range shown.Methods() {
		c.methods = append(c.methods, m.Name)
	}
}

// argument takes the argument of a canister or call: bytes, or a text as it stands.
func (p *parser) argument(f *object) []byte {
	if f.has("arg") && f.has("arg_text") {
		f.fail("arg_text", "an argument is given by one of arg and arg_text")
	}
	arg := optional(f, "arg", blobs(), nil)
	if f.has("arg_text") {
		arg = []byte(optional(f, "arg_text", texts("a text"), ""))
	}
	return arg
}

// method reports a call of a method that a canister from a file does not have.
func (p *parser) method(f *object, c *Canister, name string) {
	if c.code != nil && !slices.Contains(c.methods, name) {
		f.fail("call", "canister %s has no method %q; %s", c.Name, shorten(name), oneOf(name, c.methods))
	}
}

func (p *parser) findCanister(name string) int {
	return slices.IndexFunc(p.spec.Canisters, func(c Canister) bool { return c.Name == name })
}

func (p *parser) knownCanister(w word) {
	if p.findCanister(w.text) >= 0 {
		return
	}
	var known []string
	for i := range p.spec.Canisters {
		known = append(known, p.spec.Canisters[i].Name)
	}
	p.fail(w.line, "there is no canister %q; %s", shorten(w.text), oneOf(w.text, known))
}

const defaultFirstCall = time.Second

func (p *parser) clients(o *object) {
	lines := []int{}
	for _, item := range o.list("clients") {
		f := p.object(item, "a client")
		c := p.client(f)
		if i := slices.IndexFunc(p.spec.Clients, func(other Client) bool { return other.Name == c.Name }); i >= 0 && c.Name != "" {
			f.fail("name", "the client %s exists already, since line %d", c.Name, lines[i])
		}
		p.spec.Clients, lines = append(p.spec.Clients, c), append(lines, f.line)
	}
}

func (p *parser) client(f *object) Client {
	var c Client
	c.Name = required(f, "name", names())
	const call = "a canister and its method, such as counter.inc"
	if text := required(f, "call", texts(call)); text != "" {
		var ok bool
		if c.Canister, c.Method, ok = strings.Cut(text, "."); !ok || c.Method == "" {
			f.fail("call", "call %q is not %s", shorten(text), call)
		} else {
			p.knownCanister(word{c.Canister, f.at("call")})
			if i := p.findCanister(c.Canister); i >= 0 {
				p.method(f, &p.spec.Canisters[i], c.Method)
			}
		}
	}
	c.Arg = p.argument(f)
	if f.has("every") == f.has("rate") && !f.broken {
		p.fail(f.line, "a client has one of every (such as 200ms) and rate (such as 5/s)")
	}
	every := optional(f, "every", spans(time.Microsecond, maxDuration), time.Second)
	c.Every = optional(f, "rate", rates(), every)
	c.Poisson = optional(f, "poisson", switches(), false)
	c.From = optional(f, "from", spans(0, p.last), min(defaultFirstCall, p.last))
	c.Until = optional(f, "until", spans(0, maxDuration), 0)
	if f.has("until") && c.Until <= c.From {
		f.fail("until", "until %s is not after from, %s: the client would never call", printDuration(c.Until), printDuration(c.From))
	}
	c.Count = optional(f, "count", counts(1, 1_000_000_000), 0)
	c.Place = optional(f, "place", texts("a place"), "")
	if c.Place != "" {
		p.place(word{c.Place, f.at("place")})
	}
	f.done()
	return c
}
