package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// Exit statuses (design.md, section 5).
const (
	statusOK       = 0
	statusUsage    = 1 // or a fault of the scenario
	statusSafety   = 2
	statusLiveness = 3 // or another expectation missed
	statusDiffer   = 4 // nondeterminism found
	statusBug      = 5 // of ours
)

func main() { os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr)) }

// execute runs the command line and gives the exit status.
func execute(args []string, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	var e *exit
	switch {
	case err == nil:
		return statusOK
	case !errors.As(err, &e):
		fmt.Fprintf(stderr, "icsim: %v\n", err)
		return statusUsage
	}
	if e.err != nil {
		fmt.Fprintln(stderr, e.err)
	}
	return e.status
}

// An exit is an error with a status of its own. Without an error all has been said.
type exit struct {
	status int
	err    error
}

func (e *exit) Error() string { return fmt.Sprint(e.err) }

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "icsim",
		Short: "Simulate the Internet Computer: same seed, same run",
		Long: `icsim runs subnets of the Internet Computer in virtual time, from one seed: the real consensus, signatures and
canisters over simulated machines and links. It says what happened, and whether safety and liveness held.

Exit status: 0 all held; 1 usage or scenario error; 2 safety violated; 3 liveness or another expectation missed;
4 nondeterminism found; 5 a bug of icsim.

Compiled canister modules are kept in the user's cache directory, for the next run to begin at once; ICSIM_CACHE names another directory,
or says off.`,
		Example: `  icsim list                                  the scenarios shipped
  icsim run quickstart                        run one of them
  icsim run my.yaml --seed 7 --crypto ideal   run your own, with cheap signatures
  icsim validate --help                       a scenario with everything in it`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(runCommand(), validateCommand(), listCommand(), reportCommand(), sweepCommand(), huntCommand(), shrinkCommand(),
		explainCommand(), inspectCommand(), diffCommand(), planCommand(), realityCommand(), serveCommand(), canisterCommand(), versionCommand())
	return root
}

// exactly demands arguments by name.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != len(names) {
			return fmt.Errorf("want %s, got %d arguments; see %s --help", cmd.UseLine(), len(args), cmd.CommandPath())
		}
		return nil
	}
}
