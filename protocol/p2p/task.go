package p2p

import "icsim/protocol"

// A phase is how far the task of an advertised artifact is.
type phase uint8

const (
	settled   phase = iota // the node published it itself, or the bouncer refused it: nothing to do
	delivered              // the pool has it: tell when it is lost
	stashed                // wanted later
	fetching               // a download is under way
)

// A task is one advertised artifact. Its identity is the whole meta, so that a peer's lie about the height of an id
// makes another task and cannot spoil this one.
type task struct {
	meta    protocol.ArtifactMeta
	holders peerSet // who advertises it
	phase   phase
	own     bool  // the node has it in a slot of its own
	doubled bool  // some peer may advertise it in more than one slot
	at      int32 // place in the stash or in the downloads, by phase
}

// A taskTable holds tasks by number, from 1, and by meta.
type taskTable struct {
	byMeta map[protocol.ArtifactMeta]int32
	list   []task
	free   []int32
}

func newTaskTable() taskTable {
	return taskTable{byMeta: make(map[protocol.ArtifactMeta]int32), list: make([]task, 1)}
}

func (t *taskTable) add(meta protocol.ArtifactMeta) int32 {
	n := int32(len(t.list))
	if last := len(t.free) - 1; last >= 0 {
		n = t.free[last]
		t.free = t.free[:last]
		t.list[n] = task{meta: meta}
	} else {
		t.list = append(t.list, task{meta: meta})
	}
	t.byMeta[meta] = n
	return n
}

func (t *taskTable) remove(n int32) {
	delete(t.byMeta, t.list[n].meta)
	t.free = append(t.free, n)
}
