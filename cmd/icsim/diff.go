package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"icsim/sim/trace"
)

func diffCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diff A B",
		Short: "Show the first event where two traces part",
		Long: `diff compares two traces that icsim run --out DIR --trace LEVEL wrote, at the same level. A and B are trace files, or the
directories they are in. The exit status is 0 if the traces are equal and 4 if they part.`,
		Example: `  icsim run quickstart --until 10s --out one --trace all
  icsim run quickstart --until 10s --out two --trace all --no-share
  icsim diff one two`,
		Args: exactly("A", "B"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return diff(cmd.OutOrStdout(), args[0], args[1])
		},
	}
}

func diff(w io.Writer, pathA, pathB string) error {
	a, errA := openTrace(pathA)
	b, errB := openTrace(pathB)
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
		fmt.Fprintf(w, "%s and %s are equal\n", pathA, pathB)
		return nil
	}
	fmt.Fprintf(w, "%s and %s part %s\n", pathA, pathB, d)
	return &exit{status: statusDiffer}
}

// openTrace opens a trace file, or the one in a directory.
func openTrace(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, traceFile)
	}
	return os.Open(path)
}
