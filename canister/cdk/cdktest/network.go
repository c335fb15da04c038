package cdktest

import (
	"fmt"

	"icsim/canister/cdk"
)

// maxMessages bounds one run: canisters that keep calling each other fail the test.
const maxMessages = 100_000

// A Network is canisters in memory.
type Network struct {
	Now       uint64 // nanoseconds since 1970
	Prints    []string
	canisters map[cdk.Principal]*canister
	queue     []message
}

// A message is a call or an answer.
type message struct {
	from   *call // the call, or the one that is answered
	answer bool
}

// A call is a call on its way, with its answer in the end.
type call struct {
	cdk.Outgoing
	caller  cdk.Principal
	context *context // in which it was made; nil: by a user
	answered
}

type answered struct {
	done    bool // has an answer
	sent    bool // which is on its way
	reply   []byte
	reject  *cdk.RejectError
	balance cdk.Cycles // not accepted yet; then the refund
}

// New makes an empty network.
func New() *Network {
	return &Network{Now: 1_700_000_000_000_000_000, canisters: map[cdk.Principal]*canister{}}
}

// Install adds a canister with a balance of 10¹⁵ cycles and runs its Init. It panics if that traps.
func (n *Network) Install(id cdk.Principal, c *cdk.Canister, arg []byte) {
	x := &canister{id: id, network: n, balance: cdk.CyclesOf(1e15)}
	x.program = cdk.On(x, c)
	n.canisters[id] = x
	if reject := x.enter(&context{call: &call{Outgoing: cdk.Outgoing{Arg: arg}}}, inInit, x.program.Init); reject != nil {
		panic("cdktest: Init of " + string(id) + ": " + reject.Message)
	}
}

// Call makes an update call as a user and runs all that comes of it.
func (n *Network) Call(id cdk.Principal, method string, arg []byte) ([]byte, *cdk.RejectError) {
	c := &call{Outgoing: cdk.Outgoing{Callee: id, Method: method, Arg: arg}, caller: "user"}
	n.queue = append(n.queue, message{from: c})
	n.Run()
	if !c.done {
		panic("cdktest: the call of " + method + " waits for an answer that will not come")
	}
	return c.reply, c.reject
}

// Query makes a query call as a user.
func (n *Network) Query(id cdk.Principal, method string, arg []byte) ([]byte, *cdk.RejectError) {
	x := n.canisters[id]
	c := &call{Outgoing: cdk.Outgoing{Callee: id, Method: method, Arg: arg}, caller: "user"}
	if reject := x.enter(&context{call: c}, inQuery, func() { x.program.Query(method) }); reject != nil {
		return nil, reject
	}
	return c.reply, c.reject
}

// Advance moves the clock, runs the timer of a canister if it is due, and all that comes of it.
func (n *Network) Advance(id cdk.Principal, nanoseconds uint64) {
	n.Now += nanoseconds
	if x := n.canisters[id]; x.timer != 0 && x.timer <= n.Now {
		x.timer = 0
		x.enter(&context{call: &call{answered: answered{done: true}}}, inUpdate, x.program.Timer)
	}
	n.Run()
}

// Run delivers messages until there are none.
func (n *Network) Run() {
	for i := 0; len(n.queue) > 0; i++ {
		if i == maxMessages {
			panic(fmt.Sprintf("cdktest: %d messages, and no end", i))
		}
		m := n.queue[0]
		n.queue = n.queue[1:]
		n.deliver(m)
	}
}

func (n *Network) deliver(m message) {
	if m.answer {
		x := n.canisters[m.from.caller]
		x.balance = x.balance.Add(m.from.balance)
		m.from.context.open--
		x.enterCallback(m.from)
		return
	}
	m.from.balance = m.from.Cycles
	x := n.canisters[m.from.Callee]
	if x == nil {
		n.answer(m.from, nil, &cdk.RejectError{Code: cdk.DestinationInvalid, Message: "there is no canister " + string(m.from.Callee)})
		return
	}
	x.enterUpdate(m.from)
}

// answer ends a call.
func (n *Network) answer(c *call, reply []byte, reject *cdk.RejectError) {
	c.done, c.reply, c.reject = true, reply, reject
	if c.context != nil {
		n.queue = append(n.queue, message{c, true})
	}
}
