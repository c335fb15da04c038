package scenarios

import (
	"icsim/canister/candid"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/network"
)

// A Hosted is a canister as those see it who call it.
type Hosted struct {
	Name      string
	ID        protocol.CanisterID
	Subnet    string
	Interface *candid.Interface // nil: unknown
}

// Hosted gives the canisters that are installed at genesis.
func (s *Spec) Hosted() []Hosted {
	ids := s.canisterIDs()
	out := make([]Hosted, len(s.Canisters))
	for i := range s.Canisters {
		c := &s.Canisters[i]
		out[i] = Hosted{Name: c.Name, ID: ids[c.Name], Subnet: c.Subnet, Interface: c.offers.service}
	}
	return out
}

// canisterIDs gives each canister the next id of its subnet.
func (s *Spec) canisterIDs() map[string]protocol.CanisterID {
	ids := make(map[string]protocol.CanisterID, len(s.Canisters))
	next := make([]protocol.CanisterID, len(s.Subnets))
	for i := range next {
		next[i] = sim.FirstCanister(i)
	}
	for i := range s.Canisters {
		subnet := s.subnetIndex(s.Canisters[i].Subnet)
		ids[s.Canisters[i].Name] = next[subnet]
		next[subnet]++
	}
	return ids
}

// Places gives the network's places, by index. Where a place is, is known of the built-in cities and of data centres; located says of
// which.
func (s *Spec) Places() (places []network.Place, located []bool) {
	for _, name := range s.Network.places {
		place, known := s.Network.position(name)
		places, located = append(places, place), append(located, known)
	}
	return places, located
}
