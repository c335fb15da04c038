package main

import (
	"fmt"
	"os"
	"path/filepath"

	"icsim/scenarios"
	"icsim/sim/recording"
)

// The files of a recording.
const (
	sessionFile = "session.yaml"
	inputsFile  = "session.log"
)

// A record is the directory that a session is recorded into, if there is one.
type record struct {
	dir    string
	lines  *os.File
	writer *recording.Writer
}

// noRecord is the word for none.
const noRecord = "none"

// openRecord makes the directory and writes what is known at the beginning: from then on a crash loses nothing.
func openRecord(dir string, spec *scenarios.Spec, seed uint64) (*record, error) {
	switch dir {
	case noRecord:
		return &record{}, nil
	case "":
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("there is no place for the recording (%w); name one with --record, or --record none", err)
		}
		dir = filepath.Join(cache, "icsim", "sessions", spec.Name+"-"+spec.Genesis.Format("20060102-150405.000"))
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("--record: %w", err)
	}
	r := &record{dir: dir}
	if err := os.WriteFile(r.scenario(), spec.Recorded(inputsFile), 0o666); err != nil {
		return nil, fmt.Errorf("--record: %w", err)
	}
	var err error
	if r.lines, err = os.Create(filepath.Join(dir, inputsFile)); err != nil {
		return nil, fmt.Errorf("--record: %w", err)
	}
	r.writer = recording.NewWriter(r.lines, seed)
	return r, nil
}

// scenario is the file to replay.
func (r *record) scenario() string { return filepath.Join(r.dir, sessionFile) }

func (r *record) close() error {
	if r.lines == nil {
		return nil
	}
	return r.lines.Close()
}
