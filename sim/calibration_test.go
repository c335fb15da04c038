package sim

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"
	"time"

	"icsim/sim/fault"
	"icsim/sim/network"
)

// The rows of reference/measured_reality.md that one subnet without load gives. No constant is fitted to them: what they
// test is that delays, quorums and costs add up as in the replica.

func requireWithin(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	off := (got - want) / want
	t.Logf("%s: %.4g, measured %.4g: %+.1f %%", what, got, want, 100*off)
	if math.Abs(off) > tolerance {
		t.Errorf("%s is %.4g, not within %.0f %% of %.4g", what, got, 100*tolerance, want)
	}
}

// 13 nodes, 200 ms one way, 300 Mbit/s a node, notary delay 600 ms, almost no load: 1.2 blocks a second.
func TestBlockRateWithUniformLatency(t *testing.T) {
	c := small(13, 3*time.Minute)
	s := &c.Subnets[0]
	s.DKGIntervalLength, s.InitialNotaryDelay = 499, 600*time.Millisecond
	s.Uplink, s.Downlink = 300_000_000, 300_000_000
	c.Paths, _ = network.Uniform(200*time.Millisecond, 0)
	requireWithin(t, "blocks a second", run(t, c).Subnets[0].BlockRate, 1.2, 0.05)
}

// Block time is the initial notary delay, the median node's latency to its 2f-th nearest peer, and 33 ms.
func TestBlockTimeOverMeasuredLinks(t *testing.T) {
	const notaryDelay, quorum, rest = 300, 96, 33 // ms
	c := small(13, 3*time.Minute)
	c.Subnets[0].DKGIntervalLength = 499
	c.Paths = measuredPaths(t, "../../shared/data/ic_subnet_measured_io67a_2024-05.csv", 13)
	for i := range c.Subnets[0].Places {
		c.Subnets[0].Places[i] = i
	}
	requireWithin(t, "block time in ms", 1000/run(t, c).Subnets[0].BlockRate, notaryDelay+quorum+rest, 0.08)
}

// One failed turn of rank 0 costs about one unit delay.
func TestFailedRank0TurnCostsAUnitDelay(t *testing.T) {
	idle, lame := small(13, 4*time.Minute), small(13, 4*time.Minute)
	idle.Subnets[0].DKGIntervalLength, lame.Subnets[0].DKGIntervalLength = 499, 499
	lame.Faults.Crashes = []fault.Crash{{Node: 3, At: 1}}
	a, b := run(t, idle).Subnets[0], run(t, lame).Subnets[0]
	failed := 1 - b.Rank0Share
	if failed < 0.05 || failed > 0.11 {
		t.Fatalf("%.3f of the turns failed with one node of 13 down", failed)
	}
	requireWithin(t, "cost of a failed turn in ms", (1000/b.BlockRate-1000/a.BlockRate)/failed, 1000, 0.15)
}

// measuredPaths reads the round trips and losses of directed pairs of nodes, numbered from 1.
func measuredPaths(t *testing.T, file string, nodes int) *network.Paths {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Skip("the measured links are not here: ", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	oneWay, loss := make([][]time.Duration, nodes), make([][]network.Loss, nodes)
	for i := range oneWay {
		oneWay[i], loss[i] = make([]time.Duration, nodes), make([]network.Loss, nodes)
	}
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, row := range rows[1:] {
		from, to := int(number(row[0]))-1, int(number(row[1]))-1
		oneWay[from][to] = time.Duration(number(row[2]) / 2 * float64(time.Millisecond))
		loss[from][to] = network.Loss(number(row[3]) * 1e9)
	}
	paths, err := network.NewPaths(oneWay, loss)
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
