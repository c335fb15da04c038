package canister

import "icsim/canister/wasm"

// stableCalls are about stable memory, in their 64-bit and 32-bit forms.
func stableCalls() []systemCall {
	return []systemCall{
		{"stable64_size", ":l", anyOrStart, priceStable, func(x *execution, s []uint64) { s[0] = x.stablePageCount() }},
		{"stable64_grow", "l:l", anyOrStart, priceStableGrow, func(x *execution, s []uint64) { s[0] = x.stableGrow(s[0], maxStablePages) }},
		{"stable64_write", "lll:", anyOrStart, priceStable, func(x *execution, s []uint64) { x.stableWrite(s[0], s[1], s[2]) }},
		{"stable64_read", "lll:", anyOrStart, priceStable, func(x *execution, s []uint64) { x.stableRead(s[0], s[1], s[2]) }},
		{"stable_size", ":i", anyOrStart, priceStable, func(x *execution, s []uint64) { s[0] = x.smallStable() }},
		{"stable_grow", "i:i", anyOrStart, priceStableGrow, func(x *execution, s []uint64) {
			x.smallStable()
			s[0] = uint64(uint32(x.stableGrow(word(s[0]), maxSmallPages)))
		}},
		{"stable_write", "iII:", anyOrStart, priceStable, func(x *execution, s []uint64) {
			x.smallStable()
			x.stableWrite(word(s[0]), word(s[1]), word(s[2]))
		}},
		{"stable_read", "IiI:", anyOrStart, priceStable, func(x *execution, s []uint64) {
			x.smallStable()
			x.stableRead(word(s[0]), word(s[1]), word(s[2]))
		}},
	}
}

// maxSmallPages is what 32-bit addresses reach: 4 GiB.
const maxSmallPages = 1 << 16

func (x *execution) stablePageCount() uint64 {
	if x.editor != nil {
		return x.editor.Len() / pageBytes
	}
	return x.stable.Len() / pageBytes
}

// smallStable gives the pages of a stable memory that 32-bit calls may use, and traps for a larger one.
func (x *execution) smallStable() uint64 {
	n := x.stablePageCount()
	if n > maxSmallPages {
		x.fail(errTrapped, "Canister trapped: 32 bit stable memory api used on a memory larger than 4GB")
	}
	return n
}

// edit opens stable memory for writing.
func (x *execution) edit() *wasm.Editor {
	if x.editor == nil {
		x.editor = x.stable.Edit()
	}
	return x.editor
}

// stableGrow adds pages and gives the old size, or −1.
func (x *execution) stableGrow(pages, most uint64) uint64 {
	old := x.stablePageCount()
	if pages > most || old+pages > most {
		return 1<<64 - 1
	}
	if pages > 0 {
		if !x.grow(pages * pageBytes) {
			return 1<<64 - 1
		}
		x.edit().Grow((old + pages) * pageBytes)
	}
	return old
}

// stableRange checks that [offset, offset+size) is inside stable memory.
func (x *execution) stableRange(offset, size uint64) {
	end := offset + size
	if end < offset || end > x.stablePageCount()*pageBytes {
		x.fail(errTrapped, "Canister trapped: stable memory out of bounds")
	}
}

func (x *execution) stableWrite(offset, src, size uint64) {
	x.stableRange(offset, size)
	x.call.Charge(size)
	data := x.call.Bytes(src, size)
	if size == 0 {
		return
	}
	e := x.edit()
	dirty := e.Dirty()
	e.Write(offset, data)
	x.call.Charge(uint64(e.Dirty()-dirty) * priceDirtyPage)
}

func (x *execution) stableRead(dst, offset, size uint64) {
	x.stableRange(offset, size)
	x.call.Charge(size)
	x.call.Bytes(dst, size) // traps before anything is allocated for a wrong address
	if size == 0 {
		return
	}
	buf := make([]byte, size)
	if x.editor != nil {
		x.editor.Read(buf, offset)
	} else {
		x.stable.Read(buf, offset)
	}
	x.call.Put(dst, buf)
}
