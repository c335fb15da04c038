package rewrite

import (
	"fmt"

	"icsim/canister/wasm/module"
)

// addHelpers adds the functions that stand for the bulk instructions, and the one that callbacks enter by. No body is written yet: each
// names them by their indices.
func (w *rewriter) addHelpers(o *Output) {
	address := module.I32
	if w.wideMemory {
		address = module.I64
	}
	w.copy = w.bulk(types(address, address, address), func(c *code) {
		c.shifted(bulkDst)
		c.shifted(bulkSrc)
		c.get(bulkLen)
		c.op(module.OpMemoryCopy)
	}, bulkDst, bulkSrc)
	w.fill = w.bulk(types(address, module.I32, address), func(c *code) {
		c.shifted(bulkDst)
		c.get(bulkSrc)
		c.get(bulkLen)
		c.op(module.OpMemoryFill)
	}, bulkDst)
	w.init, w.dropped = make([]uint32, len(w.m.Data)), make([]uint32, len(w.m.Data))
	if w.m.HasCount {
		for i, d := range w.m.Data {
			if d.Mode == module.Passive {
				name := fmt.Sprint(dropPrefix, i)
				w.dropped[i] = w.addGlobal(name, module.I32)
				o.Dropped = append(o.Dropped, name)
			}
			w.init[i] = w.bulk(types(address, module.I32, module.I32), func(c *code) { w.initSegment(c, i) }, bulkDst)
		}
	}
	if o.HasTable {
		w.export(Callback, module.KindFunc, w.callback(address))
	}
}

// addHelper adds a function behind those of the original.
func (w *rewriter) addHelper(params []module.ValueType, body module.Body) uint32 {
	w.out.Funcs = append(w.out.Funcs, w.typeIndex(params, nil))
	w.after = append(w.after, body)
	return uint32(w.imported + hostFuncs + len(w.out.Funcs) - 1)
}

// callback calls a table element of type (env) -> ().
func (w *rewriter) callback(env module.ValueType) uint32 {
	var c code
	c.get(1)
	c.get(0)
	c.imm(module.OpCallIndirect, uint64(w.typeIndex(types(env), nil)))
	c.end()
	return w.addHelper(types(module.I32, env), module.Body{Code: c})
}

// The locals of a bulk helper: parameters (the second is a source or a value), then first and last page, then fuel.
const (
	bulkDst = iota
	bulkSrc
	bulkLen
	bulkFirst
	bulkLast
	bulkFuel
)

// shifted gets an address moved past the shadow. It has been checked, so it cannot wrap.
func (c *code) shifted(local uint32) {
	c.get(local)
	c.i32(ShadowSize)
	c.op(module.OpI32Add)
}

// bulk adds a helper: pay a byte each, fault if one of the ranges leaves the memory, mark the pages of the destination, do it. params are
// those of the instruction.
func (w *rewriter) bulk(params []module.ValueType, do func(*code), ranges ...uint32) uint32 {
	var c code
	c.getGlobal(w.fuel)
	c.get(bulkLen)
	c.ops(module.OpI64ExtendI32U, module.OpI64Sub)
	c.tee(bulkFuel)
	c.setGlobal(w.fuel)
	c.get(bulkFuel)
	c.stopIfNegative(w.stop)
	for _, r := range ranges {
		c.checkRange(r)
	}
	c.markRange()
	do(&c)
	c.end()
	locals := []module.LocalGroup{{Count: 2, Type: module.I32}, {Count: 1, Type: module.I64}}
	helper := w.addHelper(types(module.I32, module.I32, module.I32), module.Body{Code: c, Locals: locals})
	if w.wideMemory {
		return w.wideBulk(params, helper)
	}
	return helper
}

// checkRange faults unless local + length stays inside the guest's memory, computed without overflow.
func (c *code) checkRange(local uint32) {
	c.get(local)
	c.op(module.OpI64ExtendI32U)
	c.get(bulkLen)
	c.ops(module.OpI64ExtendI32U, module.OpI64Add)
	c.op(module.OpMemorySize)
	c.i32(shadowPages)
	c.ops(module.OpI32Sub, module.OpI64ExtendI32U)
	c.i64(16)
	c.ops(module.OpI64Shl, module.OpI64GtU)
	c.when()
	c.faultMemory()
	c.end()
}

// faultMemory reads where no memory reaches.
func (c *code) faultMemory() {
	c.i32(1<<32 - 1)
	c.mem(module.OpI32Load, 1<<32-1)
	c.op(module.OpDrop)
}

// markRange marks the pages and blocks of [dst, dst+len).
func (c *code) markRange() {
	c.get(bulkLen)
	c.when()
	c.markEach(PageShift, 0)
	c.markEach(BlockShift, FirstBlock)
	c.end()
}

// markEach marks what has a byte in [dst, dst+len), of size 2^shift, among the marks that begin at base: the first and the last by hand,
// as most ranges have no more.
func (c *code) markEach(shift, base uint32) {
	c.get(bulkDst)
	c.i32(shift)
	c.op(module.OpI32ShrU)
	c.tee(bulkFirst)
	c.i32(1)
	c.mem(module.OpI32Store8, uint64(base))
	c.get(bulkDst)
	c.get(bulkLen)
	c.op(module.OpI32Add)
	c.i32(1)
	c.op(module.OpI32Sub)
	c.i32(shift)
	c.op(module.OpI32ShrU)
	c.tee(bulkLast)
	c.i32(1)
	c.mem(module.OpI32Store8, uint64(base))
	c.get(bulkLast)
	c.get(bulkFirst)
	c.op(module.OpI32Sub)
	c.i32(1)
	c.op(module.OpI32GtU)
	c.when()
	c.get(bulkFirst)
	if base != 0 {
		c.i32(base)
		c.op(module.OpI32Add)
	}
	c.i32(1)
	c.get(bulkLast)
	c.get(bulkFirst)
	c.op(module.OpI32Sub)
	c.op(module.OpMemoryFill)
	c.end()
}

// initSegment copies from a data segment, which is empty once it has been dropped during this execution. The real segment is never
// dropped: an instance serves many executions, each of which starts with all of them (as in the replica, which instantiates anew).
func (w *rewriter) initSegment(c *code, segment int) {
	if g := w.dropped[segment]; g != 0 {
		c.getGlobal(g)
		c.when()
		c.get(bulkSrc)
		c.op(module.OpI64ExtendI32U)
		c.get(bulkLen)
		c.ops(module.OpI64ExtendI32U, module.OpI64Add)
		c.i64(0)
		c.op(module.OpI64Ne)
		c.when()
		c.faultMemory()
		c.end()
		c.end()
	}
	c.shifted(bulkDst)
	c.get(bulkSrc)
	c.get(bulkLen)
	c.imm(module.OpMemoryInit, uint64(segment))
}
