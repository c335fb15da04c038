package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"icsim/protocol"
	"icsim/scenarios"
	"icsim/sim"
)

// An explainFlags is what the command line says of what to look into.
type explainFlags struct {
	runFlags
	check   string
	height  uint64
	subnet  string
	mermaid bool
	at      time.Duration
	node    string
}

// scenarioFlags are those of commands that run a scenario to look into it.
func (f *explainFlags) scenarioFlags(cmd *cobra.Command) {
	f.workers, f.trace = 1, "off"
	flags := cmd.Flags()
	flags.Uint64Var(&f.seed, "seed", 1, "the seed of the run, instead of the scenario's")
	flags.DurationVar(&f.until, "until", 0, "end the run at this virtual time")
	flags.StringVar(&f.crypto, "crypto", "", "bls or ideal instead of the scenario's")
	flags.StringSliceVar(&f.variants, "variants", nil, "rules that all nodes follow in place of the deployed ones (icsim list --variants)")
	cmd.PreRun = func(*cobra.Command, []string) { f.seeded = flags.Changed("seed") }
}

func explainCommand() *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain FILE",
		Short: "Say why a run went wrong: who signed what, which shares are missing, what an event comes from",
		Long: `explain runs a scenario to its gravest violation, and again to look into the nodes at that moment. Of a fork it names the
blocks and who signed for both; of a stall the shares that are there and those that are missing, and why; of every violation the
chain of messages that the event comes from, newest first. With --height it tells how one height came to be final.`,
		Example: `  icsim explain fork                                  two blocks, who signed both
  icsim explain f-plus-one-silent --crypto ideal      the shares that are missing
  icsim explain my.yaml --seed 7 --check progress     one of several violations
  icsim explain quickstart --height 20 --subnet app-a --mermaid > height.mmd`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.file = args[0]
			return f.explain(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.scenarioFlags(cmd)
	cmd.Flags().StringVar(&f.check, "check", "", "explain the violation of this check")
	cmd.Flags().Uint64Var(&f.height, "height", 0, "explain this height instead of a violation")
	cmd.Flags().StringVar(&f.subnet, "subnet", "", "the subnet of --height; the first if there is one only")
	cmd.Flags().BoolVar(&f.mermaid, "mermaid", false, "with --height: print a sequence diagram in Mermaid's language and nothing else")
	cmd.MarkFlagsMutuallyExclusive("check", "height")
	return cmd
}

func (f *explainFlags) explain(stdout, stderr io.Writer) error {
	spec, config, err := f.compiled()
	if err != nil {
		return err
	}
	q := sim.Question{Check: f.check, Height: protocol.Height(f.height)}
	switch {
	case f.mermaid && f.height == 0:
		return fmt.Errorf("--mermaid draws one height; name it with --height, such as --height 20")
	case f.subnet != "" && f.height == 0:
		return fmt.Errorf("--subnet goes with --height")
	case f.height != 0:
		if q.Subnet, err = subnetOf(spec, f.subnet); err != nil {
			return err
		}
	}
	if err := knownCheck(f.check); err != nil {
		return err
	}
	bar := newProgress(stderr, config.Duration)
	interrupted, stop := interrupts()
	x, err := sim.Explain(config, q, spec.NodeName, func(p sim.Progress) bool {
		bar.show(p)
		return !interrupted.Load()
	})
	stop()
	bar.done()
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", f.file, err)
	case interrupted.Load():
		return &exit{statusLiveness, fmt.Errorf("interrupted")}
	case f.mermaid:
		_, err = io.WriteString(stdout, x.Mermaid)
		return err
	}
	_, err = io.WriteString(stdout, f.text(x, spec))
	return err
}

// text writes an explanation for a reader.
func (f *explainFlags) text(x *sim.Explanation, spec *scenarios.Spec) string {
	var b strings.Builder
	if x.Check == "" && x.Text == nil {
		what := "every check of safety and liveness held"
		if f.check != "" {
			what = f.check + " held"
		}
		return fmt.Sprintf("%s, seed %d: %s; there is nothing to explain\n", spec.Name, f.seed, what)
	}
	fmt.Fprintf(&b, "%s, seed %d\n", spec.Name, f.seed)
	if x.Check != "" {
		fmt.Fprintf(&b, "%s is violated: %s\n", x.Check, spec.Named(x.Detail))
	}
	if len(x.Text) > 0 {
		b.WriteString("\n")
	}
	for _, line := range x.Text {
		b.WriteString(spec.Named(line) + "\n")
	}
	if len(x.Chain) > 0 {
		title := "what it comes from, newest first"
		if x.Check == "progress" {
			title = "the last block that became final, newest first"
		}
		fmt.Fprintf(&b, "\n%s\n", title)
	}
	for _, line := range x.Chain {
		b.WriteString("  " + spec.Named(line) + "\n")
	}
	return b.String()
}

func (f *explainFlags) compiled() (*scenarios.Spec, *sim.Config, error) {
	spec, err := f.spec()
	if err != nil {
		return nil, nil, err
	}
	if !f.seeded {
		f.seed = spec.Seed()
	}
	config, err := configOf(spec, f.seed)
	return spec, config, err
}

func subnetOf(spec *scenarios.Spec, name string) (int, error) {
	var names []string
	for i := range spec.Subnets {
		names = append(names, spec.Subnets[i].Name)
	}
	if name == "" && len(names) == 1 {
		return 0, nil
	}
	i := slices.Index(names, name)
	if i < 0 {
		return 0, fmt.Errorf("--subnet %q: want one of %s", name, strings.Join(names, ", "))
	}
	return i, nil
}

func knownCheck(name string) error {
	if names := sim.Checks(); name != "" && !slices.Contains(names, name) {
		return fmt.Errorf("--check %s: want one of %s", name, strings.Join(names, ", "))
	}
	return nil
}

func inspectCommand() *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "inspect FILE --at TIME --node NAME",
		Short: "Show what a node holds at a moment: heights, pools, timers, connections",
		Long: `inspect runs a scenario up to a moment and prints one node: its heights, the round in work with the shares that it has, its
pools, the states it waits to certify, when its lanes wake, its connections, and what faults or attackers do to it.`,
		Example: `  icsim inspect quickstart --at 21s --node app-a/3
  icsim inspect f-plus-one-silent --crypto ideal --at 30s --node app/7`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.file = args[0]
			return f.inspect(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.scenarioFlags(cmd)
	cmd.Flags().DurationVar(&f.at, "at", 0, "the virtual time, such as 12.5s")
	cmd.Flags().StringVar(&f.node, "node", "", "the node, such as app/3")
	for _, name := range [...]string{"at", "node"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err)
		}
	}
	return cmd
}

func (f *explainFlags) inspect(stdout, stderr io.Writer) error {
	spec, config, err := f.compiled()
	if err != nil {
		return err
	}
	node, err := spec.Node(f.node)
	if err != nil {
		return fmt.Errorf("--node %w", err)
	}
	if f.at < 0 || f.at > config.Latest() {
		return fmt.Errorf("--at %v: want a time of the run, from 0 to %v", f.at, config.Latest())
	}
	bar := newProgress(stderr, f.at)
	interrupted, stop := interrupts()
	lines, err := sim.Inspect(config, node, f.at, func(p sim.Progress) bool {
		bar.show(p)
		return !interrupted.Load()
	})
	stop()
	bar.done()
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", f.file, err)
	case interrupted.Load():
		return &exit{statusLiveness, fmt.Errorf("interrupted")}
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(stdout, spec.Named(line)); err != nil {
			return err
		}
	}
	return nil
}
