package wasm

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"icsim/canister/wasm/module"
	"icsim/canister/wasm/rewrite"
)

const (
	defaultInstances     = 256
	defaultInstanceBytes = 2 << 30

	// maxLimit bounds the instruction limit of an execution, so that charging cannot wrap around.
	maxLimit = 1 << 62
)

// Engine compiles modules and executes them. It holds one entry for each module compiled, and a bounded number of live instances, which are
// only a cache. An Engine and its images belong to one goroutine at a time; engines share nothing but, if told to, a Cache, and what Twin
// says.
type Engine struct {
	config  Config
	runtime wazero.Runtime
	types   map[hostName]module.FuncType // of host functions as the guest sees them
	modules map[moduleKey]*Module
	pool    pool
}

type hostName struct {
	module, name string
	wide         bool // for modules with a 64-bit memory
}

// A moduleKey is what a compiled module is made of: bytes, by their hash, and options.
type moduleKey struct {
	hash    Hash
	library bool
}

// NewEngine makes an engine with these host functions. It panics if two have the same name.
func NewEngine(c Config) *Engine {
	if c.MaxInstances == 0 {
		c.MaxInstances = defaultInstances
	}
	if c.MaxInstanceBytes == 0 {
		c.MaxInstanceBytes = defaultInstanceBytes
	}
	rc := settings()
	if c.Cache != nil {
		rc = rc.WithCompilationCache(c.Cache.cache)
	}
	e := &Engine{
		config:  c,
		runtime: wazero.NewRuntimeWithConfig(context.Background(), rc),
		types:   make(map[hostName]module.FuncType),
		modules: make(map[moduleKey]*Module),
		pool:    newPool(),
	}
	e.addHosts()
	return e
}

// settings are what wazero is told of how to compile.
func settings() wazero.RuntimeConfig {
	return wazero.NewRuntimeConfigCompiler().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesTailCall)
}

// Twin makes an engine for another goroutine, with the modules that e has compiled so far, which one validates and compiles in the
// time of many executions. Let it Rest before e is closed.
func (e *Engine) Twin() *Engine {
	return &Engine{config: e.config, runtime: e.runtime, types: e.types, modules: maps.Clone(e.modules), pool: newPool()}
}

// Close frees compiled code and instances.
func (e *Engine) Close() {
	if err := e.runtime.Close(context.Background()); err != nil {
		panic("canister/wasm: close: " + err.Error())
	}
}

// Rest gives up all instances. What is compiled stays.
func (e *Engine) Rest() {
	for _, inst := range e.pool.live {
		inst.close()
	}
	e.pool = newPool()
}

// callContext carries the instance to host functions; wazero hands them the context of the call.
type callContext struct {
	context.Context
	inst *instance
}

// addHosts makes the modules guests import from, in the order in which Config names them. Modules with a 64-bit memory find a function's
// other form under a name of its own.
func (e *Engine) addHosts() {
	builders := map[string]wazero.HostModuleBuilder{}
	var order []string
	add := func(h HostFunc, wide bool) {
		if builders[h.Module] == nil {
			builders[h.Module] = e.runtime.NewHostModuleBuilder(h.Module)
			order = append(order, h.Module)
		}
		t := h.typeFor(wide)
		e.types[hostName{h.Module, h.Name, wide}] = t
		name := h.Name
		if wide {
			name += rewrite.WideSuffix
		}
		builders[h.Module].NewFunctionBuilder().WithGoFunction(h.goFunc(wide), apiTypes(t.Params), apiTypes(t.Results)).
			WithName(h.Name).Export(name)
	}
	for _, h := range e.config.Hosts {
		if _, twice := e.types[hostName{h.Module, h.Name, false}]; twice || h.Module == rewrite.HostModule {
			panic(fmt.Sprintf("canister/wasm: host function %s.%s is given twice", h.Module, h.Name))
		}
		add(h, false)
		if !h.Narrow {
			add(h, true)
		}
	}
	add(HostFunc{Module: rewrite.HostModule, Name: rewrite.HostStop, Fn: stop}, false)
	add(HostFunc{Module: rewrite.HostModule, Name: rewrite.HostGrow, Params: []ValueType{I32}, Results: []ValueType{I32}, Fn: e.grow}, false)
	for _, name := range order {
		if _, err := builders[name].Instantiate(context.Background()); err != nil {
			panic(fmt.Sprintf("canister/wasm: host module %s: %v", name, err))
		}
	}
}

// typeFor gives the function's type as a guest with a memory of that width sees it.
func (h HostFunc) typeFor(wide bool) module.FuncType {
	pointer := I32
	if wide {
		pointer = I64
	}
	width := func(ts []ValueType) []ValueType {
		out := slices.Clone(ts)
		for i, t := range out {
			if t == Pointer {
				out[i] = pointer
			}
		}
		return out
	}
	return module.FuncType{Params: width(h.Params), Results: width(h.Results)}
}

// goFunc makes Fn callable by wazero, for guests with a memory of that width.
func (h HostFunc) goFunc(wide bool) api.GoFunc {
	var narrow []int // slots to clear the upper half of
	for i, t := range h.Params {
		if t == Pointer && !wide {
			narrow = append(narrow, i)
		}
	}
	return func(ctx context.Context, stack []uint64) {
		for _, i := range narrow {
			stack[i] = uint64(uint32(stack[i]))
		}
		h.Fn(&ctx.(*callContext).inst.call, stack)
	}
}

func apiTypes(ts []ValueType) []api.ValueType {
	out := make([]api.ValueType, len(ts))
	for i, t := range ts {
		out[i] = byte(t)
	}
	return out
}

// stop is called when instructions or depth are used up.
//
// Model: nothing pauses here. A message runs to its end at once; who wants slices divides Result.Instructions by their length, which
// gives the same outcome since inputs are fixed when an execution begins.
func stop(c *Call, _ []uint64) {
	if int64(c.inst.fuel.Get()) < 0 {
		panic(&Trap{Kind: OutOfInstructions})
	}
	panic(&Trap{Kind: StackOverflow})
}

// grow is memory.grow.
func (e *Engine) grow(c *Call, stack []uint64) {
	from, delta := c.Memory().Size()/wasmPage, uint64(uint32(stack[0]))
	stack[0] = uint64(uint32(1<<32 - 1))
	if to := from + delta; to <= c.inst.module.maxPages && (delta == 0 || e.config.Grow == nil || e.config.Grow(c, from, to)) {
		c.inst.resize(to)
		stack[0] = from
	}
}

// Execute runs one entry over an image with a limit of instructions, at most 2^62: a pure function of its arguments and of what
// the host functions answer. User is handed to them as Call.User.
func (e *Engine) Execute(m *Module, img *Image, entry Entry, limit uint64, user any) Result {
	inst := e.pool.take(e, m, img)
	r := inst.run(entry, int64(min(limit, maxLimit)), user)
	e.pool.put(e, inst)
	return r
}
