package cdktest

import (
	"slices"

	"icsim/canister/cdk"
)

// A mode says what an entry may do.
type mode uint8

const (
	inInit mode = iota
	inQuery
	inUpdate
	inInspect
	inComposite
)

// A context is a call that is worked on, with the calls that were made for it and have no answer.
type context struct {
	call *call
	open int
}

// A canister is one of the network, and its system.
type canister struct {
	id        cdk.Principal
	network   *Network
	program   *cdk.Program
	balance   cdk.Cycles
	stable    []byte
	certified []byte
	timer     uint64
	env       map[string]string

	// The message that runs.
	mode    mode
	context *context
	answer  *call   // in a callback
	made    []*call // by this message
	asked   uint64  // instructions, so far
	entered bool    // the message may come in
}

const pageBytes = 1 << 16

// enter runs an entry. What it did through the system is undone if it traps; the reject says why.
func (x *canister) enter(in *context, as mode, run func()) (reject *cdk.RejectError) {
	before, call := *x, *in.call
	x.mode, x.context, x.made, x.asked, x.entered = as, in, nil, 0, false
	x.stable = append([]byte(nil), x.stable...)
	defer func() {
		r := recover()
		if text, trapped := r.(cdk.Trapped); trapped {
			*x, *in.call = before, call
			reject = &cdk.RejectError{Code: cdk.CanisterError, Message: string(text)}
		} else if r != nil {
			panic(r)
		}
		made := x.made
		x.context, x.answer, x.made = nil, nil, nil
		for _, c := range made {
			in.open++
			x.network.queue = append(x.network.queue, message{from: c})
		}
	}()
	run()
	return nil
}

// mode is that of a callback.
func (in *context) mode() mode {
	if in.call.query {
		return inComposite
	}
	return inUpdate
}

// has reports whether the canister has an entry.
func (x *canister) has(export string) bool { return slices.Contains(x.program.Exports(), export) }

// inspect asks the canister whether it takes a user's call.
func (x *canister) inspect(c *call) *cdk.RejectError {
	if !x.has("canister_inspect_message") {
		return nil
	}
	in := &context{call: c}
	reject := x.enter(in, inInspect, x.program.Inspect)
	if reject == nil && !x.entered {
		reject = &cdk.RejectError{Code: cdk.CanisterReject, Message: "Canister rejected the message"}
	}
	return reject
}

// enterQuery runs a query or a composite query.
func (x *canister) enterQuery(c *call) {
	in := &context{call: c}
	var reject *cdk.RejectError
	if x.has("canister_composite_query " + c.Method) {
		reject = x.enter(in, inComposite, func() { x.program.Composite(c.Method) })
	} else {
		reject = x.enter(in, inQuery, func() { x.program.Query(c.Method) })
	}
	x.settle(in, reject)
}

// enterUpdate runs an update, or a query that is called as one.
func (x *canister) enterUpdate(c *call) {
	in := &context{call: c}
	var reject *cdk.RejectError
	if x.has("canister_query " + c.Method) {
		reject = x.enter(in, inQuery, func() { x.program.Query(c.Method) })
	} else {
		reject = x.enter(in, inUpdate, func() { x.program.Update(c.Method) })
	}
	x.settle(in, reject)
}

func (x *canister) enterCallback(c *call) {
	x.answer = c
	reject := x.enter(c.context, c.context.mode(), func() { x.program.Callback(c.Slot) })
	x.settle(c.context, reject)
}

// settle sends the answer of a call, once it has one or can have none any more.
func (x *canister) settle(in *context, reject *cdk.RejectError) {
	switch c := in.call; {
	case c.done && c.context != nil && !c.sent:
		c.sent = true
		x.network.answer(c, c.reply, c.reject)
	case !c.done && in.open == 0:
		if reject == nil {
			reject = &cdk.RejectError{Code: cdk.CanisterError, Message: "Canister did not reply to the call"}
		}
		c.sent = true
		x.network.answer(c, nil, reject)
	}
}

// contract traps unless what a message does is allowed to it.
func (x *canister) contract(allowed bool, what string) {
	if !allowed {
		x.Trap("Canister violated contract: " + what)
	}
}

func (x *canister) Arg() []byte {
	if x.answer != nil {
		x.contract(x.answer.reject == nil, "there is no reply")
		return x.answer.reply
	}
	return x.context.call.Arg
}

func (x *canister) Caller() cdk.Principal           { return x.context.call.caller }
func (x *canister) Self() cdk.Principal             { return x.id }
func (x *canister) Time() uint64                    { return x.network.Now }
func (x *canister) IsController(cdk.Principal) bool { return false }

func (x *canister) Method() string {
	x.contract(x.mode == inInspect, "the method's name is for inspect_message")
	return x.context.call.Method
}

func (x *canister) AcceptMessage() {
	x.contract(x.mode == inInspect && !x.entered, "a message is accepted once, in inspect_message")
	x.entered = true
}

func (x *canister) Deadline() uint64 { return x.context.call.deadline }

func (x *canister) Env(name string) (string, bool) {
	value, ok := x.env[name]
	return value, ok
}

// Instructions grow from question to question: nobody counts them here.
func (x *canister) Instructions() uint64 {
	x.asked += 10_000
	return x.asked
}

func (x *canister) Reply(data []byte) { x.respond(append([]byte{}, data...), nil) }

func (x *canister) Reject(text string) {
	x.respond(nil, &cdk.RejectError{Code: cdk.CanisterReject, Message: text})
}

func (x *canister) respond(reply []byte, reject *cdk.RejectError) {
	c := x.context.call
	x.contract(x.mode != inInit && x.mode != inInspect && !c.done, "the call has been answered already")
	c.done, c.reply, c.reject = true, reply, reject
}

func (x *canister) Trap(text string)  { panic(cdk.Trapped(text)) }
func (x *canister) Print(text string) { x.network.Prints = append(x.network.Prints, text) }

func (x *canister) RejectCode() uint32 {
	if x.answer.reject == nil {
		return 0
	}
	return x.answer.reject.Code
}

func (x *canister) RejectMessage() string { return x.answer.reject.Message }

func (x *canister) Call(o cdk.Outgoing) bool {
	x.contract(x.mode == inUpdate || x.mode == inComposite, "no calls from here")
	x.contract(!x.balance.Less(o.Cycles), "out of cycles")
	x.balance = x.balance.Sub(o.Cycles)
	o.Arg = append([]byte(nil), o.Arg...)
	made := &call{Outgoing: o, caller: x.id, context: x.context, query: x.mode == inComposite}
	if o.Within > 0 {
		made.deadline = x.network.Now + uint64(o.Within)*1e9
	}
	x.made = append(x.made, made)
	return true
}

func (x *canister) Available() cdk.Cycles {
	if x.context.call.done {
		return cdk.Cycles{}
	}
	return x.context.call.balance
}

func (x *canister) Accept(most cdk.Cycles) cdk.Cycles {
	if n := x.Available(); n.Less(most) {
		most = n
	}
	x.context.call.balance = x.context.call.balance.Sub(most)
	x.balance = x.balance.Add(most)
	return most
}

func (x *canister) Refunded() cdk.Cycles { return x.answer.balance }
func (x *canister) Balance() cdk.Cycles  { return x.balance }

func (x *canister) Burn(most cdk.Cycles) cdk.Cycles {
	if x.balance.Less(most) {
		most = x.balance
	}
	x.balance = x.balance.Sub(most)
	return most
}

func (x *canister) StableSize() uint64 { return uint64(len(x.stable) / pageBytes) }

func (x *canister) StableGrow(pages uint64) (uint64, bool) {
	old := x.StableSize()
	x.stable = append(x.stable, make([]byte, pages*pageBytes)...)
	return old, true
}

func (x *canister) StableRead(dst []byte, offset uint64) { copy(dst, x.within(len(dst), offset)) }

func (x *canister) StableWrite(offset uint64, src []byte) { copy(x.within(len(src), offset), src) }

func (x *canister) within(n int, offset uint64) []byte {
	if offset > uint64(len(x.stable)) || uint64(n) > uint64(len(x.stable))-offset {
		x.Trap("Canister trapped: stable memory out of bounds")
	}
	return x.stable[offset : offset+uint64(n)]
}

func (x *canister) SetCertifiedData(data []byte) {
	x.contract(len(data) <= 32, "certified_data_set: at most 32 bytes")
	x.certified = append([]byte(nil), data...)
}

func (x *canister) Certificate() ([]byte, bool) {
	return append([]byte("certificate for "), x.certified...), x.mode == inQuery
}

func (x *canister) SetTimer(at uint64) (old uint64) {
	old, x.timer = x.timer, at
	return old
}
