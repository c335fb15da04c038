package scenarios

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"icsim/protocol"
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
	items := o.list("subnets")
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
	p.spares(o, next)
}

func (p *parser) subnet(f *object) Subnet {
	s := p.namedSubnet(f)
	s.Nodes = required(f, "nodes", counts(1, maxNodes))
	s.Places = p.places(f)
	s.Uplink = optional(f, "bandwidth", bits(), defaultBandwidth)
	s.Downlink = optional(f, "downlink", bits(), s.Uplink)
	s.Uplink = optional(f, "uplink", bits(), s.Uplink)
	s.parameters(f, s.Nodes)
	f.done()
	return s
}

func (p *parser) namedSubnet(f *object) (s Subnet) {
	s.Name = required(f, "name", names())
	if s.Name == allNodes {
		f.fail("name", "all stands for every node; want another name")
	}
	if s.Name == spareName {
		f.fail("name", "spare stands for nodes of no subnet; want another name")
	}
	kind := optional(f, "type", choices(typeNames()...), protocol.ApplicationSubnet.String())
	s.Type = subnetTypes[max(0, slices.Index(typeNames(), kind))]
	return s
}

// parameters reads what the registry says of a subnet of some nodes.
func (s *Subnet) parameters(f *object, nodes int) {
	small := s.Type != protocol.SystemSubnet && nodes <= smallSubnet
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

// targets reads nodes: app is a subnet, app/3 its fourth node, app/0..3 its first four, all every node; or a list of these.
func (p *parser) targets(words []word) Targets {
	var t Targets
	for _, w := range words {
		t.Names = append(t.Names, w.text)
		t.Nodes = append(t.Nodes, p.target(w)...)
	}
	slices.Sort(t.Nodes)
	t.Nodes = slices.Compact(t.Nodes)
	return t
}

// nodes takes a field that names nodes.
func (p *parser) nodes(o *object, key string) Targets {
	known := len(p.problems)
	words := o.words(key)
	if len(words) == 0 && !o.broken && known == len(p.problems) {
		o.fail(key, "%s names no nodes with %s; want some such as app/3, app/0..3, app or all", o.what, key)
	}
	return p.targets(words)
}

func (p *parser) target(w word) []protocol.NodeID {
	if w.text == allNodes {
		return p.spec.everyNode()
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
