package registry

import (
	"fmt"
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// RequestRecovery is the mutation by which the registry asks for new keys of a subnet that cannot go on, for its members or for others in
// their places. The error says why the registry canister would not make it of the latest version (do_recover_subnet.rs, until the call of
// setup_initial_dkg).
func (r *Registry) RequestRecovery(subnet protocol.SubnetID, add, remove []protocol.NodeID) (Mutation, error) {
	latest := r.Latest()
	record := latest.Subnet(subnet)
	switch {
	case record == nil:
		return nil, fmt.Errorf("there is no subnet %s", subnet)
	case latest.Root == subnet:
		return nil, fmt.Errorf("subnet %s is the root subnet: no other subnet could make its keys", subnet)
	case record.ChainKeys != nil:
		// Here the registry canister also asks another subnet to reshare them (reshare_chain_key), if one has them.
		return nil, fmt.Errorf("subnet %s holds chain keys, which no other subnet reshares to it: its recovery would lose them", subnet)
	case r.recovers(subnet):
		return nil, fmt.Errorf("subnet %s is being recovered already", subnet)
	}
	members, err := r.replaced(record, add, remove)
	if err != nil {
		return nil, err
	}
	return func(next *protocol.RegistrySnapshot) {
		next.Setups = append(slices.Clone(next.Setups), &protocol.SetupInitialDKG{
			Subnet: subnet, Nodes: members, Recovery: next.Version + 1,
		})
	}, nil
}

// recovers tells whether new keys are being asked for.
func (r *Registry) recovers(subnet protocol.SubnetID) bool {
	return slices.ContainsFunc(r.Latest().Setups, func(s *protocol.SetupInitialDKG) bool { return s.Subnet == subnet })
}

// RecoverSubnet is the mutation that answers such a request with a key: the subnet has it from now on, and the members that it was made
// for. It keeps its name. One that was to stop at its next catch-up package stays stopped (the second half of do_recover_subnet.rs). The
// error says why the registry canister would not make it of the latest version.
func (r *Registry) RecoverSubnet(asked *protocol.SetupInitialDKG, key crypto.ThresholdPublicKey) (Mutation, error) {
	before := r.versions[asked.Recovery-1].snapshot.Subnet(asked.Subnet)
	if before != r.Latest().Subnet(asked.Subnet) {
		return nil, fmt.Errorf("subnet %s was updated while its keys were made", asked.Subnet)
	}
	edit := EditSubnet(asked.Subnet, func(s *protocol.SubnetRecord) {
		s.PublicKey, s.Members = key, slices.Clone(asked.Nodes)
		s.Halted, s.HaltAtCUPHeight = s.Halted || s.HaltAtCUPHeight, false
	})
	return func(next *protocol.RegistrySnapshot) {
		edit(next)
		DropRequest(asked)(next)
	}, nil
}

// DropRequest is the mutation that gives up a recovery, which left the subnet as it is.
func DropRequest(asked *protocol.SetupInitialDKG) Mutation {
	return func(next *protocol.RegistrySnapshot) {
		next.Setups = slices.DeleteFunc(slices.Clone(next.Setups), func(s *protocol.SetupInitialDKG) bool { return s == asked })
	}
}
