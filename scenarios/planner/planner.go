package planner

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"icsim/scenarios"
	"icsim/sim/sites"
)

// A Trial is a run that the planner wants, and what for.
type Trial struct {
	scenarios.Trial
	What string // for who waits
}

// Simulate carries out trials, in any order, and gives their outcomes in the order of the trials. An error ends the plan.
type Simulate func(trials []Trial) ([]*Outcome, error)

// A planner is at work on a plan.
type planner struct {
	plan     *scenarios.Plan
	seed     uint64
	simulate Simulate
	all      []*candidate
}

// A candidate is on its way through the stages.
type candidate struct {
	scenarios.Candidate
	targets  []Target
	runs     []*Outcome // under the load, by seed
	search   *search
	outages  []Outage
	again    []*Outcome // with other seeds
	lost     []Outage   // likewise
	capacity float64
}

// price orders candidates: those that cannot be placed come last.
func (c *candidate) price() int {
	if c.Nodes == nil {
		return math.MaxInt
	}
	return sites.Monthly(c.Nodes)
}

// Run answers a plan. Its runs begin at a seed: Seeds of them, and for the choice as many after them.
func Run(p *scenarios.Plan, seed uint64, simulate Simulate) (*Answer, error) {
	x := &planner{plan: p, seed: seed, simulate: simulate}
	for _, c := range p.Candidates() {
		x.all = append(x.all, &candidate{Candidate: c})
	}
	slices.SortStableFunc(x.all, func(a, b *candidate) int { return cmp.Compare(a.price(), b.price()) })
	for _, stage := range []func() error{x.judgeStatic, x.load, x.outages, x.capacities} {
		if err := stage(); err != nil {
			return nil, err
		}
	}
	chosen, err := x.choose()
	if err != nil {
		return nil, err
	}
	return x.answer(chosen), nil
}

// A Target is a goal with what was reached.
type Target struct {
	Name  string `json:"name"`
	Want  string `json:"want"`
	Got   string `json:"got"`
	OK    bool   `json:"ok"`
	Known bool   `json:"known"` // false: not simulated, since another target fails already
}

func (c *candidate) judge(name, want, got string, ok bool) {
	c.targets = append(c.targets, Target{Name: name, Want: want, Got: got, OK: ok, Known: true})
}

// skip notes a target that was not looked at.
func (c *candidate) skip(name, want string) {
	c.targets = append(c.targets, Target{Name: name, Want: want, Got: "not simulated"})
}

func (c *candidate) ok() bool {
	return c.Nodes != nil && !slices.ContainsFunc(c.targets, func(t Target) bool { return t.Known && !t.OK })
}

// judgeStatic judges what needs no run.
func (x *planner) judgeStatic() error {
	g := &x.plan.Goals
	for _, c := range x.all {
		if c.Nodes == nil {
			c.judge("placement", fmt.Sprintf("%d nodes", c.Size), c.Why.Error(), false)
			continue
		}
		if g.XDR > 0 {
			cost := sites.Monthly(c.Nodes)
			c.judge("cost", fmt.Sprintf("at most %d XDR a month", g.XDR), fmt.Sprintf("%d XDR", cost), cost <= g.XDR)
		}
		for _, o := range sites.Owners() {
			if least := g.Nakamoto[o]; least > 0 {
				got := sites.Nakamoto(c.Nodes, o)
				c.judge("nakamoto of "+plural(o), fmt.Sprintf("at least %d", least), fmt.Sprint(got), got >= least)
			}
		}
		for _, o := range g.Survives {
			f, most := faults(c.Size), len(o.Groups(c.Nodes)[0].Nodes)
			if most > f {
				c.judge("survives any "+words(o), "at most f nodes lost", fmt.Sprintf("%d of %d lost, f is %d", most, c.Size, f), false)
			}
		}
	}
	return nil
}

func faults(n int) int { return (n - 1) / 3 }

// load runs all that is left under the load, with every seed.
func (x *planner) load() error {
	var trials []Trial
	var whose []*candidate
	for _, c := range x.all {
		if !c.ok() {
			x.eachLoadTarget(func(name, want string, _ func(*Outcome) reading) { c.skip(name, want) })
			continue
		}
		for i := range x.plan.Effort.Seeds {
			trials = append(trials, x.trial(c, grain, nil, x.seed+uint64(i), "under the load"))
			whose = append(whose, c)
		}
	}
	outcomes, err := x.simulate(trials)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		whose[i].runs = append(whose[i].runs, o)
	}
	for _, c := range x.all {
		if len(c.runs) > 0 {
			x.judgeLoad(c, c.runs, "")
		}
	}
	return nil
}

func (x *planner) trial(c *candidate, load int64, lost []int, seed uint64, what string) Trial {
	return Trial{
		Trial: scenarios.Trial{Nodes: c.Nodes, Num: load, Den: grain, Lost: lost, Seed: seed},
		What:  fmt.Sprintf("%s: %s, seed %d", c.Name(), what, seed),
	}
}

// eachLoadTarget gives the targets of runs under the load: what is wanted, and what an outcome says of it.
func (x *planner) eachLoadTarget(each func(name, want string, got func(*Outcome) reading)) {
	g := &x.plan.Goals
	each("load", fmt.Sprintf("%s calls/s carried", trim(x.plan.Rate())), func(o *Outcome) reading {
		ok, why := o.Carried()
		return reading{why, ok, 0}
	})
	eachLatency(&g.Latencies, each)
	if g.BlockRate > 0 {
		each("block rate", fmt.Sprintf("at least %.3g/s", g.BlockRate), func(o *Outcome) reading {
			return reading{fmt.Sprintf("%.3g/s", o.BlockRate), o.BlockRate >= g.BlockRate, -o.BlockRate}
		})
	}
}

// eachLatency gives the latencies that are a goal.
func eachLatency(l *scenarios.Latencies, each func(name, want string, got func(*Outcome) reading)) {
	for _, q := range []struct {
		name string
		want time.Duration
		of   func(*Outcome) float64
	}{
		{"p50", l.P50, func(o *Outcome) float64 { return o.P50 }}, {"p90", l.P90, func(o *Outcome) float64 { return o.P90 }},
		{"p99", l.P99, func(o *Outcome) float64 { return o.P99 }},
	} {
		if q.want > 0 {
			each(q.name, "at most "+q.want.String(), func(o *Outcome) reading {
				return reading{millis(q.of(o)), q.of(o) <= float64(q.want)/1e6, q.of(o)}
			})
		}
	}
}

// A reading is what a run says of a target; the greater bad is, the worse.
type reading struct {
	text string
	ok   bool
	bad  float64
}

// demand wants a target met in every run, and tells the worst.
func (c *candidate) demand(name, want string, all []reading) bool {
	failed, same := 0, true
	worst := all[0]
	for _, r := range all {
		if !r.ok {
			failed++
		}
		same = same && r.text == worst.text
		if !r.ok && worst.ok || r.ok == worst.ok && r.bad > worst.bad {
			worst = r
		}
	}
	switch {
	case failed > 0:
		worst.text = fmt.Sprintf("%s, in %d of %d runs", worst.text, failed, len(all))
	case same:
		worst.text = fmt.Sprintf("%s, in each of %d runs", worst.text, len(all))
	default:
		worst.text = fmt.Sprintf("%s, the worst of %d runs", worst.text, len(all))
	}
	c.judge(name, want, worst.text, failed == 0)
	return failed == 0
}

// judgeLoad judges runs under the load.
func (x *planner) judgeLoad(c *candidate, runs []*Outcome, when string) (held bool) {
	held = true
	x.eachLoadTarget(func(name, want string, got func(*Outcome) reading) {
		var all []reading
		for _, o := range runs {
			all = append(all, got(o))
		}
		held = c.demand(name+when, want, all) && held
	})
	return held
}

// within tells whether a run carries its load within the latencies.
func (x *planner) within(o *Outcome) bool {
	ok := true
	x.eachLoadTarget(func(_, _ string, got func(*Outcome) reading) { ok = ok && got(o).ok })
	return ok
}

// capacities seeks the greatest load of each candidate, all of them a step at a time.
func (x *planner) capacities() error {
	for _, c := range x.all {
		if c.runs != nil {
			c.search = newSearch(x.plan.Effort.MostLoad)
			c.search.told(grain, x.within(c.runs[0]))
		}
	}
	for {
		var trials []Trial
		var whose []*candidate
		for _, c := range x.all {
			if c.search == nil {
				continue
			}
			if load := c.search.next(); load > 0 {
				what := fmt.Sprintf("at %s calls/s", trim(x.plan.Rate()*float64(load)/grain))
				trials, whose = append(trials, x.trial(c, load, nil, x.seed, what)), append(whose, c)
			}
		}
		if len(trials) == 0 {
			break
		}
		outcomes, err := x.simulate(trials)
		if err != nil {
			return err
		}
		for i, o := range outcomes {
			whose[i].search.told(trials[i].Num, x.within(o))
		}
	}
	for _, c := range x.all {
		x.judgeCapacity(c)
	}
	return nil
}

func (x *planner) judgeCapacity(c *candidate) {
	h := x.plan.Goals.Headroom
	want := fmt.Sprintf("at least %s calls/s", trim(x.plan.Rate()*float64(h.Num)/float64(h.Den)))
	if c.search == nil {
		if h.Num != h.Den && c.Nodes != nil {
			c.skip("headroom", want)
		}
		return
	}
	c.capacity = x.plan.Rate() * float64(c.search.holds) / grain
	if h.Num != h.Den {
		c.judge("headroom", want, c.says(), c.search.holds*int64(h.Den) >= grain*int64(h.Num))
	}
}

// says writes a capacity.
func (c *candidate) says() string {
	switch {
	case c.search == nil:
		return "–"
	case c.search.holds == 0:
		return "none"
	case !c.search.bounded():
		return trim(c.capacity) + "+"
	}
	return trim(c.capacity)
}

// choose takes the cheapest candidate that meets all targets, also with seeds that had no say in that.
func (x *planner) choose() (*candidate, error) {
	n := uint64(x.plan.Effort.Seeds)
	for _, c := range x.all {
		if !c.ok() {
			continue
		}
		var trials []Trial
		for i := range n {
			trials = append(trials, x.trial(c, grain, nil, x.seed+n+i, "once more"))
		}
		lose := x.losses(c, x.seed+n, true)
		outcomes, err := x.simulate(append(trials, lose.trials...))
		if err != nil {
			return nil, err
		}
		c.again, c.lost = outcomes[:n], lose.outages(outcomes[n:])
		held := x.judgeLoad(c, c.again, otherSeeds)
		if x.judgeOutages(c, c.lost, otherSeeds) && held {
			return c, nil
		}
	}
	return nil, nil
}

const otherSeeds = " with other seeds"

// How things are written.

func words(o sites.Owner) string {
	if o == sites.DataCentre {
		return "data centre"
	}
	return string(o)
}

func plural(o sites.Owner) string {
	if o == sites.Country {
		return "countries"
	}
	return words(o) + "s"
}

func millis(v float64) string {
	switch {
	case math.IsInf(v, 0):
		return "no answer"
	case v >= 1000:
		return fmt.Sprintf("%.2f s", v/1000)
	}
	return fmt.Sprintf("%.0f ms", v)
}

// trim writes a rate with as many digits as matter.
func trim(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
