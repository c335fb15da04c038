package canister

import (
	"fmt"

	"icsim/canister/queue"
	"icsim/canister/wasm"

	m "icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// An Install is a canister of the genesis state.
type Install struct {
	ID          protocol.CanisterID
	Module      []byte // raw or gzip
	Library     bool   // one of our own modules, see wasm.CompileOptions
	Arg         []byte // of canister_init
	Controllers []principal.ID
	Cycles      protocol.Cycles
	Settings    *m.Settings // beside controllers; nil: the defaults
}

// Admit makes canisters with their settings and without code, as Genesis begins, and says which of them cannot be and why: the subnet
// has not so much to allocate, or they are frozen from the beginning. Of ctx it needs Nodes and System.
func Admit(ctx *protocol.RoundContext, installs []Install) (at int, err error) {
	r := &Round{
		parent: &State{}, chainKeys: noChainKeys, ctx: ctx, prices: pricesOf(ctx), limits: limitsOf(ctx.System), owner: new(queue.Owner),
	}
	for i := range installs {
		if _, err := r.create(&installs[i]); err != nil {
			return i, err
		}
	}
	return 0, nil
}

// DefaultSettings are those of a canister of which nobody has asked for others.
func DefaultSettings() m.Definite { return defaultSettings().definite() }

// Genesis makes the state of a subnet before its first round: each canister installed, in the order given, with its start
// function and canister_init run at ctx.Time. Installing costs no cycles. The error names the canister at fault; errors
// are an id given twice, more than ten controllers, settings that update_settings would refuse, a module that is not valid, and an
// initialisation that traps.
func (e *Executor) Genesis(ctx *protocol.RoundContext, installs []Install) (*State, error) {
	r := e.open(&State{}, ctx)
	for i := range installs {
		c, err := r.create(&installs[i])
		if err == nil {
			err = r.install(c, &installs[i])
		}
		if err != nil {
			return nil, fmt.Errorf("canister %s: %w", installs[i].ID, err)
		}
	}
	state, _ := r.Commit()
	return state.(*State).checkpoint(), nil // the next one writes what changes
}

func (r *Round) create(in *Install) (*Canister, error) {
	if r.touched[in.ID] != nil || in.ID >= protocol.ManagerOf(0) {
		return nil, fmt.Errorf("the id is taken")
	}
	if len(in.Controllers) > maxControllers {
		return nil, fmt.Errorf("%d controllers, at most %d are allowed", len(in.Controllers), maxControllers)
	}
	const most = 1 << 48 // in units of 2⁶⁴ cycles: no sum of balances overflows
	if in.Cycles.Hi >= most {
		return nil, fmt.Errorf("%s cycles are more than there can be", in.Cycles)
	}
	s, f := defaultSettings(in.Controllers...).with(in.Settings)
	if f != nil {
		return nil, f
	}
	c := &Canister{
		id: in.ID, status: Running, settings: s, balance: in.Cycles, charged: r.ctx.Time, created: r.now,
	}
	if f := r.affordable(c, settings{}); f != nil {
		return nil, f
	}
	c.queues = c.queues.Fork(r.owner)
	r.adopt(c)
	return c, nil
}

// install puts code into an empty canister and initialises it.
func (r *Round) install(c *Canister, in *Install) error {
	options := wasm.CompileOptions{Library: in.Library}
	module, err := r.executor.engine.Compile(in.Module, options)
	if err != nil {
		return fmt.Errorf("the module is not valid: %w", err)
	}
	d := &deployment{module: module, code: newCode(in.Module, options, module), arg: in.Arg}
	d.mode.Install = &m.Null{}
	if len(c.controllers) > 0 {
		d.caller = c.controllers[0] // who would have installed it
	}
	done := r.deploy(c, d)
	if done.failure != nil {
		return fmt.Errorf("%s failed: %w", done.stage, done.failure)
	}
	c.log = done.canister.log
	r.adoptCode(c, done)
	return nil
}
