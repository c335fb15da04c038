package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"icsim/sim/health"
	"icsim/sim/sites"
	"icsim/sim/workload"
)

// A Plan asks which subnet to make: what it may be, what it has to carry and what it must reach. package planner answers.
type Plan struct {
	File, Name, About string
	Sizes             []int    // of subnets to try, ascending
	Regions           []string // where their nodes may stand: each is tried
	Types             []string // of nodes: each is tried; AnyType: as they come
	Order             sites.Order
	Limits            *sites.Limits // nil: those of the target topology
	Loads             []UserLoad
	Goals             Goals
	Effort            Effort
	faults            []*yaml.Node // in the language of scenarios, in force in every run
}

// AnyType stands for nodes of all types.
const AnyType = "any"

// A UserLoad is calls of one kind.
type UserLoad struct {
	Every    time.Duration // between two calls, all users together
	Query    bool
	Method   string
	Spread   int // canisters that share it
	ArgBytes int // of an argument that is given as bytes; else what an empty one has
	canister *yaml.Node
	arg      *yaml.Node
	place    *yaml.Node
	line     int
}

// Goals are what a subnet must reach. Zero: no goal.
type Goals struct {
	Latencies               // when all is well
	BlockRate float64       // blocks a second at least, when all is well
	Headroom  Factor        // of the load, that it must carry within the latencies; 1x: the load
	Survives  []sites.Owner // whose loss leaves every call answered, and those made while it lasts in time
	Degraded  Degraded
	Nakamoto  map[sites.Owner]int
	XDR       int // a month at most
}

// Latencies are goals of update calls.
type Latencies struct{ P50, P90, P99 time.Duration }

// Degraded is what is reached while an owner that must be survived is gone.
type Degraded struct {
	Latencies
	After time.Duration // the loss: calls made from then on count
}

// settles is how long after a loss calls count if the plan does not say: boundary nodes have noticed, users whose calls went to a node that
// was gone have asked again, and these calls, which come on top of the others, are answered. From then on it goes on as it is.
const settles = health.Notice + workload.Patience + 2*time.Second

// measureDegraded is how long is measured at least where nodes are lost, if the plan does not say. Rounds whose first block makers are gone
// take a second more a maker: those with two in a row make a 99th percentile, and in a subnet of 13 nodes come once a minute and a half.
const measureDegraded = 2 * time.Minute

// Effort is how much is simulated.
type Effort struct {
	Crypto     string
	Seeds      int // runs of each candidate, and of the choice again with others
	WarmUp     time.Duration
	Measure    time.Duration
	Degraded   time.Duration // as long as that is measured where nodes are lost
	MostLoad   Factor        // up to which multiple of the load capacity is sought
	AllOutages bool          // each owner's loss, not the hardest alone
}

// A Trial is one run that a plan needs: on these nodes, with so much of the load, some of them lost.
type Trial struct {
	Nodes    []sites.Site
	Num, Den int64 // the load is Num/Den of the plan's
	Lost     []int // crash for good while the load lasts
	Seed     uint64
}

// The times of runs. Nodes are lost while calls are under way. A run goes on after the last call for so long; where nodes are lost, for the
// patience more of users who had asked one of them.
const (
	lossAfter     = 2 * time.Second
	drain         = 15 * time.Second
	degradedDrain = 30 * time.Second
)

// Limits of plans.
const (
	maxPlanSizes = 32
	maxLoads     = 8
	maxSpread    = 100
	loadedSubnet = "app"
)

// Rate is update calls a second, all loads together.
func (p *Plan) Rate() (perSecond float64) {
	for i := range p.Loads {
		if l := &p.Loads[i]; !l.Query {
			perSecond += 1 / l.Every.Seconds()
		}
	}
	return perSecond
}

// LoadFrom is when users make the first calls of a run.
func (p *Plan) LoadFrom() time.Duration { return p.Effort.WarmUp }

// LossAt is when the nodes crash that a run loses.
func (p *Plan) LossAt() time.Duration { return p.LoadFrom() + lossAfter }

// Measured bounds the time in which those calls of a trial are made that count, the last ones made; in a run that loses nodes earlier ones
// only have to be answered.
func (p *Plan) Measured(t *Trial) (from, until time.Duration) {
	if len(t.Lost) > 0 {
		from = p.LossAt() + p.Goals.Degraded.After
		return from, from + p.Effort.Degraded
	}
	return p.LoadFrom(), p.LoadFrom() + p.Effort.Measure
}

// ParsePlan reads a plan on the terms of Parse.
func ParsePlan(name string, text []byte) (*Plan, error) {
	r := &planReader{parser: parser{reader: reader{file: name}, open: openFile(name)}, plan: &Plan{File: name}}
	if root := r.document(text); root != nil {
		r.everything(r.object(root, "a plan"))
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return r.plan, nil
}

type planReader struct {
	parser
	plan *Plan
}

func (r *planReader) everything(o *object) {
	p := r.plan
	p.Name = required(o, "name", names())
	p.About = optional(o, "about", texts("a line that says what is asked"), "")
	r.candidates(o)
	for _, item := range o.list("loads") {
		p.Loads = append(p.Loads, r.load(r.object(item, "a load")))
	}
	if n := len(p.Loads); (n == 0 || n > maxLoads || p.Rate() == 0) && len(r.problems) == 0 {
		o.fail("loads", "there are %d loads; want 1 to %d, one of them with calls, such as loads: [{ rate: 1000/s, call: inc, canister: { "+
			"library: counter } }]",
			n, maxLoads)
	}
	p.faults = o.list("faults")
	r.goals(o)
	r.effort(o)
	o.done()
	if len(r.problems) == 0 {
		r.trial(o)
	}
}

// trial compiles the first candidate that there are nodes for, so that faults of canisters, arguments and faults show before hours are
// spent.
func (r *planReader) trial(o *object) {
	why := error(nil)
	for _, c := range r.plan.Candidates() {
		if c.Nodes == nil {
			why = c.Why
			continue
		}
		if _, err := r.plan.Scenario(&Trial{Nodes: c.Nodes, Num: 1, Den: 1, Seed: 1}); err != nil {
			if problems, ok := err.(Problems); ok {
				r.problems = append(r.problems, problems...)
				return
			}
			o.fail("loads", "%v", err)
		}
		return
	}
	o.fail("sizes", "no candidate can be placed: %v", why)
}

func (r *planReader) candidates(o *object) {
	p := r.plan
	for _, w := range o.words("sizes") {
		n, err := counts(1, maxNodes).parse(w.text)
		if err != nil {
			r.fail(w.line, "sizes %q %v", shorten(w.text), err)
			continue
		}
		if slices.Contains(p.Sizes, n) {
			r.fail(w.line, "sizes has %d twice", n)
		}
		p.Sizes = append(p.Sizes, n)
	}
	if n := len(p.Sizes); (n == 0 || n > maxPlanSizes) && len(r.problems) == 0 {
		o.fail("sizes", "there are %d sizes; want 1 to %d numbers of nodes, such as sizes: [4, 7, 13]", n, maxPlanSizes)
	}
	slices.Sort(p.Sizes)
	p.Regions = r.oneOfEach(o, "places", sites.Regions(), "world")
	p.Types = r.oneOfEach(o, "node_types", append([]string{AnyType}, sites.Types()...), AnyType)
	p.Order = sites.Order(optional(o, "order", choices(sites.Orders()...), string(sites.Spread)))
	if n := o.take("limits"); n != nil {
		l := r.object(n, "limits")
		p.Limits = &sites.Limits{
			Provider: optional(l, "provider", counts(0, maxNodes), 0), DataCentre: optional(l, "data_centre", counts(0, maxNodes), 0),
			Country: optional(l, "country", counts(0, maxNodes), 0),
		}
		l.done()
	}
}

// oneOfEach takes a list of known words.
func (r *planReader) oneOfEach(o *object, key string, known []string, def string) (out []string) {
	words := o.words(key)
	for _, w := range words {
		switch {
		case !slices.Contains(known, w.text):
			r.fail(w.line, "%s %q is unknown; %s", key, shorten(w.text), oneOf(w.text, known))
		case slices.Contains(out, w.text):
			r.fail(w.line, "%s has %s twice", key, w.text)
		default:
			out = append(out, w.text)
		}
	}
	if len(words) == 0 {
		out = []string{def}
	}
	return out
}

func (r *planReader) load(f *object) UserLoad {
	l := UserLoad{line: f.line, ArgBytes: len("DIDL\x00\x00")}
	l.Every = required(f, "rate", rates())
	l.Query = f.has("query")
	if l.Query == f.has("call") && !f.broken {
		r.fail(f.line, "a load has one of call and query: the method that users ask")
	}
	l.Method = optional(f, "call", texts("a method"), optional(f, "query", texts("a method"), ""))
	if strings.Contains(l.Method, ".") {
		r.fail(f.line, "%q is a method of a canister; a load names the method alone: its canister is the load's own", shorten(l.Method))
	}
	if l.canister = f.take("canister"); l.canister == nil && !f.broken {
		r.fail(f.line, "a load needs canister: its code as in a scenario, such as { library: counter } or { module: mine.wasm }")
	}
	if l.arg = f.take("arg"); l.arg != nil {
		if b, err := blobs().parse(l.arg.Value); err == nil {
			l.ArgBytes = len(b)
		}
	}
	l.place = f.take("place")
	l.Spread = optional(f, "canisters", counts(1, maxSpread), 1)
	f.done()
	return l
}

func (r *planReader) goals(o *object) {
	n := o.take("targets")
	if n == nil {
		r.fail(o.line, "a plan needs targets: what the subnet must reach, such as targets: { p99: 3s, survives: [data_centre] }")
		return
	}
	g, f := &r.plan.Goals, r.object(n, "targets")
	g.Latencies = latencies(f, spans(time.Millisecond, time.Hour), Latencies{})
	g.BlockRate = optional(f, "block_rate", figures(), 0)
	g.Headroom = optional(f, "headroom", multiples(), Factor{1, 1})
	g.XDR = optional(f, "xdr_a_month", counts(1, 1_000_000_000), 0)
	var owners []string
	for _, s := range sites.Owners() {
		owners = append(owners, string(s))
	}
	if f.has("survives") {
		for _, s := range r.oneOfEach(f, "survives", owners, "") {
			g.Survives = append(g.Survives, sites.Owner(s))
		}
	} else {
		f.known = append(f.known, "survives")
	}
	g.Degraded = r.degraded(f, g)
	if n := f.take("nakamoto"); n != nil {
		g.Nakamoto = map[sites.Owner]int{}
		w := r.object(n, "nakamoto")
		for _, s := range sites.Owners()[1:] {
			if v := optional(w, string(s), counts(1, maxNodes), 0); v > 0 {
				g.Nakamoto[s] = v
			}
		}
		w.done()
	}
	f.done()
}

func latencies(f *object, k kind[time.Duration], def Latencies) Latencies {
	return Latencies{P50: optional(f, "p50", k, def.P50), P90: optional(f, "p90", k, def.P90), P99: optional(f, "p99", k, def.P99)}
}

// degraded reads what holds while an owner is gone that must be survived: the latencies of good days, unless the plan says others, or any.
func (r *planReader) degraded(f *object, g *Goals) Degraded {
	d := Degraded{Latencies: g.Latencies, After: settles}
	n := f.take("degraded")
	switch {
	case n == nil:
		return d
	case len(g.Survives) == 0:
		f.fail("degraded", "degraded says what holds while an owner is gone; it needs survives, such as survives: [data_centre]")
		return d
	case n.Kind == yaml.ScalarNode && n.Value == anyLatency:
		return Degraded{After: settles}
	case n.Kind == yaml.ScalarNode:
		f.fail("degraded", "degraded %q: want any (calls are answered some time), or fields, such as { p99: 4s, after: 20s }", shorten(n.Value))
		return d
	}
	w := r.object(n, "degraded")
	d.Latencies = latencies(w, orAny(spans(time.Millisecond, time.Hour)), d.Latencies)
	d.After = optional(w, "after", spans(0, time.Hour), d.After)
	w.done()
	return d
}

// anyLatency is the word for no goal where there would be one.
const anyLatency = "any"

// orAny takes that word, too.
func orAny(k kind[time.Duration]) kind[time.Duration] {
	return kind[time.Duration]{k.want + ", or " + anyLatency, func(text string) (time.Duration, error) {
		if text == anyLatency {
			return 0, nil
		}
		return k.parse(text)
	}}
}

func (r *planReader) effort(o *object) {
	e := &r.plan.Effort
	*e = Effort{
		Crypto: "ideal", Seeds: 3, WarmUp: 3 * time.Second, Measure: 15 * time.Second, Degraded: measureDegraded, MostLoad: Factor{4, 1},
	}
	n := o.take("simulate")
	if n == nil {
		return
	}
	f := r.object(n, "simulate")
	e.Crypto = optional(f, "crypto", choices("ideal", "bls"), e.Crypto)
	e.Seeds = optional(f, "seeds", counts(2, 100), e.Seeds)
	e.WarmUp = optional(f, "warm_up", spans(time.Second, time.Hour), e.WarmUp)
	e.Measure = optional(f, "measure", spans(2*time.Second, 24*time.Hour), e.Measure)
	e.Degraded = optional(f, "measure_degraded", spans(2*time.Second, 24*time.Hour), max(e.Measure, measureDegraded))
	e.MostLoad = optional(f, "most_load", multiples(), e.MostLoad)
	e.AllOutages = optional(f, "outages", choices("hardest", "all"), "hardest") == "all"
	f.done()
}

// A Candidate is a subnet that a plan may make.
type Candidate struct {
	Size   int
	Region string
	Type   string
	Nodes  []sites.Site // nil: there are not enough
	Why    error        // then
}

// Name tells a candidate from others.
func (c *Candidate) Name() string {
	name := fmt.Sprintf("%d %s", c.Size, c.Region)
	if c.Type != AnyType {
		name += " " + c.Type
	}
	return name
}

// Candidates gives every subnet that the plan may make, in the order of the file.
func (p *Plan) Candidates() (out []Candidate) {
	for _, region := range p.Regions {
		for _, kind := range p.Types {
			for _, size := range p.Sizes {
				limits := sites.TargetLimits(size)
				if p.Limits != nil {
					limits = *p.Limits
				}
				var types []string
				if kind != AnyType {
					types = []string{kind}
				}
				c := Candidate{Size: size, Region: region, Type: kind}
				c.Nodes, c.Why = sites.Choose(sites.In(region, types), size, limits, p.Order)
				out = append(out, c)
			}
		}
	}
	return out
}
