package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"icsim/protocol"
	"icsim/scenarios"
	"icsim/sim"
	"icsim/sim/explain"
	"icsim/sim/trace"
)

// A runFlags is what the command line says of a run.
type runFlags struct {
	file      string
	seed      uint64
	seeded    bool // by a flag
	until     time.Duration
	crypto    string
	matrix    string
	workers   int
	noShare   bool
	noMetrics bool
	json      bool
	out       string
	trace     string
	variants  []string
	branchAt  string
	branchBy  uint64
	perfetto  string
}

func runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run FILE",
		Short: "Run a scenario, a file or a shipped one",
		Long: `run simulates a scenario and prints what happened, whether every property held, and a digest that anyone can reproduce: the
same scenario, seed and version give the same digest on every machine.

Results go to standard output, progress to standard error. Ctrl-C ends the run with what is known, marked partial.`,
		Example: `  icsim run quickstart
  icsim run my.yaml --seed 7 --until 30s --crypto ideal
  icsim run incident-3-reassembly --variants reassemble-by-id
  icsim run fork --json | jq '.violations[0]'
  icsim run my.yaml --out results --trace notes     # result.json, scenario.yaml, trace.txt, metrics
  icsim report results                              # the same as a page with plots
  icsim run my.yaml --branch-at 12.5s --branch-seed 2   # the same until then, and another way on`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.file, f.seeded = args[0], cmd.Flags().Changed("seed")
			return f.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.Uint64Var(&f.seed, "seed", 1, "the seed that all chance comes from, instead of the scenario's")
	flags.DurationVar(&f.until, "until", 0, "end at this virtual time; before the scenario's own end, what it expects is not judged")
	flags.StringVar(&f.crypto, "crypto", "", "bls (real signatures) or ideal (same sizes, fast) instead of the scenario's")
	flags.StringVar(&f.matrix, "latency-matrix", "", "a CSV file of pairs (from,to,rtt_ms,packet_loss_fraction) in place of the network")
	flags.IntVar(&f.workers, "workers", 1, "how many subnets to work on at a time; the digest does not depend on it")
	flags.BoolVar(&f.noShare, "no-share", false, "compute every result on every node; same digest, slower")
	flags.BoolVar(&f.noMetrics, "no-metrics", false, "collect no metrics; same digest")
	flags.BoolVar(&f.json, "json", false, "print one JSON object instead of the summary")
	flags.StringSliceVar(&f.variants, "variants", nil, "rules that all nodes follow in place of the deployed ones (icsim list --variants)")
	flags.StringVar(&f.out, "out", "", "write result.json, scenario.yaml, the trace and all that icsim report needs into this directory")
	flags.StringVar(&f.perfetto, "perfetto", "", "write a timeline for ui.perfetto.dev into this file: some 100 MB a minute of 13 nodes")
	flags.StringVar(&f.branchAt, "branch-at", "", "let the history go on another way from an event (such as 12000000000/3/45) or a time on")
	flags.Uint64Var(&f.branchBy, "branch-seed", 1, "with --branch-at: the seed that decides from there on")
	flags.StringVar(&f.trace, "trace", "off", "off, notes, messages or all: what to write to DIR/trace.txt, or standard error without --out")
	return cmd
}

func (f *runFlags) run(stdout, stderr io.Writer) error {
	spec, err := f.spec()
	if err != nil {
		return err
	}
	if !f.seeded {
		f.seed = spec.Seed()
	}
	config, err := configOf(spec, f.seed)
	if err != nil {
		return err
	}
	config.Workers, config.NoShare, config.NoMetrics = f.workers, f.noShare, f.noMetrics
	config.Record = f.out != ""
	out, err := openOutput(f.out, spec)
	if err != nil {
		return err
	}
	if config.Trace, err = f.tracing(out, stderr); err != nil {
		return err
	}
	timeline, err := f.timeline(config, spec)
	if err != nil {
		return err
	}
	result, err := f.simulate(config, stderr)
	if err == nil {
		err = timeline()
	}
	if err != nil {
		return err
	}
	spec.Rename(result)
	if err := out.close(result); err != nil {
		return err
	}
	if f.json {
		err = writeJSON(stdout, result)
	} else {
		_, err = io.WriteString(stdout, summary(result, isTerminal(stdout)))
	}
	if err != nil {
		return err
	}
	return verdict(result)
}

// check looks at the flags.
func (f *runFlags) check() error {
	switch {
	case f.until < 0:
		return fmt.Errorf("--until %s: want a duration above 0, such as 30s", f.until)
	case f.branchAt == "" && f.branchBy > 1:
		return fmt.Errorf("--branch-seed goes with --branch-at")
	case f.workers < 1:
		return fmt.Errorf("--workers %d: want 1 or more", f.workers)
	case f.crypto != "" && f.crypto != "bls" && f.crypto != "ideal":
		return fmt.Errorf("--crypto %s: want bls or ideal", f.crypto)
	}
	return nil
}

// spec reads the scenario and lets the flags overrule it.
func (f *runFlags) spec() (*scenarios.Spec, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	spec, err := loadOver(f.file, f.matrix)
	if err != nil {
		return nil, err
	}
	if f.until > 0 {
		spec.EndAt(f.until)
	}
	if f.crypto != "" {
		spec.Crypto = f.crypto
	}
	if f.branchAt != "" {
		b, err := sim.ParseBranch(f.branchAt)
		if b.Seed = f.branchBy; err == nil {
			err = spec.Branch(b)
		}
		if err != nil {
			return nil, fmt.Errorf("--branch-at %w", err)
		}
	}
	return spec, spec.Vary(f.variants...)
}

// timeline opens the file of --perfetto. The function ends it.
func (f *runFlags) timeline(config *sim.Config, spec *scenarios.Spec) (end func() error, err error) {
	if f.perfetto == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(f.perfetto)
	if err != nil {
		return nil, fmt.Errorf("--perfetto: %w", err)
	}
	var names []string
	for n := range protocol.NodeID(spec.Hosts()) {
		names = append(names, spec.NodeName(n))
	}
	config.Timeline = explain.NewPerfetto(file, names)
	return func() error {
		if err := errors.Join(config.Timeline.Close(), file.Close()); err != nil {
			return fmt.Errorf("--perfetto: %w", err)
		}
		return nil
	}, nil
}

func (f *runFlags) tracing(out *output, stderr io.Writer) (trace.Config, error) {
	level, err := trace.ParseLevel(f.trace)
	if err != nil || level == trace.Off {
		return trace.Config{}, err
	}
	w, err := out.trace(stderr)
	if err != nil {
		return trace.Config{}, err
	}
	fmt.Fprintf(w, "# icsim %s: %s\n", buildVersion(), f.command())
	return trace.Config{Level: level, W: w}, nil
}

// command is what replays the run.
func (f *runFlags) command() string {
	s := []string{"icsim run", f.file, "--seed", fmt.Sprint(f.seed)}
	if f.crypto != "" {
		s = append(s, "--crypto", f.crypto)
	}
	if f.until > 0 {
		s = append(s, "--until", f.until.String())
	}
	if f.branchAt != "" {
		s = append(s, "--branch-at", f.branchAt, "--branch-seed", fmt.Sprint(f.branchBy))
	}
	if f.matrix != "" {
		s = append(s, "--latency-matrix", f.matrix)
	}
	if f.workers != 1 {
		s = append(s, "--workers", fmt.Sprint(f.workers))
	}
	if len(f.variants) > 0 {
		s = append(s, "--variants", strings.Join(f.variants, ","))
	}
	if f.noShare {
		s = append(s, "--no-share")
	}
	return strings.Join(s, " ")
}

// simulate runs a configuration with its progress shown. A panic in it is a bug of ours.
func (f *runFlags) simulate(config *sim.Config, stderr io.Writer) (result *sim.Result, err error) {
	if config.Trace.W == stderr {
		stderr = io.Discard
	}
	interrupted, stop := interrupts()
	defer stop()
	bar := newProgress(stderr, config.Duration)
	defer bar.done()
	defer func() {
		if r := recover(); r != nil {
			const text = "icsim: a bug of icsim %s; please report it with the scenario: %v\nreplay: %s"
			err = &exit{statusBug, fmt.Errorf(text, buildVersion(), r, f.command())}
		}
	}()
	collectSeldom()
	started := time.Now()
	result, err = sim.Run(config, func(p sim.Progress) bool {
		bar.show(p)
		return !interrupted.Load()
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.file, err)
	}
	result.WallSeconds = time.Since(started).Seconds()
	result.Version = buildVersion()
	return result, nil
}

// interrupts watches for Ctrl-C. A second one ends the process as usual.
func interrupts() (*atomic.Bool, func()) {
	var hit atomic.Bool
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, ok := <-signals; ok {
			hit.Store(true)
			signal.Stop(signals)
		}
	}()
	return &hit, func() {
		signal.Stop(signals)
		close(signals)
	}
}

// verdict gives the exit status that a result stands for.
func verdict(r *sim.Result) error {
	switch failed := failures(r); {
	case failed["safety"] > 0:
		return &exit{status: statusSafety}
	case len(failed) > 0 || r.Partial:
		return &exit{status: statusLiveness}
	}
	return nil
}

// failures counts the failed checks of each kind.
func failures(r *sim.Result) map[string]int {
	n := map[string]int{}
	for i := range r.Checks {
		if c := &r.Checks[i]; !c.OK {
			n[string(c.Kind)]++
		}
	}
	return n
}
