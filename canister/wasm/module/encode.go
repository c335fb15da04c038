package module

import "encoding/binary"

// AppendUnsigned appends v as unsigned LEB128.
func AppendUnsigned(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

// AppendSigned appends v as signed LEB128.
func AppendSigned(b []byte, v int64) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if (v == 0 && c&0x40 == 0) || (v == -1 && c&0x40 != 0) {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}

func appendName(b []byte, s string) []byte { return append(AppendUnsigned(b, uint64(len(s))), s...) }

// Encode writes the module in the binary format, custom sections last. Decoding the result gives the module back, but for byte
// offsets and the places of custom sections.
func (m *Module) Encode() []byte {
	size := 1024
	for i := range m.Code {
		size += len(m.Code[i].Code) + 16
	}
	for i := range m.Data {
		size += len(m.Data[i].Bytes) + 16
	}
	b := append(make([]byte, 0, size), "\x00asm\x01\x00\x00\x00"...)
	b = appendSection(b, secType, m.Types, appendType)
	b = appendSection(b, secImport, m.Imports, appendImport)
	b = appendSection(b, secFunction, m.Funcs, appendIndex)
	b = appendSection(b, secTable, m.Tables, appendTable)
	b = appendSection(b, secMemory, m.Memories, appendLimits)
	b = appendSection(b, secGlobal, m.Globals, appendGlobal)
	b = appendSection(b, secExport, m.Exports, appendExport)
	if m.HasStart {
		b = appendSized(append(b, secStart), AppendUnsigned(nil, uint64(m.Start)))
	}
	b = appendSection(b, secElement, m.Elems, appendElem)
	if m.HasCount {
		b = appendSized(append(b, secDataCount), AppendUnsigned(nil, uint64(m.DataCount)))
	}
	b = appendSection(b, secCode, m.Code, appendBody)
	b = appendSection(b, secData, m.Data, appendData)
	for _, c := range m.Customs {
		b = appendSized(append(b, secCustom), append(appendName(nil, c.Name), c.Data...))
	}
	return b
}

func appendSized(b, content []byte) []byte {
	return append(AppendUnsigned(b, uint64(len(content))), content...)
}

// appendSection writes a section that is a vector; an empty one is left out.
func appendSection[T any](b []byte, id byte, items []T, one func([]byte, T) []byte) []byte {
	if len(items) == 0 {
		return b
	}
	content := AppendUnsigned(nil, uint64(len(items)))
	for _, it := range items {
		content = one(content, it)
	}
	return appendSized(append(b, id), content)
}

func appendIndex(b []byte, i uint32) []byte { return AppendUnsigned(b, uint64(i)) }

func appendValueTypes(b []byte, ts []ValueType) []byte {
	b = AppendUnsigned(b, uint64(len(ts)))
	for _, t := range ts {
		b = append(b, byte(t))
	}
	return b
}

func appendType(b []byte, t FuncType) []byte {
	return appendValueTypes(appendValueTypes(append(b, 0x60), t.Params), t.Results)
}

func appendImport(b []byte, i Import) []byte {
	b = append(appendName(appendName(b, i.Module), i.Name), byte(i.Kind))
	switch i.Kind {
	case KindFunc:
		return AppendUnsigned(b, uint64(i.Type))
	case KindTable:
		return appendTable(b, i.Table)
	case KindMemory:
		return appendLimits(b, i.Memory)
	}
	return appendGlobalType(b, i.Global)
}

func appendTable(b []byte, t Table) []byte { return appendLimits(append(b, byte(t.Elem)), t.Limits) }

func appendLimits(b []byte, l Limits) []byte {
	flags := byte(0)
	if l.HasMax {
		flags |= 1
	}
	if l.Is64 {
		flags |= 4
	}
	b = AppendUnsigned(append(b, flags), l.Min)
	if l.HasMax {
		b = AppendUnsigned(b, l.Max)
	}
	return b
}

func appendGlobalType(b []byte, g GlobalType) []byte {
	mutable := byte(0)
	if g.Mutable {
		mutable = 1
	}
	return append(b, byte(g.Type), mutable)
}

func appendGlobal(b []byte, g Global) []byte {
	return appendConst(appendGlobalType(b, g.GlobalType), g.Init)
}

func appendConst(b []byte, e ConstExpr) []byte {
	return append(AppendInstr(b, e.Op, e.Value, 0), byte(OpEnd))
}

func appendExport(b []byte, e Export) []byte {
	return AppendUnsigned(append(appendName(b, e.Name), byte(e.Kind)), uint64(e.Index))
}

func appendElem(b []byte, e Elem) []byte {
	flags := byte(0)
	switch {
	case e.Mode == Passive:
		flags = 1
	case e.Mode == Declarative:
		flags = 3
	case e.Table != 0 || e.Type != FuncRef:
		flags = 2
	}
	exprs := e.Exprs != nil
	if exprs {
		flags |= 4
	}
	b = append(b, flags)
	if flags&3 == 2 {
		b = AppendUnsigned(b, uint64(e.Table))
	}
	if e.Mode == Active {
		b = appendConst(b, e.Offset)
	}
	if flags&3 != 0 {
		kind := byte(0)
		if exprs {
			kind = byte(e.Type)
		}
		b = append(b, kind)
	}
	if exprs {
		b = AppendUnsigned(b, uint64(len(e.Exprs)))
		for _, x := range e.Exprs {
			b = appendConst(b, x)
		}
		return b
	}
	b = AppendUnsigned(b, uint64(len(e.Funcs)))
	for _, f := range e.Funcs {
		b = AppendUnsigned(b, uint64(f))
	}
	return b
}

func appendBody(b []byte, body Body) []byte {
	head := AppendUnsigned(nil, uint64(len(body.Locals)))
	for _, g := range body.Locals {
		head = append(AppendUnsigned(head, uint64(g.Count)), byte(g.Type))
	}
	b = AppendUnsigned(b, uint64(len(head)+len(body.Code)))
	return append(append(b, head...), body.Code...)
}

func appendData(b []byte, d Data) []byte {
	if d.Mode == Passive {
		b = append(b, 1)
	} else {
		b = appendConst(append(b, 0), d.Offset)
	}
	return appendSized(b, d.Bytes)
}

// AppendInstr appends one instruction with the immediates a and b, as Instr has them. Blocks and br_table have their own functions.
func AppendInstr(buf []byte, op Opcode, a, b uint64) []byte {
	if op < 0x100 {
		buf = append(buf, byte(op))
	} else {
		buf = AppendUnsigned(append(buf, byte(op>>8)), uint64(op&0xff))
	}
	switch op.Immediate() {
	case ImmNone:
	case ImmLabel, ImmFunc, ImmLocal, ImmGlobal, ImmTable, ImmData, ImmElem:
		buf = AppendUnsigned(buf, a)
	case ImmCallIndirect, ImmElemTable, ImmTables:
		buf = AppendUnsigned(AppendUnsigned(buf, a), b)
	case ImmMemarg:
		buf = AppendUnsigned(AppendUnsigned(buf, b), a)
	case ImmMemory:
		buf = append(buf, 0)
	case ImmMemories:
		buf = append(buf, 0, 0)
	case ImmDataMemory:
		buf = append(AppendUnsigned(buf, a), 0)
	case ImmI32:
		buf = AppendSigned(buf, int64(int32(a)))
	case ImmI64:
		buf = AppendSigned(buf, int64(a))
	case ImmF32:
		buf = binary.LittleEndian.AppendUint32(buf, uint32(a))
	case ImmF64:
		buf = binary.LittleEndian.AppendUint64(buf, a)
	case ImmTypes:
		buf = append(buf, 1, byte(a))
	case ImmRefType:
		buf = append(buf, byte(a))
	default:
		panic("canister/wasm/module: AppendInstr cannot write " + op.String())
	}
	return buf
}

// AppendBlock appends block, loop or if with a block type.
func AppendBlock(buf []byte, op Opcode, t BlockType) []byte {
	buf = append(buf, byte(op))
	switch {
	case t.Indexed:
		return AppendSigned(buf, int64(t.Index))
	case t.Result != 0:
		return append(buf, byte(t.Result))
	}
	return append(buf, 0x40)
}

// AppendBrTable appends br_table; the last label is the default.
func AppendBrTable(buf []byte, labels []uint32) []byte {
	buf = AppendUnsigned(append(buf, byte(OpBrTable)), uint64(len(labels)-1))
	for _, l := range labels {
		buf = AppendUnsigned(buf, uint64(l))
	}
	return buf
}
