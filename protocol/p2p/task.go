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
	own     bool   // the node itself offers it, in slot
	doubled bool   // some peer may advertise it in more than one slot
	slot    uint32 // of the node's own table, if own
	at      int32  // place in the stash or in the downloads, by phase
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

// task gives the number of an artifact's task, made if need be. What the node publishes has one too, so that a peer's
// push of it is a duplicate.
//
// Model: the replica hands such a push to the pool, which drops it, and would fetch what it advertises itself.
func (b *Broadcast) task(meta protocol.ArtifactMeta) int32 {
	if n, known := b.tasks.byMeta[meta]; known {
		return n
	}
	return b.tasks.add(meta)
}
