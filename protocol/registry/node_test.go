package registry_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/der"
	"icsim/crypto/ideal"
	"icsim/crypto/nidkg"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/registry"
)

// A node's name and its proofs of possession are looked at before it is taken up (E; rs/crypto/node_key_validation).
func TestNodesProveTheirKeys(t *testing.T) {
	for _, c := range []struct {
		scheme     crypto.Scheme
		generation crypto.KeyGeneration
	}{{ideal.New(), ideal.NewKeyGeneration()}, {bls.New(), nidkg.New()}} {
		node := func(id protocol.NodeID) *protocol.NodeRecord {
			seed := crypto.Seed{byte(id)}
			r := &protocol.NodeRecord{ID: id}
			_, r.SigningKey = c.scheme.BasicKey(seed)
			r.Principal = principal.SelfAuthenticating(der.WrapEd25519(r.SigningKey))
			_, r.CommitteeKey, r.Possession = c.scheme.MultiKey(seed)
			_, r.EncryptionKey, r.EncryptionProof = c.generation.EncryptionKey(seed, r.Principal.Bytes())
			return r
		}
		one, other := node(1), node(2)
		require.NoError(t, registry.VerifyNode(c.scheme, c.generation, one))
		for want, change := range map[string]func(*protocol.NodeRecord){
			"not named after its signing key": func(r *protocol.NodeRecord) { r.Principal = other.Principal },
			"committee key":                   func(r *protocol.NodeRecord) { r.CommitteeKey = other.CommitteeKey },
			"encryption key":                  func(r *protocol.NodeRecord) { r.EncryptionKey = other.EncryptionKey },
			"has its encryption key": func(r *protocol.NodeRecord) { // the right key, proven for another node
				r.EncryptionKey, r.EncryptionProof = other.EncryptionKey, other.EncryptionProof
			},
		} {
			bad := *one
			change(&bad)
			require.ErrorContains(t, registry.VerifyNode(c.scheme, c.generation, &bad), want, c.scheme.Name())
		}
	}
}

// The registry canister refuses what would put a node into two subnets, or leave a subnet without nodes.
func TestMembershipChangesAreChecked(t *testing.T) {
	r := registry.New(protocol.RegistrySnapshot{
		Subnets: []*protocol.SubnetRecord{{ID: 0, Members: []protocol.NodeID{0, 1}}, {ID: 1, Members: []protocol.NodeID{2}}},
		Nodes:   []*protocol.NodeRecord{{ID: 0}, {ID: 1}, {ID: 2}, {ID: 3}},
	})
	ids := func(n ...protocol.NodeID) []protocol.NodeID { return n }
	for _, c := range []struct {
		want        string
		subnet      protocol.SubnetID
		add, remove []protocol.NodeID
	}{
		{"there is no subnet s2", 2, nil, nil},
		{"not in the registry", 0, ids(4), nil},
		{"is a member of subnet s1", 0, ids(2), nil},
		{"is a member of subnet s0", 0, ids(0), nil},
		{"is no member of subnet s0", 0, nil, ids(3)},
		{"would have no members left", 0, nil, ids(0, 1)},
	} {
		_, err := r.ChangeMembership(c.subnet, c.add, c.remove)
		require.ErrorContains(t, err, c.want)
	}
	change, err := r.ChangeMembership(0, ids(3), ids(0, 1))
	require.NoError(t, err)
	r.Publish(1, change)
	require.Equal(t, ids(3), r.Latest().Subnet(0).Members)
	_, assigned := r.Latest().Assigned(0)
	require.False(t, assigned)
}

// F: only unassigned nodes that no other new subnet will have are asked for; when the keys are there the registry has the subnet, with
// canisters of its own, and asks no more.
func TestSubnetsAreAskedForAndCreated(t *testing.T) {
	ids := func(n ...protocol.NodeID) []protocol.NodeID { return n }
	r := registry.New(protocol.RegistrySnapshot{
		Subnets: []*protocol.SubnetRecord{{ID: 0, Members: ids(0)}},
		Nodes:   []*protocol.NodeRecord{{ID: 0}, {ID: 1}, {ID: 2}, {ID: 3}},
		Routing: &protocol.RoutingTable{Ranges: []protocol.CanisterRange{{First: 0, Last: 9, Subnet: 0}}},
	})
	ask, err := r.RequestSubnet(1, ids(1, 2))
	require.NoError(t, err)
	r.Publish(1, ask)
	for _, c := range []struct {
		subnet protocol.SubnetID
		nodes  []protocol.NodeID
		want   string
	}{
		{1, ids(3), "the next subnet is s2"},
		{2, ids(0), "node n0 is a member of subnet s0"},
		{2, ids(2, 3), "node n2 will be a member of subnet s1"},
		{2, ids(9), "node n9 is not in the registry"},
		{2, nil, "would have no members"},
	} {
		_, err := r.RequestSubnet(c.subnet, c.nodes)
		require.ErrorContains(t, err, c.want)
	}
	_, err = r.ChangeMembership(0, ids(1), nil)
	require.ErrorContains(t, err, "node n1 will be a member of subnet s1")
	before := r.Latest()
	hosts := protocol.CanisterRange{First: 10, Last: 19, Subnet: 1}
	r.Publish(2, registry.CreateSubnet(&protocol.SubnetRecord{ID: 1, Members: ids(1, 2)}, hosts))
	require.Empty(t, r.Latest().Setups)
	of, assigned := r.Latest().Assigned(2)
	require.True(t, assigned)
	require.Equal(t, protocol.SubnetID(1), of)
	to, _ := r.Latest().Routing.Route(15)
	require.Equal(t, protocol.SubnetID(1), to)
	_, routed := before.Routing.Route(15)
	require.False(t, routed, "what was published stays as it was")
	require.Len(t, before.Setups, 1)
}
