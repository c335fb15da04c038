package sim

import (
	"testing"
	"time"

	"icsim/protocol"
	"icsim/sim/adversary"
	"icsim/sim/fault"
)

// check demands that every check but those named holds.
func requireChecks(t *testing.T, r *Result, broken ...string) {
	t.Helper()
	want := map[string]bool{}
	for _, b := range broken {
		want[b] = true
	}
	for _, c := range r.Checks {
		if c.OK == want[c.Name] {
			t.Errorf("%s: ok=%v %s", c.Name, c.OK, c.Detail)
		}
	}
}

func run(t *testing.T, c *Config) *Result {
	t.Helper()
	r, err := Run(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &r.Subnets[0]
	t.Logf("height %d certified %d cup %d rank0 %.3f rate %.3f invalid %d equivocations %d digest %.16s",
		s.FinalizedHeight, s.CertifiedHeight, s.CUPHeight, s.Rank0Share, s.BlockRate, s.Invalid, s.Equivocations, r.Digest)
	return r
}

func attackers(strategies []string, nodes ...protocol.NodeID) (a []adversary.Assignment) {
	for _, n := range nodes {
		a = append(a, adversary.Assignment{Node: n, Strategies: strategies})
	}
	return a
}

func TestLongRunMakesCatchUpPackages(t *testing.T) {
	r := run(t, small(13, 2*time.Minute))
	requireChecks(t, r)
	if r.Subnets[0].CUPHeight < 200 {
		t.Errorf("highest catch-up package is %d", r.Subnets[0].CUPHeight)
	}
}

func TestCrashedNodeCatchesUp(t *testing.T) {
	c := small(13, time.Minute)
	c.Subnets[0].DKGIntervalLength = 99 // it is back before a catch-up package that it would need the state of
	c.Faults.Crashes = []fault.Crash{{Node: 3, At: 10 * time.Second, Down: 15 * time.Second}}
	requireChecks(t, run(t, c))
}

func TestCrashedNodeCatchesUpWithoutDisk(t *testing.T) {
	c := small(4, time.Minute)
	c.Subnets[0].DKGIntervalLength = 499
	c.Faults.Crashes = []fault.Crash{{Node: 3, At: 10 * time.Second, Down: 15 * time.Second, LoseDisk: true}}
	requireChecks(t, run(t, c))
}

func TestPartitionStallsAndHeals(t *testing.T) {
	c := small(13, 90*time.Second)
	c.Faults.Partitions = []fault.Partition{{
		Groups: [][]protocol.NodeID{{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11, 12}}, At: 10 * time.Second, For: 20 * time.Second,
	}}
	requireChecks(t, run(t, c))
}

func TestFSilentStayLive(t *testing.T) {
	c := small(13, time.Minute)
	c.Attackers = attackers([]string{"silent"}, 1, 2, 3, 4)
	requireChecks(t, run(t, c))
}

func TestFPlusOneSilentStall(t *testing.T) {
	c := small(13, time.Minute)
	c.Attackers = attackers([]string{"silent"}, 1, 2, 3, 4, 5)
	requireChecks(t, run(t, c), "progress")
}

func TestEquivocationIsProven(t *testing.T) {
	c := small(13, time.Minute)
	c.Attackers = attackers([]string{"equivocate"}, 1, 2)
	r := run(t, c)
	requireChecks(t, r)
	if r.Subnets[0].Equivocations == 0 {
		t.Error("nobody proved an equivocation")
	}
}

func TestCorruptSharesAreRefused(t *testing.T) {
	c := small(13, time.Minute)
	c.Attackers = attackers([]string{"corrupt-shares"}, 1, 2, 3, 4)
	r := run(t, c)
	requireChecks(t, r)
	if r.Subnets[0].Invalid == 0 {
		t.Error("no corrupt share was refused")
	}
}

func TestForkIsFound(t *testing.T) {
	c := small(13, time.Minute)
	c.Attackers = attackers([]string{"notarize-all", "finalize-all", "no-relay"}, 0, 1, 2, 3, 4)
	c.Faults.Partitions = []fault.Partition{{Groups: [][]protocol.NodeID{{5, 6, 7, 8}, {9, 10, 11, 12}}, At: 10 * time.Second}}
	r := run(t, c)
	for _, v := range r.Checks {
		if v.Name == "agreement" && v.OK {
			t.Error("no fork")
		}
	}
	for _, v := range r.Violations {
		t.Logf("%+v", v)
	}
}
