package canister

import (
	"icsim/canister/wasm"

	m "icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
)

const (
	maxModuleBytes = 100 << 20 // interface.md A.4
	// installRate is how much of a canister's installing each round works off, in instructions: a 16th of a round's, as for all
	// subnet messages. Until it is done, no more code is installed (IC0209).
	installRate = 250_000_000

	persistence = "enhanced-orthogonal-persistence" // the private section of modules that keep their main memory
)

// A deployment is code on its way into a canister.
type deployment struct {
	mode   m.DeploymentMode
	skip   bool // pre_upgrade
	keep   bool // main memory
	module *wasm.Module
	code   *code
	arg    []byte
	caller principal.ID
}

func (r *Round) installCode(q *request, c *Canister) ([]byte, *fault) {
	var arg m.InstallCode
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	return r.startInstall(q, c, &arg)
}

// startInstall installs code, all or nothing: of an installation that fails only the fee stays, and what was printed.
func (r *Round) startInstall(q *request, c *Canister, arg *m.InstallCode) ([]byte, *fault) {
	if c.installs.left(r.ctx.Height, installRate) > 0 {
		return nil, refusal(errInstallRateLimited, "Canister %s is rate limited because it executed too many instructions in the previous "+
			"install_code messages. Please retry after several seconds.", c.id)
	}
	if r.restrained(c) {
		return nil, refusal(errDeltaRateLimited, "Canister %s is heap delta rate limited: current delta debit is %d, but limit is %d",
			c.id, c.written.left(r.ctx.Height, r.limits.deltaShare), r.limits.deltaShare)
	}
	d, f := r.plan(c, &arg.Mode, arg.Module)
	if f != nil {
		return nil, f
	}
	d.arg, d.caller = arg.Arg, q.caller
	prepaid := r.prices.execution(r.limits.install, d.code.wide)
	if c.liquid(r.prices).Less(prepaid) {
		return nil, c.outOfCycles()
	}
	c.balance = c.balance.Sub(prepaid)
	r.managing += r.start(c, &job{prepaid: prepaid, wide: d.code.wide, request: q, deployment: d})
	return nil, nil
}

// finishInstall applies what an installation came to and answers the call that asked for it.
func (r *Round) finishInstall(c *Canister, j *job, o *outcome) {
	done := o.deployed
	failure := done.failure
	if c.balance.Add(done.canister.balance).Less(done.began) {
		failure = c.outOfCycles()
	}
	c.log = done.canister.log
	if failure == nil {
		r.adoptCode(c, done)
		c.note(r, j.request, m.Details{Deployment: &m.Deployment{Mode: j.deployment.mode, ModuleHash: c.code.hash[:]}})
	}
	r.refundExecution(c, j, o.instructions)
	if !r.ctx.System {
		c.installs = c.installs.add(o.instructions, r.ctx.Height, installRate)
	}
	if failure != nil {
		failure = refusal(failure.code, "%s", failure.reject(c.id).Message)
	}
	r.answer(j.request, m.Encode(nil), failure)
}

// plan decides what an installation is to do, or says why it cannot be.
func (r *Round) plan(c *Canister, mode *m.InstallMode, raw []byte) (*deployment, *fault) {
	d := &deployment{}
	switch {
	case mode.Install != nil && c.code != nil:
		return nil, refusal(errAlreadyInstalled, "Canister %s cannot be installed because the canister is not empty. Try installing with "+
			"mode='reinstall' instead.", c.id)
	case mode.Upgrade != nil && c.code == nil:
		return nil, c.noModule()
	}
	options := r.executor.options(raw)
	module, err := r.executor.engine.Compile(raw, options)
	if err != nil {
		return nil, &fault{code: errInvalidWasm, text: "Canister's Wasm module is not valid: " + err.Error()}
	}
	d.module, d.code = module, newCode(raw, options, module)
	switch {
	case mode.Install != nil:
		d.mode.Install = &m.Null{}
	case mode.Reinstall != nil:
		d.mode.Reinstall = &m.Null{}
	default:
		d.mode.Upgrade = &m.Null{}
		if options := *mode.Upgrade; options != nil {
			d.skip = options.SkipPreUpgrade != nil && *options.SkipPreUpgrade
			d.keep = options.Persistence != nil && options.Persistence.Keep != nil
			if options.Persistence != nil {
				return d, d.persistable(c, true)
			}
		}
		return d, d.persistable(c, false)
	}
	return d, nil
}

// persistable holds an upgrade to the rule of orthogonal persistence (interface.md B.2): who has state in main memory has to say
// what becomes of it, and only code that can take it may keep it.
func (d *deployment) persistable(c *Canister, said bool) *fault {
	private := func(k *code) bool {
		s := k.section(persistence)
		return s != nil && !s.Public
	}
	switch {
	case !said && private(c.code):
		return contract("Missing upgrade option: Enhanced orthogonal persistence requires the `wasm_memory_persistence` upgrade option.")
	case d.keep && !private(d.code):
		return contract("Invalid upgrade option: The `wasm_memory_persistence: opt Keep` upgrade option requires that the new canister " +
			"module supports enhanced orthogonal persistence.")
	}
	return nil
}

// deploy runs all that an installation runs, on a copy of the canister.
//
// Model: compiling is free; the replica charges instructions for it.
func (r *Round) deploy(c *Canister, d *deployment) *deployed {
	next := *c
	s := &deployed{round: r, canister: &next, limit: r.limits.install, caller: d.caller, began: c.balance, beganReserved: c.reserved}
	upgrade := d.mode.Upgrade != nil
	if upgrade && !d.skip && r.executor.module(c.code).HasExport("canister_pre_upgrade") {
		s.run(modePreUpgrade, "canister_pre_upgrade", nil)
	}
	if s.failure == nil {
		s.failure = s.replace(d, upgrade)
	}
	if d.module.HasStart() {
		s.run(modeStart, startFunction, nil)
	}
	initial := "canister_init"
	if upgrade {
		initial = "canister_post_upgrade"
	}
	if d.module.HasExport(initial) {
		s.run(modeInit, initial, d.arg)
	}
	if s.failure == nil && !upgrade {
		next.log = next.log.since(c.log.next)
	}
	s.round = nil
	return s
}

// A deployed is what came of an installation: executions that share a limit, of which none runs after one that failed.
type deployed struct {
	round         *Round
	canister      *Canister // the copy, as it became
	caller        principal.ID
	limit         uint64
	instructions  uint64          // used
	fresh         uint64          // bytes taken from the subnet's memory
	written       uint64          // bytes of pages
	began         protocol.Cycles // what the canister had
	beganReserved protocol.Cycles
	burned        protocol.Cycles
	failure       *fault
	stage         string // that failed
}

const startFunction = "the start function"

func (s *deployed) run(m mode, name string, arg []byte) {
	if s.failure != nil {
		return
	}
	entry := wasm.Entry{Kind: wasm.EntryExport, Name: name}
	if m == modeStart {
		entry = wasm.Entry{Kind: wasm.EntryStart}
	}
	x := s.round.newExecution(s.canister, m)
	x.caller, x.arg = s.caller, arg
	result := x.enter(entry, s.limit-s.instructions)
	s.instructions += result.Instructions
	s.canister.log = x.log
	if result.Trap != nil {
		s.failure, s.stage = faultOf(result.Trap, s.limit), name
		return
	}
	x.close()
	s.burned = s.burned.Add(x.burned)
	s.fresh += x.fresh
	s.written += x.written + uint64(result.DirtyPages)*wasm.PageSize
	s.canister.store(x, result)
}

// replace puts the new code into the canister. The timer is off and the version moves on; what is not kept begins anew.
func (s *deployed) replace(d *deployment, upgrade bool) *fault {
	c := s.canister
	memory := c.image
	c.code, c.image, c.timer = d.code, d.module.InitialImage(), 0
	c.version++
	if !upgrade {
		c.stable, c.certified = wasm.Pages{}, nil
	}
	if !d.keep {
		return nil
	}
	image, err := d.module.ImageOver(memory.Memory())
	if err != nil {
		return contract("The main memory cannot be kept: %s", err)
	}
	c.image = image
	return nil
}

// adoptCode takes over what a successful installation has made of a copy of the canister.
func (r *Round) adoptCode(c *Canister, done *deployed) {
	next := done.canister
	c.code, c.image, c.stable, c.certified, c.timer = next.code, next.image, next.stable, next.certified, next.timer
	c.deployed = r.now
	c.version++
	c.balance = c.balance.Add(next.balance).Sub(done.began)
	c.reserved = c.reserved.Add(next.reserved).Sub(done.beganReserved)
	r.memory += done.fresh
	r.wrote(c, done.written)
	c.watchHeap()
	r.consume(c, useBurned, done.burned)
}
