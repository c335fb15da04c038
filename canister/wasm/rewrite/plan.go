package rewrite

import (
	"fmt"

	"icsim/canister/wasm/module"
)

// A plan is what a first walk over a body finds out, because the code written at its beginning depends on what follows.
type plan struct {
	// charges holds the cost of each basic block in the order of the code. The blocks are those of the replica
	// (rs/embedders/src/wasm_utils/instrumentation.rs, injections): a block ends after each instruction of endsBlock.
	charges []uint32
	leaf    bool  // calls no function, or only in tail position: it cannot recurse
	weight  int64 // of one frame, in bytes of the depth budget; 0 for a leaf
}

// endsBlock reports whether a new basic block begins after the instruction.
func endsBlock(op module.Opcode) bool {
	switch op {
	case module.OpLoop, module.OpIf, module.OpElse, module.OpEnd, module.OpBr, module.OpBrIf, module.OpBrTable, module.OpReturn,
		module.OpUnreachable, module.OpReturnCall, module.OpReturnCallIndirect:
		return true
	}
	return false
}

// refused names the table instructions a canister may not use: the table stays what the module's file says (interface.md A.4).
func refused(op module.Opcode) bool {
	switch op {
	case module.OpTableGrow, module.OpTableSet, module.OpTableFill, module.OpTableCopy, module.OpTableInit:
		return true
	}
	return false
}

// The weight of a frame is an upper estimate of its native size. wazero gives each value that lives across a call a slot of its
// own and never reuses one, so the length of the body counts, not only its locals.
const (
	weightFrame = 64 // return address, saved registers, alignment
	weightValue = 8  // a local, parameter, result, or value passed in a call
	weightInstr = 4  // every other instruction leaves a value that is spilled
)

// planBody walks a body; what it refuses is named with the byte in the module.
func (w *rewriter) planBody(p *plan, index int) error {
	body := &w.m.Code[index]
	p.charges = append(p.charges[:0], 1) // even an empty function costs something
	p.leaf = true
	c, in, count := module.NewCursor(body.Code, body.Offset), module.Instr{}, int64(0)
	values := int64(len(w.typeOf(index).Params) + len(w.typeOf(index).Results))
	for _, g := range body.Locals {
		values += int64(g.Count)
	}
	for c.Next(&in) {
		count++
		if refused(in.Op) {
			return w.fault(index, body.Offset+in.Start, in.Op.String()+" is not allowed in a canister")
		}
		p.charges[len(p.charges)-1] += uint32(Cost(in.Op, w.wideMemory))
		if endsBlock(in.Op) {
			p.charges = append(p.charges, 0)
		}
		switch in.Op {
		case module.OpCall:
			t := w.m.Types[w.funcTypes[in.A]]
			values += int64(len(t.Params) + len(t.Results))
			p.leaf = p.leaf && in.A < uint64(w.imported)
		case module.OpCallIndirect:
			t := w.m.Types[in.A]
			values += int64(len(t.Params) + len(t.Results))
			p.leaf = false
		}
	}
	if count > MaxInstructions {
		return w.fault(index, body.Offset, fmt.Sprintf("%d instructions, at most %d are allowed", count, MaxInstructions))
	}
	p.weight = weightFrame + weightValue*values + weightInstr*count
	return nil
}

func (w *rewriter) fault(index, offset int, msg string) error {
	f := w.imported + index
	return &module.Error{Section: "code", Func: f, Name: w.m.FuncName(uint32(f)), Offset: offset, Msg: msg}
}
