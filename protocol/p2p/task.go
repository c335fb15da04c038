package p2p

import (
	"encoding/binary"

	"icsim/protocol"
)

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
//
// A node of a subnet of 40 has a hundred thousand of them, hence the care for their size: meta points into the update
// that began the task, which all nodes share.
type task struct {
	meta    *protocol.ArtifactMeta
	holders peerSet // who advertises it
	slot    uint32  // of the node's own table, if own
	at      int32   // place in the stash or in the downloads, by phase
	next    int32   // task with the same key, 0 if none
	phase   phase
	own     bool // the node itself offers it, in slot
	doubled bool // some peer may advertise it in more than one slot
}

// A taskTable holds tasks by number, from 1, and by meta: the map has a prefix of the id, and leads to the first task
// of a chain.
type taskTable struct {
	first map[uint64]int32
	list  []task
	free  []int32
}

func newTaskTable() taskTable {
	return taskTable{first: make(map[uint64]int32), list: make([]task, 1)}
}

func keyOf(meta *protocol.ArtifactMeta) uint64 { return binary.LittleEndian.Uint64(meta.ID[:8]) }

// len is the number of tasks.
func (t *taskTable) len() int { return len(t.list) - 1 - len(t.free) }

// find gives the number of an artifact's task.
func (t *taskTable) find(meta *protocol.ArtifactMeta) (n int32, known bool) {
	for n = t.first[keyOf(meta)]; n != 0; n = t.list[n].next {
		if *t.list[n].meta == *meta {
			return n, true
		}
	}
	return 0, false
}

// add makes the task of a meta that has none. meta is kept and must not change.
func (t *taskTable) add(meta *protocol.ArtifactMeta) int32 {
	n := int32(len(t.list))
	if last := len(t.free) - 1; last >= 0 {
		n = t.free[last]
		t.free = t.free[:last]
	} else {
		t.list = append(t.list, task{})
	}
	key := keyOf(meta)
	t.list[n] = task{meta: meta, next: t.first[key]}
	t.first[key] = n
	return n
}

func (t *taskTable) remove(n int32) {
	key := keyOf(t.list[n].meta)
	if t.first[key] == n {
		if t.list[n].next == 0 {
			delete(t.first, key)
		} else {
			t.first[key] = t.list[n].next
		}
	} else {
		before := t.first[key]
		for t.list[before].next != n {
			before = t.list[before].next
		}
		t.list[before].next = t.list[n].next
	}
	t.list[n] = task{}
	t.free = append(t.free, n)
}

// task gives the number of an artifact's task, made if need be. What the node publishes has one too, so that a peer's
// push of it is a duplicate.
//
// Model: the replica hands such a push to the pool, which drops it, and would fetch what it advertises itself.
func (b *Broadcast) task(meta *protocol.ArtifactMeta) int32 {
	if n, known := b.tasks.find(meta); known {
		return n
	}
	return b.tasks.add(meta)
}
