package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"icsim/scenarios"
	"icsim/sim/explore"
)

// A sweepFlags is what the command line says of a sweep.
type sweepFlags struct {
	run     runFlags // file, until, crypto
	seeds   string
	workers int
	stop    string
	budget  time.Duration
	verify  uint64
	json    bool
	junit   string
	out     string
	resume  bool
	swarm   swarmFlags
}

func sweepCommand() *cobra.Command {
	var f sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep FILE | sweep --swarm",
		Short: "Run many seeds of a scenario, or scenarios drawn from seeds",
		Long: `sweep runs a scenario with many seeds, on all cores, and says which of them failed and of what. Each run is the one that icsim run
makes of its seed.

With --swarm there is no scenario: each seed draws one, with nodes, places, load, time-outs, faults and attackers of its own, of which at
most f of a subnet are corrupt or broken for good. After a while everything heals that a random core of n-f nodes of each subnet needs,
the rest stays broken, and the core has to come together within a bound.

With --guided a swarm learns: scenarios that reached states of the protocol that none before had reached are varied, some of their draws
made anew. The summary says how many states were reached (--states says it of a blind sweep). --corpus keeps the scenarios that together
reach them all in a file: the next search begins with those.

The summary of a swarm lists the situations that no run came to (icsim list --situations); a scenario demands with sometimes: that some run
comes to them, and the sweep exits with 3 if none has.

With --out the outcomes are written to DIR/journal.jsonl as they come. After Ctrl-C, or worse, --resume goes on from there: no seed is
lost, none counted twice. What fails is written there as well, drawn scenarios whole.

Results go to standard output in the order of seeds. The exit status is that of the gravest outcome; 4 if --verify found two digests of one
seed. A sweep that its budget ends is complete; one that Ctrl-C ends exits with 3 or worse.`,
		Example: `  icsim sweep quickstart --seeds 1..100 --crypto ideal
  icsim sweep my.yaml --seeds 1..10000 --out results --stop first
  icsim sweep my.yaml --seeds 1..10000 --out results --resume
  icsim sweep my.yaml --seeds 1.. --budget 5m --verify 10 --junit junit.xml
  icsim sweep --swarm --nodes 4..7 --seeds 1..1000 --out swarm
  icsim sweep --swarm --guided --seeds 1..1000 --corpus corpus.txt
  icsim sweep --swarm --seeds 7 --draw >seven.yaml; icsim run seven.yaml
  icsim sweep --swarm --variants sign-again --stop first      # a bug is planted: find it`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.swarm.on && len(args) > 0 {
				return fmt.Errorf("--swarm takes no FILE: each seed draws a scenario")
			} else if f.swarm.on {
				return nil
			}
			return exactly("FILE")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				f.run.file = args[0]
			}
			return f.sweep(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), cmd.Flags().Changed)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.seeds, "seeds", "1..100", "which seeds: 1..1000, 7, 1..100,500..520, or 1.. with --budget")
	flags.IntVar(&f.workers, "workers", runtime.NumCPU(), "how many runs at a time; outcomes do not depend on it")
	flags.DurationVar(&f.run.until, "until", 0, "end each run at this virtual time, as icsim run does")
	flags.StringVar(&f.run.crypto, "crypto", "", "bls or ideal instead of the scenario's; --swarm: ideal unless told otherwise")
	flags.StringVar(&f.stop, "stop", "never", "first: end with the lowest seed that fails; never: run all")
	flags.DurationVar(&f.budget, "budget", 0, "end after so much real time")
	flags.Uint64Var(&f.verify, "verify", 0, "run every so manieth seed twice and compare the digests")
	flags.StringSliceVar(&f.run.variants, "variants", nil, "rules that all nodes follow in place of the deployed ones (icsim list --variants)")
	flags.BoolVar(&f.json, "json", false, "print an outcome a line as JSON instead of the table")
	flags.StringVar(&f.junit, "junit", "", "write the outcomes to this file as JUnit XML")
	flags.StringVar(&f.out, "out", "", "write journal and failing scenarios into this directory")
	flags.BoolVar(&f.resume, "resume", false, "go on with the sweep in the directory of --out")
	f.swarm.register(cmd)
	return cmd
}

// A source says what the run of a seed is.
type source interface {
	spec(seed uint64) (s *scenarios.Spec, run uint64, err error) // run is the seed that the run's own chance comes from
	title() string
	contents() []byte // what decides the runs beside the seed
	awaited() (names []string, demanded bool)
	replay(seed uint64) string   // the command that makes one run again
	scenario(seed uint64) []byte // what to keep of a seed that failed; nil: the scenario is there already
}

func (f *sweepFlags) sweep(ctx context.Context, stdout, stderr io.Writer, given func(string) bool) error {
	seeds, err := f.check(given)
	if err != nil {
		return err
	}
	src, err := f.source()
	if err != nil {
		return err
	}
	if f.swarm.draw {
		return draw(stdout, src, seeds)
	}
	heading := explore.Heading{Version: buildVersion(), Scenario: src.title(), Sum: sum(src.contents())}
	files, err := openSweep(f.out, f.resume, heading, seeds)
	if err != nil {
		return err
	}
	defer files.close()
	s, t := f.plan(src, files, seeds)
	if s.StopFirst && explore.Worst(files.outcomes) != explore.OK {
		s.Seeds = nil // it has stopped before
	}
	interrupted, err := f.work(ctx, &s, t, stderr)
	if err != nil {
		return err
	}
	return f.finish(stdout, t, interrupted)
}

// plan says what runs.
func (f *sweepFlags) plan(src source, files *sweepFiles, seeds explore.Seeds) (explore.Sweep, *tally) {
	t := &tally{source: src, files: files, seeds: seeds, outcomes: files.outcomes, states: map[explore.State]bool{}}
	t.guided, _ = src.(*guidedSource)
	return explore.Sweep{
		Seeds: seeds, Done: files.done, Workers: f.workers, StopFirst: f.stop == "first", Verify: f.verify,
		Cover: t.guided != nil || f.swarm.states,
		Make: func(seed uint64) (*explore.Case, error) {
			spec, run, err := src.spec(seed)
			if err != nil {
				return nil, err
			}
			return spec.Case(run)
		},
	}, t
}

// work runs the sweep with its progress shown, until it ends, the budget is spent or Ctrl-C.
func (f *sweepFlags) work(ctx context.Context, s *explore.Sweep, t *tally, stderr io.Writer) (interrupted bool, err error) {
	collectSeldom()
	if s.Modules, err = modules(); err != nil {
		return false, err
	}
	interrupting, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx = interrupting
	if f.budget > 0 {
		timed, cancel := context.WithTimeout(interrupting, f.budget)
		defer cancel()
		ctx = timed
	}
	t.bar = newSweepProgress(stderr, t.seeds, len(t.outcomes))
	defer t.bar.done()
	if t.guided != nil {
		err = t.guided.run(ctx, s, t)
	} else {
		err = s.Run(ctx, t.add)
	}
	return interrupting.Err() != nil, err
}

// check looks at the flags.
func (f *sweepFlags) check(given func(string) bool) (explore.Seeds, error) {
	seeds, err := explore.ParseSeeds(f.seeds)
	switch {
	case err != nil:
		return nil, fmt.Errorf("--seeds: %w", err)
	case seeds.Endless() && f.budget == 0:
		return nil, fmt.Errorf("--seeds %s has no end; give it one, or a --budget", f.seeds)
	case f.workers < 1:
		return nil, fmt.Errorf("--workers %d: want 1 or more", f.workers)
	case f.budget < 0:
		return nil, fmt.Errorf("--budget %s: want a duration above 0, such as 5m", f.budget)
	case f.stop != "first" && f.stop != "never":
		return nil, fmt.Errorf("--stop %s: want first or never", f.stop)
	case f.resume && f.out == "":
		return nil, fmt.Errorf("--resume goes on in the directory of --out; name it")
	}
	f.run.workers = 1
	if f.resume && f.swarm.guided {
		return nil, fmt.Errorf("--guided learns from every run, and cannot go on with --resume; it begins anew, or goes on from a --corpus")
	}
	return seeds, f.swarm.check(given, seeds)
}

func (f *sweepFlags) source() (source, error) {
	if f.swarm.on {
		return f.swarm.source(&f.run, f.seeds)
	}
	spec, err := f.run.spec()
	if err != nil {
		return nil, err
	}
	if spec.Replay != "" {
		return nil, fmt.Errorf("%s is a recorded session, which has one seed; replay it with icsim run", f.run.file)
	}
	return &fileSource{spec, f.run}, nil
}

// A fileSource runs one scenario with all seeds.
type fileSource struct {
	read  *scenarios.Spec
	flags runFlags
}

func (s *fileSource) spec(seed uint64) (*scenarios.Spec, uint64, error) { return s.read, seed, nil }
func (s *fileSource) title() string                                     { return s.read.Name }
func (s *fileSource) contents() []byte                                  { return s.read.Resolved() }
func (s *fileSource) scenario(uint64) []byte                            { return nil }

func (s *fileSource) awaited() ([]string, bool) { return s.read.Awaited(), true }

func (s *fileSource) replay(seed uint64) string {
	flags := s.flags
	flags.seed = seed
	return flags.command()
}

// finish writes what the sweep came to and gives its exit status.
func (f *sweepFlags) finish(stdout io.Writer, t *tally, interrupted bool) error {
	explore.Sort(t.outcomes)
	if f.stop == "first" {
		t.cut()
	}
	if f.junit != "" {
		if err := t.writeJUnit(f.junit); err != nil {
			return fmt.Errorf("--junit: %w", err)
		}
	}
	if err := f.print(stdout, t, interrupted); err != nil {
		return err
	}
	status := statusOf[explore.Worst(t.outcomes)]
	if missed, demanded := t.missed(); status == statusOK && demanded && len(missed) > 0 {
		status = statusLiveness
	}
	if interrupted && status == statusOK {
		status = statusLiveness // what did not run proves nothing
	}
	if status == statusOK {
		return nil
	}
	return &exit{status: status}
}

func (f *sweepFlags) print(stdout io.Writer, t *tally, interrupted bool) error {
	if !f.json {
		_, err := io.WriteString(stdout, t.summary(isTerminal(stdout), interrupted))
		return err
	}
	lines := json.NewEncoder(stdout)
	for _, o := range t.outcomes {
		if err := lines.Encode(o); err != nil {
			return err
		}
	}
	return nil
}

// The exit status of each status of an outcome.
var statusOf = map[explore.Status]int{
	explore.OK: statusOK, explore.Error: statusUsage, explore.Safety: statusSafety, explore.Liveness: statusLiveness,
	explore.Expect: statusLiveness, explore.Differs: statusDiffer, explore.Bug: statusBug,
}

func sum(contents []byte) string {
	h := sha256.Sum256(contents)
	return hex.EncodeToString(h[:])
}

// draw prints the scenarios of seeds.
func draw(w io.Writer, src source, seeds explore.Seeds) error {
	for seed := range seeds.All() {
		if _, err := w.Write(src.scenario(seed)); err != nil {
			return err
		}
	}
	return nil
}
