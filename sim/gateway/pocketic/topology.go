package pocketic

import (
	"icsim/crypto"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim"
)

// A topology tells a client which subnets there are.
type topology struct {
	Subnets map[string]subnetShown `json:"subnet_configs"`
	Default canisterID             `json:"default_effective_canister_id"`
}

type subnetShown struct {
	Kind         string       `json:"subnet_kind"`
	Seed         [32]int      `json:"subnet_seed"`
	Size         int          `json:"size"`
	Instructions string       `json:"instruction_config"`
	Ranges       []rangeShown `json:"canister_ranges"`
	Admins       []identity   `json:"subnet_admins"`
	Cost         string       `json:"cost_schedule"`
}

type rangeShown struct {
	Start canisterID `json:"start"`
	End   canisterID `json:"end"`
}

func shown(id protocol.CanisterID) canisterID { return canisterID{identity{id.Principal()}} }

// newTopology shows subnets; registry has their ids.
func newTopology(subnets []subnet, registry *protocol.RegistrySnapshot) *topology {
	t := &topology{Subnets: map[string]subnetShown{}, Default: shown(subnets[defaultSubnet(subnets)].own.First)}
	for i, s := range subnets {
		record := registry.Subnet(protocol.SubnetID(i))
		t.Subnets[record.Principal.String()] = subnetShown{
			Kind: s.kind, Seed: seed(record.Principal), Size: len(record.Members), Instructions: "Production",
			Ranges: rangesShown(s.ranges()), Admins: []identity{}, Cost: "Normal",
		}
	}
	return t
}

func rangesShown(ranges []sim.Range) (out []rangeShown) {
	for _, r := range ranges {
		out = append(out, rangeShown{shown(r.First), shown(r.Last)})
	}
	return out
}

// seed stands for what PocketIC makes a subnet's keys from; here they come from the simulation's seed.
func seed(id principal.ID) (numbers [32]int) {
	for i, b := range crypto.Sum("subnet seed", id.Bytes()) {
		numbers[i] = int(b)
	}
	return numbers
}

// defaultSubnet is where canisters are made that may be anywhere: the first application subnet, or what comes next to that.
func defaultSubnet(subnets []subnet) int {
	for _, kind := range []string{kindApplication, kindVerified, kindSystem} {
		for i, s := range subnets {
			if s.kind == kind {
				return i
			}
		}
	}
	return 0
}
