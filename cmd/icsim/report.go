package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"icsim/metrics"
	page "icsim/metrics/report"
	"icsim/sim"
	runs "icsim/sim/report"
)

func reportCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "report DIR [DIR...]",
		Short: "Make a page with plots of a run, or of several side by side",
		Long: `report reads what icsim run --out DIR has written and makes a page of it: one HTML file that needs nothing from outside, reads on
a phone and prints, with what the run was, time series, latency distributions, bandwidth, processors, a map, and the checks. Beside
it, in plots/, lies every figure as SVG and PNG; the series themselves are in DIR as CSV and in the Prometheus text format.

Several directories are compared: figures of each run in one plot, and tables with the change against the first.`,
		Example: `  icsim run quickstart --out a
  icsim report a                                    # a/report.html
  icsim run quickstart --seed 2 --out b
  icsim report a b                                  # a/comparison/report.html
  icsim report a b --out seeds                      # seeds/report.html`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("want %s: a directory that icsim run --out DIR has written; see %s --help", cmd.UseLine(), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return makeReport(cmd.OutOrStdout(), args, out) },
	}
	cmd.Flags().StringVar(&out, "out", "", "directory for the page and its plots; by default that of the run, or comparison in that of the "+
		"first run")
	return cmd
}

func makeReport(stdout io.Writer, dirs []string, out string) error {
	var all []*runs.Run
	for _, dir := range dirs {
		r, err := readRun(dir)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	tellApart(all)
	var doc *page.Document
	switch {
	case len(all) == 1:
		doc = runs.Of(all[0])
	default:
		doc = runs.Compare(all)
	}
	if out == "" {
		out = dirs[0]
		if len(all) > 1 {
			out = filepath.Join(out, "comparison")
		}
	}
	return writeReport(stdout, doc, out)
}

// writeReport writes a page with its plots, and says where.
func writeReport(stdout io.Writer, doc *page.Document, dir string) error {
	files, err := doc.Files()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, page.PlotsDir), 0o777); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(f.Name)), f.Text, 0o666); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	_, err = fmt.Fprintf(stdout, "%s\n%d figures as SVG and PNG in %s\n", filepath.Join(dir, page.PageName), (len(files)-1)/2,
		filepath.Join(dir, page.PlotsDir))
	return err
}

// readRun reads a directory of icsim run --out.
func readRun(dir string) (*runs.Run, error) {
	r := &runs.Run{Name: filepath.Base(filepath.Clean(dir)), Result: &sim.Result{}, Record: &metrics.Record{}}
	if err := readJSON(dir, resultFile, r.Result); err != nil {
		return nil, err
	}
	switch err := readJSON(dir, recordFile, r.Record); {
	case errors.Is(err, fs.ErrNotExist):
		r.Record = nil // --no-metrics
	case err != nil:
		return nil, err
	default:
		if err := r.Record.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, recordFile), err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, scenarioFile))
	if err != nil {
		return nil, fmt.Errorf("%w; want a directory that icsim run --out has written", err)
	}
	r.Scenario = string(text)
	r.Command = fmt.Sprintf("icsim run %s --seed %d", filepath.Join(dir, scenarioFile), r.Result.Seed)
	return r, nil
}

func readJSON(dir, name string, into any) error {
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%w; want a directory that icsim run --out has written", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		line := 1
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line += strings.Count(string(text[:syntax.Offset]), "\n")
		}
		return fmt.Errorf("%s:%d: %v; want what icsim run --out writes", path, line, err)
	}
	return nil
}

// tellApart names runs by more of their path where the last element is not enough, and by seed where nothing is.
func tellApart(all []*runs.Run) {
	seen := map[string]int{}
	for _, r := range all {
		seen[r.Name]++
	}
	for i, r := range all {
		if seen[r.Name] > 1 {
			r.Name = fmt.Sprintf("%s %d (seed %d)", r.Name, i+1, r.Result.Seed)
		}
	}
}
