package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"icsim/metrics/plot"
	"icsim/metrics/report"
	"icsim/sim"
)

// Compare reports on several runs side by side; the others are compared with the first.
func Compare(runs []*Run) *report.Document {
	names := make([]string, len(runs))
	for i, r := range runs {
		names[i] = r.Name
	}
	d := &report.Document{
		Title: "Comparison of " + count(len(runs), "run"),
		About: strings.Join(names, ", ") + ". Changes are against the first.",
		Foot:  "Made by icsim report. Times are virtual. Beside this page: every figure as SVG and PNG in plots/.",
	}
	d.Sections = append(d.Sections, inputs(runs), totals(runs), perSubnet(runs))
	var figures []*plot.Figure
	for _, subnet := range common(runs) {
		figures = append(figures, kept(
			overlaid(runs, "blocks_per_second", subnet, subnet+": blocks finalized", "blocks/s", "All ranks together."),
			overlaid(runs, "finalization_mean", subnet, subnet+": time to finality, mean", "ms", ""),
			overlaid(runs, "sent_per_node", subnet, subnet+": sent a node", "kB/s", ""),
			spreads(runs, "finalization", subnet, subnet+": from proposal to final"))...)
	}
	figures = append(figures, kept(
		overlaid(runs, "call_latency_mean", "", "Latency of update calls, mean", "ms", ""),
		overlaid(runs, "calls_answered_per_second", "", "Update calls answered", "calls/s", ""),
		spreads(runs, "call_latency", "", "Update calls: from the call to its certified answer"),
		spreads(runs, "query_latency", "", "Queries: from the question to the answer"),
		spreads(runs, "xnet_latency", "", "Calls across subnets: there and back"))...)
	if len(figures) > 0 {
		d.Sections = append(d.Sections, report.Section{
			Title: "Over time and in distribution", Explain: "The same quantity of each run in one figure.", Figures: figures,
		})
	}
	return d
}

func inputs(runs []*Run) report.Section {
	t := report.Table{Head: []string{"run", "scenario", "seed", "crypto", "version", "virtual time", "digest", "checks"}}
	for _, r := range runs {
		row := report.Row(r.Name, r.Result.Scenario, fmt.Sprint(r.Result.Seed), r.Result.Crypto, r.Result.Version, clock(r.Result.VirtualSeconds),
			r.Result.Digest[:min(12, len(r.Result.Digest))]+"…")
		v := verdict(r.Result)
		t.Rows = append(t.Rows, append(row, v))
	}
	return report.Section{Title: "Runs", Tables: []report.Table{t}}
}

// A figure is a number of a result, and how it is written.
type quantity struct {
	name  string
	of    func(*sim.Result) (float64, bool) // false: the run has none
	write func(float64) string
}

func totals(runs []*Run) report.Section {
	ingress := func(f func(*sim.IngressResult) float64) func(*sim.Result) (float64, bool) {
		return func(r *sim.Result) (float64, bool) { return f(&r.Ingress), r.Ingress.Submitted > 0 }
	}
	xnet := func(f func(*sim.XNetResult) float64) func(*sim.Result) (float64, bool) {
		return func(r *sim.Result) (float64, bool) { return f(&r.XNet), r.XNet.Calls > 0 }
	}
	n := func(v float64) string { return grouped(uint64(v)) }
	return table("All subnets together", runs, []quantity{
		{"update calls made", ingress(func(i *sim.IngressResult) float64 { return float64(i.Submitted) }), n},
		{"update calls replied", ingress(func(i *sim.IngressResult) float64 { return float64(i.Completed) }), n},
		{"update calls rejected", ingress(func(i *sim.IngressResult) float64 { return float64(i.Failed) }), n},
		{"update calls lost", ingress(func(i *sim.IngressResult) float64 { return float64(i.Rejected) }), n},
		{"update call p50", ingress(func(i *sim.IngressResult) float64 { return i.LatencyMS.P50 }), millis},
		{"update call p90", ingress(func(i *sim.IngressResult) float64 { return i.LatencyMS.P90 }), millis},
		{"update call p99", ingress(func(i *sim.IngressResult) float64 { return i.LatencyMS.P99 }), millis},
		{"query p50", func(r *sim.Result) (float64, bool) { return r.Queries.LatencyMS.P50, r.Queries.Made > 0 }, millis},
		{"query p99", func(r *sim.Result) (float64, bool) { return r.Queries.LatencyMS.P99, r.Queries.Made > 0 }, millis},
		{"calls across subnets", xnet(func(x *sim.XNetResult) float64 { return float64(x.Calls) }), n},
		{"call across subnets p50", xnet(func(x *sim.XNetResult) float64 { return x.LatencyMS.P50 }), millis},
		{"call across subnets p99", xnet(func(x *sim.XNetResult) float64 { return x.LatencyMS.P99 }), millis},
	})
}

func perSubnet(runs []*Run) report.Section {
	var all []quantity
	for _, name := range everySubnet(runs) {
		of := func(f func(*sim.SubnetResult) float64) func(*sim.Result) (float64, bool) {
			return func(r *sim.Result) (float64, bool) {
				i := slices.IndexFunc(r.Subnets, func(s sim.SubnetResult) bool { return s.Name == name })
				if i < 0 {
					return 0, false
				}
				return f(&r.Subnets[i]), true
			}
		}
		rate := func(v float64) string { return fmt.Sprintf("%.3f", v) }
		all = append(all,
			quantity{name + ": nodes", of(func(s *sim.SubnetResult) float64 { return float64(s.Nodes) }), whole},
			quantity{name + ": finalized height", of(func(s *sim.SubnetResult) float64 { return float64(s.FinalizedHeight) }),
				func(v float64) string { return grouped(uint64(v)) }},
			quantity{name + ": blocks/s", of(func(s *sim.SubnetResult) float64 { return s.BlockRate }), rate},
			quantity{name + ": to finality p50", of(func(s *sim.SubnetResult) float64 { return s.FinalizationMS.P50 }), millis},
			quantity{name + ": to finality p99", of(func(s *sim.SubnetResult) float64 { return s.FinalizationMS.P99 }), millis},
			quantity{name + ": rank 0", of(func(s *sim.SubnetResult) float64 { return s.Rank0Share }), percent},
			quantity{name + ": sent a node, kB/s", of(func(s *sim.SubnetResult) float64 { return s.BytesSentPerNodeSecond / 1000 }),
				func(v float64) string { return fmt.Sprintf("%.1f", v) }},
			quantity{name + ": consensus lane", of(func(s *sim.SubnetResult) float64 { return s.CPUUtilization }), percent})
	}
	return table("Subnets", runs, all)
}

// table has a row a quantity and a column a run, with the change against the first.
func table(title string, runs []*Run, quantities []quantity) report.Section {
	t := report.Table{Head: []string{"quantity"}, Right: []bool{false}}
	for i, r := range runs {
		t.Head, t.Right = append(t.Head, r.Name), append(t.Right, true)
		if i > 0 {
			t.Head, t.Right = append(t.Head, "change"), append(t.Right, true)
		}
	}
	for _, q := range quantities {
		row, any := report.Row(q.name), false
		base, based := q.of(runs[0].Result)
		for i, r := range runs {
			v, has := q.of(r.Result)
			any = any || has
			text := "–"
			if has {
				text = q.write(v)
			}
			row = append(row, report.Cell{Text: text})
			if i > 0 {
				row = append(row, report.Cell{Text: change(base, v, based && has), Tone: report.Quiet})
			}
		}
		if any {
			t.Rows = append(t.Rows, row)
		}
	}
	s := report.Section{Title: title, Tables: []report.Table{t}}
	if len(t.Rows) == 0 {
		s.Tables, s.Explain = nil, "No calls were made in any of these runs."
	}
	return s
}

func change(from, to float64, both bool) string {
	switch {
	case !both:
		return ""
	case from == to:
		return "="
	case from == 0:
		return "new"
	}
	return fmt.Sprintf("%+.1f %%", 100*(to/from-1))
}

func everySubnet(runs []*Run) (names []string) {
	for _, r := range runs {
		for i := range r.Result.Subnets {
			if n := r.Result.Subnets[i].Name; !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	return names
}

// common gives subnets that all runs have, a few.
func common(runs []*Run) (names []string) {
	for _, name := range everySubnet(runs) {
		in := func(r *Run) bool {
			return slices.ContainsFunc(r.Result.Subnets, func(s sim.SubnetResult) bool { return s.Name == name })
		}
		if !slices.ContainsFunc(runs, func(r *Run) bool { return !in(r) }) && len(names) < mostSubnets {
			names = append(names, name)
		}
	}
	return names
}

// overlaid draws a track of each run in one figure. Parts are added up.
func overlaid(runs []*Run, name, subnet, title, unit, explain string) *plot.Figure {
	var lines []plot.Line
	end := 0.0
	for _, r := range runs {
		if r.Record == nil {
			continue
		}
		var sum *plot.Line
		end = max(end, r.Record.Seconds)
		for _, t := range tracks(r.Record, name, subnet) {
			l := line(t, r.Name, r.Record.Seconds)
			if sum == nil {
				sum = &l
				continue
			}
			for i := range sum.Y {
				if !math.IsNaN(l.Y[i]) {
					sum.Y[i] += l.Y[i]
				}
			}
		}
		if sum != nil {
			lines = append(lines, *sum)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return plot.Lines(plot.Chart{Name: file("compare", name, subnet), Title: title, X: overTime, End: end, Y: unit, Explain: explain}, lines)
}

// spreads draws a distribution of each run in one figure.
func spreads(runs []*Run, name, subnet, title string) *plot.Figure {
	var curves []plot.Curve
	for _, r := range runs {
		if r.Record == nil {
			continue
		}
		for i := range r.Record.Distributions {
			if d := &r.Record.Distributions[i]; d.Name == name && d.Subnet == subnet {
				curves = append(curves, curve(d, r.Name))
			}
		}
	}
	if len(curves) == 0 {
		return nil
	}
	return plot.Cumulative(plot.Chart{Name: file("compare", name, subnet, "distribution"), Title: title, X: "ms, logarithmic"}, curves)
}
