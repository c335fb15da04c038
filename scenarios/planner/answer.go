package planner

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"icsim/scenarios"
	"icsim/sim/sites"
)

// An Answer is what came of a plan: `icsim plan --json` prints it. Fields are added, never renamed.
type Answer struct {
	Plan       string   `json:"plan"`
	About      string   `json:"about"`
	Version    string   `json:"version"` // filled in by the command line
	Seed       uint64   `json:"seed"`
	Seeds      int      `json:"seeds"`
	Rate       float64  `json:"update_calls_per_second"`
	Found      bool     `json:"found"`
	Choice     string   `json:"choice"` // the name of the cheapest candidate that meets all targets
	Because    string   `json:"because"`
	Candidates []Option `json:"candidates"` // the cheapest first
	// Evidence is the runs of the choice, those with seeds that had no say in it last.
	Evidence []Evidence `json:"evidence"`
	// LossAfter is how long after a loss those calls begin whose latency counts.
	LossAfter float64 `json:"loss_counts_after_seconds"`

	plan   *scenarios.Plan
	chosen *candidate
	all    []*candidate
}

// An Option is a candidate with what is known of it.
type Option struct {
	Name        string         `json:"name"`
	Size        int            `json:"nodes"`
	Region      string         `json:"region"`
	Type        string         `json:"node_type"`
	Placed      bool           `json:"placed"`
	OK          bool           `json:"ok"`
	Binds       []string       `json:"binds"` // the targets that failed
	Targets     []Target       `json:"targets"`
	XDR         int            `json:"xdr_per_month"`
	EarnedXDR   float64        `json:"cycles_earned_xdr_per_month"`
	Nakamoto    map[string]int `json:"nakamoto"`
	P50         Estimate       `json:"p50_ms"`
	P99         Estimate       `json:"p99_ms"`
	LostP99     Estimate       `json:"lost_p99_ms"` // without the owner that must be survived whose loss hurts most
	BlockRate   Estimate       `json:"block_rate"`
	SentPerNode Estimate       `json:"bytes_sent_per_node_second"`
	Capacity    float64        `json:"capacity_calls_per_second"`
	Bounded     bool           `json:"capacity_bounded"` // false: it may carry more, which was not tried
	Outages     []Loss         `json:"outages"`
	Nodes       []Machine      `json:"machines"`
}

// A Loss is what happens without an owner.
type Loss struct {
	Owner    string  `json:"owner"`
	Name     string  `json:"name"`
	Lost     int     `json:"nodes_lost"`
	Target   bool    `json:"target"`
	Survived bool    `json:"survived"`
	Detail   string  `json:"detail"`
	P99      float64 `json:"p99_ms"`         // of all calls, of the worst run; 0: more than one call in a hundred had no answer
	Settled  float64 `json:"settled_p99_ms"` // of those made once the loss has been noticed; likewise
	Runs     int     `json:"runs"`
}

// Evidence is runs that differ in nothing but their seeds.
type Evidence struct {
	What   string    `json:"what"`
	Seeds  []uint64  `json:"seeds"`
	Choice bool      `json:"had_a_say"` // in the choice
	P50    []float64 `json:"p50_ms"`    // by seed; 0: no answer
	P99    []float64 `json:"p99_ms"`
}

// A Machine is a node of a candidate.
type Machine struct {
	DataCentre string `json:"data_centre"`
	Place      string `json:"place"`
	Country    string `json:"country"`
	Provider   string `json:"provider"`
	Type       string `json:"type"`
	XDR        int    `json:"xdr_per_month"`
}

func (x *planner) answer(chosen *candidate) *Answer {
	a := &Answer{
		Plan: x.plan.Name, About: x.plan.About, Seed: x.seed, Seeds: x.plan.Effort.Seeds, Rate: x.plan.Rate(), Candidates: []Option{},
		Evidence: []Evidence{}, LossAfter: x.plan.Goals.Degraded.After.Seconds(),
		plan: x.plan, chosen: chosen, all: x.all,
	}
	for _, c := range x.all {
		a.Candidates = append(a.Candidates, x.option(c))
	}
	if chosen != nil {
		a.Found, a.Choice, a.Evidence = true, chosen.Name(), x.evidence(chosen)
	}
	a.Because = a.because()
	return a
}

func (x *planner) option(c *candidate) Option {
	o := Option{
		Name: c.Name(), Size: c.Size, Region: c.Region, Type: c.Type, Placed: c.Nodes != nil, OK: c.ok(), Binds: []string{},
		Targets: slices.Clone(c.targets), XDR: sites.Monthly(c.Nodes), Nakamoto: map[string]int{}, Outages: []Loss{}, Nodes: []Machine{},
		Capacity: c.capacity, Bounded: c.search != nil && c.search.bounded(),
	}
	for _, t := range c.targets {
		if t.Known && !t.OK {
			o.Binds = append(o.Binds, t.Name)
		}
	}
	for _, s := range c.Nodes {
		o.Nodes = append(o.Nodes, Machine{s.DataCentre, s.Place, s.Country, s.Provider, s.Type, s.XDR})
	}
	if c.Nodes != nil {
		for _, owner := range sites.Owners()[1:] {
			o.Nakamoto[string(owner)] = sites.Nakamoto(c.Nodes, owner)
		}
	}
	of := func(f func(*Outcome) float64) Estimate {
		var values []float64
		for _, r := range c.runs {
			if v := f(r); !math.IsInf(v, 0) {
				values = append(values, v)
			}
		}
		return estimate(values)
	}
	o.P50, o.P99 = of(func(r *Outcome) float64 { return r.P50 }), of(func(r *Outcome) float64 { return r.P99 })
	o.BlockRate, o.SentPerNode = of(func(r *Outcome) float64 { return r.BlockRate }), of(func(r *Outcome) float64 { return r.SentPerNode })
	if len(c.runs) > 0 {
		o.EarnedXDR = x.earned(c, of(func(r *Outcome) float64 { return r.Instructions }).Mean)
	}
	if h := hardest(c.outages); h != nil && !math.IsInf(h.worst(), 0) {
		var values []float64
		for _, r := range h.Outcomes {
			values = append(values, r.P99)
		}
		o.LostP99 = estimate(values)
	}
	for i := range c.outages {
		o.Outages = append(o.Outages, c.outages[i].loss())
	}
	return o
}

// loss sums an outage up: of several runs the worst counts.
func (o *Outage) loss() Loss {
	l := Loss{
		Owner: string(o.Owner), Name: o.Lost.Name, Lost: len(o.Lost.Nodes), Target: o.Target, Survived: true, Settled: finite(o.worst()),
		Runs: len(o.Outcomes),
	}
	if len(o.Outcomes) == 0 {
		l.Survived, l.Detail = false, "it stops: more than f nodes are gone"
	}
	whole := 0.0
	for _, r := range o.Outcomes {
		survived, why := r.Survived()
		if l.Detail == "" || l.Survived && !survived {
			l.Survived, l.Detail = survived, why
		}
		whole = max(whole, r.Whole.P99)
	}
	l.P99 = finite(whole)
	return l
}

// finite writes no latency as 0.
func finite(ms float64) float64 {
	if math.IsInf(ms, 0) {
		return 0
	}
	return ms
}

// evidence lists the runs of the choice.
func (x *planner) evidence(c *candidate) (all []Evidence) {
	add := func(what string, first uint64, runs []*Outcome) {
		e := Evidence{What: what, Choice: first == x.seed}
		for i, r := range runs {
			e.Seeds = append(e.Seeds, first+uint64(i))
			e.P50, e.P99 = append(e.P50, finite(r.P50)), append(e.P99, finite(r.P99))
		}
		all = append(all, e)
	}
	for _, part := range []struct {
		first   uint64
		runs    []*Outcome
		outages []Outage
	}{{x.seed, c.runs, c.outages}, {x.seed + uint64(x.plan.Effort.Seeds), c.again, c.lost}} {
		add("all nodes", part.first, part.runs)
		for i := range part.outages {
			if o := &part.outages[i]; o.Target {
				add(fmt.Sprintf("without %s %s", words(o.Owner), o.Lost.Name), part.first, o.Outcomes)
			}
		}
	}
	return all
}

// earned is what the load burns in cycles, in XDR a month.
func (x *planner) earned(c *candidate, instructions float64) (xdr float64) {
	for i := range x.plan.Loads {
		l := &x.plan.Loads[i]
		if !l.Query {
			xdr += sites.Earned(c.Size, 1/l.Every.Seconds(), l.ArgBytes+len(l.Method), 0)
		}
	}
	return xdr + sites.Earned(c.Size, 0, 0, instructions)
}

// Scenario is the choice under the load as a scenario, for who wants to look closer.
func (a *Answer) Scenario() (*scenarios.Spec, error) {
	return a.plan.Scenario(&scenarios.Trial{Nodes: a.chosen.Nodes, Num: 1, Den: 1, Seed: a.Seed})
}

// Capacity writes what a candidate carries, in update calls a second.
func (a *Answer) Capacity(i int) string { return a.all[i].says() }

// because says in a sentence why the choice is what it is.
func (a *Answer) because() string {
	var cheaper []string
	for i := range a.Candidates {
		o := &a.Candidates[i]
		if a.Found && o.Name == a.Choice {
			break
		}
		if len(o.Binds) > 0 {
			cheaper = append(cheaper, fmt.Sprintf("%s fails: %s", o.Name, strings.Join(o.Binds, ", ")))
		}
	}
	switch {
	case a.Found && len(cheaper) == 0:
		return "It is the cheapest of all that were asked about, and meets every target."
	case a.Found:
		return "It is the cheapest that meets every target: " + strings.Join(cheaper, "; ") + "."
	}
	return "No candidate meets every target: " + strings.Join(cheaper, "; ") + "."
}
