package messaging

import (
	"encoding/binary"
	"fmt"

	"icsim/crypto/hashtree"
	"icsim/protocol"
)

// Bounds of the ingress history (reference/protocol.md D, "Ingress" and "Memory").
const (
	historyTTL   = protocol.IngressTTL // how long an answer stays
	historyCalls = 600_000             // calls known: 2 · 1000 a block · 300 s
	historyBytes = 4 << 30             // answers kept; beyond that the oldest are pruned
)

// A history knows the calls of users: each goes Received, Processing, Replied or Rejected, at worst Done, and is
// forgotten when its answer has stood for historyTTL. Immutable.
//
// It is kept as the certified tree has it. Beside it stands who made each call, which nobody certifies, and where it stands, to find
// out at once.
type history struct {
	tree     hashtree.Tree // request_status
	calls    calls
	answered []*answers // by the time the answer came
	pruned   int        // of the first calls in answered, so many are Done
	bytes    uint64     // of answers
}

// answers are the calls answered in one round.
type answers struct {
	until protocol.Time // when they are forgotten
	calls []protocol.MessageID
}

// size is how many calls are known.
func (h *history) size() int { return h.tree.Len() }

// status finds a call.
func (h *history) status(id protocol.MessageID) protocol.IngressStatus {
	entry, ok := h.tree.Subtree(callLabel(id))
	if !ok {
		return protocol.IngressStatus{}
	}
	return readStatus(entry)
}

// state finds a call's state, without its answer.
func (h *history) state(id protocol.MessageID) protocol.IngressState {
	if c := h.calls.find(&id); c != nil {
		return c.state
	}
	return protocol.IngressUnknown
}

// origin tells who made a call, and to which canister; ok is false for an unknown call.
func (h *history) origin(id protocol.MessageID) (o protocol.CallOrigin, ok bool) {
	if c := h.calls.find(&id); c != nil {
		return c.origin, c.made
	}
	return o, false
}

func encodeOrigin(o protocol.CallOrigin) []byte {
	return o.Sender.AppendTo(binary.BigEndian.AppendUint64(nil, uint64(o.Receiver)))
}

// encode writes the history for a checkpoint: of each call who made it, where it stands and the answer, then when answers are forgotten.
func (h *history) encode() []byte {
	var b []byte
	put := binary.BigEndian.AppendUint64
	b = put(b, uint64(h.size()))
	for label, entry := range h.tree.Ascend("") {
		var origin []byte
		if o, ok := h.origin(protocol.MessageID([]byte(label))); ok {
			origin = encodeOrigin(o)
		}
		b = append(append(append(b, label...), byte(len(origin))), origin...)
		leaves, _ := entry.Subtree()
		for name, leaf := range leaves.Ascend("") {
			value, _ := leaf.Leaf()
			b = append(append(b, byte(len(name))), name...)
			b = append(put(b, uint64(len(value))), value...)
		}
		b = append(b, 0)
	}
	b = put(b, uint64(h.pruned))
	for _, a := range h.answered {
		b = put(put(b, uint64(a.until)), uint64(len(a.calls)))
		for _, id := range a.calls {
			b = append(b, id[:]...)
		}
	}
	return b
}

// A historyEdit is a round's working copy.
type historyEdit struct {
	parent *history
	now    protocol.Time
	bound  historyBounds
	known  map[protocol.MessageID]int // index into calls
	calls  []callUpdate               // in the order in which the round first touched them
	fresh  []*call                    // that the round inducted
}

type historyBounds struct {
	calls int
	bytes uint64
}

type callUpdate struct {
	id     protocol.MessageID
	status protocol.IngressStatus
}

// state finds a call as it stands in this round.
func (e *historyEdit) state(id protocol.MessageID) protocol.IngressState {
	if i, ok := e.known[id]; ok {
		return e.calls[i].status.State
	}
	return e.parent.state(id)
}

// full reports whether no further call may be inducted.
func (e *historyEdit) full() bool { return e.parent.size()+len(e.known) >= e.bound.calls }

// begin notes who made a call that is new.
func (e *historyEdit) begin(m *protocol.SignedIngress) {
	origin := protocol.CallOrigin{Sender: m.Content.Sender, Receiver: m.Content.Canister}
	e.fresh = append(e.fresh, &call{id: m.MessageID, made: true, origin: origin})
}

// set records a call's progress. A call is answered once: a second answer is a broken invariant.
func (e *historyEdit) set(u protocol.IngressUpdate) error {
	i, ok := e.known[u.ID]
	if !ok {
		before := e.parent.state(u.ID)
		if e.known == nil {
			e.known = make(map[protocol.MessageID]int)
		}
		i = len(e.calls)
		e.known[u.ID] = i
		e.calls = append(e.calls, callUpdate{id: u.ID, status: protocol.IngressStatus{State: before}})
	}
	c := &e.calls[i]
	if c.status.State.IsTerminal() || c.status.State > u.Status.State {
		return fmt.Errorf("call %s goes from %s to %s", u.ID, c.status.State, u.Status.State)
	}
	c.status = u.Status
	return nil
}

// commit gives the history after the round: the parent itself if nothing happened.
func (e *historyEdit) commit() *history {
	h := *e.parent
	calls := h.calls.edit()
	edits := h.forget(e.now, &calls)
	for _, c := range e.fresh {
		calls.put(c)
	}
	var answer *answers
	for i := range e.calls {
		c := &e.calls[i]
		calls.set(c.id, c.status.State)
		edits = append(edits, hashtree.Edit{Label: callLabel(c.id), To: hashtree.SubtreeOf(statusTree(&c.status))})
		if !c.status.State.IsTerminal() {
			continue
		}
		if answer == nil {
			answer = &answers{until: e.now + historyTTL}
		}
		answer.calls = append(answer.calls, c.id)
		h.bytes += answerBytes(&c.status)
	}
	if len(edits) == 0 {
		return e.parent
	}
	h.tree = h.tree.Apply(edits)
	if answer != nil {
		h.answered = append(h.answered[:len(h.answered):len(h.answered)], answer)
	}
	h.prune(e.bound.bytes, &calls)
	h.calls = calls.calls
	return &h
}

// forget drops the calls whose answers have stood long enough, and gives the edits that say so.
func (h *history) forget(now protocol.Time, known *callsEdit) (edits []hashtree.Edit) {
	for len(h.answered) > 0 && h.answered[0].until <= now {
		calls := h.answered[0].calls
		for _, id := range calls {
			status := h.status(id)
			h.bytes -= answerBytes(&status)
			known.remove(id)
			edits = append(edits, hashtree.Edit{Label: callLabel(id), Remove: true})
		}
		h.pruned = max(0, h.pruned-len(calls))
		h.answered = h.answered[1:]
	}
	return edits
}

// prune takes the oldest answers away while there are too many bytes of them; their calls are Done.
func (h *history) prune(limit uint64, known *callsEdit) {
	if h.bytes <= limit {
		return
	}
	done := hashtree.SubtreeOf(statusTree(&protocol.IngressStatus{State: protocol.IngressDone}))
	var edits []hashtree.Edit
	skip := h.pruned
	for _, a := range h.answered {
		if skip >= len(a.calls) {
			skip -= len(a.calls)
			continue
		}
		for _, id := range a.calls[skip:] {
			if h.bytes <= limit {
				break
			}
			status := h.status(id)
			h.bytes -= answerBytes(&status)
			h.pruned++
			known.set(id, protocol.IngressDone)
			edits = append(edits, hashtree.Edit{Label: callLabel(id), To: done})
		}
		skip = 0
	}
	h.tree = h.tree.Apply(edits)
}

// answerBytes is what an answer counts for.
func answerBytes(s *protocol.IngressStatus) uint64 {
	return uint64(len(s.Reply) + len(s.Reject.Message))
}

func callLabel(id protocol.MessageID) hashtree.Label { return hashtree.Label(id[:]) }

// The labels under request_status/<id> (reference/interface.md D.5).
const (
	labelStatus        = "status"
	labelReply         = "reply"
	labelRejectCode    = "reject_code"
	labelRejectMessage = "reject_message"
	labelErrorCode     = "error_code"
)

// statusTree is a call's entry in the certified tree.
func statusTree(s *protocol.IngressStatus) hashtree.Tree {
	edits := make([]hashtree.Edit, 0, 4)
	leaf := func(label hashtree.Label, value []byte) {
		edits = append(edits, hashtree.Edit{Label: label, To: hashtree.LeafOf(value)})
	}
	leaf(labelStatus, []byte(s.State.String()))
	switch s.State {
	case protocol.IngressReplied:
		leaf(labelReply, s.Reply)
	case protocol.IngressRejected:
		leaf(labelRejectCode, binary.AppendUvarint(nil, uint64(s.Reject.Code)))
		leaf(labelRejectMessage, []byte(s.Reject.Message))
		if s.Reject.Error != "" {
			leaf(labelErrorCode, []byte(s.Reject.Error))
		}
	}
	return hashtree.Tree{}.Apply(edits)
}

// readStatus inverts statusTree.
func readStatus(entry hashtree.Tree) protocol.IngressStatus {
	return statusOf(func(name hashtree.Label) ([]byte, bool) { return entry.Leaf(name) })
}

// ShownStatus reads what a witness shows of a call.
func ShownStatus(w *hashtree.Mixed, id protocol.MessageID) protocol.IngressStatus {
	return statusOf(func(name hashtree.Label) ([]byte, bool) {
		value, result := w.Lookup(labelRequestStatus, callLabel(id), name)
		return value, result == hashtree.Found
	})
}

func statusOf(leaf func(hashtree.Label) ([]byte, bool)) protocol.IngressStatus {
	var s protocol.IngressStatus
	name, _ := leaf(labelStatus)
	s.State = readState(name)
	s.Reply, _ = leaf(labelReply)
	if code, ok := leaf(labelRejectCode); ok {
		n, _ := binary.Uvarint(code)
		s.Reject.Code = protocol.RejectCode(n)
	}
	message, _ := leaf(labelRejectMessage)
	text, _ := leaf(labelErrorCode)
	s.Reject.Message, s.Reject.Error = string(message), string(text)
	return s
}

func readState(name []byte) protocol.IngressState {
	for state := protocol.IngressReceived; state <= protocol.IngressDone; state++ {
		if string(name) == state.String() {
			return state
		}
	}
	return protocol.IngressUnknown
}
