package registry

import (
	"fmt"
	"slices"

	"icsim/crypto/chainkey"
	"icsim/protocol"
)

// RequestReshare is the mutation by which the registry asks the subnet that holds a chain key to share it with the members of another, be
// it one that is being created. The error says why the registry canister would not make it of the latest version (do_create_subnet.rs,
// do_recover_subnet.rs).
//
// A subnet that holds the key already gets it anew only while it is halted: that is its recovery.
func (r *Registry) RequestReshare(key chainkey.KeyID, from, subnet protocol.SubnetID) (Mutation, error) {
	latest := r.Latest()
	source, target, nodes := latest.Subnet(from), latest.Subnet(subnet), membersOf(latest, subnet)
	switch {
	case source == nil:
		return nil, fmt.Errorf("there is no subnet %s", from)
	case nodes == nil:
		return nil, fmt.Errorf("there is no subnet %s", subnet)
	case from == subnet:
		return nil, fmt.Errorf("subnet %s cannot get the chain key %s from itself", subnet, key)
	case source.ChainKeys.Find(key) == nil:
		return nil, fmt.Errorf("subnet %s does not hold the chain key %s; %s", from, key, holding(latest, key))
	case target != nil && target.ChainKeys.Find(key) != nil && !target.Halted:
		return nil, fmt.Errorf("subnet %s holds the chain key %s already", subnet, key)
	}
	for _, q := range latest.Reshares {
		if q.Key == key && q.Subnet == subnet {
			return nil, fmt.Errorf("subnet %s is to have the chain key %s already, from subnet %s", subnet, key, q.From)
		}
	}
	return func(next *protocol.RegistrySnapshot) {
		next.Reshares = append(slices.Clone(next.Reshares), &protocol.ReshareChainKey{
			Key: key, From: from, Subnet: subnet, Nodes: nodes, Asked: next.Version + 1,
		})
	}, nil
}

// membersOf are the nodes of a subnet, or those that one will have which is being created; nil: there is none.
func membersOf(r *protocol.RegistrySnapshot, subnet protocol.SubnetID) []protocol.NodeID {
	if s := r.Subnet(subnet); s != nil {
		return s.Members
	}
	if i := setupOf(r, subnet); i >= 0 {
		return r.Setups[i].Nodes
	}
	return nil
}

func setupOf(r *protocol.RegistrySnapshot, subnet protocol.SubnetID) int {
	return slices.IndexFunc(r.Setups, func(s *protocol.SetupInitialDKG) bool { return s.Subnet == subnet })
}

// holding says who has a key.
func holding(r *protocol.RegistrySnapshot, key chainkey.KeyID) string {
	for _, s := range r.Subnets {
		if s.ChainKeys.Find(key) != nil {
			return fmt.Sprintf("subnet %s does", s.ID)
		}
	}
	return "no subnet does"
}

// Awaits reports whether a subnet still waits for a key that another one is to reshare to it.
func (r *Registry) Awaits(subnet protocol.SubnetID) bool {
	return slices.ContainsFunc(r.Latest().Reshares, func(q *protocol.ReshareChainKey) bool { return q.Subnet == subnet })
}

// IsAsked reports whether a request still waits for its answer.
func (r *Registry) IsAsked(q *protocol.ReshareChainKey) bool {
	return slices.ContainsFunc(r.Latest().Reshares, q.Is)
}

// AnswerReshare is the mutation that answers such a request: the subnet holds the key from its next summary on, or from the package that
// it is recovered with, and does not sign with it until that is enabled.
func AnswerReshare(a *protocol.ChainKeyInitialization) Mutation {
	return func(next *protocol.RegistrySnapshot) {
		next.Reshares = slices.DeleteFunc(slices.Clone(next.Reshares), a.Request.Is)
		if a.Reject != "" {
			return
		}
		if i := setupOf(next, a.Request.Subnet); i >= 0 {
			setup := *next.Setups[i]
			setup.Initializations = append(slices.Clip(setup.Initializations), a)
			next.Setups = slices.Clone(next.Setups)
			next.Setups[i] = &setup
			return
		}
		source := next.Subnet(a.Request.From).ChainKeys
		EditSubnet(a.Request.Subnet, func(s *protocol.SubnetRecord) { initialize(s, source, a) })(next)
	}
}

// initialize lets a subnet begin with a key that another one holds.
func initialize(s *protocol.SubnetRecord, source *protocol.ChainKeys, a *protocol.ChainKeyInitialization) {
	other := func(old *protocol.ChainKeyInitialization) bool { return old.Request.Key == a.Request.Key }
	s.Initializations = append(slices.DeleteFunc(slices.Clone(s.Initializations), other), a)
	if s.ChainKeys.Find(a.Request.Key) == nil {
		s.ChainKeys = withKey(s.ChainKeys, source, a.Request.Key)
	}
}

// withKey adds a key as another subnet has it.
func withKey(keys, source *protocol.ChainKeys, id chainkey.KeyID) *protocol.ChainKeys {
	var own protocol.ChainKeys
	if keys != nil {
		own = *keys
	} else {
		own = *source
		own.Keys = nil
	}
	key := *source.Find(id)
	key.Disabled = true
	own.Keys = append(slices.Clip(own.Keys), key)
	return &own
}

// SetSigning is the mutation that enables a subnet to sign with a key that it holds, or disables it (do_update_subnet.rs,
// chain_key_signing_enable and chain_key_signing_disable). The error says why the registry canister would not make it.
func (r *Registry) SetSigning(subnet protocol.SubnetID, id chainkey.KeyID, enabled bool) (Mutation, error) {
	record := r.Latest().Subnet(subnet)
	if record == nil {
		return nil, fmt.Errorf("there is no subnet %s", subnet)
	}
	switch key := record.ChainKeys.Find(id); {
	case key == nil:
		return nil, fmt.Errorf("subnet %s does not hold the chain key %s; reshare it to the subnet first", subnet, id)
	case enabled && !key.Disabled:
		return nil, fmt.Errorf("subnet %s signs with the chain key %s already", subnet, id)
	case !enabled && key.Disabled:
		return nil, fmt.Errorf("subnet %s does not sign with the chain key %s", subnet, id)
	}
	return EditSubnet(subnet, func(s *protocol.SubnetRecord) {
		keys := *s.ChainKeys
		keys.Keys = slices.Clone(keys.Keys)
		keys.Find(id).Disabled = !enabled
		s.ChainKeys = &keys
	}), nil
}
