package trace

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
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
	Fingerprint uint64 // of what it brought
	// Detail describes it in a line, and is no part of the digest. May be nil.
	Detail fmt.Stringer
}

// A Config says what to write and where.
type Config struct {
	Level Level
	W     io.Writer // nil: Off
}

// A Recorder takes the events and notes of a run, in order.
type Recorder struct {
	level Level
	out   *bufio.Writer
	err   error
	sum   hash.Hash
	buf   []byte
	line  []byte
	now   int64
}

// flushAt is how much is collected for the hash at a time.
const flushAt = 16 << 10

// New begins a record.
func New(c Config) *Recorder {
	r := &Recorder{level: c.Level, sum: sha256.New(), buf: make([]byte, 0, flushAt+512)}
	if c.W == nil {
		r.level = Off
	}
	if r.level > Off {
		r.out = bufio.NewWriterSize(c.W, 64<<10)
	}
	return r
}

// Event records an event. The notes after it are of its time.
func (r *Recorder) Event(e *Event) {
	var b [44]byte
	b[0], b[1], b[2] = 'e', byte(e.Kind), byte(e.Lane)
	binary.LittleEndian.PutUint32(b[4:], uint32(e.Node))
	binary.LittleEndian.PutUint64(b[8:], uint64(e.Key.At))
	binary.LittleEndian.PutUint64(b[16:], e.Key.Tie)
	binary.LittleEndian.PutUint32(b[24:], e.Key.Src)
	binary.LittleEndian.PutUint64(b[28:], e.Key.Seq)
	binary.LittleEndian.PutUint64(b[36:], e.Fingerprint)
	r.add(b[:])
	r.now = e.Key.At
	if r.level >= e.Kind.level() && r.level > Off {
		r.writeEvent(e)
	}
}

// Note records an observation of a node.
func (r *Recorder) Note(node protocol.NodeID, n *protocol.Note) {
	var b [64]byte
	b[0], b[1] = 'n', byte(n.Kind)
	binary.LittleEndian.PutUint32(b[4:], uint32(node))
	binary.LittleEndian.PutUint64(b[8:], uint64(n.Height))
	copy(b[16:48], n.Hash[:])
	binary.LittleEndian.PutUint32(b[48:], uint32(n.Peer))
	binary.LittleEndian.PutUint64(b[52:], n.Value)
	binary.LittleEndian.PutUint32(b[60:], uint32(len(n.Reason)))
	r.add(b[:])
	if n.Reason != "" {
		r.add([]byte(n.Reason))
	}
	if r.level >= Notes {
		r.writeNote(node, n)
	}
}

func (r *Recorder) add(b []byte) {
	r.buf = append(r.buf, b...)
	if len(r.buf) >= flushAt {
		r.sum.Write(r.buf)
		r.buf = r.buf[:0]
	}
}

// Digest is the digest of what was recorded so far.
func (r *Recorder) Digest() [32]byte {
	r.sum.Write(r.buf)
	r.buf = r.buf[:0]
	var d [32]byte
	r.sum.Sum(d[:0])
	return d
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
