package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"icsim/protocol"
	"icsim/sim/rng"
)

// A Branch lets a history go on another way: from an event on, another seed decides what is up to chance. What was decided before
// stays: messages on their way, keys, the faults and calls of the configuration.
//
// Re-keyed are the order of events of one instant, what links do to messages, what faulty disks do, when and whom clients ask, and the
// choices of nodes that start later. Nodes that run keep the seed of their own that they started with.
type Branch struct {
	At  protocol.Time
	Src uint32 // the event's source and its count there; without Event the first event at At or later
	Seq uint64
	// Event: the branch begins after that event. Otherwise before the first event that is not before At.
	Event bool
	Seed  uint64
}

// ParseBranch reads where a branch begins: the key of an event as violations show it, 12000000000/3/45, or a time such as 12.5s.
func ParseBranch(text string) (b Branch, err error) {
	const want = "want an event such as 12000000000/3/45, as violations show it, or a time such as 12.5s"
	at, rest, isEvent := strings.Cut(text, "/")
	if !isEvent {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return b, fmt.Errorf("%q is no place in a run; %s", text, want)
		}
		return Branch{At: protocol.Time(d)}, nil
	}
	src, seq, _ := strings.Cut(rest, "/")
	ns, err1 := strconv.ParseInt(at, 10, 64)
	source, err2 := strconv.ParseUint(src, 10, 32)
	count, err3 := strconv.ParseUint(seq, 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || ns < 0 {
		return b, fmt.Errorf("%q is no event; %s", text, want)
	}
	return Branch{At: protocol.Time(ns), Src: uint32(source), Seq: count, Event: true}, nil
}

// Where is the place as ParseBranch reads it.
func (b *Branch) Where() string {
	if b.Event {
		return fmt.Sprintf("%d/%d/%d", b.At, b.Src, b.Seq)
	}
	return time.Duration(b.At).String()
}

// branch follows the branches of the configuration. before tells whether the event is still to be handled.
func (s *simulation) branch(at protocol.Time, src uint32, seq uint64, before bool) {
	for s.branched < len(s.config.Branches) {
		b := &s.config.Branches[s.branched]
		switch {
		case b.Event && !before && at == b.At && src == b.Src && seq == b.Seq:
		case !b.Event && before && at >= b.At:
		default:
			return
		}
		s.rekey(s.random.Split("branch", b.Seed))
		s.branched++
	}
}

// rekey lets another source decide all that is up to chance from now on.
func (s *simulation) rekey(random rng.Source) {
	s.random = random
	s.loop.Rekey(random)
	s.net.Rekey(random.Split("network"))
	for i, h := range s.hosts {
		h.Rekey(random.Split("disk", uint64(i)))
	}
	for i, c := range s.clients {
		c.Rekey(random.Split("client", uint64(i)))
	}
}

// unbranched says that a branch was not come by.
func (s *simulation) unbranched(partial bool) error {
	if s.branched == len(s.config.Branches) || partial {
		return nil
	}
	b := &s.config.Branches[s.branched]
	if b.Event {
		return fmt.Errorf("the history has no event %s to branch at", b.Where())
	}
	return fmt.Errorf("the run ends before %s, where a branch is to begin", b.Where())
}
