package canister

import (
	"cmp"
	"crypto/sha256"
	"maps"

	"icsim/canister/queue"
	"icsim/canister/wasm"
	"icsim/protocol"
)

// Config of an Executor.
type Config struct {
	RootKey []byte       // DER form of the root subnet's key, for ic0.root_key_copy
	Cache   *wasm.Cache  // of compiled modules, shared between executors of one process; nil for an own one
	Engine  *wasm.Engine // of NewEngine, to execute with; nil: an own one, with Cache
	Library []byte       // a module of our own that calls of install_code may bring, see wasm.CompileOptions; nil: none
	Mainnet bool         // the provisional methods of the management canister, which mint cycles, are refused

	// Slices of other lengths than the deployed ones, for tests: what canisters come to does not depend on them.
	Round uint64 // instructions of a round; 0: as deployed, as for the next
	Slice uint64 // instructions after which a long execution waits for its next turn
}

// An Executor runs the rounds of a subnet: a pure function, with an engine that keeps compiled modules and live
// instances as a cache. One value serves one goroutine at a time, and so do the states it makes; they may pass to
// other executors.
type Executor struct {
	engine  *wasm.Engine
	own     bool                     // the engine is this executor's
	modules map[codeKey]*wasm.Module // compiled by this engine
	root    []byte
	library wasm.Hash
	mainnet bool
	limits  func(system bool) roundLimits // a field so that tests reach slices with fewer instructions
}

type codeKey struct {
	hash    wasm.Hash
	options wasm.CompileOptions
}

// NewExecutor makes an executor. Close it to give its instances back.
func NewExecutor(c Config) *Executor {
	engine := c.Engine
	if engine == nil {
		engine = NewEngine(c.Cache)
	}
	return &Executor{
		engine:  engine,
		own:     c.Engine == nil,
		modules: make(map[codeKey]*wasm.Module),
		root:    c.RootKey,
		library: sha256.Sum256(c.Library),
		mainnet: c.Mainnet,
		limits:  c.limits,
	}
}

// Twin makes an executor for another goroutine, with the modules that e has compiled so far. Close it before e.
func (e *Executor) Twin() *Executor {
	twin := *e
	twin.engine, twin.own = e.engine.Twin(), false
	twin.modules = maps.Clone(e.modules)
	return &twin
}

// NewEngine makes an engine that executors may use one after the other: it keeps what it has compiled. Compiled code is shared with the
// other engines of the cache; nil: with none.
func NewEngine(cache *wasm.Cache) *wasm.Engine {
	hosts := append(hostFunctions(), goRuntime().Hosts()...)
	return wasm.NewEngine(wasm.Config{Hosts: hosts, Grow: growMemory, Cache: cache})
}

// limits are the deployed ones, with slices of the configured length.
func (c *Config) limits(system bool) roundLimits {
	l := limitsOf(system)
	l.round, l.slice = cmp.Or(c.Round, l.round), cmp.Or(c.Slice, l.slice)
	return l
}

// goRuntime is the world as Go's runtime sees it in a library module: the time of the round, and nobody to print to.
func goRuntime() wasm.WASI {
	return wasm.WASI{
		Time:  func(c *wasm.Call) uint64 { return c.User.(*execution).round.now },
		Print: func(*wasm.Call, []byte) {},
	}
}

// Close gives back what the executor holds: its instances, and the engine if it is its own.
func (e *Executor) Close() {
	if e.own {
		e.engine.Close()
	} else {
		e.engine.Rest()
	}
}

// Begin implements protocol.Executor. parent must be nil or come from this package.
func (e *Executor) Begin(parent protocol.CanisterState, ctx *protocol.RoundContext) protocol.Round {
	state := &State{}
	if parent != nil {
		state = parent.(*State)
	}
	r := e.open(state, ctx)
	r.rouse()
	r.pair()
	return r
}

func (e *Executor) open(parent *State, ctx *protocol.RoundContext) *Round {
	return &Round{
		executor: e, parent: parent, ctx: ctx,
		prices: pricesOf(ctx), limits: e.limits(ctx.System),
		now: ctx.Genesis + uint64(ctx.Time), owner: new(queue.Owner),
		management: parent.management, departing: parent.departing, nextID: parent.nextID, retired: parent.retired,
		outcalls: parent.outcalls, chainKeys: parent.ChainKeys(),
		memory: parent.memory, compute: parent.compute, delta: parent.delta, guaranteed: parent.guaranteed, callbacks: parent.callbacks,
	}
}

// options of a module that a call brings.
func (e *Executor) options(raw []byte) wasm.CompileOptions {
	return wasm.CompileOptions{Library: sha256.Sum256(raw) == e.library}
}

// module gives a canister's code compiled by this executor's engine.
func (e *Executor) module(c *code) *wasm.Module {
	key := codeKey{c.hash, c.options}
	if m := e.modules[key]; m != nil {
		return m
	}
	m, err := e.engine.Compile(c.raw, c.options)
	if err != nil {
		panic("canister: an installed module does not compile again: " + err.Error())
	}
	e.modules[key] = m
	return m
}
