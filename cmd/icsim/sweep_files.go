package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"icsim/sim/explore"
)

const journalFile = "journal.jsonl"

// sweepFiles are what a sweep keeps in the directory of --out, if there is one.
type sweepFiles struct {
	dir      string
	file     *os.File
	journal  *explore.Journal
	outcomes []*explore.Outcome // of before, among the seeds asked for
	had      map[uint64]bool    // their seeds
}

// openSweep makes the directory, or goes on in one.
func openSweep(dir string, resume bool, h explore.Heading, seeds explore.Seeds) (*sweepFiles, error) {
	f := &sweepFiles{dir: dir, had: map[uint64]bool{}}
	if dir == "" {
		return f, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	path := filepath.Join(dir, journalFile)
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && resume:
		return nil, fmt.Errorf("--resume: there is no sweep in %s; leave --resume out to begin one", dir)
	case err == nil && !resume:
		return nil, fmt.Errorf("--out: there is a sweep in %s; --resume goes on with it, or name another directory", dir)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("--out: %w", err)
	}
	before, outcomes, whole, err := explore.ReadJournal(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if why := before.Differs(h); whole > 0 && why != "" {
		return nil, fmt.Errorf("--resume: the sweep in %s is another one: %s; name another directory", dir, why)
	}
	for _, o := range outcomes {
		if seeds.Has(o.Seed) {
			f.outcomes, f.had[o.Seed] = append(f.outcomes, o), true
		}
	}
	return f, f.open(path, int64(whole), h)
}

// open cuts a torn end off and writes on from there.
func (f *sweepFiles) open(path string, whole int64, h explore.Heading) (err error) {
	if f.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o666); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if err = f.file.Truncate(whole); err == nil {
		_, err = f.file.Seek(whole, 0)
	}
	switch {
	case err != nil:
	case whole == 0:
		f.journal, err = explore.Begin(f.file, h)
	default:
		f.journal = explore.Resume(f.file)
	}
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// done tells whether a seed has an outcome from before.
func (f *sweepFiles) done(seed uint64) bool { return f.had[seed] }

// add writes an outcome down, and the scenario of one that failed, which comes first.
func (f *sweepFiles) add(o *explore.Outcome, scenario []byte) error {
	if f.journal == nil {
		return nil
	}
	if scenario != nil {
		if err := os.WriteFile(filepath.Join(f.dir, fmt.Sprintf("seed-%d.yaml", o.Seed)), scenario, 0o666); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	if err := f.journal.Add(o); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

func (f *sweepFiles) close() {
	if f.file != nil {
		f.file.Close() // each line is on the disk already
	}
}
