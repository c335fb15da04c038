package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"

	"icsim/scenarios"
	"icsim/sim"
	"icsim/sim/trace"
)

func diffCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Show the first event where two traces, or two runs, part",
		Long: `diff compares two runs event by event. A and B are each one of

  a trace that icsim run --out DIR --trace LEVEL wrote, or the directory that it is in
  FILE@SEED, a scenario and a seed: it is run for the comparison

Two traces have to be of the same level; runs are compared at level all, also with a trace of that level. The exit status is 0 if
they are equal and 4 if they part.`,
		Example: `  icsim run quickstart --until 10s --out one --trace all
  icsim run quickstart --until 10s --out two --trace all --no-share
  icsim diff one two
  icsim diff quickstart@1 quickstart@2 --crypto ideal
  icsim diff before.yaml@7 after.yaml@7 --until 30s`,
		Args: exactly("A", "B"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.workers = 1
			return f.diff(cmd.OutOrStdout(), args[0], args[1])
		},
	}
	cmd.Flags().DurationVar(&f.until, "until", 0, "of runs: end at this virtual time")
	cmd.Flags().StringVar(&f.crypto, "crypto", "", "of runs: bls or ideal instead of the scenario's")
	return cmd
}

func (f *runFlags) diff(w io.Writer, nameA, nameB string) error {
	a, errA := f.history(nameA)
	b, errB := f.history(nameB)
	if err := errors.Join(errA, errB); err != nil {
		return err
	}
	defer a.Close()
	defer b.Close()
	d, err := trace.Diff(a, b)
	if err != nil {
		return err
	}
	if d == nil {
		fmt.Fprintf(w, "%s and %s are equal\n", nameA, nameB)
		return nil
	}
	d.A, d.B = a.named(d.A), b.named(d.B)
	fmt.Fprintf(w, "%s and %s part %s\n", nameA, nameB, d)
	return &exit{status: statusDiffer}
}

// A history is the lines of a trace, or of a run while it lasts.
type history struct {
	io.ReadCloser
	spec *scenarios.Spec // of a run
}

// named calls nodes as the scenario does, if it is known.
func (h *history) named(line string) string {
	if h.spec == nil {
		return line
	}
	return h.spec.Named(line)
}

// history opens what an argument names: a file, the trace in a directory, or a run.
func (f *runFlags) history(name string) (*history, error) {
	file, number, isRun := cutLast(name, "@")
	if !isRun {
		path := name
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			path = filepath.Join(path, traceFile)
		}
		trace, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("%w; want a trace, the directory of one, or FILE@SEED for a run of a scenario", err)
		}
		return &history{ReadCloser: trace}, nil
	}
	seed, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%s: %q is no seed; want a whole number, as in quickstart@7", name, number)
	}
	run := *f
	run.file, run.seed = file, seed
	return run.live()
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// live runs a scenario and gives its trace as it comes.
func (f *runFlags) live() (*history, error) {
	spec, err := f.spec()
	if err != nil {
		return nil, err
	}
	config, err := configOf(spec, f.seed)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	x := &running{PipeReader: r}
	config.Trace = trace.Config{Level: trace.All, W: w}
	go func() {
		defer func() {
			if p := recover(); p != nil {
				w.CloseWithError(fmt.Errorf("a bug of icsim %s: %v", buildVersion(), p))
			}
		}()
		_, err := sim.Run(config, func(sim.Progress) bool { return !x.over.Load() })
		w.CloseWithError(err) // nil: the end
	}()
	return &history{ReadCloser: x, spec: spec}, nil
}

// A running trace ends its run when nobody reads it any more.
type running struct {
	*io.PipeReader
	over atomic.Bool
}

func (x *running) Close() error {
	x.over.Store(true)
	return x.PipeReader.Close()
}
