package wasm

// linear is the memory of an instance: the shadow, then the guest's. wazero asks it for room and takes the length it answers.
type linear struct {
	buf      []byte // what wazero sees
	reserved []byte // address space set aside, so that growing moves nothing; nil on the heap
	answer   uint64 // if not 0, the length Reallocate answers with, whatever was asked
}

// newLinear sets address space aside, or will use the heap where that cannot be had.
func newLinear(limit uint64) *linear { return &linear{reserved: reserve(limit)} }

// Reallocate implements experimental.LinearMemory.
func (l *linear) Reallocate(size uint64) []byte {
	if l.answer != 0 {
		size = l.answer
	}
	switch {
	case l.reserved != nil:
		l.buf = l.reserved[:size:size]
	case size <= uint64(cap(l.buf)):
		l.buf = l.buf[:size]
	default:
		// Twice the room, so that growing step by step costs a constant for each byte.
		bigger := make([]byte, size, max(size, 2*uint64(cap(l.buf))))
		copy(bigger, l.buf)
		l.buf = bigger
	}
	return l.buf
}

// zero clears bytes of buf from one offset to another.
func (l *linear) zero(from, to uint64) {
	if l.reserved != nil && discard(l.reserved[from:to]) {
		return
	}
	clear(l.buf[from:to])
}

// Free implements experimental.LinearMemory.
func (l *linear) Free() {
	if l.reserved != nil {
		release(l.reserved)
	}
	l.buf, l.reserved = nil, nil
}
