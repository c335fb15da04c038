package scenarios

import (
	"go.yaml.in/yaml/v3"

	"icsim/sim/mainnet"
	"icsim/sim/network"
)

// onMainnet is the word for mainnet's data centres, and for all its subnets.
const onMainnet = "mainnet"

// mainnet lets nodes stand in mainnet's data centres.
func (n *Network) mainnet() {
	n.Mainnet, n.paths = true, mainnet.Paths()
	for _, c := range mainnet.Centres() {
		n.places = append(n.places, c.Name)
	}
}

// subnetItems gives the subnets that are listed. subnets: mainnet is all that there were in January 2026, each as its preset.
func (p *parser) subnetItems(o *object) []*yaml.Node {
	if !o.has("subnets") || o.value("subnets").Value != onMainnet {
		return o.list("subnets")
	}
	o.take("subnets")
	var items []*yaml.Node
	scalar := func(text string) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Line: o.at("subnets")}
	}
	for _, name := range mainnet.SubnetNames() {
		items = append(items, &yaml.Node{
			Kind: yaml.MappingNode, Tag: "!!map", Line: o.at("subnets"), Content: []*yaml.Node{scalar("preset"), scalar(name)},
		})
	}
	return items
}

// A standing is which nodes a subnet has, where that is not said node by node: those of a subnet of mainnet, or some that fit.
type standing struct {
	mainnet.Subnet          // of a preset
	preset         bool     // there is one, known or not
	places         []string // nil: said otherwise
}

// standing takes a preset or what to generate.
func (p *parser) standing(f *object) (s standing) {
	name := optional(f, "preset", texts("the name of a subnet of mainnet such as io67a or nns"), "")
	generated := f.take("generate")
	given := 0
	for _, key := range []string{"preset", "generate", "places"} {
		if f.has(key) {
			given++
		}
	}
	if given > 1 {
		p.fail(f.line, "a subnet has one of preset, generate and places; here are %d", given)
	}
	switch {
	case given > 1:
	case f.has("preset"):
		s = p.preset(f, name)
	case generated != nil:
		s.places = p.generate(f, p.object(generated, "generate"))
	}
	if s.preset || s.places != nil {
		f.known = append(f.known, "name", "nodes", "places")
	}
	for _, centre := range s.places {
		if _, ok := p.placed[centre]; !ok && p.placed != nil {
			p.fail(f.line, "its nodes stand in data centres such as %s, which the network does not have; want network: { latency: mainnet }", centre)
			break
		}
	}
	return s
}

func (p *parser) preset(f *object, name string) standing {
	found, ok := mainnet.FindSubnet(name)
	if !ok {
		f.fail("preset", "there was no subnet %q in January 2026; %s", shorten(name), oneOf(name, mainnet.SubnetNames()))
		return standing{preset: true}
	}
	if f.has("nodes") {
		f.fail("nodes", "the preset %s has its %d nodes; want no number of nodes", name, len(found.Nodes))
	}
	return standing{*found, true, centreNames(found.Nodes)}
}

func centreNames(nodes []mainnet.Node) (names []string) {
	all := mainnet.Centres()
	for _, x := range nodes {
		names = append(names, all[x.Centre].Name)
	}
	return names
}

// generate draws nodes that keep limits: generate: { at_most: { country: 1 }, draw: 7 }.
func (p *parser) generate(f, g *object) []string {
	limits := mainnet.DefaultLimits()
	if n := g.take("at_most"); n != nil {
		most := p.object(n, "at_most")
		limits.Country = optional(most, "country", counts(0, maxNodes), limits.Country)
		limits.Provider = optional(most, "provider", counts(0, maxNodes), limits.Provider)
		limits.Centre = optional(most, "centre", counts(0, maxNodes), limits.Centre)
		limits.Owner = optional(most, "owner", counts(0, maxNodes), limits.Owner)
		most.done()
	}
	draw := optional(g, "draw", numbers(), 1)
	g.done()
	known := len(p.problems)
	n := optional(f, "nodes", counts(1, maxNodes), 0)
	if n == 0 || len(p.problems) > known {
		p.problems = p.problems[:known]
		return nil // reported where the number of nodes is taken
	}
	nodes := mainnet.Pick(n, limits, draw)
	if len(nodes) < n {
		f.fail("generate", "no %d of mainnet's nodes were found with at most %d a country, %d a provider, %d a centre and %d an owner of "+
			"centres; want at most %d nodes, or other limits (0: none)", n, limits.Country, limits.Provider, limits.Centre, limits.Owner, len(nodes))
	}
	return centreNames(nodes)
}

// position gives where a place is, if it is a built-in city or a data centre.
func (n *Network) position(name string) (place network.Place, known bool) {
	if i, ok := network.PlaceIndex(name); ok {
		return network.Places()[i], true
	}
	place.Name = name
	if i, ok := mainnet.FindCentre(name); ok && n.Mainnet {
		c := mainnet.Centres()[i]
		place.Lat, place.Lon = c.Position()
		return place, true
	}
	return place, false
}
