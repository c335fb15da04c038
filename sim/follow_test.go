package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim/fault"
)

// Looking on changes nothing, and what somebody undoes before the plan does is not undone twice.
func TestFollowingAndEarlyRepairsKeepTheRun(t *testing.T) {
	ran := func(follow bool) string {
		c := *small(4, 0)
		c.Faults = fault.Plan{
			Crashes:    []fault.Crash{{Node: 0, At: 2 * time.Second, Down: 10 * time.Second}},
			Partitions: []fault.Partition{{Groups: [][]protocol.NodeID{{1}, {2, 3}}, At: 14 * time.Second, For: 6 * time.Second}},
		}
		x, err := Open(&c)
		require.NoError(t, err)
		if follow {
			x.Follow()
		}
		x.Advance(4 * time.Second)
		require.Equal(t, NodeDown, x.Snapshot().Nodes[0].State)
		_, err = x.Put(Input{Fault: &fault.Action{Kind: fault.Start, Node: 0}})
		require.NoError(t, err)
		x.Advance(11 * time.Second)
		require.Equal(t, NodeUp, x.Snapshot().Nodes[0].State)
		for _, cut := range x.Snapshot().Faults {
			_, err = x.Put(Input{Fault: &fault.Action{Kind: fault.Heal, From: cut.From, To: cut.To}})
			require.NoError(t, err)
		}
		require.Empty(t, x.Snapshot().Faults)
		x.Advance(6 * time.Second) // over the plan's own heal
		_, err = x.Put(Input{Fault: &fault.Action{Kind: fault.Cut, From: []protocol.NodeID{1}, To: []protocol.NodeID{2, 3}}})
		require.NoError(t, err)
		before := x.messages(1, 2)
		x.Advance(5 * time.Second)
		require.Equal(t, before, x.messages(1, 2), "a cut after it cuts")
		result, err := x.Close()
		require.NoError(t, err)
		return result.Digest
	}
	require.Equal(t, ran(false), ran(true))
}

// messages counts what has left on a link.
func (x *Session) messages(from, to protocol.NodeID) uint64 {
	for _, l := range x.Snapshot().Links {
		if l.From == from && l.To == to {
			return l.Messages
		}
	}
	return 0
}
