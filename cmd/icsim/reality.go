package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"icsim/scenarios/reality"
	"icsim/sim"
)

func realityCommand() *cobra.Command {
	workers, seed, only := 1, uint64(1), ""
	cmd := &cobra.Command{
		Use:   "reality",
		Short: "Compare predictions with what the real network was measured to do",
		Long: `reality simulates the conditions under which the Internet Computer was measured, and prints for each figure what is predicted,
what was measured, the error and the tolerance; then the figures that no simulation gives, and why. It ends with status 3 if
a figure is out of tolerance. All of it takes minutes.`,
		Example: `  icsim reality
  icsim reality --only canisters,uniform-200ms    # the rows of some scenarios
  icsim reality --workers 2 --seed 7`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if workers < 1 {
				return fmt.Errorf("--workers %d: want 1 or more", workers)
			}
			rows, err := chosen(reality.Rows(), only)
			if err != nil {
				return err
			}
			return compare(rows, seed, workers, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().IntVar(&workers, "workers", workers, "how many scenarios to run at a time")
	cmd.Flags().Uint64Var(&seed, "seed", seed, "the seed that all chance comes from")
	known := strings.Join(reality.Scenarios(reality.Rows()), ", ")
	cmd.Flags().StringVar(&only, "only", only, "only the rows of these scenarios, with commas between them: "+known)
	return cmd
}

// chosen keeps the rows of some scenarios.
func chosen(rows []reality.Row, only string) ([]reality.Row, error) {
	if only == "" {
		return rows, nil
	}
	names, known := strings.Split(only, ","), reality.Scenarios(rows)
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("--only %s: no row has a scenario %q; want %s", only, name, strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(rows, func(w reality.Row) bool { return !slices.Contains(names, w.Scenario) }), nil
}

// compare runs what the rows need and prints them.
func compare(rows []reality.Row, seed uint64, workers int, stdout, stderr io.Writer) error {
	results, err := runAll(rows, seed, workers, stderr)
	if err != nil {
		return err
	}
	var held, off table
	held.row("", "predicted", "measured", "", "error", "tolerance", "")
	held.align(false, true, true, false, true, true)
	failed, missing := 0, 0
	for i := range rows {
		w := &rows[i]
		if w.Missing != "" {
			missing++
			off.row("  "+w.Name, w.Missing)
			continue
		}
		v, verdict := w.Judge(results[w.Scenario]), "ok"
		if !v.OK {
			verdict, failed = "OUT", failed+1
		}
		measured := fmt.Sprintf("%.4g", w.Low)
		if w.Low != w.High {
			measured += fmt.Sprintf("–%.4g", w.High)
		}
		held.row(w.Name, fmt.Sprintf("%.4g", v.Predicted), measured, w.Unit, fmt.Sprintf("%+.1f %%", 100*v.Error),
			fmt.Sprintf("%.0f %%", 100*w.Tolerance), verdict)
	}
	fmt.Fprint(stdout, held.String())
	if missing > 0 {
		fmt.Fprintf(stdout, "\nnot produced\n%s", off.String())
	}
	fmt.Fprintf(stdout, "\n%d of %d figures within tolerance, %d not produced\n", len(rows)-missing-failed, len(rows)-missing, missing)
	if failed > 0 {
		return &exit{status: statusLiveness}
	}
	return nil
}

// runAll simulates the scenarios of rows, some at a time.
func runAll(rows []reality.Row, seed uint64, workers int, stderr io.Writer) (map[string]*sim.Result, error) {
	results, failures := map[string]*sim.Result{}, []error{}
	var mutex sync.Mutex
	var wait sync.WaitGroup
	free := make(chan struct{}, workers)
	for _, name := range reality.Scenarios(rows) {
		w := &rows[slices.IndexFunc(rows, func(w reality.Row) bool { return w.Scenario == name })]
		wait.Add(1)
		free <- struct{}{}
		go func() {
			defer func() { <-free; wait.Done() }()
			r, err := runRow(w, seed)
			mutex.Lock()
			defer mutex.Unlock()
			if results[name] = r; err != nil {
				failures = append(failures, fmt.Errorf("%s: %w", name, err))
				return
			}
			fmt.Fprintf(stderr, "icsim: %s: %.0f s of virtual time, %s events\n", name, r.VirtualSeconds, grouped(r.Events))
		}()
	}
	wait.Wait()
	if len(failures) > 0 {
		return nil, failures[0]
	}
	return results, nil
}

// runRow simulates the scenario of a row. What does not hold in it is no figure of reality's, but a run that broke.
func runRow(w *reality.Row, seed uint64) (*sim.Result, error) {
	spec, err := w.Spec()
	if err != nil {
		return nil, err
	}
	config, err := configOf(spec, seed)
	if err != nil {
		return nil, err
	}
	r, err := sim.Run(config, nil)
	if err != nil {
		return nil, err
	}
	if f := failures(r); f["safety"] > 0 {
		return nil, fmt.Errorf("a property of safety does not hold; see icsim run with the scenario in scenarios/reality")
	}
	return r, nil
}
