package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"icsim/scenarios/swarm"
	"icsim/sim/explore"
)

// A tally is what a sweep has come to so far.
type tally struct {
	source   source
	files    *sweepFiles
	seeds    explore.Seeds
	outcomes []*explore.Outcome
	bar      *sweepProgress
	states   map[explore.State]bool // reached, where that is asked for
	guided   *guidedSource          // nil: seeds alone say what runs
}

// add takes an outcome as it comes.
func (t *tally) add(o *explore.Outcome) error {
	t.outcomes = append(t.outcomes, o)
	for _, s := range o.States {
		t.states[s] = true
	}
	if t.guided != nil {
		o.Redraw = swarm.FormatRedraws(t.guided.choices[o.Seed].Redraws)
	}
	var scenario []byte
	if o.Status != explore.OK {
		scenario = t.source.scenario(o.Seed)
	}
	t.bar.show(o)
	return t.files.add(o, scenario)
}

// cut leaves of sorted outcomes those up to the first that failed.
func (t *tally) cut() {
	if i := slices.IndexFunc(t.outcomes, func(o *explore.Outcome) bool { return o.Status != explore.OK }); i >= 0 {
		t.outcomes = t.outcomes[:i+1]
	}
}

// missed gives what no run has come to, and whether the scenario demands it.
func (t *tally) missed() (names []string, demanded bool) {
	names, demanded = t.source.awaited()
	for _, o := range t.outcomes {
		names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(o.Reached, name) })
	}
	return names, demanded
}

func (t *tally) writeJUnit(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := explore.WriteJUnit(f, t.source.title(), t.outcomes, t.source.replay); err != nil {
		return err
	}
	return f.Close()
}

// maxFailures bounds how many seeds the table shows.
const maxFailures = 40

// summary is what a reader of a sweep wants to know.
func (t *tally) summary(colours, interrupted bool) string {
	p := &report{colours: colours}
	t.header(p, interrupted)
	failed := slices.DeleteFunc(slices.Clone(t.outcomes), func(o *explore.Outcome) bool { return o.Status == explore.OK })
	if len(failed) == 0 {
		if missed, demanded := t.missed(); demanded && len(missed) > 0 {
			p.line("\n%s: nothing failed, but %d of what has to be so sometimes never was", p.paint(red, "missed"), len(missed))
		} else {
			p.line("\n%s", p.paint(green, "ok")+": nothing failed")
		}
		return p.String()
	}
	t.failures(p, failed)
	t.checks(p, failed)
	for _, o := range failed {
		if o.Status == explore.Bug {
			p.line("\nicsim: a bug of icsim %s; please report it with the scenario: seed %d: %s", buildVersion(), o.Seed, o.Trouble)
			break
		}
	}
	p.line("\nreplay: %s", t.source.replay(failed[0].Seed))
	return p.String()
}

func (t *tally) header(p *report, interrupted bool) {
	var events, blocks uint64
	var virtual float64
	verified, late := 0, 0
	latest := new(explore.Outcome)
	for _, o := range t.outcomes {
		if o.LateSeconds > 0 {
			late++
		}
		if o.LateSeconds > latest.LateSeconds {
			latest = o
		}
		events, blocks, virtual = events+o.Events, blocks+o.Blocks, virtual+o.VirtualSeconds
		if o.Verified {
			verified++
		}
	}
	p.line("%s  seeds %s  icsim %s", p.paint(bold, t.source.title()), t.seeds, buildVersion())
	runs := grouped(uint64(len(t.outcomes))) + " runs"
	if total := t.seeds.Count(); interrupted && !t.seeds.Endless() {
		runs = p.paint(red, "partial: ") + "interrupted after " + runs + " of " + grouped(total)
	} else if uint64(len(t.outcomes)) < total && !t.seeds.Endless() {
		runs += " of " + grouped(total)
	}
	p.line("%s, %s blocks in %s virtual seconds, %s events", runs, grouped(blocks), grouped(uint64(virtual)), grouped(events))
	if verified > 0 {
		p.line("%s run twice", grouped(uint64(verified)))
	}
	if late > 0 {
		p.line("%s with a core that came together late or not at all, the latest %.1f s past the end with seed %d",
			grouped(uint64(late)), latest.LateSeconds, latest.Seed)
	}
	p.line("sum %s", explore.Sum(t.outcomes))
	if len(t.states) > 0 {
		p.line("%s states reached, %.1f a run", grouped(uint64(len(t.states))), float64(len(t.states))/float64(len(t.outcomes)))
	}
	if missed, demanded := t.missed(); len(missed) > 0 && demanded {
		p.line("%s: %s", p.paint(red, "never"), strings.Join(missed, ", "))
	} else if len(missed) > 0 {
		p.line("never reached: %s", strings.Join(missed, ", "))
	}
	if t.guided != nil {
		p.line("%s", t.guided.report())
	}
}

// failures shows the seeds that failed.
func (t *tally) failures(p *report, failed []*explore.Outcome) {
	rows := &table{}
	rows.row("seed", "status", "at", "node", "what")
	rows.align(true, false, true)
	for _, o := range failed[:min(len(failed), maxFailures)] {
		at, node := "", ""
		if f := o.Failed(); f != nil && o.Trouble == "" {
			at, node = fmt.Sprintf("%.2f s", f.AtSeconds), f.Node
		}
		rows.row(fmt.Sprint(o.Seed), string(o.Status), at, node, o.Message())
	}
	p.line("\n%s", strings.TrimRight(rows.String(), "\n"))
	if more := len(failed) - maxFailures; more > 0 {
		p.line("and %s more: --json has them", grouped(uint64(more)))
	}
}

// checks counts the seeds by what failed.
func (t *tally) checks(p *report, failed []*explore.Outcome) {
	count, first, names := map[string]int{}, map[string]uint64{}, []string{}
	for _, o := range failed {
		what := string(o.Status)
		if f := o.Failed(); f != nil && o.Trouble == "" {
			what = f.Check
		}
		if count[what] == 0 {
			names, first[what] = append(names, what), o.Seed
		}
		count[what]++
	}
	rows := &table{}
	rows.row("failed", "seeds", "lowest")
	rows.align(false, true, true)
	for _, name := range names {
		rows.row(name, fmt.Sprint(count[name]), fmt.Sprint(first[name]))
	}
	p.line("\n%s", strings.TrimRight(rows.String(), "\n"))
}
