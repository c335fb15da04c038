package main

import (
	"icsim/protocol"
	"icsim/scenarios"
	"icsim/sim"
	"icsim/sim/gateway/live"
	"icsim/sim/gateway/page"
)

// thousandth of a degree is what places are given in.
const thousandth = 1000

// scene tells the web page what things are called.
func scene(runner *live.Runner, spec *scenarios.Spec, seed uint64) page.Scene {
	s := page.Scene{
		Name: spec.Name, About: spec.About, Seed: seed, Crypto: spec.Crypto, Version: buildVersion(),
		Genesis: uint64(spec.Genesis.UnixNano()),
		Rename:  spec.Named,
	}
	var registry *protocol.RegistrySnapshot
	if err := runner.Do(func(x *sim.Session) { registry = x.Registry() }); err != nil {
		return s // the session is over, and there is nothing to see
	}
	for _, sub := range registry.Subnets {
		s.Subnets = append(s.Subnets, page.Subnet{Name: sub.Name, ID: sub.Principal.String(), Type: sub.Type.String()})
	}
	for i := len(registry.Subnets); i < len(spec.Subnets); i++ { // not created yet
		s.Subnets = append(s.Subnets, page.Subnet{Name: spec.Subnets[i].Name, Type: spec.Subnets[i].Type.String()})
	}
	for i := range registry.Nodes {
		s.Nodes = append(s.Nodes, spec.NodeName(protocol.NodeID(i)))
	}
	places, located := spec.Places()
	for i, p := range places {
		s.Places = append(s.Places, page.Place{
			Name: p.Name, Lat: float64(p.Lat) / thousandth, Lon: float64(p.Lon) / thousandth, Located: located[i],
		})
	}
	for _, c := range spec.Hosted() {
		s.Canisters = append(s.Canisters, page.Canister{Name: c.Name, ID: c.ID, Subnet: c.Subnet, Interface: c.Interface})
	}
	return s
}
