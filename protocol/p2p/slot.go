package p2p

// A slotTable is what one peer advertises, by its slots. A node has one for each peer and pool, of thousands of slots: what they all
// have in common is kept once, while they have it.
type slotTable struct {
	slots []peerSlot
	conn  uint32      // that all updates came on, while there is no upper
	upper []peerUpper // nil while all are of conn and all commits below 2³²
}

// A peerSlot is the newest update of one slot of a peer.
type peerSlot struct {
	commit uint32 // its lower half
	task   int32  // 0: none yet
}

// A peerUpper is what else is known of a slot.
type peerUpper struct {
	conn   uint32
	commit uint32 // its upper half
}

// reach makes the table long enough for a slot in which something comes on a connection.
func (t *slotTable) reach(slot, conn uint32) {
	if t.slots == nil {
		t.conn = conn
	}
	if grow := int(slot) + 1 - len(t.slots); grow > 0 {
		t.slots = append(t.slots, make([]peerSlot, grow)...)
		if t.upper != nil {
			t.upper = append(t.upper, make([]peerUpper, grow)...)
		}
	}
}

// stamp tells which update a slot holds; zeros if none.
func (t *slotTable) stamp(slot uint32) (conn uint32, commit uint64) {
	s := &t.slots[slot]
	switch {
	case s.task == 0:
		return 0, 0
	case t.upper == nil:
		return t.conn, uint64(s.commit)
	}
	u := &t.upper[slot]
	return u.conn, uint64(u.commit)<<32 | uint64(s.commit)
}

// isOlderThan says whether an update replaces the slot's content: newer connection first, then newer commit
// (receiver.rs, should_be_replaced).
func (t *slotTable) isOlderThan(slot, conn uint32, commit uint64) bool {
	heldConn, heldCommit := t.stamp(slot)
	return conn > heldConn || conn == heldConn && commit > heldCommit
}

// put overwrites a slot and gives the task that it held before, 0 if none.
func (t *slotTable) put(slot, conn uint32, commit uint64, task int32) (before int32) {
	if t.upper == nil && (conn != t.conn || commit>>32 != 0) {
		t.widen()
	}
	s := &t.slots[slot]
	before = s.task
	*s = peerSlot{commit: uint32(commit), task: task}
	if t.upper != nil {
		t.upper[slot] = peerUpper{conn, uint32(commit >> 32)}
	}
	return before
}

// widen keeps the upper part of each slot from now on.
func (t *slotTable) widen() {
	t.upper = make([]peerUpper, len(t.slots))
	for i := range t.slots {
		if t.slots[i].task != 0 {
			t.upper[i].conn = t.conn
		}
	}
}

// advertises looks through all slots: only for the rare task that a peer advertised twice.
func (t *slotTable) advertises(task int32) bool {
	for i := range t.slots {
		if t.slots[i].task == task {
			return true
		}
	}
	return false
}
