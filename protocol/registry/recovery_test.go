package registry_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/registry"
)

func ids(n ...protocol.NodeID) []protocol.NodeID { return n }

func lost() *registry.Registry {
	return registry.New(protocol.RegistrySnapshot{
		Subnets: []*protocol.SubnetRecord{
			{ID: 0, Members: ids(0)},
			{ID: 1, Members: ids(1, 2, 3), Principal: principal.Anonymous(), PublicKey: crypto.ThresholdPublicKey{1}, HaltAtCUPHeight: true},
			{ID: 2, Members: ids(6), ChainKeys: new(protocol.ChainKeys)},
		},
		Nodes: []*protocol.NodeRecord{{ID: 0}, {ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}, {ID: 5}, {ID: 6}},
	})
}

// do_recover_subnet.rs: the registry asks for keys of the subnet's members or of those in their places; when it has them the subnet has
// another key and those members, keeps its name, and stays stopped. Nothing is changed before.
func TestSubnetsAreRecovered(t *testing.T) {
	r := lost()
	ask, err := r.RequestRecovery(1, ids(4, 5), ids(1, 2))
	require.NoError(t, err)
	v := r.Publish(1, ask)
	asked := r.Latest().Setups[0]
	require.Equal(t, &protocol.SetupInitialDKG{Subnet: 1, Nodes: ids(3, 4, 5), Recovery: v}, asked)
	require.Equal(t, ids(1, 2, 3), r.Latest().Subnet(1).Members)
	fresh, err := r.RequestSubnet(3, nil)
	require.Nil(t, fresh)
	require.ErrorContains(t, err, "no members", "subnet 3 is the next one still")

	before := r.Latest()
	change, err := r.RecoverSubnet(asked, crypto.ThresholdPublicKey{2})
	require.NoError(t, err)
	r.Publish(2, change)
	now := r.Latest().Subnet(1)
	require.Equal(t, ids(3, 4, 5), now.Members)
	require.Equal(t, crypto.ThresholdPublicKey{2}, now.PublicKey)
	require.Equal(t, before.Subnet(1).Principal, now.Principal)
	require.True(t, now.Halted && !now.HaltAtCUPHeight)
	require.Empty(t, r.Latest().Setups)
	require.Equal(t, crypto.ThresholdPublicKey{1}, before.Subnet(1).PublicKey, "what was published stays as it was")
	again, err := r.RequestRecovery(1, nil, nil)
	require.NoError(t, err)
	require.NotEqual(t, v, r.Publish(3, again))
	require.NotEqual(t, v, r.Latest().Setups[0].Recovery, "another request")
}

func TestRecoveriesAreChecked(t *testing.T) {
	r := lost()
	for _, c := range []struct {
		subnet      protocol.SubnetID
		add, remove []protocol.NodeID
		want        string
	}{
		{3, nil, nil, "there is no subnet s3"},
		{0, nil, nil, "s0 is the root subnet: no other subnet could make its keys"},
		{2, nil, nil, "s2 holds chain keys"},
		{1, ids(0), nil, "node n0 is a member of subnet s0"},
		{1, nil, ids(4), "node n4 is no member of subnet s1"},
		{1, nil, ids(1, 2, 3), "would have no members left"},
	} {
		_, err := r.RequestRecovery(c.subnet, c.add, c.remove)
		require.ErrorContains(t, err, c.want)
	}
	ask, err := r.RequestRecovery(1, ids(4), nil)
	require.NoError(t, err)
	r.Publish(1, ask)
	_, err = r.RequestRecovery(1, nil, nil)
	require.ErrorContains(t, err, "s1 is being recovered already")
	_, err = r.ChangeMembership(0, ids(4), nil)
	require.ErrorContains(t, err, "node n4 will be a member of subnet s1")
}

// panic_if_record_changed_across_versions: who changes the subnet while its keys are made makes its recovery fail; nothing is left of it.
func TestRecoveryOfASubnetThatWasUpdatedMeanwhileFails(t *testing.T) {
	r := lost()
	ask, err := r.RequestRecovery(1, nil, nil)
	require.NoError(t, err)
	r.Publish(1, ask)
	asked := r.Latest().Setups[0]
	r.Publish(2, registry.EditSubnet(0, func(s *protocol.SubnetRecord) { s.Halted = true }))
	_, err = r.RecoverSubnet(asked, crypto.ThresholdPublicKey{2})
	require.NoError(t, err, "another subnet is no matter")
	r.Publish(3, registry.EditSubnet(1, func(s *protocol.SubnetRecord) { s.Halted = false }))
	_, err = r.RecoverSubnet(asked, crypto.ThresholdPublicKey{2})
	require.ErrorContains(t, err, "was updated while its keys were made")
	r.Publish(4, registry.DropRequest(asked))
	require.Empty(t, r.Latest().Setups)
	_, err = r.RequestRecovery(1, nil, nil)
	require.NoError(t, err, "it can be asked for again")
}
