package registry_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/idkg"
	"icsim/protocol"
	"icsim/protocol/registry"
)

var (
	held  = chainkey.KeyID{Algorithm: chainkey.ECDSA, Name: "held"}
	other = chainkey.KeyID{Algorithm: chainkey.ECDSA, Name: "other"}
)

// holding is a registry of a subnet that holds a key, of two that hold none, and of a fourth that is being created.
func holding(t *testing.T) *registry.Registry {
	ids := func(n ...protocol.NodeID) []protocol.NodeID { return n }
	keys := &protocol.ChainKeys{Parallel: 7, Timeout: 9, Keys: []protocol.ChainKey{{ID: held, Queue: 3, PreSignatures: 2}}}
	r := registry.New(protocol.RegistrySnapshot{
		Subnets: []*protocol.SubnetRecord{{ID: 0, Members: ids(0), ChainKeys: keys}, {ID: 1, Members: ids(1, 2)}, {ID: 2, Members: ids(4)}},
		Nodes:   []*protocol.NodeRecord{{ID: 0}, {ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}},
		Routing: &protocol.RoutingTable{},
	})
	create, err := r.RequestSubnet(3, ids(3))
	require.NoError(t, err)
	r.Publish(1, create)
	return r
}

func ask(t *testing.T, r *registry.Registry, key chainkey.KeyID, from, subnet protocol.SubnetID) *protocol.ReshareChainKey {
	change, err := r.RequestReshare(key, from, subnet)
	require.NoError(t, err)
	r.Publish(2, change)
	all := r.Latest().Reshares
	return all[len(all)-1]
}

// The registry canister asks who holds a key for it, for the nodes that the other subnet has or will have, once at a time. Who has it
// already gets it anew only in a recovery, when it is halted.
func TestKeysAreAskedFor(t *testing.T) {
	r := holding(t)
	q := ask(t, r, held, 0, 1)
	require.Equal(t, &protocol.ReshareChainKey{Key: held, Subnet: 1, Nodes: []protocol.NodeID{1, 2}, Asked: r.Latest().Version}, q)
	require.Equal(t, []protocol.NodeID{3}, ask(t, r, held, 0, 3).Nodes)
	require.True(t, r.IsAsked(q))
	require.True(t, r.Awaits(3))
	require.False(t, r.Awaits(2))
	for _, c := range []struct {
		key          chainkey.KeyID
		from, subnet protocol.SubnetID
		want         string
	}{
		{held, 9, 1, "there is no subnet s9"},
		{held, 0, 9, "there is no subnet s9"},
		{held, 0, 0, "cannot get the chain key ecdsa:secp256k1:held from itself"},
		{held, 1, 2, "subnet s1 does not hold the chain key ecdsa:secp256k1:held; subnet s0 does"},
		{other, 0, 1, "subnet s0 does not hold the chain key ecdsa:secp256k1:other; no subnet does"},
		{held, 0, 1, "subnet s1 is to have the chain key ecdsa:secp256k1:held already, from subnet s0"},
	} {
		_, err := r.RequestReshare(c.key, c.from, c.subnet)
		require.ErrorContains(t, err, c.want)
	}
	answer := &protocol.ChainKeyInitialization{Request: q}
	r.Publish(2, registry.AnswerReshare(answer))
	_, err := r.RequestReshare(held, 0, 1)
	require.ErrorContains(t, err, "subnet s1 holds the chain key ecdsa:secp256k1:held already")
	r.Publish(2, registry.EditSubnet(1, func(s *protocol.SubnetRecord) { s.Halted = true }))
	again := ask(t, r, held, 0, 1)
	require.False(t, again.Is(q), "an answer to the one is none to the other")
	require.False(t, r.IsAsked(q))
	second := &protocol.ChainKeyInitialization{Request: again}
	r.Publish(2, registry.AnswerReshare(second))
	require.Equal(t, []*protocol.ChainKeyInitialization{second}, r.Latest().Subnet(1).Initializations)
	require.Len(t, r.Latest().Subnet(1).ChainKeys.Keys, 1)
}

// With the answer the other subnet holds the key as the first one does, and does not sign; one that is being created when it is there. A
// reject changes nothing.
func TestAnswersGiveKeys(t *testing.T) {
	r := holding(t)
	before := r.Latest()
	running, created, rejected := ask(t, r, held, 0, 1), ask(t, r, held, 0, 3), ask(t, r, held, 0, 2)
	for _, a := range []*protocol.ChainKeyInitialization{{Request: running}, {Request: created}, {Request: rejected, Reject: "no"}} {
		r.Publish(2, registry.AnswerReshare(a))
	}
	require.Empty(t, r.Latest().Reshares)
	want := &protocol.ChainKeys{Parallel: 7, Timeout: 9, Keys: []protocol.ChainKey{{ID: held, Queue: 3, PreSignatures: 2, Disabled: true}}}
	require.Equal(t, want, r.Latest().Subnet(1).ChainKeys)
	require.Equal(t, running, r.Latest().Subnet(1).Initialization(held).Request)
	require.Nil(t, r.Latest().Subnet(2).ChainKeys)
	require.Nil(t, before.Subnet(1).ChainKeys, "what was published stays as it was")
	require.True(t, r.Latest().Subnet(0).ChainKeys.Signs(held))

	r.Publish(3, registry.CreateSubnet(&protocol.SubnetRecord{ID: 3, Members: []protocol.NodeID{3}}, protocol.CanisterRange{Subnet: 3}))
	require.Equal(t, want, r.Latest().Subnet(3).ChainKeys)
	require.Equal(t, created, r.Latest().Subnet(3).Initialization(held).Request)

	dropped := holding(t)
	ask(t, dropped, held, 0, 1)
	ask(t, dropped, held, 0, 3)
	dropped.Publish(2, registry.DropRequests)
	require.Len(t, dropped.Latest().Reshares, 1, "for a subnet that there will not be")
}

// A subnet is enabled to sign with keys that it holds alone, and what says so is said once.
func TestSigningIsEnabledAndDisabled(t *testing.T) {
	r := holding(t)
	r.Publish(2, registry.AnswerReshare(&protocol.ChainKeyInitialization{Request: ask(t, r, held, 0, 1)}))
	for _, c := range []struct {
		subnet  protocol.SubnetID
		key     chainkey.KeyID
		enabled bool
		want    string
	}{
		{9, held, true, "there is no subnet s9"},
		{2, held, true, "subnet s2 does not hold the chain key ecdsa:secp256k1:held; reshare it to the subnet first"},
		{0, held, true, "subnet s0 signs with the chain key ecdsa:secp256k1:held already"},
		{1, held, false, "subnet s1 does not sign with the chain key ecdsa:secp256k1:held"},
	} {
		_, err := r.SetSigning(c.subnet, c.key, c.enabled)
		require.ErrorContains(t, err, c.want)
	}
	before := r.Latest()
	for subnet, enabled := range map[protocol.SubnetID]bool{0: false, 1: true} {
		change, err := r.SetSigning(subnet, held, enabled)
		require.NoError(t, err)
		r.Publish(3, change)
	}
	require.Equal(t, []bool{false, true}, []bool{r.Latest().Subnet(0).ChainKeys.Signs(held), r.Latest().Subnet(1).ChainKeys.Signs(held)})
	require.True(t, before.Subnet(0).ChainKeys.Signs(held), "what was published stays as it was")
}

// do_update_node_directly: a node on a subnet that rotates has another key when its turn is there, never the same.
func TestNodesKeysAreReplacedInTurn(t *testing.T) {
	r := holding(t)
	r.Publish(2, func(next *protocol.RegistrySnapshot) {
		registry.EditSubnet(1, func(s *protocol.SubnetRecord) { s.ChainKeys = &protocol.ChainKeys{Rotation: 2000} })(next)
		for n := range next.Nodes {
			next.Nodes[n] = &protocol.NodeRecord{ID: protocol.NodeID(n), IDKGKey: idkg.NewKey(crypto.Seed{byte(n)}).Public()}
		}
	})
	fresh := idkg.NewKey(crypto.Seed{99}).Public()
	for _, c := range []struct {
		node protocol.NodeID
		key  idkg.EncryptionKey
		at   protocol.Time
		want string
	}{
		{9, fresh, 9000, "node n9 is not in the registry"},
		{0, fresh, 9000, "node n0 is on no subnet whose nodes rotate their keys"},
		{3, fresh, 9000, "node n3 is on no subnet whose nodes rotate their keys"},
		{1, r.Latest().Node(1).IDKGKey, 9000, "node n1 has this key already"},
		{1, fresh, 1999, "the key of node n1 or one of its subnet is fresh; there may be another from 2µs on"},
	} {
		_, err := r.UpdateNode(c.node, c.key, c.at)
		require.ErrorContains(t, err, c.want)
	}
	before := r.Latest()
	change, err := r.UpdateNode(1, fresh, 2000)
	require.NoError(t, err)
	r.Publish(2000, change)
	require.True(t, r.Latest().Node(1).IDKGKey.Equal(fresh))
	require.Equal(t, protocol.Time(2000), r.Latest().Node(1).IDKGKeySet)
	require.False(t, before.Node(1).IDKGKey.Equal(fresh), "what was published stays as it was")
	_, err = r.UpdateNode(2, fresh, 2849)
	require.ErrorContains(t, err, "fresh")
	_, err = r.UpdateNode(2, fresh, 2850)
	require.NoError(t, err)
}
