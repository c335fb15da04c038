package mainnet

import (
	"cmp"
	"slices"
	"strings"

	"icsim/protocol"
	"icsim/sim/rng"
)

// A Node is a machine of a node provider in a data centre.
type Node struct {
	Centre   int    // in Centres
	Provider string // the first group of its principal
	Type     string // such as type1.1: what hardware it is, and how it is paid
}

// A Subnet is a subnet as it was on 12 January 2026.
type Subnet struct {
	Name      string // the first group of its principal
	Label     string // what it is known as, or empty
	Type      protocol.SubnetType
	Canisters int // that ran on 1 February 2026; 0: not known
	Nodes     []Node
}

// A roster is a subnet with its nodes in writing.
type roster struct {
	name, label string
	kind        protocol.SubnetType
	canisters   int
	nodes       string
}

// A lot is nodes of the pool that are alike.
type lot struct {
	centre, provider, kind string
	count                  int
}

// SubnetNames are all subnets by name, the root first.
func SubnetNames() []string {
	var names []string
	for i := range subnets {
		names = append(names, subnets[i].name)
	}
	return names
}

// FindSubnet gives the subnet of a name or label.
func FindSubnet(name string) (*Subnet, bool) {
	i := slices.IndexFunc(subnets[:], func(r roster) bool { return name != "" && (r.name == name || r.label == name) })
	if i < 0 {
		return nil, false
	}
	r := &subnets[i]
	s := &Subnet{Name: r.name, Label: r.label, Type: r.kind, Canisters: r.canisters}
	for word := range strings.FieldsSeq(r.nodes) {
		part := strings.Split(word, "/")
		s.Nodes = append(s.Nodes, node(part[0], part[1], "type"+strings.Join(append(part[2:], "1.1")[:1], "")))
	}
	return s, true
}

func node(centre, provider, kind string) Node {
	i, ok := FindCentre(centre)
	if !ok {
		panic("mainnet: no data centre " + centre)
	}
	return Node{i, provider, kind}
}

// Limits say how many nodes of a subnet may have something in common; 0: any number.
type Limits struct{ Country, Provider, Centre, Owner int }

// DefaultLimits are those that the Internet Computer aims at for an application subnet (proposal 133841).
func DefaultLimits() Limits { return Limits{Country: 2, Provider: 1, Centre: 1, Owner: 1} }

// attempts is how many orders Pick tries before it says that there are not so many nodes.
const attempts = 50

// Pick draws the nodes of a new subnet from the pool: in a random order that draw stands for, each that the limits still
// allow. If they are too few it tries other orders, and gives the most that it found.
func Pick(n int, limits Limits, draw uint64) (best []Node) {
	for i := uint64(0); i < attempts && len(best) < n; i++ {
		if nodes := pick(n, limits, rng.Root(draw).Split("nodes of a subnet", i)); len(nodes) > len(best) {
			best = nodes
		}
	}
	return best
}

func pick(n int, limits Limits, order rng.Source) (chosen []Node) {
	used := map[string]int{}
	for _, x := range shuffled(order) {
		traits := x.traits(limits)
		if len(chosen) == n || slices.ContainsFunc(traits[:], func(t trait) bool { return t.most > 0 && used[t.name] >= t.most }) {
			continue
		}
		for _, t := range traits {
			used[t.name]++
		}
		chosen = append(chosen, x)
	}
	return chosen
}

// A trait is what a node may have in common with others, and how many may share it.
type trait struct {
	name string
	most int
}

func (x Node) traits(l Limits) [4]trait {
	c := &centres[x.Centre]
	return [...]trait{
		{"country " + c.Country, l.Country}, {"provider " + x.Provider, l.Provider},
		{"centre " + c.Name, l.Centre}, {"owner " + c.Owner, l.Owner},
	}
}

// shuffled is the pool in some order.
func shuffled(source rng.Source) []Node {
	type ranked struct {
		Node
		rank uint64
	}
	var all []ranked
	for _, l := range pool {
		for range l.count {
			all = append(all, ranked{node(l.centre, l.provider, l.kind), source.At(uint64(len(all))).Uint64()})
		}
	}
	slices.SortFunc(all, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	nodes := make([]Node, len(all))
	for i := range all {
		nodes[i] = all[i].Node
	}
	return nodes
}
