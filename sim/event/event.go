package event

// An Event is a payload with its place in the order of the run.
type Event[P any] struct {
	Key
	Payload P
}

// A Key orders events: by At, then Tie, then Src, then Seq. No two events of a run have equal keys,
// since Seq counts the events of a source.
type Key struct {
	At  int64  // virtual time in nanoseconds since genesis
	Tie uint64 // a hash of seed, Src and Seq: events of one instant come in an order that favours no one
	Src uint32 // who scheduled it
	Dst uint32 // whose state it touches; no part of the order, but of the routing to lanes
	Seq uint64 // how many events Src scheduled before
}

// Before tells whether k comes before o.
func (k *Key) Before(o *Key) bool {
	if k.At != o.At {
		return k.At < o.At
	}
	if k.Tie != o.Tie {
		return k.Tie < o.Tie
	}
	return k.sourceBefore(o)
}

// Compare is negative, zero or positive as k comes before o, is the same or comes after it.
func (k *Key) Compare(o *Key) int {
	switch {
	case k.Before(o):
		return -1
	case o.Before(k):
		return 1
	}
	return 0
}

// sourceBefore decides between equal hashes, which happens once in 2⁶⁴ pairs of one instant.
func (k *Key) sourceBefore(o *Key) bool {
	if k.Src != o.Src {
		return k.Src < o.Src
	}
	return k.Seq < o.Seq
}
