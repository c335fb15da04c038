package rewrite

import "icsim/canister/wasm/module"

// A 64-bit memory or table becomes a 32-bit one. An address, index or length of 2^32 or more becomes 2^32-1, which faults wherever the
// original would: the shadow puts even the first byte of the guest's memory 1 MiB past an address, so that 2^32-1 is beyond every
// memory, and no table has so many elements. Instructions that give a size extend it.

// narrow turns the i64 on the stack into an i32.
func (w *rewriter) narrow() {
	wide := w.frame.temp(tempWide)
	w.frame.out.set(wide)
	w.frame.out.narrowed(wide)
}

// narrowed gets an i64 local as an i32, or −1 if it has more bits. A branch to the fault in place of select costs a third more in a loop
// of stores.
func (c *code) narrowed(local uint32) {
	c.get(local)
	c.i64(-1)
	c.get(local)
	c.i64(32)
	c.ops(module.OpI64ShrU, module.OpI64Eqz, module.OpSelect, module.OpI32WrapI64)
}

// pastLimit is more than any execution may use (see Call.Charge in canister/wasm), and little enough to be taken from what is left.
const pastLimit = 1<<62 + 1

// wideBulk stands for a bulk instruction of a 64-bit memory: a call of the narrow one. A length that does not fit is paid for first,
// then faults.
func (w *rewriter) wideBulk(params []module.ValueType, narrow uint32) uint32 {
	var c code
	if params[bulkLen] == module.I64 {
		c.get(bulkLen)
		c.i64(1<<32 - 1)
		c.op(module.OpI64GtU)
		c.when()
		c.getGlobal(w.fuel)
		c.get(bulkLen)
		c.i64(pastLimit)
		c.get(bulkLen)
		c.i64(pastLimit)
		c.ops(module.OpI64LtU, module.OpSelect, module.OpI64Sub)
		c.setGlobal(w.fuel)
		c.getGlobal(w.fuel)
		c.stopIfNegative(w.stop)
		c.faultMemory()
		c.end()
	}
	for i, t := range params {
		if t == module.I64 {
			c.narrowed(uint32(i))
		} else {
			c.get(uint32(i))
		}
	}
	c.call(narrow)
	c.end()
	return w.addHelper(params, module.Body{Code: c})
}

// wideAddress narrows the address, index or size on the stack if it belongs to a 64-bit memory; wideIndex if to a 64-bit table.
func (w *rewriter) wideAddress() {
	if w.wideMemory {
		w.narrow()
	}
}

func (w *rewriter) wideIndex() {
	if w.wideTable {
		w.narrow()
	}
}

// widen extends an i32 result when wide says so, by sign if −1 is an answer.
func (c *code) widen(wide bool, extend module.Opcode) {
	if wide {
		c.op(extend)
	}
}

// offset gives where an active segment begins, if it is the constant that a memory or table of this width takes.
func offset(e module.ConstExpr, wide bool) (at uint64, err string) {
	switch {
	case wide && e.Op == module.OpI64Const:
		return e.Value, ""
	case !wide && e.Op == module.OpI32Const:
		return uint64(uint32(e.Value)), ""
	case wide:
		return 0, "the offset is " + e.Op.String() + ", only i64.const is supported"
	}
	return 0, "the offset is " + e.Op.String() + ", only i32.const is supported"
}
