package scenarios

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"icsim/protocol"
	"icsim/sim/check"
)

func (p *parser) attackers(o *object) {
	lines := map[protocol.NodeID]int{}
	for _, item := range o.list("attackers") {
		f := p.object(item, "an attacker")
		var a Attacker
		a.Nodes = p.nodes(f, "nodes")
		words := f.words("strategies")
		if len(words) == 0 && !f.broken {
			p.fail(f.line, "an attacker needs strategies: one or a list of %s", either(strategies()))
		}
		for _, w := range words {
			if !slices.Contains(strategies(), w.text) {
				p.fail(w.line, "there is no strategy %q; %s", shorten(w.text), oneOf(w.text, strategies()))
			}
			if slices.Contains(a.Strategies, w.text) {
				p.fail(w.line, "the strategy %s is there already", w.text)
			}
			a.Strategies = append(a.Strategies, w.text)
		}
		f.done()
		for _, n := range a.Nodes.Nodes {
			if before, ok := lines[n]; ok {
				p.fail(f.line, "%s is an attacker since line %d; list its strategies together", p.spec.NodeName(n), before)
				break
			}
			lines[n] = f.line
		}
		p.spec.Attackers = append(p.spec.Attackers, a)
	}
}

// Quantities are the names of what an expectation may be of.
func Quantities() []string {
	var out []string
	for q := range check.Quantities() {
		out = append(out, string(q))
	}
	return sorted(out)
}

// expectations reads - { block_rate: { of: app, min: 2.0, max: 2.6 } }.
func (p *parser) expectations(o *object) {
	for _, item := range o.list("expect") {
		p.spec.Expect = append(p.spec.Expect, p.expectationsOf(item)...)
	}
}

// sometimes reads - { block_rate: { of: app, max: 1 } } and - state-sync.
func (p *parser) sometimes(o *object) {
	var known []string
	for _, s := range check.Situations() {
		known = append(known, s.Name)
	}
	for _, item := range o.list("sometimes") {
		switch {
		case item.Kind != yaml.ScalarNode:
			p.spec.Sometimes = append(p.spec.Sometimes, p.expectationsOf(item)...)
		case !slices.Contains(known, item.Value):
			p.fail(item.Line, "there is no situation %q; %s", shorten(item.Value), oneOf(item.Value, known))
		default:
			p.spec.Situations = append(p.spec.Situations, item.Value)
		}
	}
}

// Awaited gives what some run of a sweep has to come to, by the names that sim.Result.Reached has.
func (s *Spec) Awaited() (names []string) {
	for i := range s.Sometimes {
		names = append(names, s.Sometimes[i].String())
	}
	return append(names, s.Situations...)
}

// expectationsOf reads an item of a list of expectations, which is of one quantity.
func (p *parser) expectationsOf(item *yaml.Node) (all []check.Expectation) {
	f := p.object(item, "an expectation")
	if len(f.keys) != 1 && !f.broken {
		p.fail(f.line, "an expectation is of one quantity, such as { block_rate: { of: app, min: 2 } }; here are %d", len(f.keys))
	}
	for _, key := range slices.Clone(f.keys) {
		ofSubnet, ok := check.Quantities()[check.Quantity(key)]
		if !ok {
			f.fail(key, "there is no quantity %q; %s", shorten(key), oneOf(key, Quantities()))
			continue
		}
		if v := f.take(key); v != nil {
			all = append(all, p.expectation(p.object(v, key), check.Quantity(key), ofSubnet))
		}
	}
	return all
}

func (p *parser) expectation(f *object, q check.Quantity, ofSubnet bool) check.Expectation {
	e := check.Expectation{Line: f.line, Quantity: q, HasMin: f.has("min"), HasMax: f.has("max")}
	e.Min = optional(f, "min", figures(), 0)
	e.Max = optional(f, "max", figures(), 0)
	e.Subnet = optional(f, "of", texts("the name of a subnet"), "")
	switch {
	case f.broken:
	case e.Subnet != "" && !ofSubnet:
		f.fail("of", "%s is of the whole run; leave of out", q)
	case e.Subnet != "":
		p.findSubnet(word{e.Subnet, f.at("of")})
	case ofSubnet && len(p.spec.Subnets) == 1:
		e.Subnet = p.spec.Subnets[0].Name
	case ofSubnet:
		p.fail(f.line, "%s is of a subnet; name it with of", q)
	}
	if !e.HasMin && !e.HasMax && !f.broken {
		p.fail(f.line, "%s needs min, max or both", q)
	}
	if e.HasMin && e.HasMax && e.Min > e.Max {
		f.fail("min", "min %v is above max %v: nothing can hold", e.Min, e.Max)
	}
	f.done()
	return e
}
