package fault

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim/network"
)

type ids = []protocol.NodeID

const sec = time.Second

func TestCompileGivesPrimitivesInOrder(t *testing.T) {
	p := Plan{
		Crashes: []Crash{
			{Node: 3, At: 20 * sec, Down: 10 * sec, LoseDisk: true}, {Node: 4, At: 5 * sec}, {Node: 3, At: 31 * sec, Down: sec},
		},
		Pauses:     []Pause{{Node: 1, At: 5 * sec, For: sec}},
		Partitions: []Partition{{Groups: []ids{{0, 1}, {2}}, At: 7 * sec, For: sec}, {Groups: []ids{{0}, {2}}, OneWay: true, At: 9 * sec}},
		Links: []Link{{
			From: ids{0}, To: ids{1, 2}, Disturbance: network.Disturbance{Delay: sec / 10, Loss: 5000}, BothWays: true, At: sec, For: sec,
		}},
		Bandwidths: []Bandwidth{{Node: 2, Uplink: 1000, At: 3 * sec, For: sec}},
		Jumps:      []ClockJump{{Node: 2, At: 40 * sec, By: -sec}},
		Drifts:     []ClockDrift{{Node: 2, PartsPerBillion: -50, At: 41 * sec, For: sec}},
		SlowCPUs:   []SlowCPU{{Node: 2, Num: 10, Den: 3, At: 50 * sec, For: sec}},
	}
	actions, err := p.Compile(5)
	require.NoError(t, err)
	var out strings.Builder
	for _, a := range actions {
		fmt.Fprintf(&out, "%v %s\n", time.Duration(a.At), &a)
	}
	require.Equal(t, `1s disturb n0 to n1,n2: 100ms later, 0.0005 % lost
1s disturb n1,n2 to n0: 100ms later, 0.0005 % lost
2s calm n0 to n1,n2: 100ms later, 0.0005 % lost
2s calm n1,n2 to n0: 100ms later, 0.0005 % lost
3s cap bandwidth of n2 to 1000 up, 0 down
4s cap bandwidth of n2 to 0 up, 0 down
5s crash n4
5s pause n1
6s resume n1
7s cut n0,n1 to n2
7s cut n2 to n0,n1
8s heal n0,n1 to n2
8s heal n2 to n0,n1
9s cut n0 to n2
20s crash n3
30s start n3 without its disk
31s crash n3
32s start n3
40s jump clock of n2 by -1s
41s drift clock of n2 by -50 parts per billion
42s drift clock of n2 by 0 parts per billion
50s slow CPU of n2 by 10/3
51s slow CPU of n2 by 1/1
`, out.String())
}

func TestEmptyPlan(t *testing.T) {
	actions, err := (&Plan{}).Compile(0)
	require.NoError(t, err)
	require.Empty(t, actions)
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	link := func(l Link) Plan { l.At, l.For = sec, sec; return Plan{Links: []Link{l}} }
	bad := network.Disturbance{Loss: 1}
	for _, c := range []struct {
		want string
		plan Plan
	}{
		{"crash of node 5: there are 5 nodes, numbered from 0", Plan{Crashes: []Crash{{Node: 5, At: sec}}}},
		{"crash at 0s: a fault happens after the start", Plan{Crashes: []Crash{{Node: 1}}}},
		{"crash at 1s lasts -1s", Plan{Crashes: []Crash{{Node: 1, At: sec, Down: -sec}}}},
		{"beyond the end of time", Plan{Pauses: []Pause{{At: 1 << 62, For: 1 << 62}}}},
		{
			"crash of node 1 at 3s: the one at 2s ends at 3s; let it end first",
			Plan{Crashes: []Crash{{Node: 1, At: 3 * sec}, {Node: 1, At: 2 * sec, Down: sec}}},
		},
		{"crash of node 1 at 9s: the one at 2s never ends", Plan{Crashes: []Crash{{Node: 1, At: 2 * sec}, {Node: 1, At: 9 * sec}}}},
		{"pause of node 1 at 1s: it needs a length", Plan{Pauses: []Pause{{Node: 1, At: sec}}}},
		{
			"pause of node 1 at 2s: the one at 1s ends at 3s",
			Plan{Pauses: []Pause{{Node: 1, At: sec, For: 2 * sec}, {Node: 1, At: 2 * sec, For: sec}}},
		},
		{"partition at 1s has 1 group: it takes two", Plan{Partitions: []Partition{{Groups: []ids{{1}}, At: sec}}}},
		{
			"partition at 1s is one way between 3 groups",
			Plan{Partitions: []Partition{{Groups: []ids{{1}, {2}, {3}}, OneWay: true, At: sec}}},
		},
		{"partition at 1s: group 2 is empty", Plan{Partitions: []Partition{{Groups: []ids{{1}, {}}, At: sec}}}},
		{"partition at 1s: node 1 is in groups 1 and 2", Plan{Partitions: []Partition{{Groups: []ids{{1}, {1}}, At: sec}}}},
		{"partition at 1s of node 9: there are 5", Plan{Partitions: []Partition{{Groups: []ids{{1}, {9}}, At: sec}}}},
		{"link fault at 1s: from and to need a node each", link(Link{From: ids{1}, Disturbance: bad})},
		{"link fault at 1s delays by -1s", link(Link{From: ids{1}, To: ids{2}, Disturbance: network.Disturbance{Delay: -sec}})},
		{
			"link fault at 1s loses 1000000000 parts per billion: at most 990000000;",
			link(Link{From: ids{1}, To: ids{2}, Disturbance: network.Disturbance{Loss: 1e9}}),
		},
		{"link fault at 1s neither delays nor loses", link(Link{From: ids{1}, To: ids{2}})},
		{"bandwidth cap of node 1 at 1s: 0 up and 0 down", Plan{Bandwidths: []Bandwidth{{Node: 1, At: sec}}}},
		{"bandwidth cap of node 1 at 1s: -3 up", Plan{Bandwidths: []Bandwidth{{Node: 1, Uplink: -3, Downlink: 5, At: sec}}}},
		{"clock jump of node 1 at 1s by 0s", Plan{Jumps: []ClockJump{{Node: 1, At: sec}}}},
		{"clock drift of node 1 at 1s by 900000000 parts", Plan{Drifts: []ClockDrift{{Node: 1, At: sec, PartsPerBillion: 900_000_000}}}},
		{"slow CPU of node 1 at 1s by 3/0", Plan{SlowCPUs: []SlowCPU{{Node: 1, At: sec, Num: 3}}}},
	} {
		_, err := c.plan.Compile(5)
		require.ErrorContains(t, err, c.want)
	}
}

func TestAllErrorsAreReportedTogether(t *testing.T) {
	p := Plan{Crashes: []Crash{{Node: 9}}, SlowCPUs: []SlowCPU{{Node: 1, At: sec}}}
	_, err := p.Compile(5)
	require.Len(t, strings.Split(err.Error(), "\n"), 3)
}
