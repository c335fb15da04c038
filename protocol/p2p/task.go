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
	holders holders // who advertises it
	at      int32   // its slot in the node's own table, or its place in the stash or in the downloads: see own and phase
	next    int32   // task of the same bucket, or the next free number; 0 if none
	tag     uint8   // of the id: tells most tasks of a bucket apart
	phase   phase
	own     bool // the node itself offers it; its phase is settled then
	doubled bool // some peer may advertise it in more than one slot
}

// A taskTable holds tasks by number, from 1, and by meta: buckets of them by height and id, as many buckets as tasks or more.
type taskTable struct {
	buckets []int32 // first task of each, 0 if none; a power of two of them
	chunks  []*taskChunk
	free    int32 // first free number, 0 if none
	count   int   // of tasks
	sets    setTable
}

// A taskChunk is what the table grows by: a list would leave part of itself unused, and a copy behind each time it grows.
type taskChunk [chunkSize]task

const (
	chunkSize    = 256
	leastBuckets = bucketsPerHeight
)

func newTaskTable() taskTable { return taskTable{buckets: make([]int32, leastBuckets)} }

// at gives a task by its number. It stays where it is.
func (t *taskTable) at(n int32) *task { return &t.chunks[n/chunkSize][n%chunkSize] }

// grow makes a chunk of free numbers, but for 0.
func (t *taskTable) grow() {
	first := int32(len(t.chunks) * chunkSize)
	t.chunks = append(t.chunks, new(taskChunk))
	for n := first + chunkSize - 1; n >= max(first, 1); n-- {
		t.at(n).next, t.free = t.free, n
	}
}

// len is the number of tasks.
func (t *taskTable) len() int { return t.count }

// bucket gives the bucket of a meta. Those of one height lie together: what comes at one time is about few heights, whose part
// of the table stays in the processor's cache.
func (t *taskTable) bucket(meta *protocol.ArtifactMeta) *int32 {
	i := binary.LittleEndian.Uint32(meta.ID[:4])
	if meta.Height > 0 { // or else they have none: ingress, outcalls
		i = uint32(meta.Height)*bucketsPerHeight + i%bucketsPerHeight
	}
	return &t.buckets[i&uint32(len(t.buckets)-1)]
}

// bucketsPerHeight is about the number of artifacts of a height among 13 nodes.
const bucketsPerHeight = 64

func tagOf(meta *protocol.ArtifactMeta) uint8 { return meta.ID[7] }

// find gives the number of an artifact's task.
func (t *taskTable) find(meta *protocol.ArtifactMeta) (n int32, known bool) {
	tag := tagOf(meta)
	for n = *t.bucket(meta); n != 0; {
		k := t.at(n)
		if k.tag == tag && (k.meta == meta || k.meta.ID == meta.ID && *k.meta == *meta) {
			return n, true
		}
		n = k.next
	}
	return 0, false
}

// add makes the task of a meta that has none. meta is kept and must not change.
func (t *taskTable) add(meta *protocol.ArtifactMeta) int32 {
	if t.count == len(t.buckets) {
		t.spread()
	}
	if t.free == 0 {
		t.grow()
	}
	n, first := t.free, t.bucket(meta)
	k := t.at(n)
	t.free = k.next
	*k = task{meta: meta, tag: tagOf(meta), next: *first}
	*first = n
	t.count++
	return n
}

// spread doubles the buckets.
func (t *taskTable) spread() {
	t.buckets = make([]int32, 2*len(t.buckets))
	for n := range int32(len(t.chunks) * chunkSize) {
		if k := t.at(n); k.meta != nil {
			first := t.bucket(k.meta)
			k.next, *first = *first, n
		}
	}
}

func (t *taskTable) remove(n int32) {
	k := t.at(n)
	link := t.bucket(k.meta)
	for *link != n {
		link = &t.at(*link).next
	}
	*link = k.next
	t.sets.empty(&k.holders)
	*k = task{next: t.free}
	t.free = n
	t.count--
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
