package xnet

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
)

// TestNearNodesArePickedMoreOften: probabilities go with one over the round trip time (proximity.rs pick_node).
func TestNearNodesArePickedMoreOften(t *testing.T) {
	var p proximity
	p.observe(1, 100_000_000)
	p.observe(2, 500_000_000)
	p.observe(3, 5*second) // counts as one second
	rand := protocol.NewRand(crypto.Hash{}, "test")
	picked := map[protocol.NodeID]int{}
	for range 13_000 {
		picked[p.pick([]protocol.NodeID{1, 2, 3}, rand)]++
	}
	require.InDelta(t, 10_000, picked[1], 300)
	require.InDelta(t, 2_000, picked[2], 300)
	require.InDelta(t, 1_000, picked[3], 300)

	clear(picked)
	for range 4_000 { // a stranger counts as the mean: 10000, 2000, and 6000
		picked[p.pick([]protocol.NodeID{1, 2, 9}, rand)]++
	}
	require.InDelta(t, 4_000/3, picked[9], 200)
	require.Contains(t, []protocol.NodeID{7, 8}, proximity(nil).pick([]protocol.NodeID{7, 8}, rand))
}

func TestDistanceIsAMovingAverage(t *testing.T) {
	var p proximity
	p.observe(1, 100)
	require.EqualValues(t, 1000, p[1].average, "at least a microsecond")
	p.observe(1, 2000)
	require.EqualValues(t, 1100, p[1].average)
}
