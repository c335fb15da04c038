package wasm

// The signatures below are final; their bodies follow within the hour.

type Engine struct{}
type Cache struct{}
type Module struct{}
type Call struct{ User any }
type Memory struct{}
type Image struct{}
type Pages struct{}
type Editor struct{}

const todo = "wasm: not built yet"

// NewCache makes a cache of compiled code that engines of one process may share. dir "" keeps it in memory, else on disk too.
func NewCache(dir string) (*Cache, error) { panic(todo) }

func NewEngine(c Config) *Engine { panic(todo) }
func (e *Engine) Close()         { panic(todo) }

// Compile decodes, validates, rewrites and compiles a module, raw or gzip; equal bytes and options give the same *Module.
func (e *Engine) Compile(bytes []byte, opt CompileOptions) (*Module, error) { panic(todo) }

// Execute runs one entry on an image: a pure function of its arguments and of what the host functions answer.
func (e *Engine) Execute(m *Module, img *Image, entry Entry, limit uint64, user any) Result {
	panic(todo)
}

func (m *Module) Hash() [32]byte                        { panic(todo) } // SHA-256 of the bytes given to Compile
func (m *Module) Methods() []Method                     { panic(todo) } // sorted by kind, name
func (m *Module) HasMethod(k MethodKind, n string) bool { panic(todo) }
func (m *Module) HasExport(name string) bool            { panic(todo) } // a ()->() function, e.g. "canister_init"
func (m *Module) HasStart() bool                        { panic(todo) }
func (m *Module) CustomSections() []CustomSection       { panic(todo) }
func (m *Module) InitialImage() *Image                  { panic(todo) } // data segments applied, start not run
// ImageOver is InitialImage over kept memory (wasm_memory_persistence = keep): globals fresh, active data segments not applied? see doc.
func (m *Module) ImageOver(old *Image) (*Image, error) { panic(todo) }

func (c *Call) Trap(message string)  { panic(todo) } // ends the execution; does not return
func (c *Call) Fail(cause error)     { panic(todo) } // the same, Trap.Cause = cause
func (c *Call) Charge(n uint64)      { panic(todo) } // instructions; traps OutOfInstructions
func (c *Call) Instructions() uint64 { panic(todo) } // used so far by this execution
func (c *Call) Memory() Memory       { panic(todo) }

// Bytes and Put trap MemoryOutOfBounds; Memory.Read and Write report instead. A view is valid until the guest runs on; do not write to it.
func (c *Call) Bytes(addr, size uint64) []byte                 { panic(todo) }
func (c *Call) Put(addr uint64, data []byte)                   { panic(todo) }
func (m Memory) Size() uint64                                  { panic(todo) }
func (m Memory) Read(addr, size uint64) (view []byte, ok bool) { panic(todo) }
func (m Memory) Write(addr uint64, data []byte) (ok bool)      { panic(todo) }

func (i *Image) Size() uint64      { panic(todo) } // Wasm pages of 64 KiB
func (i *Image) Memory() Pages     { panic(todo) }
func (i *Image) Globals() []uint64 { panic(todo) }
func (i *Image) Hash() [32]byte    { panic(todo) } // memory, size, globals; incremental

// Pages is an immutable array of bytes in pages of 4 KiB, structurally shared; the zero value is empty. Also for stable memory.
func (p Pages) Len() uint64                        { panic(todo) } // bytes, a multiple of 4096
func (p Pages) Read(dst []byte, off uint64)        { panic(todo) } // panics out of range
func (p Pages) Write(off uint64, src []byte) Pages { panic(todo) }
func (p Pages) Grow(bytes uint64) Pages            { panic(todo) } // to this length
func (p Pages) Hash() [32]byte                     { panic(todo) }
func (p Pages) Edit() *Editor                      { panic(todo) }

// Editor writes many times without copying a page twice; Done freezes it.
func (e *Editor) Len() uint64                  { panic(todo) }
func (e *Editor) Read(dst []byte, off uint64)  { panic(todo) }
func (e *Editor) Write(off uint64, src []byte) { panic(todo) }
func (e *Editor) Grow(bytes uint64)            { panic(todo) }
func (e *Editor) Dirty() int                   { panic(todo) } // pages written since Edit
func (e *Editor) Done() Pages                  { panic(todo) }
