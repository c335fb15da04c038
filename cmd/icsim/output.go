package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"icsim/metrics"
	"icsim/scenarios"
	"icsim/sim"
)

// The files in the directory of --out.
const (
	resultFile   = "result.json"
	scenarioFile = "scenario.yaml"
	traceFile    = "trace.txt"
	recordFile   = "metrics.json" // what icsim report draws
	tracksFile   = "series.csv"
	spreadFile   = "distributions.csv"
	linksFile    = "links.csv"
	exposedFile  = "metrics.prom"
)

// An output is the directory that a run's files go to, if there is one.
type output struct {
	dir     string
	genesis time.Time
	lines   *os.File // trace.txt, or nil
}

// openOutput makes the directory and writes what is known before the run, so that a directory that cannot be written costs no run.
func openOutput(dir string, spec *scenarios.Spec) (*output, error) {
	o := &output{dir: dir, genesis: spec.Genesis}
	if dir == "" {
		return o, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	if err := o.write(scenarioFile, spec.Resolved()); err != nil {
		return nil, err
	}
	return o, nil
}

func (o *output) write(name string, text []byte) error {
	if err := os.WriteFile(filepath.Join(o.dir, name), text, 0o666); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// trace gives what trace lines go to: the directory's file, or otherwise w.
func (o *output) trace(w io.Writer) (io.Writer, error) {
	if o.dir == "" {
		return w, nil
	}
	f, err := os.Create(filepath.Join(o.dir, traceFile))
	if err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	o.lines = f
	return f, nil
}

// close writes the result and ends the trace.
func (o *output) close(r *sim.Result) error {
	if o.dir == "" {
		return nil
	}
	if o.lines != nil {
		if err := o.lines.Close(); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	var text bytes.Buffer
	if err := writeJSON(&text, r); err != nil {
		return err
	}
	if err := o.record(r.Record); err != nil {
		return err
	}
	return o.write(resultFile, text.Bytes())
}

// record writes series and distributions, for icsim report and for programs of others.
func (o *output) record(r *metrics.Record) error {
	if r == nil { // --no-metrics
		return nil
	}
	files := []struct {
		name  string
		write func(io.Writer) error
	}{
		{recordFile, func(w io.Writer) error { return json.NewEncoder(w).Encode(r) }},
		{tracksFile, r.WriteTracks}, {spreadFile, r.WriteDistributions}, {linksFile, r.WriteLinks},
		{exposedFile, func(w io.Writer) error { return r.WritePrometheus(w, o.genesis.UnixMilli()) }},
	}
	for _, f := range files {
		var text bytes.Buffer
		if err := f.write(&text); err != nil {
			return err
		}
		if err := o.write(f.name, text.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// writeJSON prints a result as one object. Lists are never null.
func writeJSON(w io.Writer, r *sim.Result) error {
	all := *r
	all.Subnets = append([]sim.SubnetResult{}, r.Subnets...)
	all.Sequences = append([]sim.SequenceResult{}, r.Sequences...)
	all.Checks = append([]sim.CheckResult{}, r.Checks...)
	all.Violations = append([]sim.ViolationResult{}, r.Violations...)
	all.Timeline = append([]sim.Moment{}, r.Timeline...)
	text, err := json.MarshalIndent(&all, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
