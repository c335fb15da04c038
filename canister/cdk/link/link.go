package link

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"icsim/canister/candid"
	"icsim/canister/wasm/module"
	"icsim/canister/wasm/rewrite"
)

// What the compiler and canister/cdk export.
const (
	exportStart    = "_initialize"
	exportEnter    = "cdk_enter"
	exportDescribe = "cdk_describe"
	exportMemory   = "memory"
)

const moduleIC0 = "ic0"

// CandidSection is the custom section of the description, which everybody may read.
const CandidSection = "icp:public candid:service"

// A Canister is a module that can be installed.
type Canister struct {
	Module  []byte
	Exports []string // "canister_init", "canister_update greet" and so on, in the order of the module
	Candid  string   // "" if no method has types
}

// Link makes a canister of a module that go build -buildmode=c-shared made for wasip1. The error says that it is none, or what is wrong
// with the canister: two methods of one name, a type that Candid does not have, a panic while variables are initialised.
func Link(compiled []byte) (*Canister, error) {
	m, err := module.Decode(compiled)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{exportStart, exportEnter, exportDescribe} {
		if indexOf(m, name) < 0 {
			return nil, fmt.Errorf("the package does not export %s: it has to import icsim/canister/cdk and be built by "+
				"GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared", name)
		}
	}
	draft, err := link(m, nil, "")
	if err != nil {
		return nil, err
	}
	told, err := describe(draft)
	if err != nil {
		return nil, err
	}
	if told.candid != "" {
		if _, err := candid.ParseDID(told.candid); err != nil {
			return nil, fmt.Errorf("the canister's description is no Candid: %w", err)
		}
	}
	out, err := link(m, told.exports, told.candid)
	if err != nil {
		return nil, err
	}
	rules := rewrite.Rules{Import: func(mod, name string, _ bool) (module.FuncType, bool) { return importType(out, mod, name), true }}
	if _, err := rewrite.Rewrite(out, rules); err != nil {
		return nil, fmt.Errorf("the canister breaks a rule of the Internet Computer: %w", err)
	}
	c := &Canister{Module: out.Encode(), Candid: told.candid}
	for _, e := range out.Exports {
		if strings.HasPrefix(e.Name, "canister_") {
			c.Exports = append(c.Exports, e.Name)
		}
	}
	if len(c.Exports) == 0 {
		return nil, errors.New("the canister has no methods: cdk.New has to be called where a package variable is initialised, " +
			"as in var _ = cdk.New(…)")
	}
	return c, nil
}

// importType gives the type that a module imports a function with.
func importType(m *module.Module, mod, name string) module.FuncType {
	for _, im := range m.Imports {
		if im.Module == mod && im.Name == name {
			return m.Types[im.Type]
		}
	}
	return module.FuncType{}
}

// indexOf gives the function exported under a name, -1 if there is none.
func indexOf(m *module.Module, name string) int64 {
	for _, e := range m.Exports {
		if e.Name == name && e.Kind == module.KindFunc {
			return int64(e.Index)
		}
	}
	return -1
}

// A linker makes the module anew. Functions that the compiler made keep their indices: what WASI functions leave free among
// the imports, their stubs take, and further functions come last. Only calls of imports change.
type linker struct {
	in, out *module.Module
	moved   []uint32         // new index of each function that was imported
	ic0     map[string]int64 // index of functions of ic0
	started int64            // global: 1 once the start function has run
	seed    int64            // global: of random
}

// link gives the module with these exports, by their number, and this description; without any, one that can be asked for them.
func link(m *module.Module, exports []string, description string) (*module.Module, error) {
	l := &linker{in: m, out: new(module.Module), ic0: map[string]int64{}}
	*l.out = *m
	l.out.Types = slices.Clone(m.Types)
	l.out.Globals = append(slices.Clone(m.Globals),
		module.Global{GlobalType: module.GlobalType{Type: module.I32, Mutable: true}, Init: module.ConstExpr{Op: module.OpI32Const}},
		module.Global{GlobalType: module.GlobalType{Type: module.I64, Mutable: true}, Init: module.ConstExpr{Op: module.OpI64Const}})
	l.started, l.seed = int64(len(m.Globals)), int64(len(m.Globals))+1
	if err := l.imports(); err != nil {
		return nil, err
	}
	l.calls()
	l.start()
	l.export(exports)
	l.out.Customs = nil
	if description != "" {
		l.out.Customs = []module.Custom{{Name: CandidSection, Data: []byte(description)}}
	}
	exit := module.Data{Offset: module.ConstExpr{Op: module.OpI32Const, Value: exitAt}, Bytes: []byte(exitText)}
	l.out.Data = append(slices.Clone(m.Data), exit)
	l.out.DataCount++ // if there is one
	return l.out, nil
}

// imports keeps those from ic0, adds what stubs need, and puts the stubs for WASI in.
func (l *linker) imports() error {
	var wasi []int
	l.out.Imports = nil
	l.moved = make([]uint32, len(l.in.Imports))
	for i, im := range l.in.Imports {
		switch {
		case im.Kind == module.KindFunc && im.Module == moduleIC0:
			l.moved[i] = uint32(len(l.out.Imports))
			l.ic0[im.Name] = int64(len(l.out.Imports))
			l.out.Imports = append(l.out.Imports, im)
		case im.Kind == module.KindFunc && im.Module == rewrite.ModuleWASI:
			wasi = append(wasi, i)
		default:
			return fmt.Errorf("the package imports %s.%s, but only ic0 is there for canisters", im.Module, im.Name)
		}
	}
	for _, i := range wasi {
		if name := needs(l.in.Imports[i].Name); name != "" {
			l.importIC0(name)
		}
	}
	free := len(l.in.Imports) - len(l.out.Imports) // not negative: each import added stands for one removed
	for k, i := range wasi {
		if l.moved[i] = uint32(len(l.out.Imports) + k); k >= free {
			l.moved[i] += uint32(len(l.in.Funcs))
		}
	}
	var funcs []uint32
	var bodies []module.Body
	for _, i := range wasi {
		im := l.in.Imports[i]
		funcs = append(funcs, im.Type)
		bodies = append(bodies, l.stub(im.Name, l.in.Types[im.Type]))
	}
	l.out.Funcs = slices.Concat(funcs[:free], l.in.Funcs, funcs[free:])
	l.out.Code = slices.Concat(bodies[:free], l.in.Code, bodies[free:])
	return nil
}

func (l *linker) importIC0(name string) {
	if _, known := l.ic0[name]; known {
		return
	}
	t := module.FuncType{Params: []module.ValueType{module.I32, module.I32}}
	if name == icTime {
		t = module.FuncType{Results: []module.ValueType{module.I64}}
	}
	l.ic0[name] = int64(len(l.out.Imports))
	l.out.Imports = append(l.out.Imports, module.Import{Module: moduleIC0, Name: name, Kind: module.KindFunc, Type: l.typeIndex(t)})
}

func (l *linker) typeIndex(t module.FuncType) uint32 {
	for i := range l.out.Types {
		if l.out.Types[i].Equal(t) {
			return uint32(i)
		}
	}
	l.out.Types = append(l.out.Types, t)
	return uint32(len(l.out.Types) - 1)
}

// index gives the place of a function.
func (l *linker) index(f uint32) uint32 {
	if int(f) < len(l.moved) {
		return l.moved[f]
	}
	return f
}

// calls puts new indices where functions are named. Most bodies call no import, and stay as they are.
func (l *linker) calls() {
	first := len(l.in.Imports) - len(l.out.Imports)
	for i := range l.in.Code {
		l.out.Code[first+i].Code = l.body(l.in.Code[i])
	}
	l.out.Elems = slices.Clone(l.in.Elems)
	for i := range l.out.Elems {
		e := &l.out.Elems[i]
		e.Funcs = slices.Clone(e.Funcs)
		for k := range e.Funcs {
			e.Funcs[k] = l.index(e.Funcs[k])
		}
		e.Exprs = slices.Clone(e.Exprs)
		for k := range e.Exprs {
			if e.Exprs[k].Op == module.OpRefFunc {
				e.Exprs[k].Value = uint64(l.index(uint32(e.Exprs[k].Value)))
			}
		}
	}
}

func (l *linker) body(b module.Body) []byte {
	var out []byte
	copied := 0
	var in module.Instr
	for c := module.NewCursor(b.Code, b.Offset); c.Next(&in); {
		switch in.Op {
		case module.OpCall, module.OpReturnCall, module.OpRefFunc:
			f := uint32(in.A)
			if l.index(f) == f {
				continue
			}
			out = append(append(out, b.Code[copied:in.Start]...), byte(in.Op))
			out = module.AppendUnsigned(out, uint64(l.index(f)))
			copied = in.End
		}
	}
	if copied == 0 {
		return b.Code
	}
	return append(out, b.Code[copied:]...)
}

// add appends a function of type () -> () and gives its index.
func (l *linker) add(c *code) uint32 {
	l.out.Funcs = append(l.out.Funcs, l.typeIndex(module.FuncType{}))
	l.out.Code = append(l.out.Code, c.body())
	return uint32(len(l.out.Imports) + len(l.out.Funcs) - 1)
}

// start lets Go begin.
func (l *linker) start() {
	c := new(code).op(module.OpCall, indexOf(l.in, exportStart)).op(module.OpI32Const, 1).op(module.OpGlobalSet, l.started)
	l.out.Start, l.out.HasStart = l.add(c), true
}

// export replaces the exports by those the system knows. A draft keeps cdk_describe.
func (l *linker) export(entries []string) {
	l.out.Exports = nil
	byHand := rewrite.Rules{Library: true}
	taken := map[string]bool{}
	for _, e := range l.in.Exports {
		name := byHand.ExportName(e.Name)
		switch {
		case e.Kind == module.KindFunc:
			e.Index = l.index(e.Index)
			if !strings.HasPrefix(name, "canister_") && (name != exportDescribe || entries != nil) {
				continue
			}
		case name != exportMemory:
			continue
		}
		e.Name = name
		taken[name] = true
		l.out.Exports = append(l.out.Exports, e)
	}
	for n, name := range entries {
		if !taken[name] {
			c := new(code).op(module.OpI32Const, int64(n)).op(module.OpCall, indexOf(l.in, exportEnter))
			l.out.Exports = append(l.out.Exports, module.Export{Name: name, Kind: module.KindFunc, Index: l.add(c)})
		}
	}
}
