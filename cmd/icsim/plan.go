package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/cheggaaa/pb/v3"
	"github.com/spf13/cobra"

	"icsim/scenarios"
	"icsim/scenarios/planner"
	"icsim/sim"
)

// A planFlags is what the command line says of a plan.
type planFlags struct {
	file    string
	seed    uint64
	workers int
	json    bool
	out     string
}

func planCommand() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Find the cheapest subnet that carries a load within targets",
		Long: `plan reads what a subnet may be (sizes, regions, types of nodes), what is asked of it and what it must reach, simulates it, and
recommends the cheapest that meets every target, with the evidence: latencies over several seeds with intervals of confidence, the load
at which it saturates, what happens when a data centre, provider or country is lost, Nakamoto coefficients, what the nodes cost and what
the load burns in cycles; and which target failed at which size. The choice is simulated again with as many other seeds, which had no
say in it, and has to hold with each.

What a plan names under survives may be lost: then every call is answered, and p50, p90 and p99 hold for calls made from 20 s after the
loss on, unless degraded names others, or any. By then boundary nodes send no calls to nodes that are gone, and users whose calls went
there have asked again.

The table goes to standard output, progress to standard error. The same plan, seed and version give the same answer. With --out DIR
a page with plots is written (DIR/report.html), the answer as JSON, and the choice as a scenario for icsim run.

Exit status: 0 there is a recommendation; 1 usage or a fault of the plan; 3 no candidate meets all targets.

Plans shipped: ` + strings.Join(scenarios.PlanNames(), ", ") + `. A plan with everything in it:

` + indented(scenarios.ExamplePlan),
		Example: `  icsim plan counter-1000
  icsim plan my-plan.yaml --out plan            # plan/report.html, plan/plan.json, plan/choice.yaml
  icsim plan my-plan.yaml --json | jq .choice`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.file = args[0]
			return f.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.Uint64Var(&f.seed, "seed", 1, "the first of the seeds that runs have")
	flags.IntVar(&f.workers, "workers", runtime.GOMAXPROCS(0), "how many runs to simulate at a time; the answer does not depend on it")
	flags.BoolVar(&f.json, "json", false, "print one JSON object instead of the table")
	flags.StringVar(&f.out, "out", "", "write a page with plots, the answer and the choice as a scenario into this directory")
	return cmd
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ")
}

func (f *planFlags) run(stdout, stderr io.Writer) error {
	if f.workers < 1 {
		return fmt.Errorf("--workers %d: want 1 or more", f.workers)
	}
	plan, err := scenarios.LoadPlan(f.file)
	if err != nil {
		return err
	}
	w := &planWorkers{plan: plan, flags: f, w: stderr}
	answer, err := planner.Run(plan, f.seed, w.simulate)
	w.done()
	if err != nil {
		return err
	}
	answer.Version = buildVersion()
	if f.out != "" {
		if err := f.write(stderr, answer); err != nil {
			return err
		}
	}
	if f.json {
		err = writeIndented(stdout, answer)
	} else {
		_, err = io.WriteString(stdout, planSummary(answer, isTerminal(stdout)))
	}
	if err == nil && !answer.Found {
		err = &exit{status: statusLiveness}
	}
	return err
}

func writeIndented(w io.Writer, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// write leaves the answer in a directory.
func (f *planFlags) write(stderr io.Writer, answer *planner.Answer) error {
	if err := writeReport(stderr, answer.Report(), f.out); err != nil {
		return err
	}
	var text strings.Builder
	if err := writeIndented(&text, answer); err != nil {
		return err
	}
	files := map[string]string{"plan.json": text.String()}
	if answer.Found {
		spec, err := answer.Scenario()
		if err != nil {
			return err
		}
		files["choice.yaml"] = string(spec.Resolved())
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(f.out, name), []byte(text), 0o666); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	return nil
}

// planWorkers simulates the trials of a plan.
type planWorkers struct {
	plan  *scenarios.Plan
	flags *planFlags
	w     io.Writer
	bar   *pb.ProgressBar // nil where lines are written instead
	lock  sync.Mutex      // around what follows
	known int             // trials asked for, up to now
	ended int
}

// errInterrupted is what Ctrl-C makes of a plan.
var errInterrupted = errors.New("interrupted: a plan has no answer before its last run")

// simulate carries out trials, several at a time.
func (w *planWorkers) simulate(trials []planner.Trial) ([]*planner.Outcome, error) {
	interrupted, stop := interrupts()
	defer stop()
	w.begin(len(trials))
	outcomes, errs := make([]*planner.Outcome, len(trials)), make([]error, len(trials))
	next := make(chan int)
	var all sync.WaitGroup
	for range min(w.flags.workers, max(len(trials), 1)) {
		all.Go(func() {
			for i := range next {
				outcomes[i], errs[i] = w.one(&trials[i], interrupted.Load)
			}
		})
	}
	for i := range trials {
		next <- i
	}
	close(next)
	all.Wait()
	return outcomes, errors.Join(errs...)
}

// one simulates one trial.
func (w *planWorkers) one(t *planner.Trial, interrupted func() bool) (o *planner.Outcome, err error) {
	if interrupted() {
		return nil, nil // who was at work when it happened says so
	}
	defer func() {
		if r := recover(); r != nil {
			const text = "icsim: a bug of icsim %s; please report it with the plan: %v\nin the run of %s"
			err = &exit{statusBug, fmt.Errorf(text, buildVersion(), r, t.What)}
		}
	}()
	spec, err := w.plan.Scenario(&t.Trial)
	if err != nil {
		return nil, err
	}
	config, err := configOf(spec, t.Seed)
	if err != nil {
		return nil, err
	}
	meter := planner.NewMeter(w.plan, &t.Trial)
	config.Record, config.Observe = true, meter.Observe
	result, err := sim.Run(config, func(sim.Progress) bool { return !interrupted() })
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", w.flags.file, t.What, err)
	}
	if result.Partial {
		return nil, errInterrupted
	}
	w.end(t)
	return meter.Measure(result), nil
}

// begin shows that there are more trials.
func (w *planWorkers) begin(n int) {
	if w.known += n; w.bar == nil && isTerminal(w.w) {
		w.bar = pb.New(0).SetWriter(w.w).SetRefreshRate(200*time.Millisecond).Set(pb.CleanOnFinish, true).
			SetTemplateString(`{{bar . "[" "=" ">" " " "]"}} {{counters .}} runs, {{etime .}}: {{string . "what"}}`).Start()
	}
	if w.bar != nil {
		w.bar.SetTotal(int64(w.known))
	}
}

// end shows that one more trial is over.
func (w *planWorkers) end(t *planner.Trial) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.ended++
	if w.bar != nil {
		w.bar.Set("what", t.What).SetCurrent(int64(w.ended))
		return
	}
	fmt.Fprintf(w.w, "icsim: run %d of %d so far, %s\n", w.ended, w.known, t.What)
}

func (w *planWorkers) done() {
	if w.bar != nil {
		w.bar.Finish()
	}
}
