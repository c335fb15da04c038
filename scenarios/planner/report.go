package planner

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"icsim/metrics"
	"icsim/metrics/plot"
	"icsim/metrics/report"
	"icsim/scenarios"
	"icsim/sim/health"
	"icsim/sim/network"
	"icsim/sim/sites"
	"icsim/sim/workload"
)

// Report makes a page of an answer.
func (a *Answer) Report() *report.Document {
	d := &report.Document{
		Title: "Plan " + a.Plan, About: a.About,
		Verdict: report.Cell{Text: "Recommended: none. " + a.Because, Tone: report.Bad},
		Foot: fmt.Sprintf("Made by icsim plan, version %s, seed %d: the same plan, seed and version give the same answer on any machine. Nodes "+
			"and owners are those "+
			"of the registry in July 2025, prices those paid for January 2026 (dfinity/dre), fees those of January 2026.", a.Version, a.Seed),
	}
	if a.Found {
		o := a.choice()
		d.Verdict = report.Cell{Text: fmt.Sprintf("Recommended: %s nodes, at %s XDR a month. %s", o.Name, thousands(o.XDR), a.Because),
			Tone: report.Good}
		d.Facts = a.facts(o)
	}
	d.Sections = append(d.Sections, a.overview())
	if a.Found {
		d.Sections = append(d.Sections, a.evidence())
	}
	d.Sections = append(d.Sections, a.targets(), a.latency(), a.capacity(), a.money(), a.losses())
	if a.Found {
		d.Sections = append(d.Sections, a.chosenNodes())
	}
	d.Sections = append(d.Sections, a.method())
	return d
}

func (a *Answer) choice() *Option {
	return &a.Candidates[slices.IndexFunc(a.Candidates, func(o Option) bool { return o.Name == a.Choice })]
}

func (a *Answer) facts(o *Option) []report.Fact {
	facts := []report.Fact{
		{Value: fmt.Sprint(o.Size), Name: "nodes", Note: o.Region},
		{Value: thousands(o.XDR) + " XDR", Name: "a month for nodes", Note: thousands(o.XDR/o.Size) + " a node"},
		{Value: millis(o.P99.Mean), Name: "p99 of update calls", Note: interval(o.P99, millis)},
		{Value: millis(o.P50.Mean), Name: "median update call", Note: interval(o.P50, millis)},
		{Value: a.chosen.says(), Name: "calls a second it carries", Note: "within the latencies asked for"},
		{Value: fmt.Sprintf("%d", o.Nakamoto[string(sites.Provider)]), Name: "providers to stop it", Note: "Nakamoto coefficient"},
	}
	if h := hardest(a.chosen.outages); h != nil {
		lost := report.Fact{Value: millis(o.LostP99.Mean), Name: "p99 without any " + words(h.Owner), Note: interval(o.LostP99, millis)}
		facts = slices.Insert(facts, 3, lost)
	}
	return facts
}

func interval(e Estimate, write func(float64) string) string {
	return fmt.Sprintf("95 %%: %s to %s", write(max(e.Low, 0)), write(e.High))
}

func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// overview has a line a candidate.
func (a *Answer) overview() report.Section {
	t := report.Table{
		Head: []string{"candidate", "XDR a month", "p50", "p99", "95 % of p99", "p99 when lost", "blocks/s", "capacity, calls/s",
			"sent a node", "result"},
		Right: []bool{false, true, true, true, true, true, true, true, true, false},
	}
	for i := range a.Candidates {
		o, c := &a.Candidates[i], a.all[i]
		row := report.Row(o.Name, "–", "–", "–", "–", "–", "–", "–", "–")
		if o.Placed {
			row[1].Text = thousands(o.XDR)
		}
		if len(c.runs) > 0 {
			row[2].Text, row[3].Text, row[4].Text = worst(c.runs, o.P50), worst(c.runs, o.P99), interval(o.P99, millis)
			row[6].Text, row[7].Text, row[8].Text = fmt.Sprintf("%.2f", o.BlockRate.Mean), c.says(), fmt.Sprintf("%.0f kB/s",
				o.SentPerNode.Mean/1000)
		}
		if h := hardest(c.outages); h != nil {
			row[5].Text = worst(h.Outcomes, o.LostP99)
		}
		result := report.Cell{Text: "meets all targets", Tone: report.Good}
		switch {
		case a.Found && o.Name == a.Choice:
			result.Text = "recommended"
		case !o.OK:
			result = report.Cell{Text: "fails: " + strings.Join(o.Binds, ", "), Tone: report.Bad}
		}
		t.Rows = append(t.Rows, append(row, result))
	}
	return report.Section{
		Title: "Candidates",
		Explain: fmt.Sprintf("The cheapest first. Means over %d runs with different seeds; p99 when lost is that without the owner that must "+
			"be survived whose loss hurts most; capacity is the greatest load that is carried within the latencies asked for, with all "+
			"nodes (+: more was not tried).", a.Seeds),
		Tables: []report.Table{t},
	}
}

// evidence has the runs of the choice, seed by seed.
func (a *Answer) evidence() report.Section {
	t := report.Table{Head: []string{"runs", "seeds", "median, by seed", "p99, by seed", "had a say in the choice"}}
	list := func(values []float64) string {
		var texts []string
		for _, v := range values {
			texts = append(texts, latency(v))
		}
		return strings.Join(texts, ", ")
	}
	for _, e := range a.Evidence {
		say := "yes"
		if !e.Choice {
			say = "no"
		}
		t.Rows = append(t.Rows, report.Row(e.What, strings.Trim(strings.ReplaceAll(fmt.Sprint(e.Seeds), " ", ", "), "[]"), list(e.P50),
			list(e.P99), say))
	}
	return report.Section{
		Title: "Evidence",
		Explain: "The runs of what is recommended. Without an owner those calls count that were made from " +
			fmt.Sprintf("%v after the loss on.", a.plan.Goals.Degraded.After),
		Tables: []report.Table{t},
	}
}

// latency writes milliseconds; 0: more calls had no answer.
func latency(ms float64) string {
	if ms == 0 {
		return "no answer"
	}
	return millis(ms)
}

// worst is the mean, unless a run had none.
func worst(runs []*Outcome, e Estimate) string {
	if e.N < len(runs) {
		return "no answer"
	}
	return millis(e.Mean)
}

// targets shows which target failed at which candidate.
func (a *Answer) targets() report.Section {
	t := report.Table{Head: []string{"target"}}
	var names []string
	for _, o := range a.Candidates {
		t.Head = append(t.Head, o.Name)
		for _, target := range o.Targets {
			if !slices.Contains(names, target.Name) {
				names = append(names, target.Name)
			}
		}
	}
	for _, name := range names {
		row, want := report.Row(name), ""
		for _, o := range a.Candidates {
			cell := report.Cell{Text: "–", Tone: report.Quiet}
			if i := slices.IndexFunc(o.Targets, func(t Target) bool { return t.Name == name }); i >= 0 {
				target := o.Targets[i]
				want = target.Want
				cell.Text = target.Got
				switch {
				case target.Known && target.OK:
					cell.Tone = report.Good
				case target.Known:
					cell.Tone = report.Bad
				}
			}
			row = append(row, cell)
		}
		row[0].Text += ": " + want
		t.Rows = append(t.Rows, row)
	}
	return report.Section{
		Title:   "What binds",
		Explain: "Each target at each candidate. A candidate that fails what needs no run is not simulated; of several runs the worst counts.",
		Tables:  []report.Table{t},
	}
}

// kinds are the regions and types that candidates differ in beside size: each is a line.
func (a *Answer) kinds() (names []string, of map[string][]int) {
	of = map[string][]int{}
	for i := range a.Candidates {
		o := &a.Candidates[i]
		name := strings.TrimPrefix(o.Name, fmt.Sprintf("%d ", o.Size))
		if _, known := of[name]; !known {
			names = append(names, name)
		}
		of[name] = append(of[name], i)
	}
	for _, name := range names {
		slices.SortFunc(of[name], func(i, k int) int { return a.Candidates[i].Size - a.Candidates[k].Size })
	}
	return names, of
}

// bySize draws a quantity against size.
func (a *Answer) bySize(c plot.Chart, of func(o *Option, c *candidate) (v, low, high float64)) *plot.Figure {
	c.X = "nodes"
	for _, size := range a.plan.Sizes {
		c.Ticks = append(c.Ticks, float64(size))
	}
	var lines []plot.Line
	names, which := a.kinds()
	for _, name := range names {
		l := plot.Line{Name: name, Marks: true}
		for _, i := range which[name] {
			v, low, high := of(&a.Candidates[i], a.all[i])
			l.X, l.Y = append(l.X, float64(a.Candidates[i].Size)), append(l.Y, v)
			l.Low, l.High = append(l.Low, low), append(l.High, high)
		}
		lines = append(lines, l)
	}
	return plot.Lines(c, lines)
}

func none() (v, low, high float64) { return math.NaN(), math.NaN(), math.NaN() }

func rule(name string, want time.Duration) []plot.Rule {
	if want == 0 {
		return nil
	}
	return []plot.Rule{{Name: name + " " + want.String(), Y: want.Seconds()}}
}

func (a *Answer) latency() report.Section {
	of := func(f func(*Option) Estimate) func(o *Option, c *candidate) (float64, float64, float64) {
		return func(o *Option, _ *candidate) (float64, float64, float64) {
			e := f(o)
			if e.N == 0 {
				return none()
			}
			return e.Mean / 1000, max(e.Low, 0) / 1000, e.High / 1000
		}
	}
	s := report.Section{
		Title: "Latency",
		Explain: fmt.Sprintf("Update calls at %s a second, from the call to its certified answer. Shaded: the interval of confidence of 95 %% "+
			"over the seeds.", trim(a.Rate)),
		Figures: []*plot.Figure{
			a.bySize(plot.Chart{Name: "p99", Title: "99th percentile of update calls, by size", Y: "s", Rules: rule("target", a.plan.Goals.P99),
				Explain: "One call in a hundred takes longer."}, of(func(o *Option) Estimate { return o.P99 })),
			a.bySize(plot.Chart{Name: "p50", Title: "Median of update calls, by size", Y: "s", Rules: rule("target", a.plan.Goals.P50),
				Explain: "Half of the calls take longer."}, of(func(o *Option) Estimate { return o.P50 })),
		},
	}
	if len(a.plan.Goals.Survives) > 0 {
		s.Figures = slices.Insert(s.Figures, 1, a.bySize(plot.Chart{
			Name: "p99-lost", Title: "99th percentile with an owner lost, by size", Y: "s", Rules: rule("target", a.plan.Goals.Degraded.P99),
			Explain: "Without the owner that must be survived whose loss hurts most.",
		}, of(func(o *Option) Estimate { return o.LostP99 })))
	}
	var curves []plot.Curve
	for i, c := range a.all {
		if len(c.runs) == 0 || len(curves) == 8 {
			continue
		}
		for _, d := range c.runs[0].Record.Distributions {
			if d.Name == "call_latency" {
				curves = append(curves, curve(&d, a.Candidates[i].Name))
			}
		}
	}
	if len(curves) > 0 {
		s.Figures = append(s.Figures, plot.Cumulative(plot.Chart{
			Name: "distribution", Title: "Update calls: how many take how long", X: "ms, logarithmic",
			Explain: "Of one run each. At 90 on the left, nine of ten took no longer than what stands below.",
		}, curves))
	}
	return s
}

func curve(d *metrics.Distribution, name string) plot.Curve {
	c := plot.Curve{Name: name, P50: d.P50, P90: d.P90, P99: d.P99}
	seen := uint64(0)
	for _, cell := range d.Cells {
		seen += cell.Count
		c.At, c.Share = append(c.At, cell.At), append(c.Share, float64(seen)/float64(d.Count))
	}
	return c
}

func (a *Answer) capacity() report.Section {
	want := a.Rate * float64(a.plan.Goals.Headroom.Num) / float64(a.plan.Goals.Headroom.Den)
	return report.Section{
		Title: "Saturation",
		Explain: "The greatest load that a candidate carries: it answers as fast as it is asked, within the latencies asked for. Found by " +
			"doubling and bisection, to an eighth; " +
			fmt.Sprintf("nothing above %s calls a second was tried.", trim(a.Rate*float64(newSearch(a.plan.Effort.MostLoad).most)/grain)),
		Figures: []*plot.Figure{
			a.bySize(plot.Chart{Name: "capacity", Title: "Load that is carried, by size", Y: "update calls/s",
				Rules: []plot.Rule{{Name: "asked for", Y: want}}},
				func(_ *Option, c *candidate) (float64, float64, float64) {
					if c.search == nil {
						return none()
					}
					high := c.capacity
					if c.search.bounded() {
						high = a.Rate * float64(c.search.fails) / grain
					}
					return c.capacity, c.capacity, high
				}),
		},
	}
}

func (a *Answer) money() report.Section {
	t := report.Table{
		Head: []string{"candidate", "node type", "region", "nodes", "XDR a node and month", "XDR a month"}, Right: []bool{false, false, false,
			true, true, true},
	}
	var bars []plot.Bar
	for i := range a.Candidates {
		o := &a.Candidates[i]
		if !o.Placed {
			continue
		}
		type kind struct{ of, country string }
		var kinds []kind
		count, cost := map[kind]int{}, map[kind]int{}
		for _, n := range o.Nodes {
			k := kind{n.Type, n.Country}
			if count[k] == 0 {
				kinds = append(kinds, k)
			}
			count[k], cost[k] = count[k]+1, cost[k]+n.XDR
		}
		for k, x := range kinds {
			name := ""
			if k == 0 {
				name = o.Name
			}
			t.Rows = append(t.Rows, report.Row(name, x.of, x.country, fmt.Sprint(count[x]), thousands(cost[x]/count[x]), thousands(cost[x])))
		}
		bars = append(bars, plot.Bar{Name: o.Name + ", paid for nodes", Value: float64(o.XDR)})
		if o.EarnedXDR > 0 {
			bars = append(bars, plot.Bar{Name: o.Name + ", cycles burned", Value: o.EarnedXDR, Group: 1})
		}
	}
	return report.Section{
		Title: "Cost",
		Explain: "What is paid to those who run the nodes, by type and country, and what the load burns in cycles at the fees of its size: " +
			"reception and execution of each call, " +
			"its bytes, and the instructions that were executed in the runs. 1 XDR is a million million cycles.",
		Figures: []*plot.Figure{plot.Bars(plot.Chart{Name: "cost", Title: "Cost and cycles", X: "XDR a month"}, bars, "paid for nodes",
			"cycles burned by the load")},
		Tables: []report.Table{t},
	}
}

func (a *Answer) losses() report.Section {
	t := report.Table{
		Head:  []string{"candidate", "without", "nodes lost", "p99 with all", "p99 without", "first calls included", "result", "asked for"},
		Right: []bool{false, false, true, true, true, true, false, false},
	}
	nakamoto := report.Table{
		Caption: "Nakamoto coefficients: how few owners can stop the subnet.", Head: []string{"candidate", "providers", "data centres",
			"countries"},
		Right: []bool{false, true, true, true},
	}
	for i := range a.Candidates {
		o := &a.Candidates[i]
		for _, l := range o.Outages {
			result, asked := report.Cell{Text: l.Detail, Tone: report.Good}, ""
			if !l.Survived {
				result.Tone = report.Bad
			}
			if l.Target {
				asked = "yes"
			}
			row := report.Row(o.Name, words(sites.Owner(l.Owner))+" "+l.Name, fmt.Sprint(l.Lost), worst(a.all[i].runs, o.P99),
				latency(l.Settled), latency(l.P99))
			t.Rows = append(t.Rows, append(row, result, report.Cell{Text: asked}))
		}
		if o.Placed {
			n := func(owner sites.Owner) string { return fmt.Sprint(o.Nakamoto[string(owner)]) }
			nakamoto.Rows = append(nakamoto.Rows, report.Row(o.Name, n(sites.Provider), n(sites.DataCentre), n(sites.Country)))
		}
	}
	s := report.Section{
		Title: "What if",
		Explain: fmt.Sprintf("All nodes of an owner crash %v after the first call, and do not come back. Which owner: the one with the most "+
			"nodes, and of equals the one whose loss leaves the others farthest from a quorum. API boundary nodes send calls to a node that "+
			"is gone for up to %v more, and users whose call went there ask again after %v, beside all others. The targets are about what "+
			"the smaller subnet is like then: calls made from %v after the loss on. The percentile beside it has those before, too. What "+
			"must be survived was run with %d seeds, of which the worst counts, all else with one; more than f nodes cannot be.",
			a.plan.LossAt()-a.plan.LoadFrom(), health.Notice, workload.Patience, a.plan.Goals.Degraded.After, a.Seeds),
		Tables: []report.Table{nakamoto},
	}
	if len(t.Rows) > 0 {
		s.Tables = append([]report.Table{t}, s.Tables...)
	}
	return s
}

func (a *Answer) chosenNodes() report.Section {
	t := report.Table{
		Caption: "The machines of the choice.", Head: []string{"node", "data centre", "place", "country", "provider", "type", "XDR a month"},
		Right: []bool{true, false, false, false, false, false, true},
	}
	var spots []plot.Spot
	for i, n := range a.choice().Nodes {
		t.Rows = append(t.Rows, report.Row(fmt.Sprint(i), n.DataCentre, n.Place, n.Country, n.Provider, n.Type, thousands(n.XDR)))
		k := slices.IndexFunc(spots, func(s plot.Spot) bool { return s.Name == n.Place })
		if k < 0 {
			p, _ := network.PlaceIndex(n.Place)
			at := network.Places()[p]
			k = len(spots)
			spots = append(spots, plot.Spot{Name: n.Place, Lat: float64(at.Lat) / 1000, Lon: float64(at.Lon) / 1000})
		}
		spots[k].Nodes++
	}
	return report.Section{
		Title: "Where it stands",
		Figures: []*plot.Figure{plot.Map(plot.Chart{Name: "map", Title: "Nodes of the choice",
			Explain: "Numbers are nodes, where there are several."}, spots, nil, nil)},
		Tables: []report.Table{t},
	}
}

func (a *Answer) method() report.Section {
	e := &a.plan.Effort
	outages := "the hardest owner of each kind"
	if e.AllOutages {
		outages = "each owner"
	}
	from, until := a.plan.Measured(&scenarios.Trial{})
	lostFrom, lostUntil := a.plan.Measured(&scenarios.Trial{Lost: []int{0}})
	return report.Section{
		Title: "How this was found",
		Explain: fmt.Sprintf("Targets that need no run were judged first. Each candidate left was run %d times, with seeds from %d on: calls "+
			"begin at %s and end at %s, and the run goes on until they have their answers. Those that met the load's targets were run "+
			"without %s, with the same seeds; there calls count that were made from %s to %s. Then the greatest load was sought. What is "+
			"recommended was run again, with all nodes and without what must be survived, with the %d seeds from %d on, "+
			"that had no say in the choice, and met the targets in each. A "+
			"target is met when it is in every run.",
			e.Seeds, a.Seed, from, until, outages, lostFrom, lostUntil, e.Seeds, a.Seed+uint64(e.Seeds)),
	}
}
