package scenarios

import (
	"slices"
	"time"

	"icsim/protocol"
)

// defaultCycles are enough for a canister never to freeze in a scenario's time.
var defaultCycles = protocol.CyclesOf(100_000_000_000_000)

func (p *parser) canisters(o *object) {
	var arguments []*object
	for _, item := range o.list("canisters") {
		f := p.object(item, "a canister")
		c := Canister{line: f.line}
		c.Name = required(f, "name", names())
		c.Subnet = required(f, "subnet", texts("the name of a subnet"))
		if f.has("subnet") {
			p.findSubnet(word{c.Subnet, f.at("subnet")})
		}
		c.Code = p.code(f, "a canister")
		c.offered = []offer{c.offers}
		c.Cycles = optional(f, "cycles", cycles(), defaultCycles)
		p.controllers(f, &c)
		c.Resources = p.resources(f)
		c.Settings = p.settings(f, c.Library)
		f.known = append(f.known, "arg", "arg_text", "subnets")
		f.done()
		arguments = append(arguments, f)
		if i := p.findCanister(c.Name); i >= 0 && c.Name != "" {
			f.fail("name", "the canister %s exists already, since line %d", c.Name, p.spec.Canisters[i].line)
		}
		p.spec.Canisters = append(p.spec.Canisters, c)
	}
	for i := range p.spec.Canisters { // whose arguments may name each other
		p.initial(arguments[i], &p.spec.Canisters[i])
	}
	p.known()
	if len(p.problems) == 0 {
		p.admit()
	}
	for _, w := range p.callees { // which may stand below those who call them
		p.knownCanister(w)
	}
}

// initial takes the argument of canister_init.
func (p *parser) initial(f *object, c *Canister) {
	given := f.has("arg") || f.has("arg_text")
	if len(c.Settings) > 0 && given {
		f.fail("arg", "an argument is given by one of arg and settings")
	}
	if given || c.Library == "" {
		c.Arg = p.argument(f, c.offers.init, c.offers.init != nil, nil)
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

const (
	defaultFirstCall = time.Second
	maxBurst         = 100_000
)

// maxCopies bounds to how many nodes a client sends one call at once.
const maxCopies = 16

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
	if c.Name == anonymous {
		f.fail("name", "anonymous is nobody in particular; want another name")
	}
	if f.has("sequence") {
		c.As = optional(f, "as", texts("a client, a user or anonymous"), "")
		if f.has("as") {
			p.signer(word{c.As, f.at("as")})
		}
		p.sequence(f, &c)
		c.Repeat = optional(f, "repeat", counts(1, 1_000_000), 1)
		c.From = optional(f, "from", spans(0, p.last), 0)
	} else if f.has("trace") {
		p.trace(f, &c)
	} else {
		f.known = append(f.known, "sequence", "trace", "popularity") // the last of calls to a crowd
		c.Step = p.step(f, askKinds, c.Name, nil)
		p.times(f, &c)
	}
	c.Until = optional(f, "until", spans(0, maxDuration), 0)
	if f.has("until") && c.Until <= c.From {
		f.fail("until", "until %s is not after from, %s: the client would never call", printDuration(c.Until), printDuration(c.From))
	}
	c.Copies = optional(f, "copies", counts(1, maxCopies), 1)
	c.Place = optional(f, "place", texts("a place"), "")
	if c.Place != "" {
		p.place(word{c.Place, f.at("place")})
	}
	f.done()
	return c
}

// times takes when an open client calls.
func (p *parser) times(f *object, c *Client) {
	given := 0
	for _, key := range []string{"every", "rate", "at"} {
		if f.has(key) {
			given++
		}
	}
	if given != 1 && !f.broken {
		p.fail(f.line, "a client has one of every (such as 200ms), rate (such as 5/s), at (such as 5s), trace and sequence")
	}
	if f.has("at") && given == 1 {
		c.From = p.inRun(f, "at", true)
		return
	}
	f.take("at")
	every := optional(f, "every", spans(time.Microsecond, maxDuration), time.Second)
	c.Every = optional(f, "rate", rates(), every)
	c.Burst = optional(f, "burst", counts(1, maxBurst), 1)
	c.Poisson = optional(f, "poisson", switches(), false)
	c.From = optional(f, "from", spans(0, p.last), min(defaultFirstCall, p.last))
	c.Count = optional(f, "count", counts(1, 1_000_000_000), 0)
}
