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
	caller   cdk.Principal
	context  *context // in which it was made; nil: by a user
	query    bool
	deadline uint64 // 0: none
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
	x := &canister{id: id, network: n, balance: cdk.CyclesOf(1e15), env: map[string]string{}}
	x.program = cdk.On(x, c)
	n.canisters[id] = x
	if reject := x.enter(&context{call: &call{Outgoing: cdk.Outgoing{Arg: arg}}}, inInit, x.program.Init); reject != nil {
		panic("cdktest: Init of " + string(id) + ": " + reject.Message)
	}
}

// Call makes an update call as a user and runs all that comes of it.
func (n *Network) Call(id cdk.Principal, method string, arg []byte) ([]byte, *cdk.RejectError) {
	c := &call{Outgoing: cdk.Outgoing{Callee: id, Method: method, Arg: arg}, caller: "user"}
	if x := n.canisters[id]; x != nil {
		if reject := x.inspect(c); reject != nil {
			return nil, reject
		}
	}
	return n.finish(c)
}

// finish runs a user's call to its end.
func (n *Network) finish(c *call) ([]byte, *cdk.RejectError) {
	n.queue = append(n.queue, message{from: c})
	n.Run()
	if !c.done {
		panic("cdktest: the call of " + c.Method + " waits for an answer that will not come")
	}
	return c.reply, c.reject
}

// Query makes a query call as a user, to a query or a composite query.
func (n *Network) Query(id cdk.Principal, method string, arg []byte) ([]byte, *cdk.RejectError) {
	return n.finish(&call{Outgoing: cdk.Outgoing{Callee: id, Method: method, Arg: arg}, caller: "user", query: true})
}

// Ask makes an update call as a user with Go values, and gives the first value of the reply; cdk.Unit takes a reply of none. The error
// is a *cdk.RejectError, or says that the reply is not an R.
func Ask[R any](n *Network, id cdk.Principal, method string, args ...any) (R, error) {
	return answer[R](n.Call(id, method, cdk.Encode(args...)))
}

// AskQuery makes a query call. See Ask.
func AskQuery[R any](n *Network, id cdk.Principal, method string, args ...any) (R, error) {
	return answer[R](n.Query(id, method, cdk.Encode(args...)))
}

func answer[R any](reply []byte, reject *cdk.RejectError) (r R, err error) {
	if reject != nil {
		return r, reject
	}
	return r, cdk.Decode(reply, &r)
}

// SetEnv gives a canister an environment variable.
func (n *Network) SetEnv(id cdk.Principal, name, value string) { n.canisters[id].env[name] = value }

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
	if m.from.query {
		x.enterQuery(m.from)
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
