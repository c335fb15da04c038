package cdk

// Reject codes (reference/interface.md section C).
const (
	SysFatal           = 1
	SysTransient       = 2
	DestinationInvalid = 3
	CanisterReject     = 4
	CanisterError      = 5
	SysUnknown         = 6
)

// A RejectError says why a call has no reply.
type RejectError struct {
	Code    uint32
	Message string
}

func (e *RejectError) Error() string { return e.Message }

// A Future is a call on its way.
type Future struct {
	// Refunded is what came back of the cycles sent, once the call has its answer.
	Refunded Cycles

	owner   *task
	waiting bool // the owner is parked for this answer
	done    bool
	sent    bool // with cycles
	reply   []byte
	reject  *RejectError
}

// Call calls a method of another canister and waits for the answer. What this message did so far is committed first, and other
// messages run in between: check again what was checked before. If the code that follows traps, only what it did itself is
// undone.
func (c *Context) Call(callee Principal, method string, arg []byte, cycles Cycles) ([]byte, *RejectError) {
	return c.Start(callee, method, arg, cycles).Await()
}

// Start calls a method without waiting. A call that the system does not take (a queue is full, too few cycles) has its answer at
// once: SysTransient. It traps where calls are not allowed.
func (c *Context) Start(callee Principal, method string, arg []byte, cycles Cycles) *Future {
	return c.start(Outgoing{Callee: callee, Method: method, Arg: arg, Cycles: cycles})
}

// StartWithin starts a best-effort call: after so many seconds, or earlier if the subnet is busy, its answer is SysUnknown, and
// whether the callee has done what it was asked to is not known. Cycles sent may then be lost.
func (c *Context) StartWithin(seconds uint32, callee Principal, method string, arg []byte, cycles Cycles) *Future {
	return c.start(Outgoing{Callee: callee, Method: method, Arg: arg, Cycles: cycles, Within: max(seconds, 1)})
}

func (c *Context) start(o Outgoing) *Future {
	p := c.program
	f := &Future{owner: c.task, sent: !o.Cycles.IsZero()}
	o.Slot = p.hold(f)
	if !c.system.Call(o) {
		p.release(o.Slot)
		f.done, f.reject = true, &RejectError{SysTransient, "the call could not be queued"}
	}
	return f
}

// Done reports whether the answer is there, so that Await would not wait.
func (f *Future) Done() bool { return f.done }

// Await waits for the answer. Only the message that started the call may: a reply goes to the caller of the message that runs.
func (f *Future) Await() ([]byte, *RejectError) {
	if !f.done {
		t := f.owner
		if t == nil || t != t.program.running {
			panic("cdk: Await of a call that another message has started")
		}
		f.waiting = true
		t.wait()
	}
	return f.reply, f.reject
}

// hold finds a slot for a call.
func (p *Program) hold(f *Future) uint32 {
	if n := len(p.free); n > 0 {
		slot := p.free[n-1]
		p.free = p.free[:n-1]
		p.open[slot] = f
		return slot
	}
	p.open = append(p.open, f)
	return uint32(len(p.open) - 1)
}

func (p *Program) release(slot uint32) *Future {
	f := p.open[slot]
	p.open[slot] = nil
	p.free = append(p.free, slot)
	return f
}

// Callback is the entry for the answer to a call: the module's reply and reject callbacks.
func (p *Program) Callback(slot uint32) {
	f := p.release(slot)
	if f.sent {
		f.Refunded = p.system.Refunded()
	}
	if code := p.system.RejectCode(); code != 0 {
		f.answer(nil, &RejectError{code, p.system.RejectMessage()})
	} else {
		f.answer(p.system.Arg(), nil)
	}
}

func (f *Future) answer(reply []byte, reject *RejectError) {
	f.done, f.reply, f.reject = true, reply, reject
	if f.waiting {
		f.waiting = false
		f.owner.program.enter(f.owner)
	}
}

// Cleanup is the entry for a callback that has trapped: the module's cleanup callback. The message that waited has failed; its deferred
// functions run, and then it is gone.
func (p *Program) Cleanup(slot uint32) {
	f := p.release(slot)
	f.done, f.reject = true, &RejectError{CanisterError, "the callback trapped"}
	if f.waiting {
		f.waiting = false
		p.running = f.owner
		f.owner.stop()
		p.running = nil
	}
}
