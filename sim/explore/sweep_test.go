package explore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/sim"
	"icsim/sim/adversary"
	"icsim/sim/check"
)

// run makes a sweep and gives its outcomes, sorted.
func run(t *testing.T, s *Sweep) []*Outcome {
	t.Helper()
	var all []*Outcome
	require.NoError(t, s.Run(context.Background(), func(o *Outcome) error {
		all = append(all, o)
		return nil
	}))
	Sort(all)
	return all
}

// plain makes runs of two seconds.
func plain(seed uint64) (*Case, error) { return &Case{Config: four(seed, 2*time.Second)}, nil }

// stalling lets two of four nodes be silent for some seeds, so that nothing is finalized within the bound.
func stalling(which ...uint64) func(uint64) (*Case, error) {
	return func(seed uint64) (*Case, error) {
		c := four(seed, 2*time.Second)
		c.Bounds.Progress = time.Second
		if slices.Contains(which, seed) {
			c.Attackers = []adversary.Assignment{{Node: 0, Strategies: []string{"silent"}}, {Node: 1, Strategies: []string{"silent"}}}
		}
		return &Case{Config: c}, nil
	}
}

func TestOutcomesDoNotDependOnTheNumberOfWorkers(t *testing.T) {
	one := run(t, &Sweep{Seeds: Seeds{{1, 12}}, Make: plain, Workers: 1})
	three := run(t, &Sweep{Seeds: Seeds{{1, 12}}, Make: plain, Workers: 3})
	require.Len(t, one, 12)
	require.Equal(t, one, three)
	require.Equal(t, Sum(one), Sum(three))
	alone, err := sim.Run(four(7, 2*time.Second), nil)
	require.NoError(t, err)
	require.Equal(t, alone.Digest, one[6].Digest, "the seventh run by itself")
}

func TestAFailingSeedIsToldWithItsCheck(t *testing.T) {
	all := run(t, &Sweep{Seeds: Seeds{{1, 3}}, Make: stalling(2), Workers: 2})
	require.Equal(t, []Status{OK, Liveness, OK}, []Status{all[0].Status, all[1].Status, all[2].Status})
	require.Equal(t, "progress", all[1].Failed().Check)
	require.Equal(t, Liveness, Worst(all))
}

// With StopFirst the lowest failing seed is the same whoever is faster: lower seeds are finished first.
func TestStopFirstFindsTheLowestFailingSeed(t *testing.T) {
	for workers := range 4 {
		all := run(t, &Sweep{Seeds: Seeds{{1, 1000}}, Make: stalling(6, 7, 8, 200), Workers: workers + 1, StopFirst: true})
		first := slices.IndexFunc(all, func(o *Outcome) bool { return o.Status != OK })
		require.Equal(t, uint64(6), all[first].Seed)
		require.Equal(t, 5, first, "all before it have run")
		require.Less(t, len(all), 20)
	}
}

func TestVerifyComparesTwoRunsOfASeed(t *testing.T) {
	all := run(t, &Sweep{Seeds: Seeds{{1, 6}}, Make: plain, Workers: 2, Verify: 3})
	for _, o := range all {
		require.Equal(t, o.Seed%3 == 0, o.Verified)
		require.Equal(t, OK, o.Status)
	}
	times := 0
	moody := func(seed uint64) (*Case, error) {
		times++
		return &Case{Config: four(seed, time.Duration(times)*time.Second)}, nil
	}
	all = run(t, &Sweep{Seeds: Seeds{{3, 3}}, Make: moody, Workers: 1, Verify: 1})
	require.Equal(t, Differs, all[0].Status)
	require.NotEqual(t, all[0].Digest, all[0].Second)
	require.Contains(t, all[0].Message(), "two digests")
}

func TestAPanicIsAnOutcomeAndTheOthersGoOn(t *testing.T) {
	all := run(t, &Sweep{Seeds: Seeds{{1, 4}}, Workers: 2, Make: func(seed uint64) (*Case, error) {
		switch seed {
		case 2:
			c := four(seed, time.Second)
			c.Subnets[0].Places = []int{-1, 0, 0, 0}
			return &Case{Config: c}, nil
		case 3:
			return nil, fmt.Errorf("no such run")
		}
		return plain(seed)
	}})
	require.Equal(t, []Status{OK, Bug, Error, OK}, []Status{all[0].Status, all[1].Status, all[2].Status, all[3].Status})
	require.Contains(t, all[1].Trouble, "icsim/sim/network.New\n")
	require.NotContains(t, all[1].Trouble, "0x")
	require.Contains(t, all[1].Message(), "endpoint 0 is at place -1")
	require.Equal(t, "no such run", all[2].Message())
	require.Equal(t, Error, Worst(all))
}

// A sweep whose context ends has outcomes of whole runs alone.
func TestWhatIsBrokenOffHasNoOutcome(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var all []*Outcome
	err := (&Sweep{Seeds: Seeds{{1, Endless}}, Make: plain, Workers: 2}).Run(ctx, func(o *Outcome) error {
		if all = append(all, o); len(all) == 5 {
			cancel()
		}
		return nil
	})
	require.NoError(t, err)
	require.Less(t, len(all), 10)
	for _, o := range all {
		require.Equal(t, 2.0, o.VirtualSeconds)
	}
}

func TestAReportThatFailsEndsTheSweep(t *testing.T) {
	n := 0
	err := (&Sweep{Seeds: Seeds{{1, Endless}}, Make: plain, Workers: 2}).Run(context.Background(), func(*Outcome) error {
		n++
		return fmt.Errorf("the disk is full")
	})
	require.EqualError(t, err, "the disk is full")
	require.Equal(t, 1, n)
}

func TestTheGravestFailureIsToldFirst(t *testing.T) {
	r := &sim.Result{Checks: []sim.CheckResult{
		{Name: "a", Kind: check.Liveness, AtSeconds: 1}, {Name: "b", Kind: check.Safety, AtSeconds: 9},
		{Name: "c", Kind: check.Safety, AtSeconds: 3},
		{Name: "d", Kind: check.Safety, OK: true}, {Name: "e", Kind: check.Expect},
	}}
	require.Equal(t, "c", Fails(r, "").Check)
	require.Equal(t, "a", Fails(r, "a").Check)
	require.Nil(t, Fails(r, "d"))
}

func TestSeedsAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]Seeds{
		"7": {{7, 7}}, "1..3": {{1, 3}}, "5..6,1..2": {{1, 2}, {5, 6}}, "9..": {{9, Endless}}, "0": {{0, 0}},
	} {
		got, err := ParseSeeds(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		again, err := ParseSeeds(got.String())
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	for _, text := range []string{"", "x", "3..1", "-1", "1..5,5..9", "1..,7", "1.5"} {
		_, err := ParseSeeds(text)
		require.Error(t, err, text)
		require.True(t, strings.Contains(err.Error(), "want") || strings.Contains(err.Error(), "runs each seed once"), err)
	}
	require.Equal(t, []uint64{1, 2, 9}, slices.Collect(Seeds{{1, 2}, {9, 9}}.All()))
	require.Equal(t, []uint64{Endless - 1, Endless}, slices.Collect(Seeds{{Endless - 1, Endless}}.All()), "and stops there")
}
