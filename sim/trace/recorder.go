package trace

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"

	"icsim/protocol"
	"icsim/sim/event"
)

// A Level is how much of a run is written as lines.
type Level uint8

const (
	Off      Level = iota
	Notes          // what nodes observed, and faults
	Messages       // and each message that a lane was handed
	All            // and each event
)

var levelNames = [...]string{"off", "notes", "messages", "all"}

func (l Level) String() string { return levelNames[l] }

// ParseLevel reads a level's name.
func ParseLevel(s string) (Level, error) {
	for i, name := range levelNames {
		if s == name {
			return Level(i), nil
		}
	}
	return Off, fmt.Errorf("unknown trace level %q: off, notes, messages or all", s)
}

// A Kind is a kind of event.
type Kind uint8

const (
	Arrival Kind = iota // a message reached its receiver's downlink
	Local               // a message from a lane of the same node reached a lane
	Notice              // a connection came up or went down
	Free                // a lane's step ended
	Wake                // a lane is woken
	Timer               // of the network
	Fault               // the fault plan acts
	Input               // something comes from outside
	Change              // a version of the registry is published
	numKinds
)

var kindNames = [numKinds]string{"arrival", "local", "notice", "free", "wake", "timer", "fault", "input", "change"}

func (k Kind) String() string { return kindNames[k] }

// level is the least level at which events of a kind are written.
func (k Kind) level() Level {
	switch k {
	case Fault, Input, Change:
		return Notes
	case Arrival, Local, Notice:
		return Messages
	}
	return All
}

// inLane tells whether events of a kind touch one lane.
func (k Kind) inLane() bool {
	switch k {
	case Arrival, Local, Free, Wake:
		return true
	}
	return false
}

// An Event is the record of one event.
type Event struct {
	Key         *event.Key
	Node        protocol.NodeID // whom it touched
	Lane        protocol.Lane   // 0 when the kind has none
	Kind        Kind
	Strand      int    // that it belongs to
	Fingerprint uint64 // of what it brought
	// Detail describes it in a line, and is no part of the digest. May be nil.
	Detail fmt.Stringer
}

// A Config says what to write and where.
type Config struct {
	Level Level
	W     io.Writer // nil: Off
}

// A Recorder takes the events and notes of a run, in order. Who takes them strand by strand tells the strands itself, and shows the
// Recorder what is to be written.
type Recorder struct {
	strands []*Strand
	strand  *Strand // of the latest event
	level   Level
	out     *bufio.Writer
	err     error
	line    []byte
	now     int64
}

// New begins a record.
func New(c Config) *Recorder {
	r := &Recorder{level: c.Level}
	if c.W == nil {
		r.level = Off
	}
	if r.level > Off {
		r.out = bufio.NewWriterSize(c.W, 64<<10)
	}
	return r
}

// Strand is a strand by its number.
func (r *Recorder) Strand(number int) *Strand {
	for number >= len(r.strands) {
		r.strands = append(r.strands, newStrand())
	}
	return r.strands[number]
}

// Writes tells whether there are lines to write.
func (r *Recorder) Writes() bool { return r.level > Off }

// Event records an event. The notes after it are of its strand and time.
func (r *Recorder) Event(e *Event) {
	r.strand = r.Strand(e.Strand)
	r.strand.Event(e)
	r.ShowEvent(e)
}

// Note records an observation of a node.
func (r *Recorder) Note(node protocol.NodeID, n *protocol.Note) {
	r.strand.Note(node, n)
	r.ShowNote(node, n)
}

// ShowEvent writes the line of an event, if it is to be written. The notes after it are of its time.
func (r *Recorder) ShowEvent(e *Event) {
	r.now = e.Key.At
	if r.level >= e.Kind.level() && r.level > Off {
		r.writeEvent(e)
	}
}

// ShowNote writes the line of a note, if it is to be written.
func (r *Recorder) ShowNote(node protocol.NodeID, n *protocol.Note) {
	if r.level >= Notes {
		r.writeNote(node, n)
	}
}

// Digest is the digest of what was recorded so far: the hash of those of all strands.
func (r *Recorder) Digest() [32]byte {
	var all []byte
	for _, s := range r.strands {
		d := s.Digest()
		all = append(all, d[:]...)
	}
	return sha256.Sum256(all)
}

// Close writes out what is buffered and reports the first error of writing lines.
func (r *Recorder) Close() error {
	if r.out == nil {
		return nil
	}
	if err := r.out.Flush(); r.err == nil {
		r.err = err
	}
	return r.err
}
