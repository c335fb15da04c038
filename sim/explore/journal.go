package explore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// A Journal keeps the outcomes of a sweep on disk: a first line that says which sweep it is, then an outcome a line, each on the disk
// before the next is written. A process that is killed tears the last line at most, and that seed runs again.
type Journal struct{ w Durable }

// Durable is what a journal is written to, such as *os.File.
type Durable interface {
	io.Writer
	Sync() error
}

// A Heading tells sweeps apart. A sweep goes on in the journal of an equal one only.
type Heading struct {
	Journal  string `json:"journal"` // journalKind
	Version  string `json:"version"` // of icsim: another one may run the seeds otherwise
	Scenario string `json:"scenario"`
	Sum      string `json:"sum"` // SHA-256 of what decides the runs beside the seed, in hexadecimal
}

const journalKind = "icsim sweep 1"

// Differs says what makes two sweeps different, or "".
func (h Heading) Differs(other Heading) string {
	for _, x := range []struct{ what, a, b string }{
		{"version", h.Version, other.Version}, {"scenario", h.Scenario, other.Scenario}, {"contents", h.Sum, other.Sum},
	} {
		if x.a != x.b {
			return fmt.Sprintf("%s %s, not %s", x.what, x.a, x.b)
		}
	}
	return ""
}

// Begin starts a journal in an empty file.
func Begin(w Durable, h Heading) (*Journal, error) {
	h.Journal = journalKind
	j := &Journal{w}
	return j, j.line(h)
}

// Resume goes on in a file that ReadJournal has read, whose torn end has been cut off.
func Resume(w Durable) *Journal { return &Journal{w} }

// Add writes an outcome, and returns when it is on the disk.
func (j *Journal) Add(o *Outcome) error { return j.line(o) }

func (j *Journal) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := j.w.Write(append(text, '\n')); err != nil {
		return err
	}
	return j.w.Sync()
}

// ReadJournal reads a journal. whole is how many bytes of it are whole lines: what is after them was torn. An error names the line that
// is none of a journal's. What a seed came to counts once, as it was written first.
func ReadJournal(text []byte) (h Heading, outcomes []*Outcome, whole int, err error) {
	seen := map[uint64]bool{}
	for n := 1; whole < len(text); n++ {
		end := bytes.IndexByte(text[whole:], '\n')
		if end < 0 {
			break // torn
		}
		line := text[whole : whole+end]
		if n == 1 {
			if err := json.Unmarshal(line, &h); err != nil || h.Journal != journalKind {
				return h, nil, 0, fmt.Errorf("line 1 is no heading of a journal; want %q", journalKind)
			}
		} else {
			o := &Outcome{}
			if err := json.Unmarshal(line, o); err != nil || o.Status == "" {
				if whole+end+1 == len(text) {
					break // torn, with what the file system had in its place
				}
				return h, nil, 0, fmt.Errorf("line %d is no outcome", n)
			}
			if !seen[o.Seed] {
				seen[o.Seed] = true
				outcomes = append(outcomes, o)
			}
		}
		whole += end + 1
	}
	if whole == 0 {
		h = Heading{}
	}
	return h, outcomes, whole, nil
}
