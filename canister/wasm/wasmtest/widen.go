package wasmtest

import "icsim/canister/wasm/module"

// Widen transcribes a program with a 32-bit memory and table to 64 bits: it gives every address, index and length 32 more zero bits, and
// takes them from every size, so that it does what the original does. Where fold says so, an access has its offset added to its
// address: the sum may pass 2^32. Imports stay as they are, so they must not take addresses.
func Widen(b *Builder, fold func() bool) *Builder {
	wide := &Builder{M: b.M}
	m := &wide.M
	m.Memories = append([]module.Limits(nil), m.Memories...)
	for i := range m.Memories {
		m.Memories[i].Is64 = true
	}
	m.Tables = append([]module.Table(nil), m.Tables...)
	for i := range m.Tables {
		m.Tables[i].Is64 = true
	}
	m.Data = append([]module.Data(nil), m.Data...)
	for i := range m.Data {
		widenOffset(&m.Data[i].Offset)
	}
	m.Elems = append([]module.Elem(nil), m.Elems...)
	for i := range m.Elems {
		widenOffset(&m.Elems[i].Offset)
	}
	m.Code = append([]module.Body(nil), m.Code...)
	for i := range m.Code {
		params := len(m.Types[m.Funcs[i]].Params)
		m.Code[i] = widenBody(m.Code[i], uint32(params), fold)
	}
	return wide
}

func widenOffset(e *module.ConstExpr) {
	if e.Op == module.OpI32Const {
		*e = module.ConstExpr{Op: module.OpI64Const, Value: uint64(uint32(e.Value))}
	}
}

// widener writes a body. Its locals behind those of the original hold operands: one of each number type, then one more i32.
type widener struct {
	code  []byte
	local uint32
	fold  func() bool
}

func widenBody(b module.Body, params uint32, fold func() bool) module.Body {
	w := &widener{local: params, fold: fold}
	for _, g := range b.Locals {
		w.local += g.Count
	}
	out := module.Body{Locals: append([]module.LocalGroup(nil), b.Locals...)}
	for _, t := range append(numbers, I32) {
		out.Locals = append(out.Locals, module.LocalGroup{Count: 1, Type: t})
	}
	c, in := module.NewCursor(b.Code, 0), module.Instr{}
	for c.Next(&in) {
		w.instr(&in, b.Code[in.Start:in.End])
	}
	out.Code = w.code
	return out
}

const secondI32 = 4

func (w *widener) op(o module.Opcode, a ...uint64) {
	a = append(a, 0, 0)
	w.code = module.AppendInstr(w.code, o, a[0], a[1])
}

func (w *widener) set(temp uint32) { w.op(module.OpLocalSet, uint64(w.local+temp)) }
func (w *widener) get(temp uint32) { w.op(module.OpLocalGet, uint64(w.local+temp)) }

func (w *widener) extend() { w.op(module.OpI64ExtendI32U) }

func (w *widener) instr(in *module.Instr, raw []byte) {
	switch {
	case in.Op.IsLoad():
		w.extend()
		w.access(in)
		return
	case in.Op.IsStore():
		temp := map[string]uint32{"i32": 0, "i64": 1, "f32": 2, "f64": 3}[in.Op.String()[:3]]
		w.set(temp)
		w.extend()
		w.access(in, temp)
		return
	}
	switch in.Op {
	case module.OpMemorySize, module.OpTableSize:
		w.code = append(w.code, raw...)
		w.op(module.OpI32WrapI64)
	case module.OpMemoryGrow:
		w.extend()
		w.op(in.Op)
		w.op(module.OpI32WrapI64)
	case module.OpCallIndirect, module.OpReturnCallIndirect, module.OpTableGet:
		w.extend()
		w.code = append(w.code, raw...)
	case module.OpMemoryCopy, module.OpMemoryFill, module.OpMemoryInit:
		w.set(secondI32)
		w.set(0)
		w.extend()
		w.get(0)
		if in.Op == module.OpMemoryCopy {
			w.extend()
		}
		w.get(secondI32)
		if in.Op != module.OpMemoryInit {
			w.extend()
		}
		w.code = append(w.code, raw...)
	default:
		w.code = append(w.code, raw...)
	}
}

// access adds the offset to the address, if that is to be, and puts the value to store back.
func (w *widener) access(in *module.Instr, value ...uint32) {
	offset := in.A
	if w.fold() {
		w.op(module.OpI64Const, offset)
		w.op(module.OpI64Add)
		offset = 0
	}
	for _, v := range value {
		w.get(v)
	}
	w.op(in.Op, offset, in.B)
}
