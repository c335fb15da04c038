package rewrite

import (
	"fmt"
	"strings"

	"icsim/canister/wasm/module"
)

// Limits of a canister module (interface.md A.4). All are inclusive.
const (
	MaxFunctions     = 50_000
	MaxGlobals       = 1_000
	MaxTableElements = 1_000_000
	MaxICSections    = 16
	MaxICSectionSize = 1 << 20 // bytes, over all icp: sections
	MaxMethods       = 1_000
	MaxMethodNames   = 20_000 // bytes, over all methods
	MaxCodeSize      = 10 << 20
	MaxInstructions  = 1_000_000 // of one function body
)

// Rules say what a module may be.
type Rules struct {
	// Import gives the type of a host function that a module may import; wide says that its memory is 64-bit.
	Import func(mod, name string, wide bool) (module.FuncType, bool)

	// Library is for what Go's compiler makes. It admits imports from wasi_snapshot_preview1; renames exports "canister_update_SP_greet" to
	// "canister_update greet", since the compiler refuses a space; and takes "_initialize" for the start function.
	Library bool
}

// MethodKind is the kind of an exported canister method.
type MethodKind uint8

// The kinds of exported methods, "canister_update NAME" and so on.
const (
	Update MethodKind = iota
	Query
	CompositeQuery
)

// Method is an exported method of a canister.
type Method struct {
	Kind MethodKind
	Name string
}

// Section is a custom section "icp:public NAME" or "icp:private NAME".
type Section struct {
	Name   string
	Public bool
	Data   []byte
}

// Interface is what a module shows to the Internet Computer.
type Interface struct {
	Methods  []Method  // in the order of their exports
	Sections []Section // in the order of the file
}

// ModuleWASI is the module Go's runtime imports its system from.
const ModuleWASI = "wasi_snapshot_preview1"

const (
	moduleIC0 = "ic0"
	spaceInGo = "_SP_"
	startInGo = "_initialize"
)

func bad(section, format string, args ...any) error {
	return &module.Error{Section: section, Func: -1, Offset: -1, Msg: fmt.Sprintf(format, args...)}
}

// validate checks everything but function bodies, which the planner reads anyway.
func validate(m *module.Module, rules Rules) (*Interface, error) {
	for _, check := range []func(*module.Module) error{checkSizes, checkMemories, checkTables, checkGlobals} {
		if err := check(m); err != nil {
			return nil, err
		}
	}
	if err := checkImports(m, rules); err != nil {
		return nil, err
	}
	face := &Interface{}
	if err := face.readExports(m, rules); err != nil {
		return nil, err
	}
	return face, face.readSections(m)
}

func checkSizes(m *module.Module) error {
	if n := len(m.Funcs); n > MaxFunctions {
		return bad("function", "%d functions, at most %d are allowed", n, MaxFunctions)
	}
	if n := len(m.Globals); n > MaxGlobals {
		return bad("global", "%d globals, at most %d are allowed", n, MaxGlobals)
	}
	size := 0
	for i := range m.Code {
		size += len(m.Code[i].Code)
	}
	if size > MaxCodeSize {
		return bad("code", "%d bytes of code, at most %d are allowed", size, MaxCodeSize)
	}
	return nil
}

func checkMemories(m *module.Module) error {
	if n := len(m.Memories); n > 1 {
		return bad("memory", "%d memories, at most one is allowed", n)
	}
	for _, l := range m.Memories {
		if l.Min > MaxPages {
			return bad("memory", "a memory of %d pages, at most %d are supported", l.Min, MaxPages)
		}
	}
	return nil
}

func checkTables(m *module.Module) error {
	if n := len(m.Tables); n > 1 {
		return bad("table", "%d tables, at most one is allowed", n)
	}
	for _, t := range m.Tables {
		if t.Min > MaxTableElements {
			return bad("table", "a table of %d elements, at most %d are allowed", t.Min, MaxTableElements)
		}
	}
	for i := range m.Elems {
		e := &m.Elems[i]
		if e.Mode != module.Active {
			continue
		}
		table := m.Tables[e.Table]
		at, err := offset(e.Offset, table.Is64)
		if err != "" {
			return bad("element", "segment %d: %s", i, err)
		}
		if n := uint64(len(e.Funcs) + len(e.Exprs)); at > table.Min || n > table.Min-at {
			return bad("element", "segment %d of %d elements at element %d of a table of %d", i, n, at, table.Min)
		}
	}
	return nil
}

func checkGlobals(m *module.Module) error {
	for i, g := range m.Globals {
		if g.Init.Op == module.OpGlobalGet {
			return bad("global", "global %d: initialised from another global", i)
		}
		if g.Mutable && (g.Type == module.FuncRef || g.Type == module.ExternRef) {
			return bad("global", "global %d: a mutable %s cannot be kept between messages", i, g.Type)
		}
	}
	return nil
}

func checkImports(m *module.Module, rules Rules) error {
	wide := m.Memory64()
	for i, im := range m.Imports {
		where := fmt.Sprintf("import %d (%s.%s): ", i, im.Module, im.Name)
		switch {
		case im.Kind != module.KindFunc:
			return bad("import", "%sa %s cannot be imported, only functions", where, im.Kind)
		case im.Module != moduleIC0 && (im.Module != ModuleWASI || !rules.Library):
			return bad("import", `%sfunctions can be imported only from "ic0"`, where)
		}
		want, known := rules.Import(im.Module, im.Name, wide)
		if !known && wide {
			return bad("import", "%sno such function for a module with a 64-bit memory", where)
		}
		if !known {
			return bad("import", "%sno such function", where)
		}
		if got := m.Types[im.Type]; !got.Equal(want) {
			return bad("import", "%stype %s, but the function has type %s", where, got, want)
		}
	}
	return nil
}

// isEntry reports whether an export of this name is one the Internet Computer calls without a method name.
func isEntry(name string) bool {
	switch name {
	case "canister_init", "canister_pre_upgrade", "canister_post_upgrade", "canister_inspect_message", "canister_heartbeat",
		"canister_global_timer", "canister_on_low_wasm_memory":
		return true
	}
	return false
}

// isReserved reports whether the replica exports something of its own under this name.
func isReserved(name string) bool {
	switch name {
	case "canister counter_instructions", "canister_start", "stable_memory", "bytemap_memory", "accessed_pages_counter",
		"dirty_pages_counter":
		return true
	}
	return false
}

// ExportName gives the name the Internet Computer sees an export under.
func (r Rules) ExportName(name string) string {
	if r.Library && strings.HasPrefix(name, "canister_") {
		return strings.Replace(name, spaceInGo, " ", 1)
	}
	return name
}

func (f *Interface) readExports(m *module.Module, rules Rules) error {
	names := map[string]bool{} // method names of all kinds
	total := 0
	for _, e := range m.Exports {
		name := rules.ExportName(e.Name)
		if isReserved(name) {
			return bad("export", "%q is a reserved name", name)
		}
		if !strings.HasPrefix(name, "canister_") {
			continue
		}
		kind, method, isMethod := methodOf(name)
		if !isMethod && !isEntry(name) {
			return bad("export", "%q is not an entry of a canister", name)
		}
		if e.Kind != module.KindFunc {
			return bad("export", "%q is a %s, not a function", name, e.Kind)
		}
		if t := m.Types[m.FuncTypeIndex(e.Index)]; len(t.Params)+len(t.Results) > 0 {
			return bad("export", "%q has type %s, it must be () -> ()", name, t)
		}
		if !isMethod {
			continue
		}
		if names[method] {
			return bad("export", "method %q is exported twice", method)
		}
		names[method] = true
		total += len(method)
		f.Methods = append(f.Methods, Method{kind, method})
	}
	if n := len(f.Methods); n > MaxMethods {
		return bad("export", "%d methods, at most %d are allowed", n, MaxMethods)
	}
	if total > MaxMethodNames {
		return bad("export", "method names of %d bytes, at most %d are allowed", total, MaxMethodNames)
	}
	return nil
}

func methodOf(export string) (MethodKind, string, bool) {
	kind, name, ok := strings.Cut(export, " ")
	switch {
	case !ok:
	case kind == "canister_update":
		return Update, name, true
	case kind == "canister_query":
		return Query, name, true
	case kind == "canister_composite_query":
		return CompositeQuery, name, true
	}
	return 0, "", false
}

func (f *Interface) readSections(m *module.Module) error {
	names := map[string]bool{}
	total := 0
	for _, c := range m.Customs {
		if !strings.HasPrefix(c.Name, "icp:") {
			continue
		}
		visibility, name, _ := strings.Cut(strings.TrimPrefix(c.Name, "icp:"), " ")
		if name == "" || (visibility != "public" && visibility != "private") {
			return bad("custom", `%q is neither "icp:public NAME" nor "icp:private NAME"`, c.Name)
		}
		if names[name] {
			return bad("custom", "icp section %q appears twice", name)
		}
		names[name] = true
		total += len(c.Name) + len(c.Data)
		f.Sections = append(f.Sections, Section{name, visibility == "public", c.Data})
	}
	if n := len(f.Sections); n > MaxICSections {
		return bad("custom", "%d icp sections, at most %d are allowed", n, MaxICSections)
	}
	if total > MaxICSectionSize {
		return bad("custom", "icp sections of %d bytes, at most %d are allowed", total, MaxICSectionSize)
	}
	return nil
}
