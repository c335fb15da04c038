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
}

func (p *parser) subnet(f *object) Subnet {
	var s Subnet
	known := p.standing(f)
	if known.preset {
		s.Name, s.Type, s.Nodes, s.Idle = optional(f, "name", subnetNames(), known.Name), known.Type, len(known.Nodes), known.Canisters
	} else {
		s.Name = required(f, "name", subnetNames())
		s.Nodes = required(f, "nodes", counts(1, maxNodes))
	}
	if s.Name == allNodes {
		f.fail("name", "all stands for every node; want another name")
	}
	kind := optional(f, "type", choices(typeNames()...), s.Type.String())
	s.Type = subnetTypes[max(0, slices.Index(typeNames(), kind))]
	s.Places = known.places
	if s.Places == nil {
		s.Places = p.places(f)
	}
	s.Uplink = optional(f, "bandwidth", bits(), defaultBandwidth)
	s.Downlink = optional(f, "downlink", bits(), s.Uplink)
	s.Uplink = optional(f, "uplink", bits(), s.Uplink)
	small := s.Nodes <= smallSubnet && (known.preset || s.Type != protocol.SystemSubnet)
	s.UnitDelay = optional(f, "unit_delay", spans(time.Millisecond, time.Hour), defaultUnitDelay(small))
	s.NotaryDelay = optional(f, "notary_delay", spans(0, time.Hour), defaultNotaryDelay)
	s.DKGInterval = optional(f, "dkg_interval", counts(1, 1_000_000), defaultDKGInterval)
	s.MaxIngressBytes = optional(f, "max_ingress_bytes", sizes(1, 1<<30), defaultIngressBytes(small))
	s.MaxIngressMessages = optional(f, "max_ingress_messages", counts(1, 1_000_000), defaultMessages)
	s.MaxBlockIngress = optional(f, "max_block_ingress", sizes(1, 1<<30), defaultBlockIngress)
	s.MaxBlockPayload = optional(f, "max_block_payload", sizes(1, 1<<30), defaultBlockPayload)
	s.Idle = optional(f, "idle_canisters", counts(0, maxIdle), s.Idle)
	f.done()
	return s
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

// where gives the place of each node of a subnet, by index. Subnets that are spread start at different places.
func (s *Subnet) where(n *Network, subnet int) []int {
	out := make([]int, s.Nodes)
	for i := range out {
		if s.Places[0] == world && len(s.Places) == 1 {
			out[i] = (i*max(len(n.places), 1)/min(s.Nodes, len(n.places)) + subnet) % len(n.places)
		} else {
			out[i] = slices.Index(n.places, s.Places[i%len(s.Places)])
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
	i := p.findSubnet(word{name, w.line})
	if i < 0 {
		return nil
	}
	s := &p.spec.Subnets[i]
	low, high := 0, s.Nodes-1
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
	if high >= s.Nodes {
		if s.Nodes > 0 { // a wrong number of nodes is reported already
			p.fail(w.line, "%q does not exist: %s has %d nodes, %s/0 to %s/%d", shorten(w.text), name, s.Nodes, name, name, s.Nodes-1)
		}
		return nil
	}
	var out []protocol.NodeID
	for n := low; n <= high; n++ {
		out = append(out, s.first+protocol.NodeID(n))
	}
	return out
}
