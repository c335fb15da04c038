package module

import "fmt"

// spaces holds the sizes of a module's index spaces, imports counted.
type spaces struct {
	funcs, tables, memories, globals uint64
}

func (m *Module) spaces() spaces {
	s := spaces{uint64(len(m.Funcs)), uint64(len(m.Tables)), uint64(len(m.Memories)), uint64(len(m.Globals))}
	for _, i := range m.Imports {
		switch i.Kind {
		case KindFunc:
			s.funcs++
		case KindTable:
			s.tables++
		case KindMemory:
			s.memories++
		case KindGlobal:
			s.globals++
		}
	}
	return s
}

// ImportedFuncs counts the functions imported: the index of the first function the module defines.
func (m *Module) ImportedFuncs() int { return int(m.spaces().funcs) - len(m.Funcs) }

// FuncTypeIndex gives the type index of a function, imports counted; the index must be in range.
func (m *Module) FuncTypeIndex(f uint32) uint32 {
	n := uint32(0)
	for i := range m.Imports {
		if m.Imports[i].Kind == KindFunc {
			if n == f {
				return m.Imports[i].Type
			}
			n++
		}
	}
	return m.Funcs[f-n]
}

// Memory64 reports whether the module's memory, imported or its own, has 64-bit addresses.
func (m *Module) Memory64() bool {
	for i := range m.Imports {
		if m.Imports[i].Kind == KindMemory {
			return m.Imports[i].Memory.Is64
		}
	}
	return len(m.Memories) > 0 && m.Memories[0].Is64
}

// check makes sure that whoever walks a decoded module needs no bounds checks: every index is in range, every block is closed, the
// function and code sections agree. It leaves operand types to the compiler. Passes that append locals, globals or functions
// depend on it: an index just past the end must be refused before it starts to mean something.
func (m *Module) check() error {
	s := m.spaces()
	for i, im := range m.Imports {
		if im.Kind == KindFunc && int(im.Type) >= len(m.Types) {
			return outside("import", "import %d (%s.%s): type %d of %d", i, im.Module, im.Name, im.Type, len(m.Types))
		}
	}
	for i, t := range m.Funcs {
		if int(t) >= len(m.Types) {
			return outside("function", "function %d: type %d of %d", i, t, len(m.Types))
		}
	}
	if len(m.Funcs) != len(m.Code) {
		return outside("code", "%d function bodies for %d declared functions", len(m.Code), len(m.Funcs))
	}
	if m.HasCount && int(m.DataCount) != len(m.Data) {
		return outside("data", "%d data segments, %d announced", len(m.Data), m.DataCount)
	}
	for i := range m.Globals {
		if err := m.checkConst("global", s, m.Globals[i].Init, "global %d", i); err != nil {
			return err
		}
	}
	if err := m.checkExports(s); err != nil {
		return err
	}
	if m.HasStart && uint64(m.Start) >= s.funcs {
		return outside("start", "function %d of %d", m.Start, s.funcs)
	}
	if err := m.checkSegments(s); err != nil {
		return err
	}
	return m.checkBodies(s)
}

func outside(section, format string, args ...any) *Error {
	return &Error{section, -1, "", -1, fmt.Sprintf(format, args...)}
}

func (m *Module) checkConst(section string, s spaces, e ConstExpr, where string, i int) error {
	switch {
	case e.Op == OpGlobalGet && e.Value >= s.globals:
		return outside(section, where+": global %d of %d", i, e.Value, s.globals)
	case e.Op == OpRefFunc && e.Value >= s.funcs:
		return outside(section, where+": function %d of %d", i, e.Value, s.funcs)
	}
	return nil
}

func (m *Module) checkExports(s spaces) error {
	seen := make(map[string]bool, len(m.Exports))
	for _, e := range m.Exports {
		if seen[e.Name] {
			return outside("export", "%q is exported twice", e.Name)
		}
		seen[e.Name] = true
		if n := [...]uint64{s.funcs, s.tables, s.memories, s.globals}[e.Kind]; uint64(e.Index) >= n {
			return outside("export", "%q: %s %d of %d", e.Name, e.Kind, e.Index, n)
		}
	}
	return nil
}

func (m *Module) checkSegments(s spaces) error {
	for i := range m.Elems {
		e := &m.Elems[i]
		if e.Mode == Active {
			if uint64(e.Table) >= s.tables {
				return outside("element", "segment %d: table %d of %d", i, e.Table, s.tables)
			}
			if err := m.checkConst("element", s, e.Offset, "segment %d", i); err != nil {
				return err
			}
		}
		for _, f := range e.Funcs {
			if uint64(f) >= s.funcs {
				return outside("element", "segment %d: function %d of %d", i, f, s.funcs)
			}
		}
		for _, x := range e.Exprs {
			if err := m.checkConst("element", s, x, "segment %d", i); err != nil {
				return err
			}
		}
	}
	for i := range m.Data {
		if m.Data[i].Mode != Active {
			continue
		}
		if s.memories == 0 {
			return outside("data", "segment %d: the module has no memory", i)
		}
		if err := m.checkConst("data", s, m.Data[i].Offset, "segment %d", i); err != nil {
			return err
		}
	}
	return nil
}

func (m *Module) checkBodies(s spaces) error {
	w := &walker{m: m, spaces: s}
	first := m.ImportedFuncs()
	for i := range m.Code {
		body := &m.Code[i]
		w.locals = uint64(len(m.Types[m.Funcs[i]].Params))
		for _, g := range body.Locals {
			w.locals += uint64(g.Count)
		}
		if at, msg := w.walk(body); msg != "" {
			return &Error{"code", first + i, m.FuncName(uint32(first + i)), at, msg}
		}
	}
	return nil
}

// walker checks the indices in a body.
type walker struct {
	spaces
	m      *Module
	locals uint64
	blocks []Opcode // open blocks, the function itself first
}

func (w *walker) walk(body *Body) (at int, msg string) {
	if w.locals > MaxLocals {
		return body.Offset, fmt.Sprintf("more than %d locals", MaxLocals)
	}
	c, in := NewCursor(body.Code, body.Offset), Instr{}
	w.blocks = append(w.blocks[:0], OpBlock)
	for c.Next(&in) {
		if len(w.blocks) == 0 {
			return body.Offset + in.Start, "code after the end of the function"
		}
		if msg := w.instr(&in); msg != "" {
			return body.Offset + in.Start, in.Op.String() + ": " + msg
		}
	}
	if at, msg = c.Err(); msg == "" && len(w.blocks) > 0 {
		return body.Offset + len(body.Code), "the function has no end"
	}
	return at, msg
}

func (w *walker) instr(in *Instr) string {
	switch in.Op {
	case OpBlock, OpLoop, OpIf:
		w.blocks = append(w.blocks, in.Op)
	case OpElse:
		if w.blocks[len(w.blocks)-1] != OpIf {
			return "no if is open"
		}
		w.blocks[len(w.blocks)-1] = OpElse
	case OpEnd:
		w.blocks = w.blocks[:len(w.blocks)-1]
	}
	switch in.Op.Immediate() {
	case ImmBlock:
		if in.Block.Indexed {
			return within("type", uint64(in.Block.Index), uint64(len(w.m.Types)))
		}
	case ImmLabel:
		return within("label", in.A, uint64(len(w.blocks)))
	case ImmLabels:
		for _, l := range in.Labels {
			if msg := within("label", uint64(l), uint64(len(w.blocks))); msg != "" {
				return msg
			}
		}
	case ImmFunc:
		return within("function", in.A, w.funcs)
	case ImmCallIndirect:
		return either(within("type", in.A, uint64(len(w.m.Types))), within("table", in.B, w.tables))
	case ImmLocal:
		return within("local", in.A, w.locals)
	case ImmGlobal:
		return within("global", in.A, w.globals)
	case ImmTable:
		return within("table", in.A, w.tables)
	case ImmMemarg:
		if in.A >= 1<<32 && !w.m.Memory64() {
			return fmt.Sprintf("offset %d needs more than 32 bits", in.A)
		}
		return within("memory", 0, w.memories)
	case ImmMemory, ImmMemories:
		return within("memory", 0, w.memories)
	case ImmData, ImmDataMemory:
		if !w.m.HasCount {
			return "the module has no data count section"
		}
		if in.Op == OpMemoryInit && w.memories == 0 {
			return within("memory", 0, w.memories)
		}
		return within("data segment", in.A, uint64(len(w.m.Data)))
	case ImmElem:
		return within("element segment", in.A, uint64(len(w.m.Elems)))
	case ImmElemTable:
		return either(within("element segment", in.A, uint64(len(w.m.Elems))), within("table", in.B, w.tables))
	case ImmTables:
		return either(within("table", in.A, w.tables), within("table", in.B, w.tables))
	}
	return ""
}

func within(what string, i, n uint64) string {
	if i < n {
		return ""
	}
	return fmt.Sprintf("%s %d of %d", what, i, n)
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
