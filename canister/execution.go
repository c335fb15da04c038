package canister

import (
	"fmt"

	"icsim/canister/wasm"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// An execution is one entry into a module: what the system calls read, and the journal of what they did. The
// canister itself is only read; the round applies the journal if the execution returns, and forgets it if it traps.
type execution struct {
	call     *wasm.Call // of the system call that runs
	round    *Round
	canister *Canister // as it was before the execution
	mode     mode

	arg         []byte // of the call, or the reply in a reply callback
	caller      principal.ID
	method      string          // in inspect_message
	certificate []byte          // of the canister's data; nil: none
	code        uint32          // reject code in callbacks
	reject      string          // message of a reject
	deadline    protocol.Time   // of the call
	depth       uint32          // of calls made
	responded   bool            // the call has its answer, from before or now
	refunded    protocol.Cycles // with the response
	available   protocol.Cycles // still on the call
	earlier     uint64          // instructions of the call context before this execution

	// The journal.
	began, beganReserved protocol.Cycles // what the canister had

	balance     protocol.Cycles
	reserved    protocol.Cycles
	fresh       uint64 // bytes taken from the subnet's memory
	log         canisterLog
	burned      protocol.Cycles // by the canister
	transmitted protocol.Cycles // paid for sending calls
	minted      protocol.Cycles
	reply       []byte  // collected so far
	answer      *answer // nil: not yet
	building    *call   // begun and not performed
	calls       []*call // performed
	stable      wasm.Pages
	editor      *wasm.Editor // of stable, once it is written
	certified   []byte       // nil: unchanged
	timer       uint64
	written     uint64 // bytes of stable memory, in pages
	grown       uint64 // bytes of memory and stable memory beyond those of the canister
	accepted    bool   // inspect_message accepted
}

// An answer is a canister's own response to a call.
type answer struct {
	reply  []byte
	reject *string // nil: replied
}

// A call is one that an execution makes.
type call struct {
	callee     principal.ID
	method     string
	arg        []byte
	bestEffort bool
	nowhere    bool // the callee is neither a canister nor a subnet
	callback
}

// newExecution prepares an execution over what the canister holds now.
func (r *Round) newExecution(c *Canister, m mode) *execution {
	return &execution{
		round: r, canister: c, mode: m, began: c.balance, beganReserved: c.reserved, balance: c.balance, reserved: c.reserved,
		log: c.log, stable: c.stable, timer: c.timer, responded: true,
	}
}

// inContext lets an execution act for a call context.
func (x *execution) inContext(ctx *callContext) {
	x.caller = ctx.callerID()
	x.deadline, x.depth = ctx.deadline, ctx.depth
	x.responded = ctx.responded
	x.available = ctx.available
	x.earlier = ctx.instructions
}

// enter runs an entry. On a trap the journal is void.
func (x *execution) enter(entry wasm.Entry, limit uint64) wasm.Result {
	e := x.round.executor
	result := e.engine.Execute(e.module(x.canister.code), x.canister.image, entry, limit, x)
	if result.Trap != nil {
		if f := faultOf(result.Trap, limit); f.code != errCalledTrap { // which has been logged
			x.log = x.log.print(x.round.now, []byte("[TRAP]: "+f.text), x.canister.logBytes)
		}
	}
	return result
}

// frozen is the freezing limit with the memory that the execution has grown.
func (x *execution) frozen() protocol.Cycles {
	c := x.canister
	return less(x.round.prices.upkeep(c.upkeepGrown(x.grown), min(c.threshold, maxThreshold)), x.reserved)
}

func (x *execution) liquid() protocol.Cycles { return less(x.balance, x.frozen()) }

// grow accounts for memory of so many bytes more; false if the subnet has not so much. It traps when the canister could not
// afford to keep it.
func (x *execution) grow(bytes uint64) bool {
	r := x.round
	fresh := x.canister.fresh(x.grown+bytes) - x.fresh
	if r.memory+x.fresh+fresh > r.limits.memory {
		return false
	}
	price := r.reservation(r.memory+x.fresh, fresh)
	if reserved := x.reserved.Add(price); !price.IsZero() && x.canister.reservable.Less(reserved) {
		x.fail(errReservedLimit, fmt.Sprintf("Canister cannot grow memory by %d bytes due to its reserved cycles limit: %s cycles would be "+
			"reserved, %s may be", bytes, reserved, x.canister.reservable))
	}
	x.grown += bytes
	x.fresh += fresh
	x.reserved = x.reserved.Add(price)
	if limit := x.frozen(); x.balance.Less(limit.Add(price)) {
		x.fail(errCyclesMemoryGrow, "Canister cannot grow memory: it would hold less than its freezing limit of "+
			limit.String()+" cycles")
	}
	x.balance = x.balance.Sub(price)
	return true
}

// close ends an execution: what it left open is dropped, and it holds on to nothing but its journal.
func (x *execution) close() {
	x.dropCall()
	if x.editor != nil {
		x.written = uint64(x.editor.Dirty()) * wasm.PageSize
		x.stable, x.editor = x.editor.Done(), nil
	}
	x.call, x.round, x.canister = nil, nil, nil
}

// fail ends the execution with one of the specification's error codes.
func (x *execution) fail(code, text string) { x.call.Fail(&fault{code: code, text: text}) }

// violate ends the execution: the module broke the contract of a system call.
func (x *execution) violate(text string) {
	x.fail(errContractViolation, "Canister violated contract: "+text)
}
