package scenarios

import (
	"slices"
	"time"

	"icsim/protocol"
	"icsim/sim"
)

// spareName is what nodes that no subnet has at genesis are called: spare/0, spare/1, …
const spareName = "spare"

// Spares are nodes that belong to no subnet at genesis.
type Spares struct {
	Nodes            int
	Places           []string // as a subnet's
	Uplink, Downlink int64    // bits a second; 0: unlimited
	first            protocol.NodeID
}

// A Change is what the registry makes of a subnet at a time. What is zero or nil stays as it is.
type Change struct {
	At          time.Duration
	Subnet      string
	Add, Remove Targets
	UnitDelay   time.Duration
	NotaryDelay *time.Duration
	DKGInterval int
	Halt        *bool
	HaltAtCUP   bool
	Upgrade     string
	KeyChange
	Create    *Subnet // of the nodes in Add; nil: Subnet is there
	Recover   *Recovery
	Migration *Migration
	line      int
}

// spares reads the nodes beside those of subnets.
func (p *parser) spares(o *object, first protocol.NodeID) {
	n := o.take("spares")
	if n == nil {
		return
	}
	f := p.object(n, "the spares")
	s := &p.spec.Spares
	s.Nodes = required(f, "nodes", counts(1, maxNodes))
	s.Places = p.places(f)
	s.Uplink = optional(f, "bandwidth", bits(), defaultBandwidth)
	s.Downlink = optional(f, "downlink", bits(), s.Uplink)
	s.Uplink = optional(f, "uplink", bits(), s.Uplink)
	s.first = first
	f.done()
}

// changes reads what happens to the registry, in order of time, and follows who belongs to which subnet.
func (p *parser) changes(o *object) {
	for _, item := range o.list("changes") {
		f := p.object(item, "a change")
		known := len(p.problems)
		c := Change{line: f.line}
		c.At = required(f, "at", spans(0, maxDuration))
		if f.has("at") && known == len(p.problems) && (c.At == 0 || c.At >= p.last) {
			f.fail("at", "at %s is not in the run: want a time after 0 and before its end at %s", printDuration(c.At), printDuration(p.last))
		}
		if f.has("create") {
			p.creation(f, &c)
			p.resharing(f, &c.KeyChange)
			if f.done(); known == len(p.problems) {
				p.spec.Changes = append(p.spec.Changes, c)
			}
			continue
		}
		if kind := migrationKind(f); kind != "" {
			p.migration(f, &c, kind)
			if f.done(); known == len(p.problems) {
				p.spec.Changes = append(p.spec.Changes, c)
			}
			continue
		}
		c.Subnet = p.subnetOfChange(f)
		every := p.replacing(f, &c)
		c.UnitDelay = optional(f, "unit_delay", spans(time.Millisecond, time.Hour), 0)
		if delay := optional(f, "notary_delay", spans(0, time.Hour), 0); f.has("notary_delay") {
			c.NotaryDelay = &delay
		}
		c.DKGInterval = optional(f, "dkg_interval", counts(1, 1_000_000), 0)
		if halt := optional(f, "halt", switches(), false); f.has("halt") {
			c.Halt = &halt
		}
		c.HaltAtCUP = optional(f, "halt_at_cup", switches(), false)
		c.Upgrade = optional(f, "upgrade", names(), "")
		p.signing(f, &c.KeyChange)
		p.resharing(f, &c.KeyChange)
		p.notOfCreated(f, &c)
		if f.known = append(f.known, "recover"); f.has("recover") {
			p.recovery(f, &c)
		}
		f.done()
		if known != len(p.problems) {
			continue // or else members would be missed where they are not
		}
		if c.isNothing() {
			p.fail(f.line, "a change changes something: add, remove, replace, unit_delay, notary_delay, dkg_interval, halt, halt_at_cup, upgrade, "+
				"reshare, enable_signing, disable_signing, recover, create, migrate or split")
			continue
		}
		p.spec.Changes = append(p.spec.Changes, c.spread(every)...)
	}
	slices.SortStableFunc(p.spec.Changes, func(a, b Change) int { return int(min(max(a.At-b.At, -1), 1)) })
	for i := range p.spec.Changes {
		if s := p.spec.Changes[i].Create; s != nil {
			p.spec.Subnets = append(p.spec.Subnets, *s)
		}
	}
	p.follow()
	p.followKeys()
}

// creation reads a subnet that is to be created. Whatever else concerns it has to wait until it is there, which no scenario can know.
func (p *parser) creation(f *object, c *Change) {
	o := p.object(f.take("create"), "a subnet that is created")
	s := p.namedSubnet(o, "")
	s.Type = subnetTypes[max(0, slices.Index(typeNames(), optional(o, "type", choices(typeNames()...), protocol.ApplicationSubnet.String())))]
	taken := func(name string) bool { return s.Name != "" && name == s.Name }
	if slices.ContainsFunc(p.spec.Subnets, func(other Subnet) bool { return taken(other.Name) }) ||
		slices.ContainsFunc(p.spec.Changes, func(other Change) bool { return other.Create != nil && taken(other.Subnet) }) {
		o.fail("name", "the subnet %s exists already", s.Name)
	}
	c.Add = p.nodes(o, "nodes")
	s.parameters(o, s.Type != protocol.SystemSubnet && len(c.Add.Nodes) <= smallSubnet)
	s.Created = true
	o.done()
	c.Subnet, c.Create = s.Name, &s
}

func (c *Change) isNothing() bool {
	return len(c.Add.Nodes)+len(c.Remove.Nodes) == 0 && c.UnitDelay == 0 && c.NotaryDelay == nil && c.DKGInterval == 0 &&
		c.Halt == nil && !c.HaltAtCUP && c.Upgrade == "" && c.KeyChange.isNothing() && c.Recover == nil
}

func (p *parser) subnetOfChange(f *object) string {
	if name := optional(f, "subnet", texts("the name of a subnet"), ""); name != "" {
		if !p.isCreated(name) {
			p.findSubnet(word{name, f.at("subnet")})
		}
		return name
	}
	if len(p.spec.Subnets) == 1 {
		return p.spec.Subnets[0].Name
	}
	if !f.broken {
		p.fail(f.line, "a change is of a subnet; name it with subnet")
	}
	return ""
}

func (p *parser) isCreated(name string) bool {
	return slices.ContainsFunc(p.spec.Changes, func(c Change) bool { return c.Create != nil && c.Subnet == name })
}

// notOfCreated refuses changes of a subnet that is created in the run, but for those that a run can report when they come too early.
func (p *parser) notOfCreated(f *object, c *Change) {
	signing := *c
	signing.EnableSigning, signing.DisableSigning = nil, nil
	if p.isCreated(c.Subnet) && (c.KeyChange.isNothing() || !signing.isNothing()) {
		f.fail("subnet", "%s is created in the run, and cannot be changed but by enable_signing and disable_signing: "+
			"when it is there nobody knows before", c.Subnet)
	}
}

// replacing reads add and remove; or replace and by, which are the same one node after the other, every so often.
func (p *parser) replacing(f *object, c *Change) (every time.Duration) {
	every = optional(f, "every", spans(time.Millisecond, maxDuration), 0)
	if !f.has("replace") && !f.has("by") {
		f.known = append(f.known, "add", "remove", "replace", "by")
		if f.has("add") {
			c.Add = p.nodes(f, "add")
		}
		if f.has("remove") {
			c.Remove = p.nodes(f, "remove")
		}
		if f.has("every") {
			f.fail("every", "every goes with replace and by: so long after a node the next one is replaced")
		}
		return 0
	}
	if f.has("add") || f.has("remove") {
		p.fail(f.line, "a change has replace and by, or add and remove; write two changes")
	}
	f.known = append(f.known, "add", "remove")
	known := len(p.problems)
	c.Remove, c.Add = p.nodes(f, "replace"), p.nodes(f, "by")
	if out, in := len(c.Remove.Nodes), len(c.Add.Nodes); out != in && known == len(p.problems) {
		f.fail("by", "%d nodes cannot take the places of %d; name as many", in, out)
	}
	return every
}

// spread gives a change for each pair of nodes, if they are to be replaced one after the other.
func (c *Change) spread(every time.Duration) (out []Change) {
	if every == 0 {
		return []Change{*c}
	}
	for i := range c.Add.Nodes {
		one := *c
		if i > 0 {
			one = Change{Subnet: c.Subnet, line: c.line}
		}
		one.At = c.At + time.Duration(i)*every
		one.Add, one.Remove = c.Add.only(i), c.Remove.only(i)
		out = append(out, one)
	}
	return out
}

// only is one of the nodes.
func (t *Targets) only(i int) Targets { return Targets{Nodes: t.Nodes[i : i+1]} }

// follow goes through the changes in order of time, and reports nodes that are not where they would have to be.
func (p *parser) follow() {
	of := map[protocol.NodeID]string{}
	halted := map[string]bool{}
	size := map[string]int{}
	for i := range p.spec.Subnets {
		s := &p.spec.Subnets[i]
		for k := range s.Nodes {
			of[s.first+protocol.NodeID(k)] = s.Name
		}
		size[s.Name] = s.Nodes
	}
	for i := range p.spec.Changes {
		c := &p.spec.Changes[i]
		if c.Migration != nil {
			continue // see migrations
		}
		if c.At >= p.last {
			p.fail(c.line, "the last node would be replaced at %s, after the run's end at %s", printDuration(c.At), printDuration(p.last))
			return
		}
		for _, n := range c.Add.Nodes {
			if at, taken := of[n]; taken {
				p.fail(c.line, "%s belongs to %s at %s; only nodes of no subnet can be added, such as spares",
					p.spec.NodeName(n), at, printDuration(c.At))
				return
			}
		}
		for _, n := range c.Remove.Nodes {
			if of[n] != c.Subnet {
				p.fail(c.line, "%s does not belong to %s at %s", p.spec.NodeName(n), c.Subnet, printDuration(c.At))
				return
			}
			delete(of, n)
		}
		for _, n := range c.Add.Nodes {
			of[n] = c.Subnet
		}
		if size[c.Subnet] += len(c.Add.Nodes) - len(c.Remove.Nodes); size[c.Subnet] <= 0 {
			p.fail(c.line, "%s would have no nodes left at %s", c.Subnet, printDuration(c.At))
			return
		}
		if c.Halt != nil {
			halted[c.Subnet] = *c.Halt
		}
		halted[c.Subnet] = halted[c.Subnet] || c.HaltAtCUP
		if c.Recover != nil {
			p.followRecovery(c, halted[c.Subnet], of)
		}
	}
}

func (c *Change) compile(subnet, from int) sim.Change {
	out := sim.Change{
		At: c.At, Subnet: subnet, Create: c.Create != nil, Add: c.Add.Nodes, Remove: c.Remove.Nodes,
		UnitDelay: c.UnitDelay, NotaryDelay: c.NotaryDelay, DKGInterval: c.DKGInterval, Halt: c.Halt, HaltAtCUP: c.HaltAtCUP,
		Upgrade: protocol.ReplicaVersion(c.Upgrade), Recover: c.Recover.compile(),
	}
	c.KeyChange.compile(from, &out)
	return out
}

func (s *Spares) resolved() *entry {
	return new(entry).add("nodes", printInt(s.Nodes)).add("places", list(s.Places)).
		add("uplink", printBandwidth(s.Uplink)).add("downlink", printBandwidth(s.Downlink))
}

func (s *Spec) resolvedChange(c *Change) string {
	e := new(entry).add("at", printDuration(c.At))
	if c.Create != nil {
		e.add("create", s.resolvedCreation(c))
		c.KeyChange.resolved(e)
		return e.String()
	}
	if c.Migration != nil {
		return s.resolvedMigration(c.Migration, e)
	}
	e.add("subnet", quote(c.Subnet))
	for _, t := range [...]struct {
		key   string
		nodes []protocol.NodeID
	}{{"add", c.Add.Nodes}, {"remove", c.Remove.Nodes}} {
		var names []string
		for _, n := range t.nodes {
			names = append(names, s.NodeName(n))
		}
		e.addIf(len(names) > 0, t.key, list(names))
	}
	if c.Recover != nil {
		e.add("recover", s.resolvedRecovery(c.Recover))
	}
	e.addIf(c.UnitDelay > 0, "unit_delay", printDuration(c.UnitDelay))
	if c.NotaryDelay != nil {
		e.add("notary_delay", printDuration(*c.NotaryDelay))
	}
	e.addIf(c.DKGInterval > 0, "dkg_interval", printInt(c.DKGInterval))
	if c.Halt != nil {
		e.add("halt", map[bool]string{true: "true", false: "false"}[*c.Halt])
	}
	e.addIf(c.HaltAtCUP, "halt_at_cup", "true")
	e.addIf(c.Upgrade != "", "upgrade", quote(c.Upgrade))
	c.KeyChange.resolved(e)
	return e.String()
}

func (s *Spec) resolvedCreation(c *Change) string {
	var names []string
	for _, n := range c.Add.Nodes {
		names = append(names, s.NodeName(n))
	}
	e := new(entry).add("name", quote(c.Subnet)).add("type", c.Create.Type.String()).add("nodes", list(names))
	return c.Create.resolvedParameters(e).String()
}
