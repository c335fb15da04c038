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
	for _, n := range add {
		if latest.Node(n) == nil {
			return nil, fmt.Errorf("node %s is not in the registry", n)
		}
		if of, assigned := latest.Assigned(n); assigned {
			return nil, fmt.Errorf("node %s is a member of subnet %s; only unassigned nodes can be added", n, of)
		}
	}
	for _, n := range remove {
		if !record.Has(n) {
			return nil, fmt.Errorf("node %s is no member of subnet %s", n, subnet)
		}
	}
	if len(record.Members)+len(add) <= len(remove) {
		return nil, fmt.Errorf("subnet %s would have no members left", subnet)
	}
	return EditSubnet(subnet, func(s *protocol.SubnetRecord) {
		s.Members = slices.DeleteFunc(s.Members, func(n protocol.NodeID) bool { return slices.Contains(remove, n) })
		s.Members = append(s.Members, add...)
		slices.Sort(s.Members)
	}), nil
}
