package explain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"icsim/crypto"
	"icsim/protocol"
)

// Find gives the step of a node whose outputs took effect at a time, with a note about a height; 0 if the log has none.
func (l *Log) Find(node protocol.NodeID, at protocol.Time, h protocol.Height) int32 {
	found := int32(0)
	for i := 1; i < len(l.Steps); i++ {
		s := &l.Steps[i]
		if s.Node != node || s.End != at {
			continue
		}
		if found == 0 {
			found = int32(i)
		}
		for k := range s.Notes {
			if s.Notes[k].Height == h {
				return int32(i)
			}
		}
	}
	return found
}

// Finals gives for each block of a height the first of some nodes' steps that saw it final, in the order of time.
func (l *Log) Finals(nodes []protocol.NodeID, h protocol.Height) (steps []int32) {
	var seen []crypto.Hash
	for i := 1; i < len(l.Steps); i++ {
		s := &l.Steps[i]
		for k := range s.Notes {
			n := &s.Notes[k]
			if n.Kind == protocol.NoteFinalized && n.Height == h && !slices.Contains(seen, n.Hash) && slices.Contains(nodes, s.Node) {
				seen, steps = append(seen, n.Hash), append(steps, int32(i))
			}
		}
	}
	return steps
}

// maxChain bounds how far back a chain is told.
const maxChain = 40

// Chain walks back from a step: what the node observed about a height, the message that it came from, who sent that and why, and so
// on, to a timer, a user, or where the log begins. The newest stands first.
func (l *Log) Chain(step int32, h protocol.Height) []string {
	t, last := &text{}, h
	for range maxChain {
		if step == 0 {
			t.add(0, "before that the log has nothing")
			return t.lines
		}
		s := &l.Steps[step]
		if !s.notes(h) && h > 0 && s.notes(h-1) {
			h--
		}
		if h+1 < last {
			t.add(0, "and so on, from height %d", h)
			return t.lines
		}
		t.add(0, "%s  %s %s: %s", seconds(s.End), s.Node, s.Lane, s.about(h))
		in := s.exact(h)
		if in == nil {
			if before := l.before(step, h); before != 0 {
				t.add(1, "when its time had come, from what it had before")
				step = before
				continue
			}
			if in = l.earlier(step, h); in == nil {
				in = s.decisive(h)
			}
		}
		switch {
		case in == nil:
			t.add(1, "by itself: a time had come")
			return t.lines
		case in.From == s.Node:
			t.add(1, "from another lane of its own: %s", in.Msg)
		case in.Cause == 0:
			t.add(1, "from %s: %s", in.From, in.Msg)
		default:
			sent := l.Steps[in.Cause].End
			t.add(1, "from %s, sent at %s, %v on the way: %s", in.From, seconds(sent), rounded(in.At.Sub(sent)), in.Msg)
		}
		if in.Cause == 0 {
			return t.lines
		}
		step = in.Cause
	}
	t.add(0, "and so on: more than %d messages", maxChain)
	return t.lines
}

// notes tells whether a step observed something about a height.
func (s *Step) notes(h protocol.Height) bool {
	for i := range s.Notes {
		if s.Notes[i].Height == h && telling(s.Notes[i].Kind) {
			return true
		}
	}
	return false
}

// telling leaves out what says nothing of causes.
func telling(k protocol.NoteKind) bool { return k != protocol.NotePoolSize && k != protocol.NoteTape }

// before gives the last step of the node, before one of its steps, that came upon what the step is about: the block, or for one that it
// made the beacon and the notarized block before; 0: there is none.
func (l *Log) before(step int32, h protocol.Height) int32 {
	s := &l.Steps[step]
	for i := step - 1; i > 0; i-- {
		x := &l.Steps[i]
		if x.Node != s.Node || x.Lane != s.Lane || x.End > s.At {
			continue
		}
		for k := range x.Notes {
			if s.needs(&x.Notes[k], h) {
				return i
			}
		}
	}
	return 0
}

// earlier gives the last message that the step's node had got before and that the step took, such as a block whose turn had not come.
func (l *Log) earlier(step int32, h protocol.Height) *Input {
	s := &l.Steps[step]
	for i := step - 1; i > 0; i-- {
		if x := &l.Steps[i]; x.Node == s.Node && x.Lane == s.Lane {
			if in := s.exactIn(x.In, h); in != nil {
				return in
			}
		}
	}
	return nil
}

// needs tells whether what a step did about a height takes what was observed before.
func (s *Step) needs(n *protocol.Note, h protocol.Height) bool {
	for i := range s.Notes {
		own := &s.Notes[i]
		switch {
		case own.Height != h:
		case own.Kind == protocol.NoteProposed:
			return n.Height == h-1 && (n.Kind == protocol.NoteBeacon || n.Kind == protocol.NoteNotarized)
		case own.Hash == n.Hash && n.Height == h && n.Kind != own.Kind:
			return true
		}
	}
	return false
}

func rounded(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }

// exact is the last message that a step's observations about a height take: about the same block, or of the beacon that it saw made, or
// for a block that it made of the height before.
func (s *Step) exact(h protocol.Height) *Input {
	return s.exactIn(s.In, h)
}

// exactIn looks for it among the messages of another step.
func (s *Step) exactIn(inputs []Input, h protocol.Height) *Input {
	for i := len(inputs) - 1; i >= 0; i-- {
		a := artifactOf(inputs[i].Msg)
		if a == nil {
			continue
		}
		for k := range s.Notes {
			n := &s.Notes[k]
			if n.Height != h {
				continue
			}
			kind := a.Kind()
			beacon := kind == protocol.KindRandomBeacon || kind == protocol.KindRandomBeaconShare
			notarization := kind == protocol.KindNotarization || kind == protocol.KindNotarizationShare
			switch {
			case n.Kind == protocol.NoteBeacon && beacon && a.Height() == h,
				n.Kind == protocol.NoteProposed && (beacon || notarization) && a.Height() == h-1,
				n.Kind != protocol.NoteProposed && n.Hash != (crypto.Hash{}) && blockOf(a) == n.Hash:
				return &inputs[i]
			}
		}
	}
	return nil
}

func artifactOf(m protocol.Message) protocol.Artifact {
	switch m := m.(type) {
	case *protocol.SlotUpdate:
		return m.Artifact
	case *protocol.FetchReply:
		return m.Artifact
	}
	return nil
}

// blockOf gives the hash of the block that an artifact is about, or none.
func blockOf(a protocol.Artifact) crypto.Hash {
	switch a := a.(type) {
	case *protocol.BlockProposal:
		return crypto.Hash(a.Hash)
	case *protocol.BlockShare:
		return crypto.Hash(a.Content.Hash)
	case *protocol.BlockAggregate:
		return crypto.Hash(a.Content.Hash)
	}
	return crypto.Hash{}
}

// decisive is the message that a step comes from: the last about a height, or the last of all.
func (s *Step) decisive(h protocol.Height) *Input {
	var last *Input
	for i := range s.In {
		in := &s.In[i]
		if _, ok := in.Msg.(*protocol.PeerChange); ok && len(s.In) > 1 {
			continue
		}
		if last == nil || about(in.Msg, h) || !about(last.Msg, h) {
			last = in
		}
	}
	return last
}

// about tells whether a message is about a height.
func about(m protocol.Message, h protocol.Height) bool {
	switch m := m.(type) {
	case *protocol.SlotUpdate:
		return m.Meta.Height == h
	case *protocol.FetchReply:
		return m.Meta.Height == h
	case *protocol.BatchReady:
		return m.Batch.Height == h
	}
	return false
}

// about says what a step did about a height, or at all.
func (s *Step) about(h protocol.Height) string {
	var said []string
	say := func(text string) {
		for _, x := range said {
			if x == text {
				return
			}
		}
		said = append(said, text)
	}
	for i := range s.Notes {
		if n := &s.Notes[i]; n.Height == h && telling(n.Kind) {
			say(describe(n))
		}
	}
	for i := range s.Sends {
		if u, ok := s.Sends[i].Msg.(*protocol.SlotUpdate); ok && len(said) == 0 && u.Meta.Height == h {
			say("sends " + u.String())
		}
	}
	if len(said) == 0 {
		for i := range s.Notes {
			if i < 2 {
				say(describe(&s.Notes[i]))
			}
		}
		for i := range s.Sends {
			if len(said) < 2 {
				say("sends " + s.Sends[i].Msg.String())
			}
		}
	}
	if len(said) == 0 {
		return "hands on"
	}
	return strings.Join(said, "; ")
}

// verbs say what notes are about.
func describe(n *protocol.Note) string {
	hash := ""
	if n.Hash != (crypto.Hash{}) {
		hash = fmt.Sprintf(" %x", n.Hash[:4])
	}
	reason := ""
	if n.Reason != "" {
		reason = " (" + n.Reason + ")"
	}
	verb, ok := verbs[n.Kind]
	if !ok {
		verb = n.Kind.String()
	}
	return fmt.Sprintf("%s%s at height %d%s", verb, hash, n.Height, reason)
}

var verbs = map[protocol.NoteKind]string{
	protocol.NoteProposed:          "makes block",
	protocol.NoteNotarizationShare: "signs for notarization block",
	protocol.NoteNotarized:         "has notarized block",
	protocol.NoteFinalizationShare: "signs for finalization block",
	protocol.NoteFinalized:         "sees final block",
	protocol.NoteBlockReceived:     "finds valid block",
	protocol.NoteBeacon:            "has beacon",
	protocol.NoteTape:              "has tape",
	protocol.NoteDelivered:         "gives to execution block",
	protocol.NoteExecuted:          "has state",
	protocol.NoteCertified:         "has certified state",
	protocol.NoteCheckpoint:        "has hashed checkpoint",
	protocol.NoteCatchUpPackage:    "has catch-up package of state",
	protocol.NoteInvalid:           "refuses",
}
