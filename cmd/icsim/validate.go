package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"icsim/scenarios"
)

func validateCommand() *cobra.Command {
	var resolved bool
	cmd := &cobra.Command{
		Use:   "validate FILE",
		Short: "Report every fault of a scenario at once, with line numbers",
		Long: `validate reads a scenario, a file or a shipped one, and reports all its faults, each as file:line: what is wrong; what
would be accepted. The exit status is 1 if there is one.

A scenario with everything in it:

` + indent(scenarios.Example),
		Example: `  icsim validate my.yaml
  icsim validate quickstart --resolved    with every default stated`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			spec, err := load(args[0])
			if err != nil {
				return err
			}
			if resolved {
				_, err := cmd.OutOrStdout().Write(spec.Resolved())
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: ok\n", args[0])
			return nil
		},
	}
	cmd.Flags().BoolVar(&resolved, "resolved", false, "print the scenario with every default stated")
	return cmd
}

// load reads a scenario. What is wrong with it is an error of its own form, with a line for each fault.
func load(file string) (*scenarios.Spec, error) { return loadOver(file, "") }

// loadOver reads a scenario with a latency matrix, if one is named, in the place of its network.
func loadOver(file, matrix string) (*scenarios.Spec, error) {
	spec, err := scenarios.LoadOver(file, matrix)
	if problems, ok := err.(scenarios.Problems); ok {
		return nil, &exit{statusUsage, problems}
	}
	if err != nil {
		return nil, err
	}
	if _, err := spec.Compile(spec.Seed()); err != nil {
		return nil, err
	}
	return spec, nil
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}
