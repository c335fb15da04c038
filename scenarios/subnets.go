package scenarios

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"icsim/protocol"
	"icsim/sim/fault"
)

// allNodes is the word for every node of every subnet.
const allNodes = "all"

// Defaults of a subnet (reference/protocol.md A.6).
const (
	defaultNotaryDelay  = 300 * time.Millisecond
	defaultDKGInterval  = 499
	defaultBlockIngress = 4 << 20
	defaultBlockPayload = 4 << 20
	defaultMessages     = 1000
	defaultBandwidth    = 300_000_000 // sustained, of a mainnet node (reference/measured_reality.md)
	maxIdle             = 120_000     // canisters of a subnet: its bound on mainnet
	smallSubnet         = 13          // nodes, up to which an application subnet has the first of each pair
)

func defaultUnitDelay(small bool) time.Duration {
	if small {
		return time.Second
	}
	return 3 * time.Second
}

func defaultIngressBytes(small bool) int64 {
	if small {
		return 2 << 20
	}
	return 7 << 19 // 3.5 MiB
}

var subnetTypes = []protocol.SubnetType{protocol.ApplicationSubnet, protocol.VerifiedApplicationSubnet, protocol.SystemSubnet}

func typeNames() []string {
	var out []string
	for _, t := range subnetTypes {
		out = append(out, t.String())
	}
	return out
}

func (p *parser) subnets(o *object) {
	known := len(p.problems)
	items := p.subnetItems(o)
	if (len(items) == 0 || len(items) > maxSubnets) && !o.broken && known == len(p.problems) {
		o.fail("subnets", "there are %d subnets; want 1 to %d, such as subnets: [{ name: app, nodes: 13 }]", len(items), maxSubnets)
		items = items[:min(len(items), maxSubnets)]
	}
	next, lines := protocol.NodeID(0), []int{}
	for _, item := range items {
		f := p.object(item, "a subnet")
		s := p.subnet(f)
		if i := slices.IndexFunc(p.spec.Subnets, func(other Subnet) bool { return other.Name == s.Name }); i >= 0 && s.Name != "" {
			f.fail("name", "the subnet %s exists already, since line %d", s.Name, lines[i])
		}
		s.first = next
		next += protocol.NodeID(s.Nodes)
		p.spec.Subnets, lines = append(p.spec.Subnets, s), append(lines, f.line)
	}
	p.oneMakerAKey(lines)
	p.spares(o, next)
}

func (p *parser) subnet(f *object) Subnet {
	known := p.standing(f)
	s := p.namedSubnet(f, known.Name)
	if known.preset {
		s.Type, s.Nodes, s.Idle = known.Type, len(known.Nodes), known.Canisters
	} else {
		s.Nodes = required(f, "nodes", counts(1, maxNodes))
	}
	s.Type = subnetTypes[max(0, slices.Index(typeNames(), optional(f, "type", choices(typeNames()...), s.Type.String())))]
	s.Places = known.places
	if s.Places == nil {
		s.Places = p.places(f)
	}
	for _, w := range f.words("providers") {
		if !nameForm.MatchString(w.text) {
			p.fail(w.line, "the provider %q is not %s", shorten(w.text), nameWant)
		}
		s.Providers = append(s.Providers, w.text)
	}
	s.Uplink = optional(f, "bandwidth", bits(), defaultBandwidth)
	s.Downlink = optional(f, "downlink", bits(), s.Uplink)
	s.Uplink = optional(f, "uplink", bits(), s.Uplink)
	s.parameters(f, s.Nodes <= smallSubnet && (known.preset || s.Type != protocol.SystemSubnet))
	s.Idle = optional(f, "idle_canisters", counts(0, maxIdle), s.Idle)
	s.ChainKeys = p.chainKeys(f)
	p.vetKDNeedsBLS(f, s.ChainKeys)
	f.done()
	return s
}

// namedSubnet begins with the name of a subnet, which has to be there unless a preset has one.
func (p *parser) namedSubnet(f *object, preset string) (s Subnet) {
	if preset != "" {
		s.Name = optional(f, "name", subnetNames(), preset)
	} else {
		s.Name = required(f, "name", subnetNames())
	}
	if s.Name == allNodes {
		f.fail("name", "all stands for every node; want another name")
	}
	if s.Name == spareName {
		f.fail("name", "spare stands for nodes of no subnet; want another name")
	}
	return s
}

// parameters reads what the registry says of a subnet; small ones have other defaults.
func (s *Subnet) parameters(f *object, small bool) {
	s.UnitDelay = optional(f, "unit_delay", spans(time.Millisecond, time.Hour), defaultUnitDelay(small))
	s.NotaryDelay = optional(f, "notary_delay", spans(0, time.Hour), defaultNotaryDelay)
	s.DKGInterval = optional(f, "dkg_interval", counts(1, 1_000_000), defaultDKGInterval)
	s.MaxIngressBytes = optional(f, "max_ingress_bytes", sizes(1, 1<<30), defaultIngressBytes(small))
	s.MaxIngressMessages = optional(f, "max_ingress_messages", counts(1, 1_000_000), defaultMessages)
	s.MaxBlockIngress = optional(f, "max_block_ingress", sizes(1, 1<<30), defaultBlockIngress)
	s.MaxBlockPayload = optional(f, "max_block_payload", sizes(1, 1<<30), defaultBlockPayload)
}

// DefaultSubnet is an application subnet of which nothing is said but its name and its nodes.
func DefaultSubnet(name string, nodes int) Subnet {
	small := nodes <= smallSubnet
	return Subnet{
		Name: name, Type: protocol.ApplicationSubnet, Nodes: nodes, Places: []string{world}, Uplink: defaultBandwidth, Downlink: defaultBandwidth,
		UnitDelay: defaultUnitDelay(small), NotaryDelay: defaultNotaryDelay, DKGInterval: defaultDKGInterval,
		MaxIngressBytes: defaultIngressBytes(small), MaxIngressMessages: defaultMessages,
		MaxBlockIngress: defaultBlockIngress, MaxBlockPayload: defaultBlockPayload,
	}
}

// subnetNames may begin with a digit, as those of mainnet do.
func subnetNames() kind[string] {
	named := names()
	return kind[string]{nameWant, func(text string) (string, error) {
		if text != "" && text[0] >= '0' && text[0] <= '9' {
			_, err := named.parse("s" + text)
			return text, err
		}
		return named.parse(text)
	}}
}

// places are one name, a list of names, or "world".
func (p *parser) places(f *object) []string {
	words := f.words("places")
	if len(words) == 0 {
		return []string{world}
	}
	var out []string
	for _, w := range words {
		if w.text != world || len(words) > 1 {
			p.place(w)
		}
		out = append(out, w.text)
	}
	return out
}

// place reports a place that does not exist.
func (p *parser) place(w word) {
	if _, ok := p.placed[w.text]; !ok && p.placed != nil {
		p.fail(w.line, "there is no place %q; %s", shorten(w.text), oneOf(w.text, p.spec.Network.places))
	}
}

// where gives the place of each of some nodes, by index. Groups that are spread start at different places.
func (n *Network) where(nodes int, places []string, group int) []int {
	out := make([]int, nodes)
	for i := range out {
		if places[0] == world && len(places) == 1 {
			out[i] = (i*max(len(n.places), 1)/min(nodes, len(n.places)) + group) % len(n.places)
		} else {
			out[i] = slices.Index(n.places, places[i%len(places)])
		}
	}
	return out
}

func (p *parser) findSubnet(w word) int {
	known := make([]string, len(p.spec.Subnets))
	for i := range known {
		known[i] = p.spec.Subnets[i].Name
	}
	i := slices.Index(known, w.text)
	if i < 0 {
		p.fail(w.line, "there is no subnet %q; %s", shorten(w.text), oneOf(w.text, known))
	}
	return i
}

// targets reads nodes: app is a subnet, app/3 its fourth node, app/0..3 its first four, all every node, place:Zurich those in a
// place, provider:alpha those of a provider; or a list of these.
func (p *parser) targets(words []word) Targets {
	var t Targets
	for _, w := range words {
		t.Names = append(t.Names, w.text)
		if part, ok := p.part(w); ok {
			t.Parts = append(t.Parts, part)
			continue
		}
		t.Nodes = append(t.Nodes, p.target(w)...)
	}
	slices.Sort(t.Nodes)
	t.Nodes = slices.Compact(t.Nodes)
	return t
}

// nodes takes a field that names nodes.
func (p *parser) nodes(o *object, key string) Targets {
	t := p.aims(o, key)
	if len(t.Parts) > 0 {
		o.fail(key, "%s is somebody else from block to block; here name nodes such as app/3", t.Names[0])
	}
	return t
}

// aims takes a field that names nodes, or who plays a role.
func (p *parser) aims(o *object, key string) Targets {
	known := len(p.problems)
	words := o.words(key)
	if len(words) == 0 && !o.broken && known == len(p.problems) {
		o.fail(key, "%s names no nodes with %s; want some such as app/3, app/0..3, app or all", o.what, key)
	}
	return p.targets(words)
}

// part reads app/block-maker and app/slowest.
func (p *parser) part(w word) (Part, bool) {
	name, role, _ := strings.Cut(w.text, "/")
	as := slices.Index(fault.Parts(), role)
	i := slices.IndexFunc(p.spec.Subnets, func(s Subnet) bool { return s.Name == name })
	return Part{name, fault.Part(max(as, 0))}, as >= 0 && i >= 0
}

// having gives the nodes whose place or provider has a name.
func (p *parser) having(w word, what, name string, of func(s *Subnet, subnet int) []string) (out []protocol.NodeID) {
	var known []string
	for i := range p.spec.Subnets {
		s := &p.spec.Subnets[i]
		for k, x := range of(s, i) {
			if x == name {
				out = append(out, s.first+protocol.NodeID(k))
			}
			known = append(known, x)
		}
	}
	known = slices.Compact(sorted(known))
	switch {
	case len(out) > 0:
	case len(known) == 0:
		p.fail(w.line, "no node has a %s; give a subnet %ss: [alpha, beta]", what, what)
	default:
		p.fail(w.line, "no node has the %s %q; %s", what, shorten(name), oneOf(name, known))
	}
	return out
}

// placesOf names the place of each node.
func (p *parser) placesOf(s *Subnet, subnet int) (out []string) {
	if len(p.spec.Network.places) == 0 {
		return nil
	}
	for _, i := range p.spec.Network.where(s.Nodes, s.Places, subnet) {
		if i >= 0 {
			out = append(out, p.spec.Network.places[i])
		}
	}
	return out
}

func providersOf(s *Subnet, _ int) []string {
	if len(s.Providers) == 0 {
		return nil
	}
	out := make([]string, s.Nodes)
	for i := range out {
		out[i] = s.Providers[i%len(s.Providers)]
	}
	return out
}

func (p *parser) target(w word) []protocol.NodeID {
	if w.text == allNodes {
		return p.spec.everyNode()
	}
	if place, ok := strings.CutPrefix(w.text, "place:"); ok {
		return p.having(w, "place", place, p.placesOf)
	}
	if provider, ok := strings.CutPrefix(w.text, "provider:"); ok {
		return p.having(w, "provider", provider, providersOf)
	}
	name, numbers, one := strings.Cut(w.text, "/")
	nodes, first := p.spec.Spares.Nodes, p.spec.Spares.first
	if name != spareName || nodes == 0 {
		i := p.findSubnet(word{name, w.line})
		if i < 0 {
			return nil
		}
		nodes, first = p.spec.Subnets[i].Nodes, p.spec.Subnets[i].first
		if p.spec.Subnets[i].Created {
			p.fail(w.line, "%s is created in the run, and its nodes keep their names, such as %s/0", name, spareName)
			return nil
		}
	}
	low, high := 0, nodes-1
	if one {
		from, to, several := strings.Cut(numbers, "..")
		if !several {
			to = from
		}
		var errLow, errHigh error
		low, errLow = strconv.Atoi(from)
		high, errHigh = strconv.Atoi(to)
		if errLow != nil || errHigh != nil || low < 0 || low > high {
			p.fail(w.line, "%q names no nodes; want %s/3 for one, %s/0..3 for four, %s for all of the subnet", shorten(w.text), name, name, name)
			return nil
		}
	}
	if high >= nodes {
		if nodes > 0 { // a wrong number of nodes is reported already
			p.fail(w.line, "%q does not exist: %s has %d nodes, %s/0 to %s/%d", shorten(w.text), name, nodes, name, name, nodes-1)
		}
		return nil
	}
	var out []protocol.NodeID
	for n := low; n <= high; n++ {
		out = append(out, first+protocol.NodeID(n))
	}
	return out
}
