package check

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"icsim/crypto"
	"icsim/protocol"
)

// idle is for how long all subnets have to have had nothing to do before nobody may wait for an answer. A subnet is idle in a round that
// takes in and executes nothing. How long a queue may be is not this check's to say: as long as there is work, it asks for nothing.
const idle = 10 * time.Second

// A waiter keeps the calls of users that nodes of the core have taken after the healing, and those that have ended: a node
// that is behind takes a call again.
type waiter struct {
	taken map[crypto.Hash]taking
	ended map[crypto.Hash]bool
	busy  protocol.Time // when a subnet last had work
}

func newWaiter() waiter {
	return waiter{taken: map[crypto.Hash]taking{}, ended: map[crypto.Hash]bool{}}
}

// A taking is a node's promise to a user.
type taking struct {
	by protocol.NodeID
	at protocol.Time
}

// took notes that a node has a call from a user.
func (s *Suite) took(w Where, n *protocol.Note) {
	if h := &s.healer; h.begun && !h.over && h.has(w.Node) {
		if _, known := s.waiter.taken[n.Hash]; !known {
			s.waiter.taken[n.Hash] = taking{w.Node, w.At}
		}
	}
}

// worked notes the calls that ended in a round, and its time if it had something to do.
func (s *Suite) worked(w Where, r *protocol.RoundSummary) {
	if s.healer.At != 0 && !s.healer.over {
		for _, id := range r.Answered {
			s.waiter.ended[crypto.Hash(id)] = true
		}
	}
	work := r.Ingress > 0 || r.Messages > 0 || len(r.Inducted) > 0
	for i := range r.Streams {
		work = work || len(r.Streams[i].Appended) > 0
	}
	if work {
		s.waiter.busy = max(s.waiter.busy, w.At)
	}
}

// forgotten adds calls that nobody works at.
func (s *Suite) forgotten(due protocol.Time, add func(n protocol.NodeID, at protocol.Height, format string, args ...any)) {
	if due < s.waiter.busy.Add(idle) {
		return
	}
	var calls []crypto.Hash
	for hash, t := range s.waiter.taken { //tidy:sorted below
		if due >= t.at.Add(idle) && !s.waiter.ended[hash] {
			calls = append(calls, hash)
		}
	}
	slices.SortFunc(calls, func(a, b crypto.Hash) int {
		return cmp.Or(cmp.Compare(s.waiter.taken[a].at, s.waiter.taken[b].at), bytes.Compare(a[:], b[:]))
	})
	for _, hash := range calls {
		t := s.waiter.taken[hash]
		add(t.by, 0, "call %s, which %s took at %s, has no answer, and all subnets have been idle since %s", hash, t.by, t.at, s.waiter.busy)
	}
}
