package planner

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/metrics"
	"icsim/protocol"
	"icsim/scenarios"
	"icsim/sim"
	"icsim/sim/check"
	"icsim/sim/sites"
)

// A law is a subnet whose behaviour is known: what it carries and how long calls take, by size.
type law struct {
	capacity func(nodes int) float64 // calls a second
	p99      func(nodes int, seed uint64) float64
	fragile  func(nodes, lost int) bool
	lost     func(nodes int, seed uint64) float64 // p99 while some are lost; nil: as ever
	rate     float64
	trials   []Trial
}

func (l *law) simulate(trials []Trial) (out []*Outcome, _ error) {
	l.trials = append(l.trials, trials...)
	for _, t := range trials {
		n, rate := len(t.Nodes), l.rate*float64(t.Num)/float64(t.Den)
		p99 := l.p99(n, t.Seed)
		if l.lost != nil && len(t.Lost) > 0 {
			p99 = l.lost(n, t.Seed)
		}
		h := metrics.NewHistogram(3)
		h.Record(int64(1e6 * p99))
		o := &Outcome{
			Submitted: uint64(rate * 10), Made: rate * 5, Answered: rate * 5, Percentiles: Percentiles{500, 800, p99}, BlockRate: 2,
			Instructions: 1e6,
			Record:       &metrics.Record{Distributions: []metrics.Distribution{h.Distribution("call_latency", "", "ms", 1e6)}},
		}
		if rate > l.capacity(n) {
			o.Answered, o.P99 = 5*l.capacity(n), math.Inf(1)
		}
		if lost := len(t.Lost); lost > 0 && l.fragile != nil && l.fragile(n, lost) {
			o.Unanswered = 7
		}
		out = append(out, o)
	}
	return out, nil
}

func planOf(t *testing.T, targets string) *scenarios.Plan {
	t.Helper()
	p, err := scenarios.ParsePlan("p.yaml", []byte("name: p\nsizes: [13, 4, 7]\nplaces: [europe]\nlimits: { provider: 1, data_centre: 1, "+
		"country: 2 }\n"+
		"loads: [{ rate: 1000/s, call: inc, canister: { library: counter } }]\nsimulate: { most_load: 8x }\ntargets: "+targets+"\n"))
	require.NoError(t, err)
	return p
}

func plain() *law {
	return &law{
		rate: 1000, capacity: func(int) float64 { return 3000 }, p99: func(int, uint64) float64 { return 1000 },
	}
}

func failed(a *Answer, name string) []string {
	for _, o := range a.Candidates {
		if o.Name == name {
			return o.Binds
		}
	}
	return []string{"no such candidate"}
}

// With a known law the cheapest size that meets the targets is found, and what binds the others is said.
func TestTheKnownOptimumIsRecommended(t *testing.T) {
	l := plain()
	l.capacity = func(n int) float64 { return map[int]float64{4: 800, 7: 1200, 13: 5000}[n] }
	a, err := Run(planOf(t, "{ p99: 3s, survives: [data_centre], nakamoto: { provider: 2 } }"), 1, l.simulate)
	require.NoError(t, err)
	require.Equal(t, "7 europe", a.Choice)
	require.Equal(t, []string{"load", "p99"}, failed(a, "4 europe"))
	require.Empty(t, failed(a, "13 europe"))
	require.Equal(t, "It is the cheapest that meets every target: 4 europe fails: load, p99.", a.Because)

	a, err = Run(planOf(t, "{ p99: 3s, headroom: 2x }"), 1, l.simulate)
	require.NoError(t, err)
	require.Equal(t, "13 europe", a.Choice)
	require.Equal(t, []string{"headroom"}, failed(a, "7 europe"))

	a, err = Run(planOf(t, "{ p99: 500ms }"), 1, l.simulate)
	require.NoError(t, err)
	require.False(t, a.Found)
	require.Equal(t, []string{"p99"}, failed(a, "13 europe"))
}

// What needs no run is judged without one.
func TestStaticTargetsCostNoRuns(t *testing.T) {
	l := plain()
	a, err := Run(planOf(t, "{ nakamoto: { provider: 5 }, xdr_a_month: 10000 }"), 1, l.simulate)
	require.NoError(t, err)
	require.Empty(t, l.trials)
	require.Equal(t, []string{"nakamoto of providers"}, failed(a, "4 europe"))
	require.Equal(t, []string{"cost"}, failed(a, "13 europe"))
	for _, o := range a.Candidates {
		require.Equal(t, sites.Monthly(chosen(t, o.Size)), o.XDR)
	}
}

func chosen(t *testing.T, n int) []sites.Site {
	nodes, err := sites.Choose(sites.In("europe", nil), n, sites.TargetLimits(n), sites.Spread)
	require.NoError(t, err)
	return nodes
}

// A target is met in every run or not at all, with the seeds that choose and with those that do not.
func TestOneSeedIsEnoughToFail(t *testing.T) {
	for _, bad := range []uint64{3, 5} { // of 1 to 3, and of the 4 to 6 that come after
		l := plain()
		l.p99 = func(n int, seed uint64) float64 {
			if n == 4 && seed == bad {
				return 3001
			}
			return 2999
		}
		a, err := Run(planOf(t, "{ p99: 3s }"), 1, l.simulate)
		require.NoError(t, err)
		require.Equal(t, "7 europe", a.Choice, "seed %d", bad)
		require.Len(t, failed(a, "4 europe"), 1)
	}
}

// What must be survived is simulated: the loss of the nodes of an owner.
func TestASubnetThatDoesNotSurviveIsNotRecommended(t *testing.T) {
	l := plain()
	l.fragile = func(n, _ int) bool { return n < 13 }
	a, err := Run(planOf(t, "{ survives: [data_centre] }"), 1, l.simulate)
	require.NoError(t, err)
	require.Equal(t, "13 europe", a.Choice)
	require.Equal(t, []string{"survives any data centre"}, failed(a, "7 europe"))
	for _, o := range a.Candidates {
		require.NotEmpty(t, o.Outages)
	}
}

// A latency that is a target holds also while an owner is lost that must be survived, with the seeds that choose and with those that do
// not, unless the plan says another, or any; what binds names it.
func TestLatenciesHoldWhileAnOwnerIsLost(t *testing.T) {
	for _, c := range []struct {
		targets string
		choice  string
		binds   []string // of four nodes
	}{
		{"{ p99: 3s, survives: [data_centre] }", "7 europe", []string{"p99 without any data centre"}},
		{"{ p90: 1s, survives: [data_centre] }", "4 europe", []string{}},
		{"{ p90: 700ms, survives: [data_centre] }", "", []string{"p90"}},
		{"{ p99: 3s }", "4 europe", []string{}},
		{"{ p99: 3s, survives: [data_centre], degraded: any }", "4 europe", []string{}},
		{"{ p99: 3s, survives: [data_centre], degraded: { p99: any } }", "4 europe", []string{}},
		{"{ p99: 3s, survives: [data_centre], degraded: { p99: 4s } }", "4 europe", []string{}},
		{"{ p99: 3s, survives: [data_centre], degraded: { p99: 3400ms } }", "7 europe", []string{"p99 without any data centre"}},
		{"{ survives: [data_centre], degraded: { p99: 3400ms } }", "7 europe", []string{"p99 without any data centre"}},
	} {
		for _, slow := range []uint64{2, 6} { // of 1 to 3, and of the 4 to 6 that come after
			l := plain()
			l.lost = func(n int, seed uint64) float64 {
				if n == 4 && seed == slow {
					return 3500
				}
				return 2900
			}
			a, err := Run(planOf(t, c.targets), 1, l.simulate)
			require.NoError(t, err)
			require.Equal(t, c.choice, a.Choice, c.targets)
			binds := c.binds
			if len(binds) > 0 && c.choice != "" && slow > 3 {
				binds = []string{binds[0] + otherSeeds}
			}
			require.Equal(t, binds, failed(a, "4 europe"), c.targets)
		}
	}
}

// The choice's runs are told seed by seed: those that chose and those that did not, with all nodes and without what must be survived.
func TestTheEvidenceHasEachSeed(t *testing.T) {
	l := plain()
	l.p99 = func(_ int, seed uint64) float64 { return 100 * float64(seed) }
	l.lost = func(_ int, seed uint64) float64 { return 1000 * float64(seed) }
	a, err := Run(planOf(t, "{ p99: 13s, survives: [data_centre] }"), 7, l.simulate)
	require.NoError(t, err)
	lost := "without data centre " + a.Candidates[0].Outages[0].Name
	p50 := []float64{500, 500, 500}
	require.Equal(t, []Evidence{
		{"all nodes", []uint64{7, 8, 9}, true, p50, []float64{700, 800, 900}},
		{lost, []uint64{7, 8, 9}, true, p50, []float64{7000, 8000, 9000}},
		{"all nodes", []uint64{10, 11, 12}, false, p50, []float64{1000, 1100, 1200}},
		{lost, []uint64{10, 11, 12}, false, p50, []float64{10000, 11000, 12000}},
	}, a.Evidence)
	require.InDelta(t, 8000, a.Candidates[0].LostP99.Mean, 1e-9)
	seen := map[string]bool{}
	for _, trial := range l.trials {
		key := fmt.Sprint(len(trial.Nodes), trial.Lost, trial.Num, trial.Seed)
		require.False(t, seen[key], "%s is run twice", trial.What)
		seen[key] = true
	}
}

// Those calls count that are made once the loss has been noticed; the others only have to be answered.
func TestTheMeterCountsCallsAfterTheLoss(t *testing.T) {
	p := planOf(t, "{ p99: 3s, survives: [data_centre], degraded: { after: 4s } }")
	trial := &scenarios.Trial{Lost: []int{0}}
	from := protocol.Time(p.LossAt().Nanoseconds() + 4e9)
	m := NewMeter(p, trial)
	h := metrics.NewHistogram(3)
	for _, c := range []struct{ made, took protocol.Time }{{from - 1, 12e9}, {from, 1e9}, {from + 1, 2e9}} {
		m.Observe(check.Where{At: c.made}, &protocol.Note{Kind: protocol.NoteCallSubmitted})
		m.Observe(check.Where{At: c.made + c.took}, &protocol.Note{Kind: protocol.NoteCallAnswered, Value: uint64(c.took)})
		h.Record(int64(c.took))
	}
	r := &sim.Result{Subnets: make([]sim.SubnetResult, 1), Record: &metrics.Record{}}
	r.Ingress.Submitted, r.Ingress.Completed, r.Ingress.LatencyMS = 3, 3, h.Summary(1e6)
	o := m.Measure(r)
	require.InEpsilon(t, 2000, o.P99, 0.002)
	require.InEpsilon(t, 12000, o.Whole.P99, 0.002)

	m.Observe(check.Where{At: from + 2}, &protocol.Note{Kind: protocol.NoteCallSubmitted})
	r.Ingress.Submitted = 4
	o = m.Measure(r)
	require.True(t, math.IsInf(o.P99, 1), "a third of the calls have no answer")
	require.False(t, math.IsInf(o.P50, 1))
}

// Countries with two nodes are more than f of four: no run is needed to know.
func TestMoreThanFInOneHandIsNoSurvival(t *testing.T) {
	l := plain()
	p, err := scenarios.ParsePlan("p.yaml", []byte("name: p\nsizes: [4]\nplaces: [asia]\norder: near\nlimits: { country: 2 }\n"+
		"loads: [{ rate: 1000/s, call: inc, canister: { library: counter } }]\ntargets: { survives: [country] }\n"))
	require.NoError(t, err)
	a, err := Run(p, 1, l.simulate)
	require.NoError(t, err)
	require.False(t, a.Found)
	require.Contains(t, a.Candidates[0].Binds, "survives any country")
	require.Empty(t, l.trials)
}

// Nor is one to know what happens without them, where nobody asks that they be survived.
func TestTheLossOfMoreThanFNeedsNoRun(t *testing.T) {
	l := plain()
	p, err := scenarios.ParsePlan("p.yaml", []byte("name: p\nsizes: [4]\nplaces: [asia]\norder: near\nlimits: { country: 2 }\n"+
		"loads: [{ rate: 1000/s, call: inc, canister: { library: counter } }]\ntargets: { survives: [node] }\n"))
	require.NoError(t, err)
	a, err := Run(p, 1, l.simulate)
	require.NoError(t, err)
	require.True(t, a.Found)
	for _, trial := range l.trials {
		require.LessOrEqual(t, len(trial.Lost), 1)
	}
	country := a.Candidates[0].Outages[len(a.Candidates[0].Outages)-1]
	require.Equal(t, Loss{Owner: "country", Name: country.Name, Lost: 2, Detail: "it stops: more than f nodes are gone"}, country)
	page, err := a.Report().Page()
	require.NoError(t, err)
	require.Contains(t, string(page), country.Detail)
}

// The search brackets the greatest load that holds, to an eighth, in few steps.
func TestTheSearchBracketsSaturation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.Uint32Range(1, 64).Draw(t, "most")
		saturates := rapid.Int64Range(0, 2*grain*int64(most)).Draw(t, "greatest load that holds")
		s := newSearch(scenarios.Factor{Num: most, Den: 1})
		steps := 0
		for load := s.next(); load > 0; load = s.next() {
			require.LessOrEqual(t, load, s.most)
			s.told(load, load <= saturates)
			steps++
		}
		require.LessOrEqual(t, steps, 16)
		require.LessOrEqual(t, s.holds, saturates)
		if !s.bounded() {
			require.Equal(t, s.most, s.holds)
			return
		}
		require.Greater(t, s.fails, saturates)
		if s.holds > 0 {
			require.LessOrEqual(t, s.fails-s.holds, max(1, s.holds/s.precision))
		} else {
			require.EqualValues(t, 1, s.fails)
		}
	})
}

// Equal plans and seeds give equal answers; pages can be drawn of what was found and of what was not.
func TestAnswersAreReproducible(t *testing.T) {
	for _, targets := range []string{"{ p99: 3s, survives: [data_centre, country] }", "{ p99: 1ms }", "{ nakamoto: { country: 9 } }"} {
		texts := [2]string{}
		for i := range texts {
			a, err := Run(planOf(t, targets), 1, plain().simulate)
			require.NoError(t, err)
			text, err := json.Marshal(a)
			require.NoError(t, err)
			page, err := a.Report().Page()
			require.NoError(t, err)
			require.NotContains(t, string(page), "NaN")
			require.NotContains(t, string(page), "Inf")
			texts[i] = string(text) + string(page)
		}
		require.Equal(t, texts[0], texts[1])
	}
}

// Student's t for three values: 4.3027 times the standard error around the mean.
func TestIntervalsAreStudents(t *testing.T) {
	e := estimate([]float64{1, 2, 3})
	require.InDelta(t, 2, e.Mean, 1e-12)
	require.InDelta(t, 2-4.302653*1/math.Sqrt(3), e.Low, 1e-5)
	require.InDelta(t, 2+4.302653*1/math.Sqrt(3), e.High, 1e-5)
	require.Equal(t, Estimate{Mean: 7, Low: 7, High: 7, N: 1}, estimate([]float64{7}))
}

// An error of the simulation ends the plan.
func TestErrorsEndThePlan(t *testing.T) {
	_, err := Run(planOf(t, "{ p99: 3s }"), 1, func([]Trial) ([]*Outcome, error) { return nil, fmt.Errorf("no") })
	require.EqualError(t, err, "no")
}
