package workload

import (
	"cmp"
	"container/heap"

	"icsim/protocol"
)

// An alarm is when a call wants to be looked at. Of a call that has been answered meanwhile, or wants it at another time, it is void.
type alarm struct {
	at protocol.Time
	of *call
}

func (a *alarm) void() bool { return a.of.over || a.of.wants() != a.at }

// alarms are a heap, the earliest first, and of equals the call that was made first.
type alarms []alarm

func (a alarms) Len() int { return len(a) }
func (a alarms) Less(i, k int) bool {
	return cmp.Or(cmp.Compare(a[i].at, a[k].at), cmp.Compare(a[i].of.number, a[k].of.number)) < 0
}
func (a alarms) Swap(i, k int) { a[i], a[k] = a[k], a[i] }
func (a *alarms) Push(x any)   { *a = append(*a, x.(alarm)) }
func (a *alarms) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// set adds the alarm of a call.
func (a *alarms) set(c *call) { heap.Push(a, alarm{c.wants(), c}) }

// first gives the call that wants to be looked at first; nil: none does.
func (a *alarms) first() *call {
	for len(*a) > 0 {
		if !(*a)[0].void() {
			return (*a)[0].of
		}
		heap.Pop(a)
	}
	return nil
}

// wants is when a call is asked again or given up.
func (c *call) wants() protocol.Time { return min(c.act, c.expires.Add(grace)) }
