package wasm

import (
	"bytes"
	"math/bits"
)

// A page is 4 KiB: those of an earlier version, its base, but for some lines. A message writes to some ten pages and changes 20 bytes
// in each (the stack, counters, one object of the heap), so that a line or two for each take a tenth of the room and time of copies.
// Immutable, but for a base that an Editor made.
type page struct {
	base  *[PageSize]byte // nil for zeros
	lines uint64          // bit k: line k is not the base's
	patch []byte          // these lines, one behind the other
}

const (
	lineSize = PageSize / 64

	// maxPatch bounds the lines of a patch, which every change copies. Beyond, the page gets a base of its own.
	maxPatch = 16
)

// read fills dst from an offset. A nil page is zeros.
func (p *page) read(dst []byte, at int) {
	if p == nil || p.base == nil {
		clear(dst)
	} else {
		copy(dst, p.base[at:])
	}
	if p == nil {
		return
	}
	patch := p.patch
	for lines := p.lines; lines != 0; lines &= lines - 1 {
		first := bits.TrailingZeros64(lines)*lineSize - at // in dst
		if first >= len(dst) {
			return
		}
		if from, to := max(first, 0), min(first+lineSize, len(dst)); from < to {
			copy(dst[from:to], patch[from-first:])
		}
		patch = patch[lineSize:]
	}
}

// flat gives the bytes in an array of their own.
func (p *page) flat() *[PageSize]byte {
	all := new([PageSize]byte)
	p.read(all[:], 0)
	return all
}

// changed tells in which lines now differs from the page, nil for zeros.
func (p *page) changed(now *[PageSize]byte) (lines uint64) {
	if p == nil {
		p = &page{}
	}
	if p.lines == 0 && p.base != nil && *now == *p.base {
		return 0
	}
	patch := p.patch
	for k := range PageSize / lineSize {
		line := now[k*lineSize:][:lineSize]
		same := false
		switch {
		case p.lines>>k&1 != 0:
			same = bytes.Equal(line, patch[:lineSize])
			patch = patch[lineSize:]
		case p.base != nil:
			same = bytes.Equal(line, p.base[k*lineSize:][:lineSize])
		default:
			same = [lineSize]byte(line) == [lineSize]byte{}
		}
		if !same {
			lines |= 1 << k
		}
	}
	return lines
}

// patched gives the page that now is, which differs in some lines, at least one.
func (p *page) patched(now *[PageSize]byte, changed uint64) page {
	lines := p.lines | changed
	count := bits.OnesCount64(lines)
	if count > maxPatch {
		return page{base: (*[PageSize]byte)(append([]byte(nil), now[:]...))} // append does not clear first
	}
	patch := make([]byte, 0, count*lineSize)
	for rest := lines; rest != 0; rest &= rest - 1 {
		at := bits.TrailingZeros64(rest) * lineSize
		patch = append(patch, now[at:at+lineSize]...)
	}
	return page{base: p.base, lines: lines, patch: patch}
}
