package scenarios

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"icsim/protocol"
	"icsim/sim/adversary"
	"icsim/sim/check"
	"icsim/sim/rng"
)

func (p *parser) attackers(o *object) {
	type act struct {
		node     protocol.NodeID
		strategy string
	}
	lines := map[act]int{}
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
		p.conduct(f, &a)
		f.done()
		for _, n := range a.Nodes.Nodes {
			for _, s := range a.Strategies {
				if before, ok := lines[act{n, s}]; ok && before != f.line {
					p.fail(f.line, "%s follows %s since line %d already", p.spec.NodeName(n), s, before)
					break
				}
				lines[act{n, s}] = f.line
			}
		}
		p.spec.Attackers = append(p.spec.Attackers, a)
	}
}

// conduct reads when and on what an attacker's strategies act. Each parameter has to be one that a strategy of the line takes.
func (p *parser) conduct(f *object, a *Attacker) {
	a.From = optional(f, "from", spans(0, maxDuration), 0)
	a.Until = optional(f, "until", spans(1, maxDuration), 0)
	if a.Until != 0 && a.Until <= a.From {
		f.fail("until", "until %s is not after from, %s: the attacker would never act", printDuration(a.Until), printDuration(a.From))
	}
	if f.has("to") {
		a.To = p.nodes(f, "to")
	} else {
		f.take("to")
	}
	for _, w := range f.words("artifacts") {
		k := slices.Index(artifactKinds(), w.text)
		if k < 0 {
			p.fail(w.line, "there is no artifact %q; %s", shorten(w.text), oneOf(w.text, artifactKinds()))
			continue
		}
		a.Artifacts = append(a.Artifacts, protocol.ArtifactKind(k))
	}
	a.By = optional(f, "by", spans(time.Millisecond, time.Hour), 0)
	a.Count = optional(f, "count", counts(1, 10_000), 0)
	a.Chance = optional(f, "probability", between(kind[int64]{share.want, parseShare}, 1, billion, printShare), 0)
	for _, s := range adversary.Strategies() {
		if s.Always && slices.Contains(a.Strategies, s.Name) && (f.has("from") || f.has("until")) {
			p.fail(f.line, "%s is what a node is from the start, without from and until; give it a line of its own", s.Name)
		}
	}
	if slices.Contains(a.Strategies, "adaptive") {
		others := slices.DeleteFunc(adversary.Strategies(), func(s adversary.Strategy) bool {
			return s.Always || s.Name == "adaptive" || !slices.Contains(a.Strategies, s.Name)
		})
		if len(others)+1 != len(a.Strategies) || len(others) == 0 {
			p.fail(f.line, "adaptive nodes turn to other strategies, which do not hold from the start, such as [adaptive, equivocate]")
		}
	}
	for _, key := range [...]adversary.Parameter{
		adversary.To, adversary.Artifacts, adversary.By, adversary.Count, adversary.Probability,
	} {
		if f.has(string(key)) && len(a.Strategies) > 0 && !slices.ContainsFunc(adversary.Strategies(), func(s adversary.Strategy) bool {
			return slices.Contains(a.Strategies, s.Name) && slices.Contains(s.Takes, key)
		}) {
			f.fail(string(key), "%s is nothing that %s takes; %s", key, enumerate(a.Strategies), takers(key))
		}
	}
}

// takers names the strategies that take a parameter.
func takers(key adversary.Parameter) string {
	var names []string
	for _, s := range adversary.Strategies() {
		if slices.Contains(s.Takes, key) {
			names = append(names, s.Name)
		}
	}
	return "it goes with " + either(names)
}

func artifactKinds() []string {
	names := make([]string, protocol.NumArtifactKinds)
	for i := range names {
		names[i] = protocol.ArtifactKind(i).String()
	}
	return names
}

func (a *Attacker) resolved() *entry {
	e := new(entry).add("nodes", a.Nodes.String()).add("strategies", list(a.Strategies))
	e.addIf(a.From != 0, "from", printDuration(a.From))
	e.addIf(a.Until != 0, "until", printDuration(a.Until))
	e.addIf(len(a.To.Names) > 0, "to", a.To.String())
	var kinds []string
	for _, k := range a.Artifacts {
		kinds = append(kinds, k.String())
	}
	e.addIf(len(kinds) > 0, "artifacts", list(kinds))
	e.addIf(a.By != 0, "by", printDuration(a.By))
	e.addIf(a.Count != 0, "count", printInt(a.Count))
	e.addIf(a.Chance != 0, "probability", printShare(a.Chance))
	return e
}

// assignments makes what each node of the attacker does.
func (a *Attacker) assignments() (all []adversary.Assignment) {
	for _, n := range a.Nodes.Nodes {
		all = append(all, adversary.Assignment{Node: n, Strategies: a.Strategies, Parameters: adversary.Parameters{
			From: protocol.Time(a.From), Until: protocol.Time(a.Until), To: a.To.Nodes, Artifacts: a.Artifacts,
			By: protocol.Time(a.By), Count: a.Count, Chance: uint64(a.Chance),
		}})
	}
	return all
}

// DrawAttacker makes up an attacker of a strategy: some of the nodes, most at most, of a subnet that can bear it.
func DrawAttacker(s *Spec, strategy string, random *rng.Stream, most int) Attacker {
	sub := &s.Subnets[random.Next().IntN(len(s.Subnets))]
	a := Attacker{Strategies: []string{strategy}}
	var nodes []protocol.NodeID
	for _, i := range random.Perm(sub.Nodes)[:1+random.Next().IntN(max(min(most, sub.Nodes), 1))] {
		nodes = append(nodes, sub.first+protocol.NodeID(i))
	}
	slices.Sort(nodes)
	for _, n := range nodes {
		a.Nodes.Names = append(a.Nodes.Names, s.NodeName(n))
	}
	a.Nodes.Nodes = nodes
	for _, known := range adversary.Strategies() {
		if known.Name != strategy {
			continue
		}
		for _, key := range known.Takes {
			if random.Next().Chance(1, 2) {
				a.draw(key, random)
			}
		}
		if strategy == "adaptive" { // it does nothing without another one
			a.Strategies = append(a.Strategies, "equivocate")
		}
	}
	return a
}

// draw makes up a parameter.
func (a *Attacker) draw(key adversary.Parameter, random *rng.Stream) {
	switch key {
	case adversary.By:
		a.By = time.Duration(1+random.Next().IntN(3000)) * time.Millisecond
	case adversary.Count:
		a.Count = 1 + random.Next().IntN(20)
	case adversary.Probability:
		a.Chance = 1 + int64(random.Next().Uint64n(billion/2))
	case adversary.Artifacts:
		a.Artifacts = []protocol.ArtifactKind{protocol.ArtifactKind(random.Next().IntN(int(protocol.NumArtifactKinds)))}
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
