package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"icsim/scenarios/swarm"
	"icsim/sim/explore"
	"icsim/sim/variant"
)

// The ways to search. What a corpus search begins with, the guided search of the deployed protocol has found.
const (
	blind      = "blind"
	guided     = "guided"
	fromCorpus = "corpus"
)

// deployed stands for no variant.
const deployed = "(deployed)"

// A hunt searches for planted bugs, to measure the search.
type hunt struct {
	seeds    string
	nodes    string
	workers  int
	variants []string
	out      string

	options swarm.Options
	done    []finding
	file    *os.File
	corpus  []swarm.Choice
}

// A finding is what a search for one variant came to. Fields are added, never renamed.
type finding struct {
	Version string `json:"version"`
	Seeds   string `json:"seeds"`
	Nodes   string `json:"nodes"`
	Variant string `json:"variant"`
	Search  string `json:"search"`
	Runs    uint64 `json:"runs"`   // until the first that failed, which is among them; 0: none did
	Red     string `json:"red"`    // the check that failed, or bug
	Replay  string `json:"replay"` // the command that shows it
	Failed  int    `json:"failed"` // of the deployed protocol, which runs with all seeds: how many
	Corpus  string `json:"corpus"` // of the guided search of the deployed protocol: what to begin with
}

func huntCommand() *cobra.Command {
	var h hunt
	cmd := &cobra.Command{
		Use:   "hunt",
		Short: "Count the seeds in which each planted bug is found",
		Long: `hunt measures what sweeps find. For each planted bug (icsim list --variants) it counts the runs until a check fails or an
invariant is broken: of icsim sweep --swarm (blind), of --guided, and of --guided that begins with the corpus that a guided search of the
deployed protocol left. The deployed protocol itself runs with all seeds, and should not fail.

With --out findings are kept in FILE as they come; hunt goes on from there. They do not depend on --workers.`,
		Example: `  icsim hunt --seeds 1..200
  icsim hunt --seeds 1..2000 --out hunt.jsonl
  icsim hunt --variants sign-again,any-maker`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return h.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&h.seeds, "seeds", "1..200", "which seeds to search with, at most")
	flags.StringVar(&h.nodes, "nodes", "4..7", "nodes of a subnet, a range or a number")
	flags.IntVar(&h.workers, "workers", runtime.NumCPU(), "how many runs at a time")
	flags.StringSliceVar(&h.variants, "variants", nil, "which planted bugs; all unless told otherwise")
	flags.StringVar(&h.out, "out", "", "keep findings in this file, and go on from those that are there")
	return cmd
}

func (h *hunt) run(ctx context.Context, stdout, stderr io.Writer) error {
	if err := h.open(); err != nil {
		return err
	}
	if h.file != nil {
		defer h.file.Close()
	}
	collectSeldom()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	for _, name := range append([]string{deployed}, h.variants...) {
		for _, search := range []string{blind, guided, fromCorpus} {
			if name == deployed && search == fromCorpus {
				continue
			}
			found, err := h.find(ctx, name, search)
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				fmt.Fprint(stdout, h.table())
				return &exit{status: statusLiveness}
			}
			fmt.Fprintf(stderr, "icsim: %s, %s: %s\n", name, search, found.tell())
		}
	}
	fmt.Fprint(stdout, h.table())
	return nil
}

// open checks the flags and reads what there is already.
func (h *hunt) open() (err error) {
	var known []string
	for _, v := range variant.Planted() {
		known = append(known, v.Name)
	}
	for _, name := range h.variants {
		if !slices.Contains(known, name) {
			return fmt.Errorf("--variants: %q is not planted; want some of %s", name, strings.Join(known, ", "))
		}
	}
	if len(h.variants) == 0 {
		h.variants = known
	}
	f, _, err := h.sweep(deployed, blind)
	if err != nil {
		return err
	}
	src, err := f.source()
	if err != nil {
		return err
	}
	h.options = src.(*swarmSource).options
	if h.out == "" {
		return nil
	}
	text, err := os.ReadFile(h.out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--out: %w", err)
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	lines := bufio.NewScanner(bytes.NewReader(whole))
	lines.Buffer(nil, len(whole)+1)
	for i := 1; lines.Scan(); i++ {
		var f finding
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			return fmt.Errorf("--out: %s:%d is no finding of a hunt: %w; name another file", h.out, i, err)
		}
		if f.Version == buildVersion() && f.Seeds == h.seeds && f.Nodes == h.nodes {
			h.done = append(h.done, f)
		}
	}
	if h.file, err = os.OpenFile(h.out, os.O_CREATE|os.O_WRONLY, 0o666); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if err = h.file.Truncate(int64(len(whole))); err == nil {
		_, err = h.file.Seek(int64(len(whole)), io.SeekStart)
	}
	return err
}

// sweep is the sweep that a search is.
func (h *hunt) sweep(name, search string) (*sweepFlags, explore.Seeds, error) {
	f := &sweepFlags{seeds: h.seeds, workers: h.workers, stop: "first"}
	f.swarm = swarmFlags{on: true, nodes: h.nodes, guided: search != blind}
	if name == deployed {
		f.stop = "never"
	} else {
		f.run.variants = []string{name}
	}
	seeds, err := f.check(func(string) bool { return false })
	return f, seeds, err
}

// find makes a search, unless it has been made.
func (h *hunt) find(ctx context.Context, name, search string) (found finding, err error) {
	i := slices.IndexFunc(h.done, func(f finding) bool { return f.Variant == name && f.Search == search })
	if i >= 0 {
		found = h.done[i]
	} else if found, err = h.search(ctx, name, search); err != nil || ctx.Err() != nil {
		return found, err
	} else if err = h.keep(found); err != nil {
		return found, err
	}
	if name == deployed && search == guided {
		h.corpus, err = parseCorpus(found.Corpus, "corpus", h.options)
	}
	return found, err
}

func (h *hunt) search(ctx context.Context, name, search string) (found finding, err error) {
	f, seeds, err := h.sweep(name, search)
	if err != nil {
		return found, err
	}
	src, err := f.source()
	if err != nil {
		return found, err
	}
	files, _ := openSweep("", false, explore.Heading{}, seeds)
	s, t := f.plan(src, files, seeds)
	t.bar = newSweepProgress(io.Discard, seeds, 0)
	if search == fromCorpus {
		t.guided.begin(h.corpus)
	}
	if search == blind {
		err = s.Run(ctx, t.add)
	} else {
		err = t.guided.run(ctx, &s, t)
	}
	found = finding{Version: buildVersion(), Seeds: h.seeds, Nodes: h.nodes, Variant: name, Search: search}
	explore.Sort(t.outcomes)
	for i, o := range t.outcomes {
		if o.Status == explore.OK {
			continue
		}
		if found.Runs == 0 {
			found.Runs, found.Red, found.Replay = uint64(i+1), string(o.Status), src.replay(o.Seed)
			if failed := o.Failed(); failed != nil && o.Trouble == "" {
				found.Red = failed.Check
			}
		}
		if name != deployed {
			break // what comes after the first depends on when it came
		}
		found.Failed++
	}
	if name == deployed && search == guided {
		found.Corpus = formatCorpus(t.guided.guide.Distilled())
	}
	return found, err
}

// keep writes a finding down.
func (h *hunt) keep(f finding) error {
	h.done = append(h.done, f)
	if h.file == nil {
		return nil
	}
	if err := json.NewEncoder(h.file).Encode(f); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return h.file.Sync()
}

func (f *finding) tell() string {
	switch {
	case f.Runs == 0:
		return "nothing failed"
	case f.Variant == deployed:
		return fmt.Sprintf("%d runs failed, %s first", f.Failed, f.Red)
	}
	return fmt.Sprintf("%s in run %d", f.Red, f.Runs)
}
