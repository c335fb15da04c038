package main

import (
	"fmt"
	"io"
	"time"

	"github.com/cheggaaa/pb/v3"

	"icsim/scenarios/shrink"
	"icsim/sim/explore"
)

// A sweepProgress shows how far a sweep is, on standard error.
type sweepProgress struct {
	w       io.Writer
	bar     *pb.ProgressBar // nil where lines are written instead
	of      string          // how many seeds there are
	before  int             // outcomes from before
	count   int
	failed  int
	started time.Time
	shown   time.Time
}

func newSweepProgress(w io.Writer, seeds explore.Seeds, before int) *sweepProgress {
	now := time.Now()
	p := &sweepProgress{w: w, of: "", before: before, started: now, shown: now}
	total := int64(0)
	if !seeds.Endless() {
		total = int64(seeds.Count())
		p.of = " of " + grouped(uint64(total))
	}
	if isTerminal(w) {
		p.bar = pb.New64(total).SetWriter(w).Set(pb.Static, true).Set(pb.CleanOnFinish, true).SetTemplateString(
			`{{bar . "[" "=" ">" " " "]"}} {{string . "what"}}`).Start()
	}
	return p
}

// show counts an outcome, and tells how far the sweep is every so often.
func (p *sweepProgress) show(o *explore.Outcome) {
	p.count++
	if o.Status != explore.OK {
		p.failed++
	}
	every := lineEvery
	if p.bar != nil {
		every = barEvery
	}
	if time.Since(p.shown) < every {
		return
	}
	p.shown = time.Now()
	rate := float64(p.count) / p.shown.Sub(p.started).Seconds()
	what := fmt.Sprintf("%s%s runs, %.1f a second, %d failed", grouped(uint64(p.before+p.count)), p.of, rate, p.failed)
	if p.bar == nil {
		fmt.Fprintln(p.w, "icsim:", what)
		return
	}
	p.bar.SetCurrent(int64(p.before+p.count)).Set("what", what).Write()
}

// done removes the bar.
func (p *sweepProgress) done() {
	if p.bar != nil {
		p.bar.Finish().Write() // which wipes it
	}
}

// A shrinkProgress shows what is left of a scenario. Nobody knows how far that is.
type shrinkProgress struct {
	w     io.Writer
	bar   *pb.ProgressBar // nil where lines are written instead
	shown time.Time
}

func newShrinkProgress(w io.Writer) *shrinkProgress {
	p := &shrinkProgress{w: w, shown: time.Now()}
	if isTerminal(w) {
		p.bar = pb.New64(0).SetWriter(w).Set(pb.Static, true).Set(pb.CleanOnFinish, true).SetTemplateString(`{{string . "what"}}`).Start()
	}
	return p
}

func (p *shrinkProgress) show(now shrink.Progress) {
	every := lineEvery
	if p.bar != nil {
		every = barEvery
	}
	if time.Since(p.shown) < every {
		return
	}
	p.shown = time.Now()
	what := fmt.Sprintf("%d runs: %s still fail %s", now.Runs, now.Size, now.Check)
	if p.bar == nil {
		fmt.Fprintln(p.w, "icsim:", what)
		return
	}
	p.bar.Set("what", what).Write()
}

func (p *shrinkProgress) done() {
	if p.bar != nil {
		p.bar.Finish().Write()
	}
}
