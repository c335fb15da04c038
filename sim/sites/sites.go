package sites

import (
	"cmp"
	"fmt"
	"slices"

	"icsim/protocol"
	"icsim/sim/network"
)

// A Site is the nodes of one type that one provider has in one data centre.
type Site struct {
	DataCentre string
	Place      string // the built-in city that is nearest
	Country    string // ISO 3166 code
	Continent  string
	Provider   string
	Type       string // of node: type1.1, type3 or type3.1
	Nodes      int    // that are there
	XDR        int    // paid for a node and month
}

// All gives every site.
func All() []Site { return slices.Clone(sites[:]) }

// Types are the node types, oldest first.
func Types() []string { return []string{"type1.1", "type3", "type3.1"} }

// Regions are the words for where nodes may stand: the world, or a continent.
func Regions() []string {
	return []string{"world", "africa", "asia", "europe", "north-america", "oceania", "south-america"}
}

var continents = map[string]string{
	"africa": "Africa", "asia": "Asia", "europe": "Europe", "north-america": "North America", "oceania": "Oceania",
	"south-america": "South America",
}

// In gives the sites of a region, of one of some types; no types: of any.
func In(region string, types []string) (out []Site) {
	for i := range sites {
		s := &sites[i]
		if (region == "world" || s.Continent == continents[region]) && (len(types) == 0 || slices.Contains(types, s.Type)) {
			out = append(out, *s)
		}
	}
	return out
}

// Limits bound how many nodes of a subnet share something; 0: no limit.
type Limits struct{ Provider, DataCentre, Country int }

// TargetLimits are those of the target topology for subnets of a size: one node a provider and data centre, two a country,
// from 28 nodes on three.
func TargetLimits(nodes int) Limits {
	l := Limits{1, 1, 2}
	if nodes >= 28 {
		l.Country = 3
	}
	return l
}

// An Order says which sites are taken first.
type Order string

// The orders. Spread takes turns among continents, and in each among countries, as mainnet's subnets are spread; Near takes what is
// nearest to the city in the middle of the region; Cheap what costs least.
const (
	Spread Order = "spread"
	Near   Order = "near"
	Cheap  Order = "cheap"
)

// Orders are all orders.
func Orders() []string { return []string{string(Spread), string(Near), string(Cheap)} }

// Choose takes a number of nodes from sites within limits, each with the site's fields. It is deterministic. The error says how many there
// can be.
func Choose(from []Site, nodes int, l Limits, o Order) ([]Site, error) {
	var out []Site
	used := map[string]int{} // by owner, and of each site
	for _, s := range ordered(from, o) {
		for len(out) < nodes && used["site "+s.DataCentre+s.Provider+s.Type] < s.Nodes && l.allow(used, &s) {
			for _, k := range []string{"site " + s.DataCentre + s.Provider + s.Type, "p" + s.Provider, "d" + s.DataCentre, "c" + s.Country} {
				used[k]++
			}
			out = append(out, s)
		}
	}
	if len(out) < nodes {
		return nil, fmt.Errorf("there are %d nodes to choose within %d a provider, %d a data centre and %d a country (0: any); %d are wanted",
			len(out), l.Provider, l.DataCentre, l.Country, nodes)
	}
	return out, nil
}

func (l Limits) allow(used map[string]int, s *Site) bool {
	within := func(n, limit int) bool { return limit == 0 || n < limit }
	return within(used["p"+s.Provider], l.Provider) && within(used["d"+s.DataCentre], l.DataCentre) && within(used["c"+s.Country], l.Country)
}

// ordered puts sites in the order in which they are taken.
func ordered(from []Site, o Order) []Site {
	all := slices.Clone(from)
	switch o {
	case Cheap:
		slices.SortStableFunc(all, func(a, b Site) int { return cmp.Compare(a.XDR, b.XDR) })
		return all
	case Near:
		middle := centre(all)
		paths := network.DataCentres()
		away := func(s Site) int { i, _ := network.PlaceIndex(s.Place); return int(paths.OneWay(middle, i)) }
		slices.SortStableFunc(all, func(a, b Site) int { return cmp.Or(cmp.Compare(away(a), away(b)), cmp.Compare(a.XDR, b.XDR)) })
		return all
	}
	return turns(all, func(s Site) string { return s.Continent }, func(group []Site) []Site {
		return turns(group, func(s Site) string { return s.Country }, func(country []Site) []Site { return country })
	})
}

// centre is the place whose farthest of the nearer half of all sites is nearest.
func centre(all []Site) int {
	paths, best, least := network.DataCentres(), 0, int64(-1)
	for i := range network.Places() {
		var away []int64
		for _, s := range all {
			k, _ := network.PlaceIndex(s.Place)
			away = append(away, int64(paths.OneWay(i, k)))
		}
		slices.Sort(away)
		if len(away) > 0 && (least < 0 || away[len(away)/2] < least) {
			best, least = i, away[len(away)/2]
		}
	}
	return best
}

// turns takes one site of each group in turn; the groups with the most sites go first.
func turns(all []Site, of func(Site) string, within func([]Site) []Site) []Site {
	var names []string
	groups := map[string][]Site{}
	for _, s := range all {
		if _, known := groups[of(s)]; !known {
			names = append(names, of(s))
		}
		groups[of(s)] = append(groups[of(s)], s)
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(len(groups[b]), len(groups[a])) })
	for _, n := range names {
		groups[n] = within(groups[n])
	}
	out := make([]Site, 0, len(all))
	for round := 0; len(out) < len(all); round++ {
		for _, n := range names {
			if round < len(groups[n]) {
				out = append(out, groups[n][round])
			}
		}
	}
	return out
}

// An Owner is what nodes may share, and lose together.
type Owner string

// The owners.
const (
	Node       Owner = "node"
	DataCentre Owner = "data_centre"
	Country    Owner = "country"
	Provider   Owner = "provider"
)

// Owners are all owners, from the least to the largest as a rule.
func Owners() []Owner { return []Owner{Node, DataCentre, Provider, Country} }

// Of gives the owner of a kind that a node has.
func (o Owner) Of(nodes []Site, i int) string {
	switch s := &nodes[i]; o {
	case DataCentre:
		return s.DataCentre
	case Country:
		return s.Country
	case Provider:
		return s.Provider
	}
	return fmt.Sprint(i)
}

// A Group is the nodes of one owner.
type Group struct {
	Name  string
	Nodes []int // indexes
}

// Groups gives the nodes of each owner, largest first.
func (o Owner) Groups(nodes []Site) []Group {
	var out []Group
	for i := range nodes {
		name := o.Of(nodes, i)
		k := slices.IndexFunc(out, func(g Group) bool { return g.Name == name })
		if k < 0 {
			k = len(out)
			out = append(out, Group{Name: name})
		}
		out[k].Nodes = append(out[k].Nodes, i)
	}
	slices.SortStableFunc(out, func(a, b Group) int { return cmp.Compare(len(b.Nodes), len(a.Nodes)) })
	return out
}

// Nakamoto is the Nakamoto coefficient of a subnet: the least number of owners who hold more than f of its nodes, so that together they
// can stop it.
func Nakamoto(nodes []Site, o Owner) int {
	held, f := 0, protocol.FaultsTolerated(len(nodes))
	for i, g := range o.Groups(nodes) {
		if held += len(g.Nodes); held > f {
			return i + 1
		}
	}
	return len(nodes)
}

// Monthly is what is paid for nodes, in XDR a month.
func Monthly(nodes []Site) (xdr int) {
	for i := range nodes {
		xdr += nodes[i].XDR
	}
	return xdr
}

// Hardest gives the group of greatest size whose loss leaves the others farthest from a quorum: the mean over them of the one-way latency
// to the (n−f)-th nearest, itself included.
func Hardest(nodes []Site, o Owner) Group {
	groups := o.Groups(nodes)
	worst, most := groups[0], int64(-1)
	for _, g := range groups {
		if len(g.Nodes) < len(groups[0].Nodes) {
			break
		}
		if q := quorumLatency(nodes, g.Nodes); q > most {
			worst, most = g, q
		}
	}
	return worst
}

func quorumLatency(nodes []Site, without []int) int64 {
	paths := network.DataCentres()
	at := func(i int) int { k, _ := network.PlaceIndex(nodes[i].Place); return k }
	quorum := len(nodes) - protocol.FaultsTolerated(len(nodes))
	sum, n := int64(0), int64(0)
	for i := range nodes {
		if slices.Contains(without, i) {
			continue
		}
		var away []int64
		for k := range nodes {
			if !slices.Contains(without, k) {
				away = append(away, int64(paths.OneWay(at(i), at(k))))
			}
		}
		if len(away) < quorum {
			return 1 << 62 // there is none
		}
		slices.Sort(away)
		sum, n = sum+away[quorum-1], n+1
	}
	return sum / max(n, 1)
}
