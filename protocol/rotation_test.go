package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/idkg"
	"icsim/protocol"
)

// E, "Key rotation": a node's turn comes when its key is a period old and the last one of its subnet most of a turn; only on subnets whose
// nodes rotate their keys.
func TestNodesTakeTurns(t *testing.T) {
	r := &protocol.RegistrySnapshot{
		Subnets: []*protocol.SubnetRecord{
			{Members: []protocol.NodeID{0, 1, 2, 3}, ChainKeys: &protocol.ChainKeys{Rotation: 4000}},
			{ID: 1, Members: []protocol.NodeID{4}, ChainKeys: &protocol.ChainKeys{}},
			{ID: 2, Members: []protocol.NodeID{5}},
		},
	}
	for n := range protocol.NodeID(7) {
		r.Nodes = append(r.Nodes, &protocol.NodeRecord{ID: n})
	}
	for n := protocol.NodeID(4); n < 8; n++ {
		_, ok := r.RotationDue(n, 100)
		require.False(t, ok, n)
	}
	due := func(n protocol.NodeID, percent protocol.Time) protocol.Time {
		at, ok := r.RotationDue(n, percent)
		require.True(t, ok)
		return at
	}
	r.Subnets[0].TakeTurns(r.Nodes)
	for n := range protocol.NodeID(4) {
		require.Equal(t, protocol.Time(1000*(n+1)), due(n, 85), "one a turn, the first after one")
	}
	r.Nodes[0].IDKGKeySet = 1500 // it was late
	require.Equal(t, []protocol.Time{5500, 2350, 2450, 3000}, []protocol.Time{due(0, 85), due(1, 85), due(1, 95), due(2, 85)})
	r.Subnets[1].TakeTurns(r.Nodes)
	require.Zero(t, r.Nodes[4].IDKGKeySet)
}

// A transcript is held by nodes in their places, with the keys that it is shared with.
func TestTranscriptsAreHeldWithKeys(t *testing.T) {
	r := &protocol.RegistrySnapshot{}
	p := &idkg.Params{Algorithm: idkg.SchnorrEd25519, ID: []byte{1}, Dealers: 1, Operation: idkg.RandomUnmasked}
	for n := range protocol.NodeID(3) {
		key := idkg.NewKey(crypto.Seed{byte(n)}).Public()
		r.Nodes = append(r.Nodes, &protocol.NodeRecord{ID: n, IDKGKey: key})
		if n < 2 {
			p.Receivers = append(p.Receivers, key)
		}
	}
	d, _ := idkg.Deal(p, 0, nil, crypto.Seed{9})
	made, reason := idkg.Combine(p, []idkg.DealerDealing{{Dealing: d}})
	require.Equal(t, idkg.Valid, reason)
	held := &protocol.IDKGTranscript{Receivers: []protocol.NodeID{0, 1}, Transcript: made}
	require.True(t, r.Holds(held, []protocol.NodeID{0, 1}))
	for _, others := range [][]protocol.NodeID{{0}, {1, 0}, {0, 1, 2}, {0, 2}, nil} {
		require.False(t, r.Holds(held, others), others)
	}
	r.Nodes[1] = &protocol.NodeRecord{ID: 1, IDKGKey: idkg.NewKey(crypto.Seed{9}).Public()}
	require.False(t, r.Holds(held, []protocol.NodeID{0, 1}), "another key")
}
