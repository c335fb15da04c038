package registry

import (
	"fmt"
	"slices"

	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// VerifyNode says what is wrong with a node's keys, as the registry canister does before it takes a node up
// (rs/registry/canister/src/mutations/node_management/do_add_node.rs; rs/crypto/node_key_validation): the node is named after the key
// that it signs with, and has proven that it knows the secrets of its other two.
func VerifyNode(scheme crypto.Scheme, generation crypto.KeyGeneration, n *protocol.NodeRecord) error {
	switch {
	case n.Principal != principal.SelfAuthenticating(der.WrapEd25519(n.SigningKey)):
		return fmt.Errorf("node %s is not named after its signing key", n.ID)
	case !scheme.VerifyPossession(n.CommitteeKey, n.Possession):
		return fmt.Errorf("node %s does not prove that it has its committee key", n.ID)
	case !generation.VerifyEncryptionKey(n.Principal.Bytes(), n.EncryptionKey, n.EncryptionProof):
		return fmt.Errorf("node %s does not prove that it has its encryption key", n.ID)
	}
	return nil
}

// ChangeMembership is the mutation that takes nodes into a subnet and others out of it. The error says why the registry canister would
// not make it of the latest version (do_change_subnet_membership.rs).
func (r *Registry) ChangeMembership(subnet protocol.SubnetID, add, remove []protocol.NodeID) (Mutation, error) {
	latest := r.Latest()
	record := latest.Subnet(subnet)
	if record == nil {
		return nil, fmt.Errorf("there is no subnet %s", subnet)
	}
	members, err := r.replaced(record, add, remove)
	if err != nil {
		return nil, err
	}
	return EditSubnet(subnet, func(s *protocol.SubnetRecord) { s.Members = members }), nil
}

// replaced gives a subnet's members after some were added and others removed.
func (r *Registry) replaced(record *protocol.SubnetRecord, add, remove []protocol.NodeID) ([]protocol.NodeID, error) {
	if err := unassigned(r.Latest(), add); err != nil {
		return nil, err
	}
	for _, n := range remove {
		if !record.Has(n) {
			return nil, fmt.Errorf("node %s is no member of subnet %s", n, record.ID)
		}
	}
	if len(record.Members)+len(add) <= len(remove) {
		return nil, fmt.Errorf("subnet %s would have no members left", record.ID)
	}
	members := slices.DeleteFunc(slices.Clone(record.Members), func(n protocol.NodeID) bool { return slices.Contains(remove, n) })
	members = append(members, add...)
	slices.Sort(members)
	return members, nil
}

// RequestSubnet is the mutation by which the registry asks for the keys of a new subnet of some unassigned nodes. The error says why the
// registry canister would not make it of the latest version (do_create_subnet.rs).
func (r *Registry) RequestSubnet(subnet protocol.SubnetID, nodes []protocol.NodeID) (Mutation, error) {
	latest := r.Latest()
	if next := protocol.SubnetID(len(latest.Subnets) + len(creations(latest))); subnet != next {
		return nil, fmt.Errorf("the next subnet is %s, not %s", next, subnet)
	}
	if err := unassigned(latest, nodes); err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return nil, fmt.Errorf("subnet %s would have no members", subnet)
	}
	return func(next *protocol.RegistrySnapshot) {
		next.Setups = append(slices.Clone(next.Setups), &protocol.SetupInitialDKG{Subnet: subnet, Nodes: nodes})
	}, nil
}

// CreateSubnet is the mutation that answers the first such request with a record, and gives the subnet canisters (the second half of
// do_create_subnet.rs). The subnet begins with the chain keys that others have reshared to it meanwhile.
func CreateSubnet(record *protocol.SubnetRecord, hosts protocol.CanisterRange) Mutation {
	return func(next *protocol.RegistrySnapshot) {
		asked := creations(next)[0]
		for _, a := range asked.Initializations {
			initialize(record, next.Subnet(a.Request.From).ChainKeys, a)
		}
		DropRequest(asked)(next)
		next.Subnets = append(next.Subnets, record)
		next.Routing = next.Routing.Assign([]protocol.CanisterSpan{{First: hosts.First, Last: hosts.Last}}, hosts.Subnet)
	}
}

// DropRequests is the mutation that gives up all new subnets that are asked for.
func DropRequests(next *protocol.RegistrySnapshot) {
	for _, s := range creations(next) {
		DropRequest(s)(next)
	}
	next.Reshares = slices.DeleteFunc(slices.Clone(next.Reshares), func(q *protocol.ReshareChainKey) bool {
		return next.Subnet(q.Subnet) == nil
	})
}

// creations are the requests for new subnets.
func creations(r *protocol.RegistrySnapshot) (all []*protocol.SetupInitialDKG) {
	for _, s := range r.Setups {
		if s.Recovery == 0 {
			all = append(all, s)
		}
	}
	return all
}

// unassigned says which of some nodes cannot become a subnet's.
func unassigned(r *protocol.RegistrySnapshot, nodes []protocol.NodeID) error {
	for _, n := range nodes {
		if r.Node(n) == nil {
			return fmt.Errorf("node %s is not in the registry", n)
		}
		if of, assigned := r.Assigned(n); assigned {
			return fmt.Errorf("node %s is a member of subnet %s; only unassigned nodes can be added", n, of)
		}
		for _, s := range r.Setups {
			if slices.Contains(s.Nodes, n) {
				return fmt.Errorf("node %s will be a member of subnet %s, whose keys are being made", n, s.Subnet)
			}
		}
	}
	return nil
}
