package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"icsim/scenarios/shrink"
)

// A shrinkFlags is what the command line says of a shrinking.
type shrinkFlags struct {
	run   runFlags // file, seed, until, crypto
	check string
	out   string
	most  int
}

func shrinkCommand() *cobra.Command {
	var f shrinkFlags
	cmd := &cobra.Command{
		Use:   "shrink FILE",
		Short: "Make a scenario that fails as small as it can be",
		Long: `shrink takes nodes, faults, attackers, canisters and calls from a scenario, ends it sooner and makes its parameters ordinary, as
long as the same check fails with the seed, until nothing can go. What is left is a scenario like any other, which names its seed:
icsim run makes the same run of it, with the digest that is printed.

Where at most f nodes of each subnet are corrupt, it stays so.

The scenario goes to standard output, or to --out; what it has become goes to standard error. Ctrl-C ends the search with what is found.`,
		Example: `  icsim shrink fork --seed 3 -o small.yaml; icsim run small.yaml
  icsim shrink results/seed-4711.yaml -o small.yaml
  icsim shrink my.yaml --seed 7 --check agreement`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.run.file, f.run.seeded, f.run.workers = args[0], cmd.Flags().Changed("seed"), 1
			return f.shrink(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.Uint64Var(&f.run.seed, "seed", 1, "the seed that fails, instead of the scenario's")
	flags.DurationVar(&f.run.until, "until", 0, "end at this virtual time, as icsim run does")
	flags.StringVar(&f.run.crypto, "crypto", "", "bls or ideal instead of the scenario's")
	flags.StringVar(&f.check, "check", "", "the check that has to fail; the gravest that does unless named")
	flags.StringVarP(&f.out, "out", "o", "", "write the scenario into this file")
	flags.IntVar(&f.most, "runs", 0, "the most runs to try; 0: no limit")
	return cmd
}

func (f *shrinkFlags) shrink(stdout, stderr io.Writer) error {
	if f.most < 0 {
		return fmt.Errorf("--runs %d: want 0 or more", f.most)
	}
	spec, err := f.run.spec()
	if err != nil {
		return err
	}
	if spec.Replay != "" {
		return fmt.Errorf("%s is a recorded session; only scenarios can be shrunk", f.run.file)
	}
	if !f.run.seeded {
		f.run.seed = spec.Seed()
	}
	interrupted, stop := interrupts()
	defer stop()
	show := newShrinkProgress(stderr)
	small, err := shrink.Shrink(spec, shrink.Options{
		Seed: f.run.seed, Check: f.check, MaxRuns: f.most,
		Progress: func(p shrink.Progress) bool {
			show.show(p)
			return !interrupted.Load()
		},
	})
	show.done()
	var nothing *shrink.NothingFails
	switch {
	case errors.As(err, &nothing):
		return err
	case err != nil:
		return fmt.Errorf("%s: %w", f.run.file, err)
	}
	return f.write(stdout, stderr, small)
}

// write gives the scenario, and says what became of it.
func (f *shrinkFlags) write(stdout, stderr io.Writer, small *shrink.Shrunk) error {
	if f.out == "" {
		if _, err := stdout.Write(small.Text()); err != nil {
			return err
		}
	} else if err := os.WriteFile(f.out, small.Text(), 0o666); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	after := "nothing more can go"
	if small.Partial {
		after = "it may become smaller yet"
	}
	fmt.Fprintf(stderr, "%s\nbecame %s for %s in %d runs; %s\nfails: %s: %s\ndigest %s\n", small.Before, shrink.SizeOf(small.Spec),
		small.Spec.Duration, small.Runs, after, small.Failure.Check, small.Failure.Detail, small.Result.Digest)
	if f.out != "" {
		fmt.Fprintf(stderr, "replay: icsim run %s\n", f.out)
	}
	return nil
}
