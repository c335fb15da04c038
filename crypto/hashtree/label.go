package hashtree

import (
	"encoding/binary"
	"math/bits"
)

// A Label names an entry of a directory. It holds raw bytes; a string, so that it cannot change.
type Label string

// A Path leads from the root of a tree, one label a level.
type Path []Label

// Index is the label of a stream index: eight bytes big endian, so that labels order as numbers do.
func Index(i uint64) Label {
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], i)
	return Label(raw[:])
}

// Index inverts the function Index; ok is false for a label of another length.
func (l Label) Index() (i uint64, ok bool) {
	if len(l) != 8 {
		return 0, false
	}
	for k := range 8 {
		i = i<<8 | uint64(l[k])
	}
	return i, true
}

// A position addresses one bit of a label: 16 per symbol, of which the first says whether a byte
// follows at all and the next eight are its bits, high first. Order is that of significance.
type position uint32

const (
	symbol = 16
	never  = ^position(0) // where equal labels differ
)

// critical is the first position in which two labels differ.
func critical(a, b Label) position {
	n := min(len(a), len(b))
	for i := range n {
		if x := a[i] ^ b[i]; x != 0 {
			return position(i*symbol + 1 + bits.LeadingZeros8(x))
		}
	}
	if len(a) == len(b) {
		return never
	}
	return position(n * symbol)
}

// bit reads one bit of a label, which has an endless run of zeros behind its end.
func (l Label) bit(at position) bool {
	i, k := int(at/symbol), at%symbol
	if k == 0 {
		return i < len(l)
	}
	return i < len(l) && l[i]>>(8-k)&1 == 1
}
