package messaging

import "icsim/protocol"

// A call is what the history knows of one beside its answer.
type call struct {
	id     protocol.MessageID
	state  protocol.IngressState
	made   bool // origin is known
	origin protocol.CallOrigin
}

// calls finds calls by id, each node once or more for every request that it hears of: in a trie over the digits of ids, which are hashes.
// What the certified tree says of a call is behind four times as many steps to places that no cache has. Immutable.
type calls struct{ root *callTable }

const (
	callDigits = 16 // values of a digit
	digitBits  = 4
)

type callTable struct {
	owner *callToken
	slots [callDigits]callSlot
}

// A callSlot has the one call whose id begins so, or those of several.
type callSlot struct {
	below *callTable
	call  *call
}

// digit is a part of an id.
func digit(id *protocol.MessageID, depth int) byte {
	return id[depth/2] >> (digitBits * (1 - depth%2)) % callDigits
}

// find gives a call, or nil.
func (c calls) find(id *protocol.MessageID) *call {
	t := c.root
	for depth := 0; t != nil; depth++ {
		s := &t.slots[digit(id, depth)]
		if s.call != nil && s.call.id == *id {
			return s.call
		}
		t = s.below
	}
	return nil
}

// A callToken is the identity of an edit, which may change its own tables in place.
type callToken struct{ _ byte }

// A callsEdit makes a changed version. What it began from does not change; nobody goes on with it when its calls are taken.
type callsEdit struct {
	calls
	owner *callToken
}

func (c calls) edit() callsEdit { return callsEdit{c, new(callToken)} }

// own gives a table that may be written to, in place of one that is not ours.
func (e *callsEdit) own(t *callTable) *callTable {
	switch {
	case t == nil:
		return &callTable{owner: e.owner}
	case t.owner == e.owner:
		return t
	}
	return &callTable{e.owner, t.slots}
}

// put adds a call, or replaces the one with its id.
func (e *callsEdit) put(c *call) {
	at := &e.root
	for depth := 0; ; depth++ {
		*at = e.own(*at)
		s := &(*at).slots[digit(&c.id, depth)]
		if s.below == nil {
			if s.call == nil || s.call.id == c.id {
				s.call = c
				return
			}
			s.below = &callTable{owner: e.owner}
			s.below.slots[digit(&s.call.id, depth+1)].call = s.call
			s.call = nil
		}
		at = &s.below
	}
}

// set notes where a call stands.
func (e *callsEdit) set(id protocol.MessageID, state protocol.IngressState) {
	next := call{id: id}
	if before := e.find(&id); before != nil {
		next = *before
	}
	next.state = state
	e.put(&next)
}

// remove takes a call away, if it is there.
func (e *callsEdit) remove(id protocol.MessageID) { e.root = e.without(e.root, &id, 0) }

// without gives a table without a call, nil if nothing is left.
func (e *callsEdit) without(t *callTable, id *protocol.MessageID, depth int) *callTable {
	if t == nil {
		return nil
	}
	i := digit(id, depth)
	s := t.slots[i]
	if s.below == nil && (s.call == nil || s.call.id != *id) {
		return t
	}
	t = e.own(t)
	if t.slots[i] = (callSlot{below: e.without(s.below, id, depth+1)}); t.slots == [callDigits]callSlot{} {
		return nil
	}
	return t
}
