package wasm

import (
	"context"
	"fmt"

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
// only a cache. An Engine and its images belong to one goroutine at a time; engines share nothing but, if told to, a Cache.
type Engine struct {
	config  Config
	runtime wazero.Runtime
	types   map[hostName]module.FuncType
	modules map[moduleKey]*Module
	pool    pool
}

type hostName struct{ module, name string }

type moduleKey struct {
	hash    Hash
	library bool
}

// Cache holds compiled code. Engines in different goroutines may share one.
type Cache struct{ cache wazero.CompilationCache }

// NewCache makes a cache in memory, and on disk too if dir is not "". It returns an error if dir cannot be used.
func NewCache(dir string) (*Cache, error) {
	if dir == "" {
		return &Cache{wazero.NewCompilationCache()}, nil
	}
	c, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cache of compiled modules: %w", err)
	}
	return &Cache{c}, nil
}

// NewEngine makes an engine with these host functions. It panics if two have the same name.
func NewEngine(c Config) *Engine {
	if c.MaxInstances == 0 {
		c.MaxInstances = defaultInstances
	}
	if c.MaxInstanceBytes == 0 {
		c.MaxInstanceBytes = defaultInstanceBytes
	}
	rc := wazero.NewRuntimeConfigCompiler().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesTailCall)
	if c.Cache != nil {
		rc = rc.WithCompilationCache(c.Cache.cache)
	}
	e := &Engine{
		config:  c,
		runtime: wazero.NewRuntimeWithConfig(context.Background(), rc),
		types:   make(map[hostName]module.FuncType),
		modules: make(map[moduleKey]*Module),
		pool:    pool{byLine: make(map[*token]*instance)},
	}
	e.addHosts()
	return e
}

// Close frees compiled code and instances.
func (e *Engine) Close() {
	if err := e.runtime.Close(context.Background()); err != nil {
		panic("canister/wasm: close: " + err.Error())
	}
}

// callContext carries the instance to host functions; wazero hands them the context of the call.
type callContext struct {
	context.Context
	inst *instance
}

// addHosts makes the modules guests import from, in the order in which Config names them.
func (e *Engine) addHosts() {
	builders := map[string]wazero.HostModuleBuilder{}
	var order []string
	add := func(h HostFunc) {
		if builders[h.Module] == nil {
			builders[h.Module] = e.runtime.NewHostModuleBuilder(h.Module)
			order = append(order, h.Module)
		}
		fn := api.GoFunc(func(ctx context.Context, stack []uint64) { h.Fn(&ctx.(*callContext).inst.call, stack) })
		builders[h.Module].NewFunctionBuilder().WithGoFunction(fn, apiTypes(h.Params), apiTypes(h.Results)).Export(h.Name)
	}
	for _, h := range e.config.Hosts {
		key := hostName{h.Module, h.Name}
		if _, twice := e.types[key]; twice || h.Module == rewrite.HostModule {
			panic(fmt.Sprintf("canister/wasm: host function %s.%s is given twice", h.Module, h.Name))
		}
		e.types[key] = module.FuncType{Params: h.Params, Results: h.Results}
		add(h)
	}
	add(HostFunc{Module: rewrite.HostModule, Name: rewrite.HostStop, Fn: stop})
	add(HostFunc{Module: rewrite.HostModule, Name: rewrite.HostGrow, Params: []ValueType{I32}, Results: []ValueType{I32}, Fn: e.grow})
	for _, name := range order {
		if _, err := builders[name].Instantiate(context.Background()); err != nil {
			panic(fmt.Sprintf("canister/wasm: host module %s: %v", name, err))
		}
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
