package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/boundary"
	"icsim/sim/envelope"
	"icsim/sim/fault"
	"icsim/sim/machine"
)

// A Raw is a request as it came over HTTP.
type Raw struct {
	Path string
	Body []byte
}

// A line is an input, or the end.
type line struct {
	At      protocol.Time `json:"at"`
	Seed    *uint64       `json:"seed,omitempty"`
	Request *request      `json:"request,omitempty"`
	Clocks  *clocks       `json:"clocks,omitempty"`
	Fault   *fault.Action `json:"fault,omitempty"`
	End     bool          `json:"end,omitempty"`
}

type request struct {
	Path   string `json:"path"`
	Body   []byte `json:"body"`
	Ticket uint64 `json:"ticket"`
}

type clocks struct {
	By   string       `json:"by"`
	Pace machine.Pace `json:"pace"`
}

// A Writer records a session.
type Writer struct {
	w   io.Writer
	err error
}

// NewWriter records a session with a seed into w, a line at a time as it happens.
func NewWriter(w io.Writer, seed uint64) *Writer {
	r := &Writer{w: w}
	r.write(line{Seed: &seed})
	return r
}

// Input records what was put. raw is the request that it stands for, if it is one.
func (w *Writer) Input(in sim.Input, raw Raw) {
	l := line{At: in.At, Fault: in.Fault}
	if in.Request != nil {
		l.Request = &request{Path: raw.Path, Body: raw.Body, Ticket: in.Request.Ticket}
	}
	if in.Clocks != nil {
		l.Clocks = &clocks{By: in.Clocks.By.String(), Pace: in.Clocks.Pace}
	}
	w.write(l)
}

// Close records the end of the session, and gives the first error that there was.
func (w *Writer) Close(at time.Duration) error {
	w.write(line{At: protocol.Time(at), End: true})
	return w.err
}

func (w *Writer) write(l line) {
	if w.err != nil {
		return
	}
	text, err := json.Marshal(l)
	if err == nil {
		_, err = w.w.Write(append(text, '\n'))
	}
	w.err = err
}

// A Recording is what a session got from outside.
type Recording struct {
	Seed   uint64
	Inputs []sim.Input
	Lasted time.Duration // the session, in virtual time
}

// Read reads a recording for a run with a genesis in Unix nanoseconds. The error names the line.
func Read(text []byte, genesis uint64) (*Recording, error) {
	r := &reader{genesis: genesis}
	lines := bytes.Split(text, []byte("\n"))
	for i, text := range lines {
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		err := r.line(text)
		if err != nil && r.begun && i == len(lines)-1 {
			break // cut off while it was written
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if !r.begun {
		return nil, fmt.Errorf("line 1: %w", errNoSeed)
	}
	return &r.Recording, nil
}

var errNoSeed = errors.New(`a recording begins with its seed, such as {"at":0,"seed":1}`)

// A reader has read a recording so far.
type reader struct {
	Recording
	genesis      uint64
	begun, ended bool
}

// line takes one line. The first has the seed, and only that.
func (r *reader) line(text []byte) error {
	var l line
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return fmt.Errorf("no input of a recording: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("no input of a recording: there is more after it")
	}
	switch {
	case !r.begun && l.Seed == nil:
		return errNoSeed
	case !r.begun:
		r.Seed, r.begun = *l.Seed, true
		return nil
	case l.Seed != nil:
		return fmt.Errorf("the seed stands in the first line")
	case r.ended:
		return fmt.Errorf("the recording has ended before")
	case l.At < protocol.Time(r.Lasted) || l.At == protocol.Time(r.Lasted) && !l.End && len(r.Inputs) > 0:
		return fmt.Errorf("it is of %d ns, after a line of %d ns; want times that increase", l.At, r.Lasted)
	}
	in, err := l.input(r.genesis)
	if err != nil {
		return err
	}
	r.Lasted, r.ended = time.Duration(l.At), l.End
	if !l.End {
		r.Inputs = append(r.Inputs, in)
	}
	return nil
}

// input gives what a line stands for.
func (l *line) input(genesis uint64) (in sim.Input, err error) {
	in = sim.Input{At: l.At, Fault: l.Fault}
	kinds := 0
	if l.End {
		kinds++
	}
	if l.Fault != nil {
		kinds++
	}
	if l.Clocks != nil {
		kinds++
		if in.Clocks, err = l.Clocks.input(); err != nil {
			return in, err
		}
	}
	if l.Request != nil {
		kinds++
		if in.Request, err = l.Request.input(genesis); err != nil {
			return in, err
		}
	}
	if kinds != 1 {
		return in, fmt.Errorf("want one of request, clocks, fault and end")
	}
	return in, nil
}

func (c *clocks) input() (*sim.Clocks, error) {
	by, err := time.ParseDuration(c.By)
	if err != nil || c.Pace < 0 || c.Pace > machine.MaxPace {
		return nil, fmt.Errorf("clocks by %q at pace %d: want a duration such as 1.5s, and a pace from 0 to %d", c.By, c.Pace, machine.MaxPace)
	}
	return &sim.Clocks{By: by, Pace: c.Pace}, nil
}

func (r *request) input(genesis uint64) (*boundary.Request, error) {
	endpoint, refusal := envelope.ParsePath(r.Path)
	if refusal != nil {
		return nil, fmt.Errorf("request: %s", refusal.Text)
	}
	request, refusal := endpoint.Request(r.Body, genesis)
	if refusal != nil {
		return nil, fmt.Errorf("request: %s", refusal.Text)
	}
	request.Ticket = r.Ticket
	return request, nil
}
