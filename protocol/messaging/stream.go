package messaging

import (
	"slices"
	"sort"

	"icsim/protocol"
)

// A Stream is the outgoing queue to one subnet: messages without gaps, and the signals for the reverse stream.
// Immutable.
type Stream struct {
	to         protocol.SubnetID
	begin      protocol.StreamIndex
	messages   []*protocol.CanisterMessage // from begin on; may share its array with an earlier state's stream
	signalsEnd protocol.StreamIndex
	rejects    []protocol.RejectSignal
	bytes      int             // of messages
	cycles     protocol.Cycles // in messages
}

// To is the subnet that the stream leads to.
func (s *Stream) To() protocol.SubnetID { return s.to }

// Begin is the index of the first message still kept.
func (s *Stream) Begin() protocol.StreamIndex { return s.begin }

// End is the index after the last message.
func (s *Stream) End() protocol.StreamIndex { return s.begin + protocol.StreamIndex(len(s.messages)) }

// Bytes is the size of the messages.
func (s *Stream) Bytes() int { return s.bytes }

// Messages gives the messages [from, End), not to be changed; from lies in [Begin, End].
func (s *Stream) Messages(from protocol.StreamIndex) []*protocol.CanisterMessage {
	return s.messages[from-s.begin:]
}

// Header is what is certified of the stream besides its messages.
func (s *Stream) Header() protocol.StreamHeader {
	return protocol.StreamHeader{Begin: s.begin, End: s.End(), SignalsEnd: s.signalsEnd, Rejects: s.rejects}
}

// push appends a message.
func (s *Stream) push(m *protocol.CanisterMessage) {
	s.messages = append(s.messages, m)
	s.bytes += m.Size()
	s.cycles = s.cycles.Add(m.Cycles())
}

// signal appends the signal for the next message of the reverse stream.
func (s *Stream) signal(outcome protocol.RejectReason) {
	if outcome != protocol.Accepted {
		s.rejects = append(s.rejects, protocol.RejectSignal{Index: s.signalsEnd, Reason: outcome})
	}
	s.signalsEnd++
}

// A rejected message is one that its receiver did not induct.
type rejected struct {
	message *protocol.CanisterMessage
	reason  protocol.RejectReason
}

// discardMessages drops the messages below end and gives those that were rejected.
func (s *Stream) discardMessages(end protocol.StreamIndex, rejects []protocol.RejectSignal) []rejected {
	var back []rejected
	for _, r := range rejects {
		if r.Index >= s.begin {
			back = append(back, rejected{s.messages[r.Index-s.begin], r.Reason})
		}
	}
	n := int(end - s.begin)
	for _, m := range s.messages[:n] {
		s.bytes -= m.Size()
		s.cycles = s.cycles.Sub(m.Cycles())
	}
	s.messages = s.messages[n:]
	if len(s.messages) == 0 {
		s.messages = nil // lets the array go
	}
	s.begin = end
	return back
}

// discardSignals drops the reject signals below begin: their messages are gone from the reverse stream.
func (s *Stream) discardSignals(begin protocol.StreamIndex) {
	n := sort.Search(len(s.rejects), func(i int) bool { return s.rejects[i].Index >= begin })
	s.rejects = s.rejects[n:]
	if len(s.rejects) == 0 {
		s.rejects = nil
	}
}

// find gives the stream to a subnet, or nil; streams are by ascending subnet.
func find(streams []*Stream, to protocol.SubnetID) *Stream {
	if i, ok := search(streams, to); ok {
		return streams[i]
	}
	return nil
}

func search(streams []*Stream, to protocol.SubnetID) (int, bool) {
	return slices.BinarySearchFunc(streams, to, func(s *Stream, to protocol.SubnetID) int { return int(s.to) - int(to) })
}

// A streamSet is a round's working copy of all streams. A stream is copied when it is first changed, so that a
// round that moves no message copies nothing.
type streamSet struct {
	streams []*Stream
	parent  []*Stream
	owned   bool // streams is this round's own array
	changed []*change
}

// A change is a stream that a round may write to. stream stands in the set.
type change struct {
	stream   *Stream
	before   *Stream // nil for a new stream
	appended int     // messages: the last of the stream
}

func newStreamSet(parent []*Stream) streamSet { return streamSet{streams: parent, parent: parent} }

// get gives the stream to a subnet to read, or nil.
func (t *streamSet) get(to protocol.SubnetID) *Stream { return find(t.streams, to) }

// edit gives the stream to a subnet to write to; it comes to be if there is none.
func (t *streamSet) edit(to protocol.SubnetID) *change {
	for _, c := range t.changed {
		if c.stream.to == to {
			return c
		}
	}
	if !t.owned {
		t.streams = slices.Clone(t.parent)
		t.owned = true
	}
	c := &change{}
	i, ok := search(t.streams, to)
	if ok {
		c.before = t.streams[i]
		own := *c.before
		own.messages = slices.Clip(own.messages) // appending must not write into the parent's array
		own.rejects = slices.Clip(own.rejects)
		c.stream = &own
		t.streams[i] = c.stream
	} else {
		c.stream = &Stream{to: to}
		t.streams = slices.Insert(t.streams, i, c.stream)
	}
	t.changed = append(t.changed, c)
	return c
}

// push appends a message to the stream to a subnet.
func (t *streamSet) push(to protocol.SubnetID, m *protocol.CanisterMessage) {
	c := t.edit(to)
	c.stream.push(m)
	c.appended++
}

// appendedTo gives the messages that this round appended to a stream and that are still in it.
func (t *streamSet) appendedTo(s *Stream) []*protocol.CanisterMessage {
	for _, c := range t.changed {
		if c.stream == s {
			return s.messages[len(s.messages)-c.appended:]
		}
	}
	return nil
}

// holdsOf reports whether a message of a canister is in some stream.
func holdsOf(streams []*Stream, c protocol.CanisterID) bool {
	return slices.ContainsFunc(streams, func(s *Stream) bool {
		return slices.ContainsFunc(s.messages, func(m *protocol.CanisterMessage) bool { return m.From() == c })
	})
}

// cyclesIn adds up what is in transit.
func cyclesIn(streams []*Stream) protocol.Cycles {
	var sum protocol.Cycles
	for _, s := range streams {
		sum = sum.Add(s.cycles)
	}
	return sum
}
