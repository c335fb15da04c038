package wasm

import (
	"bytes"

	"icsim/canister/wasm/rewrite"
)

// scan lists the pages marked in the shadow and unmarks them. It reads the marks of marked blocks and of those behind them; all, after a
// store that faulted: that may have marked any page, also one that does not exist and lies in place of a block.
func (i *instance) scan(trap *Trap) {
	i.dirty = i.dirty[:0]
	shadow := i.mem.buf[:rewrite.ShadowSize]
	blocks, pages := shadow[rewrite.FirstBlock:], shadow[:len(i.guest())/PageSize]
	faulted := trap != nil && trap.Kind == MemoryOutOfBounds
	if faulted {
		for b := range blocks {
			blocks[b] = 1
		}
	}
	end := 0 // of what was read
	for b := nextMark(blocks, 0); b >= 0; b = nextMark(blocks, b+1) {
		blocks[b] = 0
		from := max(end, b*pagesOfBlock)
		end = min((b+2)*pagesOfBlock, len(pages))
		for p := nextMark(pages[:end], from); p >= 0; p = nextMark(pages[:end], p+1) {
			pages[p] = 0
			i.dirty = append(i.dirty, uint64(p))
		}
	}
	if faulted {
		clear(shadow[len(pages):])
	}
}

// pagesOfBlock is how many pages share a mark in the shadow.
const pagesOfBlock = 1 << (rewrite.BlockShift - rewrite.PageShift)

// nextMark finds the first mark at index from or later, −1 if there is none.
func nextMark(marks []byte, from int) int {
	if from >= len(marks) {
		return -1
	}
	next := bytes.IndexByte(marks[from:], 1)
	if next < 0 {
		return -1
	}
	return from + next
}

// spill is how far a store that begins in one page may reach into the next, rounded up: 7 bytes.
const spill = 8

// commit makes the new image from the pages that changed. If nothing did, it is the old one.
func (i *instance) commit() {
	guest, old := i.guest(), i.holds
	next := &Image{memory: old.memory, globals: i.newGlobals(), line: old.line}
	if len(i.dirty) > 0 || uint64(len(guest)) != old.memory.Len() {
		e := old.memory.Edit()
		e.Grow(uint64(len(guest)))
		i.eachDirty(func(p uint64, n int) { commitPage(e, p, guest, old.memory.page(p), n) })
		next.memory = e.Done()
	}
	if next.memory != old.memory || !same(next.globals, old.globals) {
		i.holds = next
	}
}

func same(a, b []uint64) bool { return len(a) == 0 || &a[0] == &b[0] }

// commitPage puts page p into the new image if its first n bytes changed: all of them, or a few.
func commitPage(e *Editor, p uint64, guest []byte, was *page, n int) {
	now := (*[PageSize]byte)(guest[p*PageSize:])
	if n < PageSize {
		var head [spill]byte
		if was.read(head[:n], 0); bytes.Equal(now[:n], head[:n]) {
			return
		}
	}
	if changed := was.changed(now); changed != 0 {
		e.put(p, now, changed)
	}
}

// rollback brings back the image held before the execution.
func (i *instance) rollback() {
	old := i.holds
	i.resize(old.Size()) // zeroes what lies past the old end
	guest := i.guest()
	i.eachDirty(func(p uint64, n int) {
		old.memory.page(p).read(guest[p*PageSize:][:n], 0)
	})
	for k, g := range i.globals {
		g.Set(old.globals[k])
	}
}

// eachDirty calls f for each page that may have been written to, with how many of its first bytes: all of a page that was marked, a few
// of the one behind it.
func (i *instance) eachDirty(f func(p uint64, n int)) {
	end := uint64(len(i.guest()) / PageSize)
	for k, p := range i.dirty {
		if p >= end {
			return
		}
		f(p, PageSize)
		if p++; p < end && (k+1 == len(i.dirty) || i.dirty[k+1] != p) {
			f(p, spill)
		}
	}
}

// newGlobals gives the globals' bits, in the old slice if none changed.
func (i *instance) newGlobals() []uint64 {
	old := i.holds.globals
	var changed []uint64
	for k, g := range i.globals {
		v := g.Get()
		if v != old[k] && changed == nil {
			changed = append([]uint64(nil), old...)
		}
		if changed != nil {
			changed[k] = v
		}
	}
	if changed == nil {
		return old
	}
	return changed
}
