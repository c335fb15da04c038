package canister

import "icsim/canister/wasm"

// A lowMemory says whether the canister has been told that its main memory runs low.
type lowMemory uint8

const (
	memoryAmple lowMemory = iota
	memoryLow             // canister_on_low_wasm_memory is due
	memoryTold
)

// heapBytes is the size of main memory.
func (c *Canister) heapBytes() uint64 {
	if c.code == nil {
		return 0
	}
	return c.image.Size() * pageBytes
}

// watchHeap finds out whether main memory runs low, after it or the settings changed. The canister is told once, and again when
// there was enough in between (interface.md section C "System tasks"; canister_on_low_wasm_memory).
func (c *Canister) watchHeap() {
	switch {
	case c.code == nil || !c.isLow(c.heapBytes()):
		c.warning = memoryAmple
	case c.warning == memoryAmple:
		c.warning = memoryLow
	}
}

// isLow reports whether main memory of so many bytes leaves less than the threshold.
func (s *settings) isLow(bytes uint64) bool {
	limit := s.heapLimit
	if limit == 0 {
		limit = maxHeap
	}
	return less64(limit, bytes) < s.heapLow
}

// maxHeap is all that a 32-bit memory, and here a 64-bit one, can have.
const maxHeap = 4 << 30

// warns reports whether canister_on_low_wasm_memory is to run. It goes before everything else.
func (c *Canister) warns() bool {
	return c.warning == memoryLow && c.code != nil && c.code.lowMemory && c.status == Running
}

// executeWarning runs canister_on_low_wasm_memory. A canister short of cycles stays to be told.
func (r *Round) executeWarning(c *Canister) uint64 {
	c.warning = memoryTold
	instructions, ran := r.executeTask(c, "canister_on_low_wasm_memory")
	if !ran {
		c.warning = memoryLow
	}
	return instructions
}

// limitedModes are those in which main memory may not exceed the limit that controllers have set. Queries, callbacks and the hook
// before an upgrade may, so that a canister can always finish what it began and be mended.
const limitedModes = modeInit | modeUpdate | modeTask

// beyondHeapLimit says that main memory of so many bytes is too much in a mode, or nil.
func (c *Canister) beyondHeapLimit(m mode, bytes uint64) *fault {
	if m&limitedModes == 0 || c.heapLimit == 0 || bytes <= c.heapLimit {
		return nil
	}
	return faultf(errHeapLimit, "Canister exceeded its current Wasm memory limit of %d bytes.", c.heapLimit)
}

// growMemory is what the engine asks before memory.grow.
func growMemory(c *wasm.Call, from, to uint64) bool {
	x := c.User.(*execution)
	x.call = c
	if f := x.canister.beyondHeapLimit(x.mode, to*pageBytes); f != nil {
		c.Fail(f)
	}
	return x.grow((to - from) * pageBytes)
}

// wrote counts pages that a canister wrote, for the subnet and against the canister's share.
func (r *Round) wrote(c *Canister, bytes uint64) {
	r.delta += bytes
	if share := r.limits.deltaShare; share > 0 && bytes > 0 {
		c.written = c.written.add(bytes, r.ctx.Height, share)
	}
}
