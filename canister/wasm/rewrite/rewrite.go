package rewrite

import (
	"fmt"

	"icsim/canister/wasm/module"
)

const (
	// ShadowSize is the number of bytes below the guest's memory: one for each 4 KiB page of 4 GiB. A byte is 1 if the page was
	// written to. The last BlockMarks bytes, of pages that no guest can have, are marks of blocks: what was written to lies in
	// a marked block or in the one behind it, so that the marks of a large memory need not all be read.
	ShadowSize = 1 << 20
	BlockMarks = 1 << (32 - BlockShift)
	FirstBlock = ShadowSize - BlockMarks

	// PageSize is the size of the pages that are tracked, in bytes; PageShift its logarithm.
	PageSize  = 1 << PageShift
	PageShift = 12

	// BlockShift is the logarithm of the size of a block, 16 MiB.
	BlockShift = 24

	shadowPages = ShadowSize >> 16

	// DeclaredPages is the maximum of the rewritten memory. The real one is a page less, so that an access with the largest offset
	// always faults, and so that wazero never refuses to ask the allocator (see canister/wasm, memory.go).
	DeclaredPages = 1 << 16

	// MaxPages is the most a guest's memory may have, in pages of 64 KiB.
	//
	// Model: 17 pages short of the replica's 4 GiB, and of its 6 GiB for a 64-bit memory.
	MaxPages = DeclaredPages - shadowPages - 1

	// DepthBudget is the value of the depth global at the start of an execution. The weights are upper estimates, and wazero gives an
	// execution at least 50 MB of stack, so the budget is used up first.
	//
	// Model: the replica counts native bytes of wasmtime, 5 MiB; how deep a recursion gets differs.
	DepthBudget = 40 << 20
)

// The names the rewritten module imports from and exports under. It exports nothing else.
const (
	HostModule = "icsim"  // of the two imports below
	HostStop   = "stop"   // () -> (): instructions or depth are used up
	HostGrow   = "grow"   // (i32) -> (i32): memory.grow
	Fuel       = "fuel"   // global i64: instructions left
	Depth      = "depth"  // global i64: budget for frames left
	Callback   = "table"  // function (index i32, env I): calls a table element of type (I) -> (), I being i64 if memory is 64-bit
	Start      = "start"  // the start function
	FuncPrefix = "call:"  // before the name of an exported function of type () -> ()
	globPrefix = "global" // before the number of a global that is part of the state
	dropPrefix = "drop"   // before the number of a passive data segment
	WideSuffix = " 64"    // behind the name of an imported function, in a module with a 64-bit memory
)

// Global is a mutable global of the guest: part of a canister's state.
type Global struct {
	Export string
	Type   module.ValueType
	Init   uint64 // the bits it starts with
}

// Output is a module rewritten.
type Output struct {
	Binary    []byte
	Interface Interface
	Entries   []string // names of the exported functions of type () -> ()
	Globals   []Global
	Dropped   []string // exported i32 globals to set to 0 before each execution: data segments dropped during it
	HasStart  bool
	HasTable  bool
	Memory64  bool   // the original's memory was 64-bit
	Pages     uint64 // initial memory, 64 KiB
	MaxPages  uint64 // what it may grow to
	Data      []Segment
}

// Segment is what an active data segment writes to the initial memory; later segments win.
type Segment struct {
	Offset uint64
	Bytes  []byte
}

type rewriter struct {
	m, out   *module.Module
	imported int           // functions imported by the original
	after    []module.Body // helpers, which follow the original's functions

	wideMemory, wideTable bool // 64-bit in the original

	funcTypes []uint32 // of the original, by function index
	stop      uint32   // function indices in the output
	grow      uint32
	copy      uint32
	fill      uint32
	init      []uint32 // by data segment; 0 if not used
	fuel      uint32   // global indices in the output
	depth     uint32
	dropped   []uint32 // by data segment; 0 if not used

	plan  plan
	frame frame
}

// hostFuncs is the number of functions the rewriter imports; every function of the original moves up by so many.
const hostFuncs = 2

// Rewrite validates a decoded module and gives its metered, tracked and canonical form. The original is not changed; the output
// aliases its bytes. What it refuses is a *module.Error.
func Rewrite(m *module.Module, rules Rules) (*Output, error) {
	face, err := validate(m, rules)
	if err != nil {
		return nil, err
	}
	w := &rewriter{m: m, out: &module.Module{}, imported: m.ImportedFuncs(), wideMemory: m.Memory64()}
	w.wideTable = len(m.Tables) > 0 && m.Tables[0].Is64
	o := &Output{Interface: *face, HasStart: m.HasStart, HasTable: len(m.Tables) > 0, Memory64: w.wideMemory}
	for _, i := range m.Imports {
		w.funcTypes = append(w.funcTypes, i.Type)
	}
	w.funcTypes = append(w.funcTypes, m.Funcs...)
	w.out.Types = append(w.out.Types, m.Types...)
	w.importFuncs()
	if err := w.memory(o); err != nil {
		return nil, err
	}
	w.globals(o)
	w.elements()
	w.out.Funcs = append(w.out.Funcs, m.Funcs...)
	w.addHelpers(o)
	for i := range m.Code {
		if err := w.body(i); err != nil {
			return nil, err
		}
	}
	w.out.Code = append(w.out.Code, w.after...)
	if err := w.exports(o, rules); err != nil {
		return nil, err
	}
	w.names()
	o.Binary = w.out.Encode()
	return o, nil
}

func (w *rewriter) typeOf(index int) module.FuncType { return w.m.Types[w.m.Funcs[index]] }

// mapFunc gives a function's index in the output.
func (w *rewriter) mapFunc(f uint32) uint32 {
	if int(f) < w.imported {
		return f
	}
	return f + hostFuncs
}

// typeIndex gives the index of a signature in the output, added if it is new.
func (w *rewriter) typeIndex(params, results []module.ValueType) uint32 {
	t := module.FuncType{Params: params, Results: results}
	for i := range w.out.Types {
		if w.out.Types[i].Equal(t) {
			return uint32(i)
		}
	}
	w.out.Types = append(w.out.Types, t)
	return uint32(len(w.out.Types) - 1)
}

func types(ts ...module.ValueType) []module.ValueType { return ts }

func (w *rewriter) importFuncs() {
	host := func(name string, t uint32) {
		w.out.Imports = append(w.out.Imports, module.Import{Module: HostModule, Name: name, Type: t})
	}
	w.out.Imports = append(w.out.Imports, w.m.Imports...)
	if w.wideMemory {
		for i := range w.out.Imports {
			w.out.Imports[i].Name += WideSuffix
		}
	}
	w.stop, w.grow = uint32(w.imported), uint32(w.imported)+1
	host(HostStop, w.typeIndex(nil, nil))
	host(HostGrow, w.typeIndex(types(module.I32), types(module.I32)))
}

// memory puts the shadow under the guest's memory, which exists even if the module has none, and takes the active data segments
// out: they make the initial image. An instance is then brought to any image without applying them first.
func (w *rewriter) memory(o *Output) error {
	o.MaxPages = 0
	if len(w.m.Memories) == 1 {
		l := w.m.Memories[0]
		o.Pages, o.MaxPages = l.Min, MaxPages
		if l.HasMax {
			o.MaxPages = min(l.Max, MaxPages)
		}
	}
	w.out.Memories = []module.Limits{{Min: o.Pages + shadowPages, Max: DeclaredPages, HasMax: true}}
	w.out.DataCount, w.out.HasCount = w.m.DataCount, w.m.HasCount
	for i, d := range w.m.Data {
		if d.Mode == module.Active {
			at, err := offset(d.Offset, w.wideMemory)
			if err != "" {
				return bad("data", "segment %d: %s", i, err)
			}
			if n, size := uint64(len(d.Bytes)), o.Pages<<16; at > size || n > size-at {
				return bad("data", "segment %d of %d bytes at byte %d of a memory of %d", i, n, at, size)
			}
			o.Data = append(o.Data, Segment{at, d.Bytes})
			d = module.Data{Mode: module.Passive} // dropped at instantiation, so empty ever after
		}
		if w.m.HasCount { // else no instruction can name a segment
			w.out.Data = append(w.out.Data, d)
		}
	}
	return nil
}

func (w *rewriter) globals(o *Output) {
	w.out.Globals = append(w.out.Globals, w.m.Globals...)
	for i, g := range w.m.Globals {
		if g.Init.Op == module.OpRefFunc {
			w.out.Globals[i].Init.Value = uint64(w.mapFunc(uint32(g.Init.Value)))
		}
		if g.Mutable {
			name := fmt.Sprint(globPrefix, len(o.Globals))
			o.Globals = append(o.Globals, Global{name, g.Type, initBits(g)})
			w.export(name, module.KindGlobal, uint32(i))
		}
	}
	w.fuel = w.addGlobal(Fuel, module.I64)
	w.depth = w.addGlobal(Depth, module.I64)
}

// initBits gives the bits of a numeric constant as a global holds them.
func initBits(g module.Global) uint64 {
	if g.Init.Op == module.OpI32Const {
		return uint64(uint32(g.Init.Value))
	}
	return g.Init.Value
}

func (w *rewriter) addGlobal(name string, t module.ValueType) uint32 {
	zero := module.OpI64Const
	if t == module.I32 {
		zero = module.OpI32Const
	}
	index := uint32(len(w.out.Globals))
	w.out.Globals = append(w.out.Globals, module.Global{
		GlobalType: module.GlobalType{Type: t, Mutable: true}, Init: module.ConstExpr{Op: zero}})
	w.export(name, module.KindGlobal, index)
	return index
}

func (w *rewriter) export(name string, kind module.Kind, index uint32) {
	w.out.Exports = append(w.out.Exports, module.Export{Name: name, Kind: kind, Index: index})
}

func (w *rewriter) elements() {
	for _, t := range w.m.Tables {
		t.Limits = module.Limits{Min: t.Min} // it never grows
		w.out.Tables = append(w.out.Tables, t)
	}
	for _, e := range w.m.Elems {
		if e.Offset.Op == module.OpI64Const {
			e.Offset.Op = module.OpI32Const // at most MaxTableElements
		}
		funcs := make([]uint32, len(e.Funcs))
		for i, f := range e.Funcs {
			funcs[i] = w.mapFunc(f)
		}
		e.Funcs = funcs
		if e.Exprs != nil {
			exprs := append([]module.ConstExpr{}, e.Exprs...)
			for i := range exprs {
				if exprs[i].Op == module.OpRefFunc {
					exprs[i].Value = uint64(w.mapFunc(uint32(exprs[i].Value)))
				}
			}
			e.Exprs = exprs
		}
		w.out.Elems = append(w.out.Elems, e)
	}
}

// exports gives the functions an execution may enter by.
func (w *rewriter) exports(o *Output, rules Rules) error {
	seen := map[string]bool{}
	for _, e := range w.m.Exports {
		if e.Kind != module.KindFunc {
			continue
		}
		if t := w.m.Types[w.funcTypes[e.Index]]; len(t.Params)+len(t.Results) > 0 {
			continue
		}
		name := rules.ExportName(e.Name)
		if rules.Library && name == startInGo && !w.m.HasStart {
			o.HasStart = true
			w.export(Start, module.KindFunc, w.mapFunc(e.Index))
			continue
		}
		if seen[name] {
			return bad("export", "%q is exported twice", name)
		}
		seen[name] = true
		o.Entries = append(o.Entries, name)
		w.export(FuncPrefix+name, module.KindFunc, w.mapFunc(e.Index))
	}
	if w.m.HasStart {
		if t := w.m.Types[w.funcTypes[w.m.Start]]; len(t.Params)+len(t.Results) > 0 {
			return bad("start", "function %d has type %s, it must be () -> ()", w.m.Start, t)
		}
		w.export(Start, module.KindFunc, w.mapFunc(w.m.Start))
	}
	return nil
}

// names keeps the functions' names, and the original's index for those without: traps show them.
func (w *rewriter) names() {
	old := w.m.FuncNames()
	names := make([]string, len(w.funcTypes)+hostFuncs)
	for f := range w.funcTypes {
		name := old[uint32(f)]
		if name == "" {
			name = fmt.Sprintf("func[%d]", f)
		}
		names[w.mapFunc(uint32(f))] = name
	}
	w.out.Customs = []module.Custom{{Name: module.NameSection, Data: module.EncodeFuncNames(names)}}
}
