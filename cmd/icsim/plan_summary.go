package main

import (
	"fmt"
	"strings"

	"icsim/scenarios/planner"
)

// planSummary is what a planner wants to know.
func planSummary(a *planner.Answer, colours bool) string {
	p := &report{colours: colours}
	p.line("%s  seed %d  icsim %s", p.paint(bold, a.Plan), a.Seed, a.Version)
	if a.About != "" {
		p.line("%s", a.About)
	}
	p.candidates(a)
	p.binding(a)
	p.losses(a)
	p.line("")
	if a.Found {
		p.line("%s: %s", p.paint(green, "recommended"), a.Choice)
	} else {
		p.line("%s", p.paint(red, "no recommendation"))
	}
	p.line("%s", a.Because)
	return p.String()
}

func (p *report) candidates(a *planner.Answer) {
	t := &table{}
	t.row("candidate", "XDR a month", "burned", "p50 ms", "p99 ms (95 %)", "blocks/s", "carries/s", "providers", "centres", "countries", "")
	t.align(false, true, true, true, true, true, true, true, true, true)
	for i := range a.Candidates {
		o := &a.Candidates[i]
		if !o.Placed {
			t.row(o.Name, "–", "", "", "", "", "", "", "", "", "cannot be placed")
			continue
		}
		verdict := "ok"
		switch {
		case !o.OK:
			verdict = "fails: " + strings.Join(o.Binds, ", ")
		case a.Found && o.Name == a.Choice:
			verdict = "recommended"
		}
		row := []string{o.Name, grouped(uint64(o.XDR)), "", "", "", "", ""}
		if o.BlockRate.N > 0 {
			row = []string{o.Name, grouped(uint64(o.XDR)), grouped(uint64(o.EarnedXDR)), "–", "–", fmt.Sprintf("%.2f", o.BlockRate.Mean),
				a.Capacity(i)}
			if o.P99.N == a.Seeds {
				row[3] = fmt.Sprintf("%.0f", o.P50.Mean)
				row[4] = fmt.Sprintf("%.0f (%.0f to %.0f)", o.P99.Mean, max(o.P99.Low, 0), o.P99.High)
			}
		}
		n := func(owner string) string { return fmt.Sprint(o.Nakamoto[owner]) }
		t.row(append(row, n("provider"), n("data_centre"), n("country"), verdict)...)
	}
	p.line("\n%s", strings.TrimRight(t.String(), "\n"))
	p.line("%s", p.paint(dim, "burned: cycles that the load pays, in XDR a month. carries: within the targets; +: more was not tried. "+
		"providers, centres, countries: how many can stop the "+
		"subnet."))
}

// binding shows the targets that failed, where.
func (p *report) binding(a *planner.Answer) {
	t := &table{}
	for i := range a.Candidates {
		o := &a.Candidates[i]
		for _, target := range o.Targets {
			if target.Known && !target.OK {
				t.row("  "+o.Name, target.Name, target.Want, target.Got)
			}
		}
	}
	if len(t.rows) > 0 {
		p.title("what binds")
		p.line("%s", strings.TrimRight(t.String(), "\n"))
	}
}

func (p *report) losses(a *planner.Answer) {
	t := &table{}
	for i := range a.Candidates {
		o := &a.Candidates[i]
		for _, l := range o.Outages {
			p99 := "more than 1 % without an answer"
			if l.P99 > 0 {
				p99 = fmt.Sprintf("p99 %.2f s", l.P99/1000)
			}
			t.row("  "+o.Name, "without "+strings.ReplaceAll(l.Owner, "_", " ")+" "+l.Name, fmt.Sprintf("%d lost", l.Lost), p99, l.Detail)
		}
	}
	if len(t.rows) > 0 {
		p.title("what if")
		p.line("%s", strings.TrimRight(t.String(), "\n"))
	}
}
