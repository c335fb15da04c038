package p2p

import "math/bits"

// Holders are the peers that advertise a task: nobody (0), peer p alone (p+1), or set i of the table (−1−i). Most tasks are shares,
// which only their signer offers.
type holders int32

// A setTable holds the sets of peers that have more than one member, by number, as bits.
type setTable struct {
	words []uint64 // width for each set
	width int      // enough for the peers seen so far
	free  []int32
}

func (t *setTable) set(h holders) []uint64 {
	i := int(-1-h) * t.width
	return t.words[i : i+t.width]
}

func (t *setTable) add(h *holders, p int) {
	switch {
	case *h == 0:
		*h = holders(p + 1)
	case *h == holders(p+1):
	default:
		if p>>6 >= t.width {
			t.widen(p>>6 + 1)
		}
		if *h > 0 {
			t.found(h)
		}
		t.set(*h)[p>>6] |= 1 << (p & 63)
	}
}

// found makes a set of a single holder.
func (t *setTable) found(h *holders) {
	alone := int(*h) - 1
	if alone>>6 >= t.width {
		t.widen(alone>>6 + 1)
	}
	if last := len(t.free) - 1; last >= 0 {
		*h = holders(-1 - t.free[last])
		t.free = t.free[:last]
	} else {
		*h = holders(-1 - len(t.words)/t.width)
		t.words = append(t.words, make([]uint64, t.width)...)
	}
	t.set(*h)[alone>>6] |= 1 << (alone & 63)
}

// widen makes room in all sets for more peers.
func (t *setTable) widen(width int) {
	var words []uint64
	for i := 0; i < len(t.words); i += t.width {
		words = append(append(words, t.words[i:i+t.width]...), make([]uint64, width-t.width)...)
	}
	t.words, t.width = words, width
}

func (t *setTable) remove(h *holders, p int) {
	switch {
	case *h == holders(p+1):
		*h = 0
	case *h < 0 && p>>6 < t.width:
		t.set(*h)[p>>6] &^= 1 << (p & 63)
		if t.size(*h) == 0 {
			t.empty(h)
		}
	}
}

// empty removes all.
func (t *setTable) empty(h *holders) {
	if *h < 0 {
		clear(t.set(*h))
		t.free = append(t.free, int32(-1-*h))
	}
	*h = 0
}

func (t *setTable) has(h holders, p int) bool {
	if h >= 0 {
		return h == holders(p+1)
	}
	return p>>6 < t.width && t.set(h)[p>>6]&(1<<(p&63)) != 0
}

func (t *setTable) size(h holders) int {
	if h >= 0 {
		return int(min(h, 1))
	}
	n := 0
	for _, w := range t.set(h) {
		n += bits.OnesCount64(w)
	}
	return n
}

// at gives the holder with k smaller ones; k < size.
func (t *setTable) at(h holders, k int) int {
	if h > 0 {
		return int(h) - 1
	}
	for i, w := range t.set(h) {
		if n := bits.OnesCount64(w); k >= n {
			k -= n
			continue
		}
		for ; k > 0; k-- {
			w &= w - 1
		}
		return i<<6 + bits.TrailingZeros64(w)
	}
	return -1
}
