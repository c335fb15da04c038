package wasmtest

import (
	"slices"

	"icsim/canister/wasm/module"
)

// Widen transcribes a program with a 32-bit memory and table to 64 bits: it gives every address, index and length 32 more zero bits, and
// takes them from every size, so that it does what the original does. Where fold says so, an access has its offset added to its
// address: the sum may pass 2^32. Imports stay as they are; see WidenImports for those that take addresses.
func Widen(b *Builder, fold func() bool) *Builder {
	wide := &Builder{M: b.M}
	m := &wide.M
	m.Memories = slices.Clone(m.Memories)
	for i := range m.Memories {
		m.Memories[i].Is64 = true
	}
	m.Tables = slices.Clone(m.Tables)
	for i := range m.Tables {
		m.Tables[i].Is64 = true
	}
	m.Data = slices.Clone(m.Data)
	for i := range m.Data {
		widenOffset(&m.Data[i].Offset)
	}
	m.Elems = slices.Clone(m.Elems)
	for i := range m.Elems {
		widenOffset(&m.Elems[i].Offset)
	}
	m.Code = slices.Clone(m.Code)
	for i := range m.Code {
		params := len(m.Types[m.Funcs[i]].Params)
		m.Code[i] = widenBody(m.Code[i], uint32(params), fold)
	}
	return wide
}

// WidenImports is to go before Widen: it gives each import the type that typeOf says, and sends the calls of those whose type changes
// through a function that extends the operands and takes the upper half from the result.
func WidenImports(b *Builder, typeOf func(name string) module.FuncType) *Builder {
	wide := &Builder{M: b.M}
	m := &wide.M
	m.Imports, m.Code = slices.Clone(m.Imports), slices.Clone(m.Code)
	through := map[uint64]uint64{}
	for i := range m.Imports {
		from, to := m.Types[m.Imports[i].Type], typeOf(m.Imports[i].Name)
		if from.Equal(to) {
			continue
		}
		var w widener
		for k, t := range to.Params {
			w.op(module.OpLocalGet, uint64(k))
			if t != from.Params[k] {
				w.extend()
			}
		}
		w.op(module.OpCall, uint64(i))
		if len(to.Results) > 0 && to.Results[0] != from.Results[0] {
			w.op(module.OpI32WrapI64)
		}
		m.Imports[i].Type = wide.typeIndex(to.Params, to.Results)
		through[uint64(i)] = uint64(wide.Raw(from.Params, from.Results, nil, w.code))
	}
	for i := range b.M.Code {
		old, w := b.M.Code[i], widener{}
		c, in := module.NewCursor(old.Code, 0), module.Instr{}
		for c.Next(&in) {
			if f, ok := through[in.A]; ok && in.Op == module.OpCall {
				w.op(in.Op, f)
			} else {
				w.code = append(w.code, old.Code[in.Start:in.End]...)
			}
		}
		m.Code[i].Code = w.code
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
	out := module.Body{Locals: slices.Clone(b.Locals)}
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
