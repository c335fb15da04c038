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
	p.evidence(a)
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
	t.row("candidate", "XDR a month", "burned", "p50 ms", "p99 ms (95 %)", "p99 lost", "blocks/s", "carries/s", "providers", "centres",
		"countries", "")
	t.align(false, true, true, true, true, true, true, true, true, true, true)
	for i := range a.Candidates {
		o := &a.Candidates[i]
		if !o.Placed {
			t.row(o.Name, "–", "", "", "", "", "", "", "", "", "", "cannot be placed")
			continue
		}
		verdict := "ok"
		switch {
		case !o.OK:
			verdict = "fails: " + strings.Join(o.Binds, ", ")
		case a.Found && o.Name == a.Choice:
			verdict = "recommended"
		}
		row := []string{o.Name, grouped(uint64(o.XDR)), "", "", "", "", "", ""}
		if o.BlockRate.N > 0 {
			row = []string{o.Name, grouped(uint64(o.XDR)), grouped(uint64(o.EarnedXDR)), "–", "–", "–",
				fmt.Sprintf("%.2f", o.BlockRate.Mean), a.Capacity(i)}
			if o.P99.N == a.Seeds {
				row[3] = fmt.Sprintf("%.0f", o.P50.Mean)
				row[4] = fmt.Sprintf("%.0f (%.0f to %.0f)", o.P99.Mean, max(o.P99.Low, 0), o.P99.High)
			}
			if o.LostP99.N > 0 {
				row[5] = fmt.Sprintf("%.0f", o.LostP99.Mean)
			}
		}
		n := func(owner string) string { return fmt.Sprint(o.Nakamoto[owner]) }
		t.row(append(row, n("provider"), n("data_centre"), n("country"), verdict)...)
	}
	p.line("\n%s", strings.TrimRight(t.String(), "\n"))
	p.line("%s", p.paint(dim, fmt.Sprintf("burned: cycles that the load pays, in XDR a month. p99 lost: without what must be survived, of "+
		"calls made from %g s after the loss on. carries: within the targets, with all nodes; +: more was not tried. providers, centres, "+
		"countries: how many can stop the subnet.", a.LossAfter)))
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

// losses shows what owners' loss does, to calls made once it has been noticed and to all.
func (p *report) losses(a *planner.Answer) {
	t := &table{}
	t.row("", "", "lost", "p99 s", "with the first calls", "")
	t.align(false, false, true, true, true)
	for i := range a.Candidates {
		o := &a.Candidates[i]
		for _, l := range o.Outages {
			t.row("  "+o.Name, "without "+strings.ReplaceAll(l.Owner, "_", " ")+" "+l.Name, fmt.Sprint(l.Lost), secondsOf(l.Settled),
				secondsOf(l.P99), l.Detail)
		}
	}
	if len(t.rows) > 1 {
		p.title("what if")
		p.line("%s", strings.TrimRight(t.String(), "\n"))
	}
}

// secondsOf writes a latency in milliseconds; 0: more calls had no answer.
func secondsOf(ms float64) string {
	if ms == 0 {
		return "no answer"
	}
	return fmt.Sprintf("%.2f", ms/1000)
}

// evidence shows the runs of the choice, seed by seed.
func (p *report) evidence(a *planner.Answer) {
	t := &table{}
	for _, e := range a.Evidence {
		var seeds, p99 []string
		for i, seed := range e.Seeds {
			seeds, p99 = append(seeds, fmt.Sprint(seed)), append(p99, secondsOf(e.P99[i]))
		}
		why := ""
		if !e.Choice {
			why = "had no say in the choice"
		}
		t.row("  seeds "+strings.Join(seeds, ", "), e.What, "p99 "+strings.Join(p99, ", ")+" s", why)
	}
	if len(t.rows) > 0 {
		p.title("evidence for " + a.Choice)
		p.line("%s", strings.TrimRight(t.String(), "\n"))
	}
}
