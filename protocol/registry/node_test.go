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
