package canister

import (
	"fmt"
	"slices"

	"icsim/canister/wasm"
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
}

// maxControllers is the interface's bound (interface.md A.6).
const maxControllers = 10

// Genesis makes the state of a subnet before its first round: each canister installed, in the order given, with its start
// function and canister_init run at ctx.Time. Installing costs no cycles. The error names the canister at fault; errors
// are an id given twice, more than ten controllers, a module that is not valid, and an initialisation that traps.
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
	return state.(*State), nil
}

func (r *Round) create(in *Install) (*Canister, error) {
	if r.touched[in.ID] != nil || in.ID == protocol.ManagementCanister {
		return nil, fmt.Errorf("the id is taken")
	}
	if len(in.Controllers) > maxControllers {
		return nil, fmt.Errorf("%d controllers, at most %d are allowed", len(in.Controllers), maxControllers)
	}
	const most = 1 << 48 // in units of 2⁶⁴ cycles: no sum of balances overflows
	if in.Cycles.Hi >= most {
		return nil, fmt.Errorf("%s cycles are more than there can be", in.Cycles)
	}
	c := &Canister{
		id: in.ID, status: Running, threshold: freezingThreshold, balance: in.Cycles, charged: r.ctx.Time,
		controllers: slices.Clone(in.Controllers),
	}
	slices.SortFunc(c.controllers, principal.ID.Compare)
	c.controllers = slices.Compact(c.controllers)
	c.queues = c.queues.Fork(r.owner)
	r.adopt(c)
	return c, nil
}

// install puts code into an empty canister and initialises it.
func (r *Round) install(c *Canister, in *Install) error {
	options := wasm.CompileOptions{Library: in.Library}
	m, err := r.executor.engine.Compile(in.Module, options)
	if err != nil {
		return fmt.Errorf("the module is not valid: %w", err)
	}
	c.code = newCode(in.Module, options, m)
	c.image = m.InitialImage()
	c.version++
	if m.HasStart() {
		if f := r.initialise(c, modeStart, wasm.Entry{Kind: wasm.EntryStart}, nil); f != nil {
			return fmt.Errorf("the start function failed: %w", f)
		}
	}
	if m.HasExport("canister_init") {
		if f := r.initialise(c, modeInit, wasm.Entry{Kind: wasm.EntryExport, Name: "canister_init"}, in); f != nil {
			return fmt.Errorf("canister_init failed: %w", f)
		}
	}
	return nil
}

func (r *Round) initialise(c *Canister, m mode, entry wasm.Entry, in *Install) *fault {
	x := r.newExecution(c, m)
	if in != nil {
		x.arg = in.Arg
		if len(c.controllers) > 0 {
			x.caller = c.controllers[0] // who would have installed it
		}
	}
	result := x.enter(entry, r.limits.install)
	if result.Trap != nil {
		return faultOf(result.Trap, r.limits.install)
	}
	r.lose(x.burned)
	c.store(x, result)
	return nil
}
