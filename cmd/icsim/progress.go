package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/cheggaaa/pb/v3"

	"icsim/sim"
)

// A progress shows how far a run is, on standard error.
type progress struct {
	w       io.Writer
	total   time.Duration
	bar     *pb.ProgressBar // nil where lines are written instead
	started time.Time
	shown   time.Time
}

const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 10 * time.Second
)

func newProgress(w io.Writer, total time.Duration) *progress {
	now := time.Now()
	p := &progress{w: w, total: total, started: now, shown: now}
	if isTerminal(w) {
		p.bar = pb.New64(int64(total)).SetWriter(w).Set(pb.Static, true).Set(pb.CleanOnFinish, true).SetTemplateString(
			`{{bar . "[" "=" ">" " " "]"}} {{string . "what"}}`).Start()
	}
	return p
}

// show tells how far the run is, every so often.
func (p *progress) show(now sim.Progress) {
	every := lineEvery
	if p.bar != nil {
		every = barEvery
	}
	if time.Since(p.shown) < every {
		return
	}
	p.shown = time.Now()
	wall := p.shown.Sub(p.started).Seconds()
	what := fmt.Sprintf("%s of %s, %d blocks, %s events/s, %s", now.Virtual.Round(100*time.Millisecond), p.total, now.Height,
		grouped(uint64(float64(now.Events)/wall)), pace(now.Virtual.Seconds(), wall))
	if p.bar == nil {
		fmt.Fprintln(p.w, "icsim:", what)
		return
	}
	p.bar.SetCurrent(int64(now.Virtual)).Set("what", what).Write()
}

// done removes the bar.
func (p *progress) done() {
	if p.bar != nil {
		p.bar.Finish().Write() // which wipes it
	}
}

// isTerminal tells whether w is a terminal, so that bars and colours make sense.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// pace tells how much faster than real time it goes: seconds of virtual time in seconds of ours.
func pace(virtual, wall float64) string {
	x, digits := virtual/max(wall, 1e-9), 0
	if x < 9.95 {
		digits = 1
	}
	return fmt.Sprintf("%.*f× real time", digits, x)
}
