package module

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// MaxSize bounds an uncompressed module, in bytes (interface.md A.4: 100 MiB).
const MaxSize = 100 << 20

// Unpack gives the plain module: raw is either that already or gzip of it.
func Unpack(raw []byte) ([]byte, error) {
	if len(raw) < 3 || raw[0] != 0x1f || raw[1] != 0x8b || raw[2] != 0x08 {
		if len(raw) > MaxSize {
			return nil, fault("module of %d bytes, at most %d are allowed", len(raw), MaxSize)
		}
		return raw, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fault("gzip: %v", err)
	}
	// One byte more than allowed tells a module that is too large from one that just fits.
	plain, err := io.ReadAll(io.LimitReader(z, MaxSize+1))
	if err != nil {
		return nil, fault("gzip: %v", err)
	}
	if len(plain) > MaxSize {
		return nil, fault("module larger than %d bytes after decompression", MaxSize)
	}
	return plain, nil
}

func fault(format string, args ...any) *Error {
	return &Error{Func: -1, Offset: -1, Msg: fmt.Sprintf(format, args...)}
}

// The sections, by their binary code.
const (
	secCustom = iota
	secType
	secImport
	secFunction
	secTable
	secMemory
	secGlobal
	secExport
	secStart
	secElement
	secCode
	secData
	secDataCount
)

type section struct {
	name  string
	order int // place in the file; custom sections may stand anywhere
	read  func(*Module, *reader)
}

func sectionOf(id byte) section {
	switch id {
	case secCustom:
		return section{"custom", 0, (*Module).readCustom}
	case secType:
		return section{"type", 1, (*Module).readTypes}
	case secImport:
		return section{"import", 2, (*Module).readImports}
	case secFunction:
		return section{"function", 3, (*Module).readFuncs}
	case secTable:
		return section{"table", 4, (*Module).readTables}
	case secMemory:
		return section{"memory", 5, (*Module).readMemories}
	case secGlobal:
		return section{"global", 6, (*Module).readGlobals}
	case secExport:
		return section{"export", 7, (*Module).readExports}
	case secStart:
		return section{"start", 8, (*Module).readStart}
	case secElement:
		return section{"element", 9, (*Module).readElems}
	case secDataCount:
		return section{"data count", 10, (*Module).readDataCount}
	case secCode:
		return section{"code", 11, (*Module).readCode}
	case secData:
		return section{"data", 12, (*Module).readData}
	}
	return section{}
}

// Decode parses an uncompressed module and checks that every index in it is in range and every block closed (see Module.check).
// The result aliases plain, which must not change afterwards. An error is always an *Error.
func Decode(plain []byte) (*Module, error) {
	r := &reader{buf: plain}
	if string(r.bytes(4)) != "\x00asm" {
		return nil, &Error{Func: -1, Offset: 0, Msg: `not a WebAssembly module: it does not begin with "\0asm"`}
	}
	if v := r.u32le(); r.failed() || v != 1 {
		return nil, &Error{Func: -1, Offset: 4, Msg: fmt.Sprintf("WebAssembly version %d, only 1 is supported", v)}
	}
	m, last, lastName := &Module{}, 0, ""
	for !r.done() {
		start := r.pos
		id := r.byte()
		sec := sectionOf(id)
		if sec.read == nil {
			return nil, &Error{Func: -1, Offset: start, Msg: fmt.Sprintf("unknown section %d", id)}
		}
		size := r.u32()
		body := &reader{base: r.base + r.pos}
		if body.buf = r.bytes(uint64(size)); r.failed() {
			return nil, r.err(sec.name)
		}
		if id != secCustom {
			if sec.order <= last {
				return nil, &Error{sec.name, -1, "", start, "section after or twice the " + lastName + " section"}
			}
			last, lastName = sec.order, sec.name
		}
		sec.read(m, body)
		if !body.done() {
			body.failAt(body.pos, "%d bytes left over", len(body.buf)-body.pos)
		}
		if body.failed() {
			return nil, body.err(sec.name)
		}
	}
	if r.failed() {
		return nil, r.err("")
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return m, nil
}

func (r *reader) err(section string) *Error { return &Error{section, -1, "", r.bad, r.msg} }

func (m *Module) readCustom(r *reader) {
	name := r.name()
	m.Customs = append(m.Customs, Custom{name, r.bytes(uint64(len(r.buf) - r.pos))})
}

func (m *Module) readTypes(r *reader) {
	for n := r.count("types"); n > 0 && !r.failed(); n-- {
		start := r.pos
		if b := r.byte(); b != 0x60 {
			r.failAt(start, "type form %#x, only functions (0x60) are supported", b)
		}
		m.Types = append(m.Types, FuncType{r.valueTypes("parameters"), r.valueTypes("results")})
	}
}

func (r *reader) valueTypes(what string) []ValueType {
	n := r.count(what)
	out := make([]ValueType, 0, n)
	for ; n > 0 && !r.failed(); n-- {
		out = append(out, r.valueType())
	}
	return out
}

func (m *Module) readImports(r *reader) {
	for n := r.count("imports"); n > 0 && !r.failed(); n-- {
		i := Import{Module: r.name(), Name: r.name()}
		start := r.pos
		switch i.Kind = Kind(r.byte()); i.Kind {
		case KindFunc:
			i.Type = r.u32()
		case KindTable:
			i.Table = r.table()
		case KindMemory:
			i.Memory = r.limits(true)
		case KindGlobal:
			i.Global = r.globalType()
		default:
			r.failAt(start, "unknown import kind %d", i.Kind)
		}
		m.Imports = append(m.Imports, i)
	}
}

func (r *reader) table() Table { return Table{r.refType(), r.limits(false)} }

func (r *reader) limits(memory bool) Limits {
	start := r.pos
	flags := r.byte()
	if flags&^5 != 0 {
		if memory && flags&2 != 0 {
			r.failAt(start, "threads are not supported (shared memory)")
		}
		r.failAt(start, "unknown limits flags %#x", flags)
	}
	l := Limits{HasMax: flags&1 != 0, Is64: flags&4 != 0}
	width := uint(32)
	if l.Is64 {
		width = 64
	}
	l.Min = r.unsigned(width)
	if l.HasMax {
		if l.Max = r.unsigned(width); l.Max < l.Min {
			r.failAt(start, "maximum %d below minimum %d", l.Max, l.Min)
		}
	}
	if most := uint64(1) << (width - 16); memory && (l.Min > most || l.Max > most) {
		r.failAt(start, "memory larger than %d pages", most)
	}
	return l
}

func (r *reader) globalType() GlobalType {
	t := r.valueType()
	start := r.pos
	b := r.byte()
	if b > 1 {
		r.failAt(start, "mutability %d is neither 0 nor 1", b)
	}
	return GlobalType{t, b == 1}
}

func (m *Module) readFuncs(r *reader) {
	for n := r.count("functions"); n > 0 && !r.failed(); n-- {
		m.Funcs = append(m.Funcs, r.u32())
	}
}

func (m *Module) readTables(r *reader) {
	for n := r.count("tables"); n > 0 && !r.failed(); n-- {
		m.Tables = append(m.Tables, r.table())
	}
}

func (m *Module) readMemories(r *reader) {
	for n := r.count("memories"); n > 0 && !r.failed(); n-- {
		m.Memories = append(m.Memories, r.limits(true))
	}
}

func (m *Module) readGlobals(r *reader) {
	for n := r.count("globals"); n > 0 && !r.failed(); n-- {
		m.Globals = append(m.Globals, Global{r.globalType(), r.constExpr()})
	}
}

// constExpr reads one constant instruction and its end; extended constant expressions are not in the accepted feature set.
func (r *reader) constExpr() ConstExpr {
	start := r.pos
	c := Cursor{r: *r}
	var in, end Instr
	c.Next(&in)
	c.Next(&end)
	*r = c.r
	switch in.Op {
	case OpI32Const, OpI64Const, OpF32Const, OpF64Const, OpGlobalGet, OpRefFunc, OpRefNull:
	default:
		r.failAt(start, "%s in a constant expression", in.Op)
	}
	if end.Op != OpEnd {
		r.failAt(start, "constant expression of more than one instruction")
	}
	return ConstExpr{in.Op, in.A}
}

func (m *Module) readExports(r *reader) {
	for n := r.count("exports"); n > 0 && !r.failed(); n-- {
		e := Export{Name: r.name()}
		start := r.pos
		if e.Kind = Kind(r.byte()); e.Kind > KindGlobal {
			r.failAt(start, "unknown export kind %d", e.Kind)
		}
		e.Index = r.u32()
		m.Exports = append(m.Exports, e)
	}
}

func (m *Module) readStart(r *reader) { m.Start, m.HasStart = r.u32(), true }

func (m *Module) readDataCount(r *reader) { m.DataCount, m.HasCount = r.u32(), true }

// readElems reads the eight forms of an element segment: bit 0 passive or declarative, bit 1 explicit table (or, with bit 0,
// declarative), bit 2 expressions instead of indices.
func (m *Module) readElems(r *reader) {
	for n := r.count("element segments"); n > 0 && !r.failed(); n-- {
		start := r.pos
		flags := r.u32()
		if flags > 7 {
			r.failAt(start, "unknown element segment flags %#x", flags)
		}
		e := Elem{Type: FuncRef}
		switch flags & 3 {
		case 1:
			e.Mode = Passive
		case 3:
			e.Mode = Declarative
		case 2:
			e.Table = r.u32()
			fallthrough
		case 0:
			e.Offset = r.constExpr()
		}
		exprs := flags&4 != 0
		if flags&3 != 0 {
			if exprs {
				e.Type = r.refType()
			} else if b := r.byte(); b != 0 {
				r.failAt(r.pos-1, "element kind %#x, only functions (0) are known", b)
			}
		}
		if exprs {
			e.Exprs = []ConstExpr{} // not nil: an empty list of expressions keeps its form
		}
		for k := r.count("elements"); k > 0 && !r.failed(); k-- {
			if exprs {
				e.Exprs = append(e.Exprs, r.constExpr())
			} else {
				e.Funcs = append(e.Funcs, r.u32())
			}
		}
		m.Elems = append(m.Elems, e)
	}
}

// MaxLocals bounds the locals of one function, parameters counted (the common limit of WebAssembly engines).
const MaxLocals = 50_000

func (m *Module) readCode(r *reader) {
	for n := r.count("functions"); n > 0 && !r.failed(); n-- {
		size := r.u32()
		b := &reader{base: r.base + r.pos}
		b.buf = r.bytes(uint64(size))
		var body Body
		total := uint64(0)
		for g := b.count("local groups"); g > 0 && !b.failed(); g-- {
			start := b.pos
			l := LocalGroup{b.u32(), b.valueType()}
			if total += uint64(l.Count); total > MaxLocals {
				b.failAt(start, "more than %d locals", MaxLocals)
			}
			body.Locals = append(body.Locals, l)
		}
		body.Code, body.Offset = b.buf[b.pos:], b.base+b.pos
		if b.failed() && !r.failed() {
			r.bad, r.msg = b.bad, b.msg
		}
		m.Code = append(m.Code, body)
	}
}

func (m *Module) readData(r *reader) {
	for n := r.count("data segments"); n > 0 && !r.failed(); n-- {
		var d Data
		start := r.pos
		switch flags := r.u32(); flags {
		case 2:
			if r.u32() != 0 {
				r.failAt(start, "several memories are not supported")
			}
			fallthrough
		case 0:
			d.Offset = r.constExpr()
		case 1:
			d.Mode = Passive
		default:
			r.failAt(start, "unknown data segment flags %#x", flags)
		}
		d.Bytes = r.bytes(uint64(r.u32()))
		m.Data = append(m.Data, d)
	}
}
