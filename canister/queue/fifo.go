package queue

import (
	"slices"

	"icsim/protocol"
)

// An Item is a queued message with the time at which it leaves the queue undelivered.
type Item struct {
	Message *protocol.CanisterMessage
	Expires protocol.Time // protocol.Never: stays
}

// A fifo is a queue, first in first out. What is popped is cleared, and its room used again once it is more
// than what remains, so that a push or a pop costs the same whatever the length.
type fifo[T any] struct {
	items []T
	head  int
}

func (f *fifo[T]) len() int       { return len(f.items) - f.head }
func (f *fifo[T]) front() T       { return f.items[f.head] }
func (f *fifo[T]) list() []T      { return f.items[f.head:] }
func (f *fifo[T]) push(v T)       { f.items = append(f.items, v) }
func (f *fifo[T]) clone() fifo[T] { return fifo[T]{items: slices.Clone(f.list())} }
func (f *fifo[T]) reset(v []T)    { f.items, f.head = v, 0 }

func (f *fifo[T]) pop() T {
	var zero T
	v := f.items[f.head]
	f.items[f.head] = zero
	f.head++
	if f.head > len(f.items)/2 {
		n := copy(f.items, f.items[f.head:])
		clear(f.items[n:])
		f.items, f.head = f.items[:n], 0
	}
	return v
}
