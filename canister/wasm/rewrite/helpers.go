package rewrite

import (
	"fmt"

	"icsim/canister/wasm/module"
)

// reserveHelpers gives the functions and globals that stand for the bulk instructions their indices, before any body names them.
func (w *rewriter) reserveHelpers(o *Output) {
	bulk := w.typeIndex(types(module.I32, module.I32, module.I32), nil)
	w.copy, w.fill = w.addFunc(bulk), w.addFunc(bulk)
	w.init, w.dropped = make([]uint32, len(w.m.Data)), make([]uint32, len(w.m.Data))
	if w.m.HasCount {
		for i, d := range w.m.Data {
			w.init[i] = w.addFunc(bulk)
			if d.Mode == module.Passive {
				name := fmt.Sprint(dropPrefix, i)
				w.dropped[i] = w.addGlobal(name, module.I32)
				o.Dropped = append(o.Dropped, name)
			}
		}
	}
	if o.HasTable {
		w.export(Callback, module.KindFunc, w.addFunc(w.typeIndex(types(module.I32, module.I32), nil)))
	}
}

func (w *rewriter) addFunc(t uint32) uint32 {
	w.out.Funcs = append(w.out.Funcs, t)
	return uint32(w.imported + hostFuncs + len(w.out.Funcs) - 1)
}

// helpers writes the bodies, in the order of reserveHelpers.
func (w *rewriter) helpers(o *Output) {
	w.helper(w.bulk(func(c *code) {
		c.shifted(bulkDst)
		c.shifted(bulkSrc)
		c.get(bulkLen)
		c.op(module.OpMemoryCopy)
	}, bulkDst, bulkSrc))
	w.helper(w.bulk(func(c *code) {
		c.shifted(bulkDst)
		c.get(bulkSrc)
		c.get(bulkLen)
		c.op(module.OpMemoryFill)
	}, bulkDst))
	if w.m.HasCount {
		for i := range w.m.Data {
			w.helper(w.bulk(func(c *code) { w.initSegment(c, i) }, bulkDst))
		}
	}
	if o.HasTable {
		var c code
		c.get(1)
		c.get(0)
		c.imm(module.OpCallIndirect, uint64(w.typeIndex(types(module.I32), nil)))
		c.end()
		w.helper(c)
	}
}

func (w *rewriter) helper(c code) {
	locals := []module.LocalGroup{{Count: 2, Type: module.I32}, {Count: 1, Type: module.I64}}
	w.out.Code = append(w.out.Code, module.Body{Code: c, Locals: locals})
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

// bulk writes: pay a byte each, fault if one of the ranges leaves the memory, mark the pages of the destination, do it.
func (w *rewriter) bulk(do func(*code), ranges ...uint32) code {
	var c code
	c.getGlobal(w.fuel)
	c.get(bulkLen)
	c.ops(module.OpI64ExtendI32U, module.OpI64Sub)
	c.tee(bulkFuel)
	c.setGlobal(w.fuel)
	c.get(bulkFuel)
	c.i64(0)
	c.op(module.OpI64LtS)
	c.when()
	c.call(w.stop)
	c.end()
	for _, r := range ranges {
		c.checkRange(r)
	}
	c.markRange()
	do(&c)
	c.end()
	return c
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

// markRange marks the pages of [dst, dst+len): the first and the last by hand, as most ranges have no more.
func (c *code) markRange() {
	c.get(bulkLen)
	c.when()
	c.get(bulkDst)
	c.i32(PageShift)
	c.op(module.OpI32ShrU)
	c.tee(bulkFirst)
	c.i32(1)
	c.mem(module.OpI32Store8, 0)
	c.get(bulkDst)
	c.get(bulkLen)
	c.op(module.OpI32Add)
	c.i32(1)
	c.op(module.OpI32Sub)
	c.i32(PageShift)
	c.op(module.OpI32ShrU)
	c.tee(bulkLast)
	c.i32(1)
	c.mem(module.OpI32Store8, 0)
	c.get(bulkLast)
	c.get(bulkFirst)
	c.op(module.OpI32Sub)
	c.i32(1)
	c.op(module.OpI32GtU)
	c.when()
	c.get(bulkFirst)
	c.i32(1)
	c.get(bulkLast)
	c.get(bulkFirst)
	c.op(module.OpI32Sub)
	c.op(module.OpMemoryFill)
	c.end()
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
