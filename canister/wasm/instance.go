package wasm

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"icsim/canister/wasm/rewrite"
)

// instance is a live module. Between executions its memory and globals are exactly those of the image it holds.
type instance struct {
	module  *Module
	api     api.Module
	mem     *linear
	fuel    api.MutableGlobal
	depth   api.MutableGlobal
	globals []api.MutableGlobal
	dropped []api.MutableGlobal

	// Looked up at the first use and kept: a lookup costs more than a call. Each has a stack of its own.
	entries         map[string]api.Function
	callback, start api.Function

	ctx   callContext
	call  Call
	holds *Image
	dirty []uint64 // scratch: pages written by the execution, ascending
	stack [2]uint64
	used  uint64 // pool's clock at the last use
	busy  bool
}

// newInstance makes an instance that holds zeros. It panics if the host has no room for one.
func newInstance(e *Engine, m *Module, mem *linear) *instance {
	inst := &instance{module: m, entries: make(map[string]api.Function), mem: mem}
	alloc := experimental.MemoryAllocatorFunc(func(_, _ uint64) experimental.LinearMemory { return inst.mem })
	ctx := experimental.WithMemoryAllocator(context.Background(), alloc)
	mod, err := e.runtime.InstantiateModule(ctx, m.compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		panic("canister/wasm: instantiate: " + err.Error())
	}
	inst.api = mod
	inst.ctx = callContext{context.Background(), inst}
	inst.call.inst = inst
	inst.fuel, inst.depth = inst.global(rewrite.Fuel), inst.global(rewrite.Depth)
	for _, g := range m.globals {
		inst.globals = append(inst.globals, inst.global(g.Export))
	}
	for _, name := range m.dropped {
		inst.dropped = append(inst.dropped, inst.global(name))
	}
	inst.holds = &Image{memory: Pages{}.Grow(m.memory.Len()), globals: m.initial}
	return inst
}

func (i *instance) global(name string) api.MutableGlobal {
	return i.api.ExportedGlobal(name).(api.MutableGlobal)
}

func (i *instance) close() {
	if err := i.api.Close(context.Background()); err != nil {
		panic("canister/wasm: close: " + err.Error())
	}
}

// guest gives the guest's memory.
func (i *instance) guest() []byte { return i.mem.buf[rewrite.ShadowSize:] }

// resize sets the guest's memory to a number of 64 KiB pages. Bytes given up are zeroed, for whoever grows into them again.
//
// wazero can only grow a memory, but it takes the length our allocator answers: asking it for one page more makes it take any.
func (i *instance) resize(pages uint64) {
	size := pages*wasmPage + rewrite.ShadowSize
	old := uint64(len(i.mem.buf))
	if size == old {
		return
	}
	if size < old {
		i.mem.zero(size, old)
	}
	i.mem.answer = size
	if _, ok := i.api.Memory().Grow(1); !ok {
		panic("canister/wasm: wazero refused to resize a memory")
	}
	i.mem.answer = 0
}

// switchTo brings memory and globals to an image, touching only pages that differ from the image held.
func (i *instance) switchTo(img *Image) {
	if img == i.holds {
		return
	}
	if len(img.globals) != len(i.globals) {
		panic("canister/wasm: the image is not one of the module's")
	}
	i.resize(img.Size())
	guest := i.guest()
	i.holds.memory.diff(img.memory, func(p uint64, now *page) { now.read(guest[p*PageSize:][:PageSize], 0) })
	for k, g := range i.globals {
		g.Set(img.globals[k])
	}
	i.holds = img
}

// run executes an entry over the image held and commits or rolls back.
func (i *instance) run(entry Entry, limit int64, user any) Result {
	fn, stack := i.entry(entry)
	if fn == nil {
		return Result{Trap: &Trap{Kind: EntryNotFound, Message: entry.Name}, Image: i.holds}
	}
	i.fuel.Set(uint64(limit))
	i.depth.Set(rewrite.DepthBudget)
	for _, g := range i.dropped {
		g.Set(0)
	}
	i.call.User, i.call.limit = user, limit
	err := fn.CallWithStack(&i.ctx, stack)
	i.call.User = nil
	r := Result{Instructions: i.call.Instructions()}
	if err != nil {
		r.Trap = trapOf(err)
		if r.Trap.Kind == StackOverflow {
			clear(i.entries) // with the stacks that have grown
			i.callback, i.start = nil, nil
		}
	}
	i.scan(r.Trap)
	if r.DirtyPages = len(i.dirty); r.Trap != nil || entry.Discard {
		i.rollback()
	} else {
		i.commit()
	}
	r.Image = i.holds
	return r
}

// entry gives the function to call and its arguments; nil if the module has no such.
func (i *instance) entry(entry Entry) (api.Function, []uint64) {
	switch entry.Kind {
	case EntryTable:
		if !i.module.hasTable {
			return nil, nil
		}
		i.stack = [2]uint64{uint64(entry.Index), entry.Env}
		return i.function(&i.callback, rewrite.Callback), i.stack[:]
	case EntryStart:
		if !i.module.hasStart {
			return nil, nil
		}
		return i.function(&i.start, rewrite.Start), nil
	}
	fn := i.entries[entry.Name]
	if fn == nil && i.module.entries[entry.Name] {
		fn = i.api.ExportedFunction(rewrite.FuncPrefix + entry.Name)
		i.entries[entry.Name] = fn
	}
	return fn, nil
}

func (i *instance) function(f *api.Function, name string) api.Function {
	if *f == nil {
		*f = i.api.ExportedFunction(name)
	}
	return *f
}
