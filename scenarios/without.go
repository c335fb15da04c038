package scenarios

import (
	"slices"
	"strings"

	"icsim/protocol"
	"icsim/sim/check"
)

// Without gives the scenario without some nodes. Those behind them move up; a subnet without nodes goes, with its canisters and what is
// expected of it; so do faults and attackers that concern nobody any more. s stays as it is.
func (s *Spec) Without(gone []protocol.NodeID) *Spec {
	c := *s
	c.Subnets = slices.Clone(s.Subnets)
	moved, next := map[protocol.NodeID]protocol.NodeID{}, protocol.NodeID(0)
	for _, n := range s.everyNode() {
		if i, _ := s.locate(n); slices.Contains(gone, n) {
			c.Subnets[i].Nodes--
		} else {
			moved[n] = next
			next++
		}
	}
	var empty []string
	c.Subnets = slices.DeleteFunc(c.Subnets, func(sub Subnet) bool {
		if sub.Nodes == 0 && !sub.Created {
			empty = append(empty, sub.Name)
		}
		return sub.Nodes == 0 && !sub.Created
	})
	c.retarget(func(t Targets) Targets {
		var nodes []protocol.NodeID
		for _, n := range t.Nodes {
			if to, ok := moved[n]; ok {
				nodes = append(nodes, to)
			}
		}
		return c.Targets(nodes)
	})
	var homeless []string
	for i := range c.Canisters {
		if slices.Contains(empty, c.Canisters[i].Subnet) {
			homeless = append(homeless, c.Canisters[i].Name)
		}
	}
	ofNone := func(e check.Expectation) bool { return slices.Contains(empty, e.Subnet) }
	c.Expect = slices.DeleteFunc(slices.Clone(c.Expect), ofNone)
	c.Sometimes = slices.DeleteFunc(slices.Clone(c.Sometimes), ofNone)
	return c.WithoutCanisters(homeless)
}

// Targets names nodes.
func (s *Spec) Targets(nodes []protocol.NodeID) Targets {
	if len(nodes) == 0 {
		return Targets{}
	}
	return Targets{Names: strings.Split(s.NodeNames(nodes), ", "), Nodes: nodes}
}

// retarget lets everything that concerns nodes concern others. What concerned some and then nobody goes.
func (s *Spec) retarget(to func(Targets) Targets) {
	var faults []Fault
	for _, f := range s.Faults {
		var groups []Targets
		for _, g := range f.Groups {
			if g = to(g); len(g.Nodes) > 0 {
				groups = append(groups, g)
			}
		}
		f.Groups, f.Nodes, f.To = groups, to(f.Nodes), to(f.To)
		if len(f.Nodes.Nodes) > 0 && (f.Kind != "link" || len(f.To.Nodes) > 0) || len(groups) > 1 {
			faults = append(faults, f)
		}
	}
	var attackers []Attacker
	for _, a := range s.Attackers {
		if a.Nodes = to(a.Nodes); len(a.Nodes.Nodes) > 0 {
			attackers = append(attackers, a)
		}
	}
	var outcalls []Outcall
	for _, o := range s.Outcalls {
		had := len(o.Nodes.Nodes)
		if o.Nodes = to(o.Nodes); had == 0 || len(o.Nodes.Nodes) > 0 {
			outcalls = append(outcalls, o)
		}
	}
	s.Faults, s.Attackers, s.Outcalls, s.Healing.Core = faults, attackers, outcalls, to(s.Healing.Core)
}

// WithoutCanisters gives the scenario without some canisters, and without the calls that clients and other canisters make of them.
func (s *Spec) WithoutCanisters(gone []string) *Spec {
	c := *s
	has := func(name string) bool { return slices.Contains(gone, name) }
	c.Canisters = nil
	for _, k := range s.Canisters {
		if has(k.Name) {
			continue
		}
		k.Settings = slices.Clone(k.Settings)
		for i := range k.Settings {
			if names, ok := k.Settings[i].Value.([]string); ok {
				k.Settings[i].Value = slices.DeleteFunc(slices.Clone(names), has)
			}
		}
		k.Settings = slices.DeleteFunc(k.Settings, func(x Setting) bool {
			names, ok := x.Value.([]string)
			return ok && len(names) == 0
		})
		c.Canisters = append(c.Canisters, k)
	}
	c.Changes = withoutMigrations(s.Changes, has)
	of := func(x Step) bool { return has(x.Canister) }
	c.Management = slices.DeleteFunc(slices.Clone(s.Management), of)
	c.Clients = nil
	for _, k := range s.Clients {
		if len(k.Sequence) > 0 {
			k.Sequence = slices.DeleteFunc(slices.Clone(k.Sequence), of)
			if len(k.Sequence) > 0 {
				c.Clients = append(c.Clients, k)
			}
		} else if !of(k.Step) {
			c.Clients = append(c.Clients, k)
		}
	}
	return &c
}
