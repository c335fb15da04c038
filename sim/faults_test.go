package sim

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim/fault"
	"icsim/sim/machine"
	"icsim/sim/network"
)

func everyone(n int) (all []protocol.NodeID) {
	for i := range n {
		all = append(all, protocol.NodeID(i))
	}
	return all
}

// No fault of at most f nodes breaks safety, and after each the subnet lives (reference/protocol.md A.10, H).
func TestFaultsOfFNodesBreakNothing(t *testing.T) {
	const s = time.Second
	rest := everyone(7)[2:]
	for name, plan := range map[string]fault.Plan{
		"torn": {Crashes: []fault.Crash{
			{Node: 0, At: 10 * s, Down: 5 * s, Torn: true}, {Node: 1, At: 11 * s, Down: 9 * s, Torn: true},
		}},
		"amnesia": {Crashes: []fault.Crash{
			{Node: 0, At: 20 * s, Down: 2 * s, Forgets: 8 * s}, {Node: 1, At: 25 * s, Down: s, Forgets: 24 * s},
		}},
		"swap": {Swaps: []fault.Swap{{A: 0, B: 1, At: 15 * s, Down: 2 * s}}},
		"slow disk": {Disks: []fault.Disk{{
			Node: 0, DiskFault: machine.DiskFault{Slow: machine.Ratio{Num: 1000, Den: 1}}, At: 5 * s, For: 20 * s,
		}}},
		"full disk": {Disks: []fault.Disk{{Node: 0, DiskFault: machine.DiskFault{Full: true}, At: 5 * s, For: 15 * s}}},
		"bad disks": {
			Disks: []fault.Disk{
				{Node: 0, DiskFault: machine.DiskFault{Lose: 100_000_000, Misdirect: 100_000_000}, At: 5 * s, For: 20 * s},
				{Node: 1, DiskFault: machine.DiskFault{Lose: 500_000_000}, At: 5 * s},
			},
			Crashes: []fault.Crash{{Node: 0, At: 20 * s, Down: s}, {Node: 1, At: 21 * s, Down: s}},
		},
		"stall":    {Stalls: []fault.ClockStall{{Node: 0, At: 5 * s, For: 10 * s}, {Node: 1, At: 6 * s}}},
		"clog":     {Clogs: []fault.Clog{{From: everyone(2), To: rest, BothWays: true, At: 10 * s, For: 8 * s}}},
		"clog all": {Clogs: []fault.Clog{{From: everyone(7), To: everyone(7), At: 10 * s, For: 8 * s}}},
		"scheduler": {Schedulers: []fault.Scheduler{{
			Nodes: everyone(7), Schedule: network.Schedule{Delay: 3 * s, Starve: 2, Turn: 2 * s}, At: 1, For: 30 * s,
		}}},
		"block maker": {Roles: []fault.Role{
			{As: fault.BlockMaker, Of: everyone(7), At: 10 * s, Then: fault.Plan{
				Crashes: []fault.Crash{{Node: protocol.NoNode, At: 10 * s, Down: 5 * s}},
			}},
			{As: fault.Slowest, Of: everyone(7), At: 20 * s, Then: fault.Plan{
				Pauses: []fault.Pause{{Node: protocol.NoNode, At: 20 * s, For: 5 * s}},
			}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := small(7, 70*s)
			c.Faults = plan
			r := run(t, c)
			requireChecks(t, r)
			require.Greater(t, r.Subnets[0].FinalizedHeight, uint64(60))
			again := small(7, 70*s)
			again.Faults, again.NoShare, again.Workers = plan, false, 2
			require.Equal(t, r.Digest, run(t, again).Digest)
		})
	}
}

// More than f nodes on hold stop a subnet; what was kept back comes at the end, and it goes on at once, on the same connections.
func TestClogsHoldAndRelease(t *testing.T) {
	c := small(4, 40*time.Second)
	c.Faults.Clogs = []fault.Clog{{From: everyone(4), To: everyone(4), At: 10 * time.Second, For: 15 * time.Second}}
	x, err := Open(c)
	require.NoError(t, err)
	x.Advance(10500 * time.Millisecond)
	stopped := x.Finalized(0)
	x.Advance(14 * time.Second)
	require.LessOrEqual(t, x.Finalized(0), stopped+1, "nothing comes through")
	x.Advance(1500 * time.Millisecond)
	require.Greater(t, x.Finalized(0), stopped+1, "within a second of the release")
	r, err := x.Close()
	require.NoError(t, err)
	requireChecks(t, r)
}

// A full disk stops the replica at its first write, and again each time that it is started, until there is room.
func TestFullDisksRestartNodes(t *testing.T) {
	c := small(4, 60*time.Second)
	c.Faults.Disks = []fault.Disk{{Node: 2, DiskFault: machine.DiskFault{Full: true}, At: 10 * time.Second, For: 25 * time.Second}}
	r := run(t, c)
	requireChecks(t, r)
	restarts := 0
	for _, m := range r.Timeline {
		if strings.HasPrefix(m.What, "n2 restarts: its disk is full") {
			restarts++
		}
	}
	require.Equal(t, 3, restarts, "at once, after 10 s and after 20 s")
}

// The node with rank 0 at the height in work crashes before its block is made: nobody finalizes a block of rank 0 there.
func TestTheBlockMakerOfTheTimeIsHit(t *testing.T) {
	c := small(4, 30*time.Second)
	c.Faults.Roles = []fault.Role{{
		As: fault.BlockMaker, Of: everyone(4), At: 10 * time.Second,
		Then: fault.Plan{Crashes: []fault.Crash{{Node: protocol.NoNode, At: 10 * time.Second, Down: 8 * time.Second}}},
	}}
	r := run(t, c)
	requireChecks(t, r)
	i := slices.IndexFunc(r.Timeline, func(m Moment) bool { return strings.HasPrefix(m.What, "the block-maker is n") })
	require.GreaterOrEqual(t, i, 0)
	who := strings.TrimPrefix(r.Timeline[i].What, "the block-maker is ")
	require.Equal(t, "crash "+who, r.Timeline[i+1].What)
}

// f+1 nodes that forget what they signed are more than the protocol stands; checkers excuse nobody for a disk, but believe it not.
func TestNodesWithBadDisksAreNotBelieved(t *testing.T) {
	c := small(4, time.Second)
	c.Faults = fault.Plan{
		Swaps: []fault.Swap{{A: 1, B: 3, At: 1, Down: 5}},
		Disks: []fault.Disk{{Node: 0, DiskFault: machine.DiskFault{Lose: 1}, At: 1}},
	}
	s, err := begin(c)
	require.NoError(t, err)
	for n := range everyone(4) {
		require.False(t, s.corrupt(protocol.NodeID(n)), "nothing has happened yet")
	}
	s.pump(nil)
	for n, corrupt := range []bool{true, true, false, true} {
		require.Equal(t, corrupt, s.corrupt(protocol.NodeID(n)))
	}
}
