package rewrite

import "icsim/canister/wasm/module"

// frame is the state of the body being written.
type frame struct {
	out    code
	locals []module.LocalGroup // of the original, then the temporaries
	next   uint32              // index of the next local
	temps  [6]uint32           // temporaries by tempKind, index+1; 0 if not declared yet
	depth  int                 // blocks of the original that are open, the function itself not counted
	block  int                 // basic block, an index into plan.charges
	saved  uint32              // local that holds the depth global at entry; meaningless in a leaf
}

// tempKind tells the temporaries apart: one a type, and two for addresses, the wide one for those of 64 bits.
type tempKind int

const (
	tempI32 tempKind = iota
	tempI64
	tempF32
	tempF64
	tempAddress
	tempWide
)

func (k tempKind) valueType() module.ValueType {
	return [...]module.ValueType{module.I32, module.I64, module.F32, module.F64, module.I32, module.I64}[k]
}

// local declares one more local.
func (f *frame) local(t module.ValueType) uint32 {
	f.locals = append(f.locals, module.LocalGroup{Count: 1, Type: t})
	f.next++
	return f.next - 1
}

func (f *frame) temp(k tempKind) uint32 {
	if f.temps[k] == 0 {
		f.temps[k] = f.local(k.valueType()) + 1
	}
	return f.temps[k] - 1
}

// body rewrites one function.
//
// A function that can recurse is wrapped in a block of its own, so that every way out, branches to the function's label included,
// passes the place where its depth is given back. Labels need no change: the wrapper stands where the function's label was.
func (w *rewriter) body(index int) error {
	if err := w.planBody(&w.plan, index); err != nil {
		return err
	}
	old, t := &w.m.Code[index], w.typeOf(index)
	w.frame = frame{out: make(code, 0, len(old.Code)*3/2+32), locals: append([]module.LocalGroup(nil), old.Locals...)}
	f := &w.frame
	f.next = uint32(len(t.Params))
	for _, g := range old.Locals {
		f.next += g.Count
	}
	w.enter(t)
	c, in := module.NewCursor(old.Code, old.Offset), module.Instr{}
	for c.Next(&in) {
		w.instr(&in, old.Code[in.Start:in.End])
		if endsBlock(in.Op) {
			f.block++
			w.charge(in.Op == module.OpLoop)
		}
	}
	w.out.Code = append(w.out.Code, module.Body{Locals: f.locals, Code: f.out})
	return nil
}

// enter writes what comes before the original code: the first charge, the frame's depth, one check for both, the wrapper.
func (w *rewriter) enter(t module.FuncType) {
	if w.plan.leaf {
		w.charge(true)
		return
	}
	f := &w.frame
	fuel := f.temp(tempI64)
	f.saved = f.local(module.I64)
	w.spend(int64(w.plan.charges[0]))
	f.out.tee(fuel)
	f.out.setGlobal(w.fuel)
	f.out.getGlobal(w.depth)
	f.out.tee(f.saved)
	f.out.i64(w.plan.weight)
	f.out.op(module.OpI64Sub)
	left := f.local(module.I64)
	f.out.tee(left)
	f.out.setGlobal(w.depth)
	f.out.get(fuel)
	f.out.get(left)
	f.out.op(module.OpI64Or)
	f.out.stopIfNegative(w.stop)
	f.out.block(w.resultBlock(t))
}

// resultBlock gives the type of a block that leaves a function's results.
func (w *rewriter) resultBlock(t module.FuncType) module.BlockType {
	switch len(t.Results) {
	case 0:
		return module.BlockType{}
	case 1:
		return module.BlockType{Result: t.Results[0]}
	}
	return module.BlockType{Index: w.typeIndex(nil, t.Results), Indexed: true}
}

// spend leaves fuel - cost on the stack.
func (w *rewriter) spend(cost int64) {
	w.frame.out.getGlobal(w.fuel)
	w.frame.out.i64(cost)
	w.frame.out.op(module.OpI64Sub)
}

// charge takes the cost of the basic block that begins here; check also stops the execution when nothing is left. As in the
// replica only function entries and loop heads check: the code in between is bounded.
func (w *rewriter) charge(check bool) {
	f := &w.frame
	cost := w.plan.charges[f.block]
	if cost == 0 && !check {
		return
	}
	w.spend(int64(cost))
	if !check {
		f.out.setGlobal(w.fuel)
		return
	}
	fuel := f.temp(tempI64)
	f.out.tee(fuel)
	f.out.setGlobal(w.fuel)
	f.out.get(fuel)
	f.out.stopIfNegative(w.stop)
}

// instr writes one instruction of the original; raw are its bytes.
func (w *rewriter) instr(in *module.Instr, raw []byte) {
	out := &w.frame.out
	switch op := in.Op; {
	case op.IsLoad():
		w.wideAddress()
		*out = module.AppendInstr(*out, op, shifted(in.A), in.B)
	case op.IsStore():
		w.store(in)
	case makesNaN(op):
		*out = append(*out, raw...)
		w.canonical(op)
	case op >= module.OpBlock && op <= module.OpReturnCallIndirect:
		w.control(in, raw)
	default:
		w.other(in, raw)
	}
}

// control writes blocks, branches and calls.
func (w *rewriter) control(in *module.Instr, raw []byte) {
	f := &w.frame
	switch in.Op {
	case module.OpBlock, module.OpLoop, module.OpIf:
		f.depth++
	case module.OpEnd:
		if f.depth--; f.depth < 0 && !w.plan.leaf {
			f.out.end()
			w.leave()
		}
	case module.OpReturn:
		if !w.plan.leaf {
			f.out.imm(module.OpBr, uint64(f.depth))
			return
		}
	case module.OpCall, module.OpReturnCall:
		if in.Op == module.OpReturnCall {
			w.leave()
		}
		f.out.imm(in.Op, uint64(w.mapFunc(uint32(in.A))))
		return
	case module.OpCallIndirect:
		w.wideIndex()
	case module.OpReturnCallIndirect:
		w.wideIndex()
		w.leave()
	}
	f.out = append(f.out, raw...)
}

// leave gives the frame's depth back.
func (w *rewriter) leave() {
	if w.plan.leaf {
		return
	}
	w.frame.out.get(w.frame.saved)
	w.frame.out.setGlobal(w.depth)
}

// other writes what touches memory as a whole, or names a function; all else stays as it is.
func (w *rewriter) other(in *module.Instr, raw []byte) {
	out := &w.frame.out
	switch in.Op {
	case module.OpMemorySize:
		*out = append(*out, raw...)
		out.i32(shadowPages)
		out.op(module.OpI32Sub)
		out.widen(w.wideMemory, module.OpI64ExtendI32U)
	case module.OpMemoryGrow:
		w.wideAddress()
		out.call(w.grow)
		out.widen(w.wideMemory, module.OpI64ExtendI32S)
	case module.OpMemoryCopy:
		out.call(w.copy)
	case module.OpMemoryFill:
		out.call(w.fill)
	case module.OpMemoryInit:
		out.call(w.init[in.A])
	case module.OpDataDrop:
		if w.dropped[in.A] != 0 {
			out.i32(1)
			out.setGlobal(w.dropped[in.A])
		}
	case module.OpTableGet:
		w.wideIndex()
		*out = append(*out, raw...)
	case module.OpTableSize:
		*out = append(*out, raw...)
		out.widen(w.wideTable, module.OpI64ExtendI32U)
	case module.OpElemDrop: // table.init is refused: nothing can see it
	case module.OpRefFunc:
		out.imm(in.Op, uint64(w.mapFunc(uint32(in.A))))
	default:
		*out = append(*out, raw...)
	}
}

// shifted moves an offset past the shadow. The largest offset always faults, and so does any that cannot be moved: no guest memory
// reaches it.
func shifted(offset uint64) uint64 { return min(offset, 1<<32-1-ShadowSize) + ShadowSize }

// store marks the page and the block of the first byte, then stores. The address is taken modulo 2^32: past that the store faults, and
// the marks are undone like everything else. A store that runs over the end of the page is found by the host, which looks a few bytes
// further (see canister/wasm). The block is that of the address without a small offset, which leads at most into the next.
func (w *rewriter) store(in *module.Instr) {
	f := &w.frame
	address, value := f.temp(tempAddress), f.temp(storedKind(in.Op))
	f.out.set(value)
	w.wideAddress()
	f.out.tee(address)
	if in.A != 0 {
		f.out.i32(uint32(in.A))
		f.out.op(module.OpI32Add)
	}
	f.out.mark(PageShift, 0)
	f.out.get(address)
	if in.A >= 1<<BlockShift {
		f.out.i32(uint32(in.A))
		f.out.op(module.OpI32Add)
	}
	f.out.mark(BlockShift, FirstBlock)
	f.out.get(address)
	f.out.get(value)
	f.out = module.AppendInstr(f.out, in.Op, shifted(in.A), in.B)
}

// mark takes an address from the stack and marks what it lies in, of size 2^shift, among the marks that begin at base.
func (c *code) mark(shift, base uint32) {
	c.i32(shift)
	c.op(module.OpI32ShrU)
	c.i32(1)
	c.mem(module.OpI32Store8, uint64(base))
}

func storedKind(op module.Opcode) tempKind {
	switch op {
	case module.OpI64Store, module.OpI64Store8, module.OpI64Store16, module.OpI64Store32:
		return tempI64
	case module.OpF32Store:
		return tempF32
	case module.OpF64Store:
		return tempF64
	}
	return tempI32
}

// makesNaN reports whether an operation can make a NaN whose bits the standard leaves open. Sign operations, moves and
// reinterpretations keep bits.
func makesNaN(op module.Opcode) bool {
	return op >= module.OpF32Ceil && op <= module.OpF32Max || op >= module.OpF64Ceil && op <= module.OpF64Max ||
		op == module.OpF32DemoteF64 || op == module.OpF64PromoteF32
}

const (
	canonicalF32 = 0x7fc00000
	canonicalF64 = 0x7ff8000000000000
)

// canonical replaces a NaN on the stack by the one positive quiet NaN without payload.
func (w *rewriter) canonical(op module.Opcode) {
	kind, constant, bits, eq := tempF64, module.OpF64Const, uint64(canonicalF64), module.OpF64Eq
	if op <= module.OpF32Max || op == module.OpF32DemoteF64 {
		kind, constant, bits, eq = tempF32, module.OpF32Const, canonicalF32, module.OpF32Eq
	}
	f := &w.frame
	x := f.temp(kind)
	f.out.tee(x)
	f.out.imm(constant, bits)
	f.out.get(x)
	f.out.get(x)
	f.out.ops(eq, module.OpSelect)
}
