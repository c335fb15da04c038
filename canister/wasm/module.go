package wasm

import (
	"bytes"
	"crypto/sha256"

	"github.com/tetratelabs/wazero"

	"icsim/canister/wasm/module"
	"icsim/canister/wasm/rewrite"
	"icsim/crypto"
)

// Module is a canister module, compiled. It belongs to its Engine and the twins of that, and nobody changes it.
type Module struct {
	hash     Hash
	compiled wazero.CompiledModule
	methods  []Method
	byName   map[Method]bool
	sections []CustomSection
	entries  map[string]bool
	globals  []rewrite.Global
	initial  []uint64 // bits of globals
	dropped  []string
	hasStart bool
	hasTable bool
	memory64 bool
	chunks   []crypto.Hash
	memory   Pages  // initial
	maxPages uint64 // of 64 KiB
}

// Compile decodes, validates, rewrites and compiles a module, raw or gzip. Equal bytes with equal options give the same *Module.
// The error names the section, function and byte at fault.
func (e *Engine) Compile(raw []byte, opt CompileOptions) (*Module, error) {
	key := moduleKey{sha256.Sum256(raw), opt.Library}
	if m := e.modules[key]; m != nil {
		return m, nil
	}
	plain, err := module.Unpack(raw)
	if err != nil {
		return nil, err
	}
	decoded, err := module.Decode(plain)
	if err != nil {
		return nil, err
	}
	out, err := rewrite.Rewrite(decoded, rewrite.Rules{Library: opt.Library, Import: e.hostType})
	if err != nil {
		return nil, err
	}
	compiled, err := e.compile(out.Binary)
	if err != nil {
		return nil, typeError(decoded, err)
	}
	m := newModule(key.hash, compiled, out)
	m.chunks = crypto.SumChunks(raw)
	e.modules[key] = m
	return m, nil
}

func (e *Engine) hostType(mod, name string, wide bool) (module.FuncType, bool) {
	t, ok := e.types[hostName{mod, name, wide}]
	return t, ok
}

func newModule(hash Hash, compiled wazero.CompiledModule, out *rewrite.Output) *Module {
	m := &Module{
		hash: hash, compiled: compiled, maxPages: out.MaxPages, hasStart: out.HasStart, hasTable: out.HasTable,
		memory64: out.Memory64,
		methods:  out.Interface.Methods, byName: make(map[Method]bool), entries: make(map[string]bool),
		globals: out.Globals, dropped: out.Dropped,
	}
	for _, s := range out.Interface.Sections {
		s.Data = bytes.Clone(s.Data) // do not keep the whole file
		m.sections = append(m.sections, s)
	}
	for _, x := range m.methods {
		m.byName[x] = true
	}
	for _, name := range out.Entries {
		m.entries[name] = true
	}
	for _, g := range out.Globals {
		m.initial = append(m.initial, g.Init)
	}
	memory := Pages{}.Edit()
	memory.Grow(out.Pages * wasmPage)
	for _, s := range out.Data {
		memory.Write(s.Offset, s.Bytes)
	}
	m.memory = memory.Done()
	m.memory.Hash() // by twins it would not be safe
	return m
}

// Chunks gives the hashes of the chunks of the bytes given to Compile.
func (m *Module) Chunks() []crypto.Hash { return m.chunks }

// Hash gives SHA-256 of the bytes given to Compile.
func (m *Module) Hash() Hash { return m.hash }

// Methods gives the exported methods in the order of the module's exports. The caller must not change the slice.
func (m *Module) Methods() []Method { return m.methods }

// HasMethod reports whether a method is exported under a kind.
func (m *Module) HasMethod(kind MethodKind, name string) bool {
	return m.byName[Method{Kind: kind, Name: name}]
}

// HasExport reports whether a function of type () -> () is exported under a name, for example "canister_init".
func (m *Module) HasExport(name string) bool { return m.entries[name] }

// GlobalTypes gives the types of the mutable globals, in the order of Image.Globals.
func (m *Module) GlobalTypes() []ValueType {
	types := make([]ValueType, len(m.globals))
	for i, g := range m.globals {
		types[i] = g.Type
	}
	return types
}

// HasStart reports whether the module has a start function, to be run by EntryStart once on an initial image.
func (m *Module) HasStart() bool { return m.hasStart }

// Memory64 reports whether the module was written for a 64-bit memory, which costs twice the cycles to run (interface.md B.4).
func (m *Module) Memory64() bool { return m.memory64 }

// CustomSections gives the icp: sections in the order of the file. The caller must not change the slice.
func (m *Module) CustomSections() []CustomSection { return m.sections }
