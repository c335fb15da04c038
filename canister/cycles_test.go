package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm/wasmtest"
	"icsim/protocol"
)

func (s *subnet) balance(id protocol.CanisterID) protocol.Cycles { return s.state.find(id).balance }

func cyc(n uint64) protocol.Cycles { return protocol.CyclesOf(n) }

// reference/protocol.md D and interface.md B.4, on 13 nodes and scaled by n/13.
func TestPricesAreThoseOfTheSpecification(t *testing.T) {
	p := prices{nodes: 13}
	require.Equal(t, cyc(5_000_000+123), p.execution(123, false))
	require.Equal(t, cyc(5_000_000+2*123), p.execution(123, true))
	require.Equal(t, cyc(260_000+1_000*10), p.request(10))
	require.Equal(t, cyc(1_000*10), p.response(10))
	require.Equal(t, cyc(1_200_000+2_000*(3+4+5)), p.ingress(&protocol.IngressContent{Method: "abc", Arg: make([]byte, 4),
		Nonce: make([]byte, 5)}))
	require.Equal(t, cyc(317_500*60), p.storage(gibibyte, 60))
	require.Equal(t, cyc(500_000_000_000), p.creation())
	require.Equal(t, cyc((3_000_000+60_000*13+400*7+800*9)*13), p.outcall(7, 9))
	big := prices{nodes: 34}
	require.Equal(t, cyc(5_000_000*34/13), big.execution(0, false))
	require.Equal(t, cyc((3_000_000+60_000*34)*34), big.outcall(0, 0))
	free := prices{nodes: 34, free: true}
	require.Zero(t, free.execution(1, true))
	require.Zero(t, free.outcall(1, 1))
	require.Zero(t, free.storage(gibibyte, 1))
}

// The fee of a call is that of its ingress, its execution and its instructions, nothing else.
func TestUpdateIsCharged(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	for _, program := range []script{is("x"), script{}.do("spin", 1000).do("unreachable")} {
		before := s.balance(1)
		m := s.ingress(1, "run", program)
		s.round(m)
		fee := cyc(1_200_000 + 2_000*uint64(len(m.Content.Arg)+len("run")+8) + 5_000_000).Add(cyc(s.outcome.Instructions))
		require.Equal(t, before.Sub(fee), s.balance(1))
		require.Equal(t, fee, s.outcome.Burned)
		require.NotZero(t, s.outcome.Instructions)
	}
}

func TestSystemSubnetIsFree(t *testing.T) {
	x := newExecutor(t)
	s := newSubnet(t, x)
	s.ctx.System = true
	state, err := x.Genesis(&s.ctx, scriptedAt(false, 1, 2))
	require.NoError(t, err)
	s.state = state
	before := s.balance(1)
	s.replied("ok", s.run(1, script{}.to(2, is("x"), is("ok"), nil).do("perform")))
	s.tick(3600e9)
	s.replied("ok", s.run(1, is("ok")))
	require.Equal(t, before, s.balance(1))
	require.Zero(t, s.outcome.Burned)
}

// A call sets aside what its response may cost and gets back what it did not (interface.md B.4: about 42.1 G).
func TestCallReservesAndRefunds(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	const reserve = 260_000 + 2<<20*1_000 + 5_000_000 + 40_000_000_000
	s.replied(le128(reserve+1_000*30), s.run(1, script{}.do("costcall", 10, 20).do("reply")))

	s.streams = 0
	before := s.balance(1)
	m := s.ingress(1, "run", script{}.to(77, nil, is("ok"), is("ok")).do("perform"))
	s.round(m)
	b := s.state.find(1).callbacks[0]
	require.Equal(t, cyc(2<<20*1_000+5_000_000+40_000_000_000), b.prepaid())
	spent := s.outcome.Burned
	require.Equal(t, before.Sub(spent).Sub(b.prepaid()), s.balance(1))

	s.streams = -1
	s.round()
	before = s.balance(1)
	text := "0123456789"
	s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: protocol.SysTransient, Message: text}))
	used := cyc(1_000*10 + 5_000_000).Add(cyc(s.outcome.Instructions))
	require.Equal(t, used, s.outcome.Burned, "a response costs its bytes and its execution")
	require.Equal(t, before.Add(b.prepaid()).Sub(used), s.balance(1))
}

// What is accepted stays with the callee, the rest returns (interface.md C).
func TestCyclesOfACall(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	show := script{}.do("available").do("accept", 30).do("available").do("accept", 1000).do("available").do("reply")
	ask := func(callee script) protocol.IngressStatus {
		return s.run(1, script{}.to(2, callee, script{}.do("refunded").do("arg").do("reply"), script{}.do("refunded").do("reply")).
			do("attach", 40).do("attach", 60).do("perform"))
	}
	s.replied(le128(0)+le128(100)+le128(70)+le128(0), ask(show))
	s.replied(le128(70), ask(script{}.do("accept", 30).do("reject", "enough")))
	s.replied(le128(100), ask(script{}.do("accept", 30).do("unreachable")))
	s.replied(le128(100), ask(script{}))
	s.replied(le128(70), ask(script{}.do("accept", 30).do("reply").do("accept", 30))) // with the answer the rest is gone
	// A call that is begun and dropped gives its cycles back; so does one that another replaces.
	before := s.state.find(1)
	s.replied("", s.run(1, script{}.to(2, nil, nil, nil).do("attach", trillion).to(2, nil, nil, nil).do("attach", trillion).do("reply")))
	require.Less(t, before.balance.Sub(s.balance(1)).Lo, uint64(trillion/100))
	// More than is liquid cannot be attached, and mostly nothing happens then.
	s.rejected(protocol.CanisterError, "IC0520", "out of cycles", s.run(1, script{}.to(2, nil, nil, nil).do("attach", 200*trillion).
		do("perform")))
}

func TestIngressCarriesNoCycles(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	s.replied(le128(0), s.run(1, script{}.do("accept", 5).do("available").do("reply")))
}

func TestBurning(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	s.run(1, script{}.do("burn", 5*trillion).do("reply"))
	require.GreaterOrEqual(t, s.outcome.Burned.Lo, uint64(5*trillion))
	s.run(1, script{}.do("burn", 5*trillion).do("unreachable"))
	require.Less(t, s.outcome.Burned.Lo, uint64(trillion))
	liquid := s.state.find(1).liquid(prices{nodes: 13})
	s.run(1, script{}.do("burn", 500*trillion).do("reply"))
	require.Less(t, s.outcome.Burned.Lo, liquid.Lo, "burning stops at the freezing limit")
	require.False(t, s.balance(1).Less(s.state.find(1).frozenAt()))
}

func (c *Canister) frozenAt() protocol.Cycles {
	return c.frozen(prices{nodes: 13}, 0)
}

// Only the canister with the cycles minting canister's id mints (interface.md A.2).
func TestMinting(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, cyclesMinter)...)
	s.rejected(protocol.CanisterError, "IC0504", "non Cycles Minting Canister", s.run(1, script{}.do("mint", 5)))
	s.replied("", s.run(cyclesMinter, script{}.do("mint", 5*trillion).do("reply")))
	require.Equal(t, cyc(5*trillion), s.outcome.Minted)
	s.run(cyclesMinter, script{}.do("mint", 5*trillion).do("unreachable"))
	require.Zero(t, s.outcome.Minted)
}

// A canister under its freezing limit takes no calls and runs no tasks, but hears the answers to its own calls.
func TestFrozenCanister(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(true, 1, 2)...)
	s.replied("", s.run(1, script{}.do("heartbeat", script{}.do("stablegrow", 1)).do("reply")))
	m := s.ingress(1, "run", script{}.to(77, nil, is("ok"), is("late but heard")).do("perform").do("burn", 500*trillion))
	s.round(m)
	require.Equal(t, protocol.IngressProcessing, s.statuses[m.MessageID].State)
	pages := s.state.find(1).stable.Len()
	s.rejected(protocol.SysTransient, "IC0207", "out of cycles", s.run(1, is("x")))
	s.replied(le32(2)+"Canister "+protocol.CanisterID(1).String()+" is out of cycles", s.run(2, script{}.to(1, is("x"), is("no"),
		script{}.do("code").do("message").do("reply")).do("perform")))
	require.Equal(t, pages, s.state.find(1).stable.Len(), "the heartbeat did not run")
	s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: protocol.SysTransient, Message: "x"}))
	s.replied("late but heard", s.statuses[m.MessageID])
}

// Storage is paid by the second whether the canister is called often, seldom or never.
func TestStorageIsPaidByTheSecond(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	bytes := s.state.find(1).bytes()
	price := func(seconds uint64) protocol.Cycles { return cyc(317_500).Mul(bytes).Mul(seconds).Div(1 << 30) }
	before := s.balance(1)
	s.tick(1000e9)
	m := s.ingress(1, "run", is("x"))
	s.play(m)
	fee := cyc(1_200_000 + 2_000*uint64(len(m.Content.Arg)+len("run")+8) + 5_000_000).Add(cyc(s.outcome.Instructions)).Add(price(1000))
	require.Equal(t, before.Sub(fee), s.balance(1))
	require.Equal(t, protocol.Time(1000e9), s.state.find(1).charged)
	s.tick(9e9)
	s.play(s.ingress(1, "run", is("x")))
	require.Equal(t, protocol.Time(1000e9), s.state.find(1).charged, "at most one bill in ten seconds")
	require.Equal(t, protocol.Time(0), s.state.find(2).charged, "an idle canister is not touched")
}

// What is owed for storage counts before a call is taken, though the bill comes later.
func TestUnpaidStorageFreezes(t *testing.T) {
	x := newExecutor(t)
	installs := scriptedAt(false, 1)
	installs[0].Cycles = cyc(trillion)
	s := newSubnet(t, x, installs...)
	s.replied("", s.run(1, script{}.do("stablegrow", 16000).do("reply"))) // a GiB costs 27 G a day, 823 G in the 30 of the threshold
	for _, days := range []protocol.Time{5, 10} {
		s.ctx.Time = days * 24 * 3600e9
		got := x.Begin(s.state, &s.ctx).InductIngress(s.ingress(1, "run", is("x"))).Status
		require.Equal(t, days < 8, got.State == protocol.IngressReceived, "after %d days: %+v", days, got)
	}
}

// A canister whose cycles are used up loses its code; its callers hear of it, its balance stays zero (interface.md B.2).
func TestCanisterWithoutCyclesIsUninstalled(t *testing.T) {
	installs := scriptedAt(false, 1, 2, 3)
	installs[0].Cycles = cyc(trillion)
	s := newSubnet(t, newExecutor(t), installs...)
	m := s.ingress(2, "run", script{}.to(1, script{}.do("stablegrow", 16000).to(77, is(""), is("x"), is("x")).do("perform"), is("no"),
		script{}.do("code").do("message").do("reply")).do("perform"))
	s.round(m)
	c := s.state.find(1)
	require.Len(t, c.callbacks, 1)
	seconds, ok := prices{nodes: 13}.lasts(c.balance, c.upkeep())
	require.True(t, ok)
	s.ctx.Time = c.charged + protocol.Time(seconds)*1e9 - 2e9
	s.round()
	require.NotNil(t, s.state.find(1).code, "a second before")
	s.round()
	c = s.state.find(1)
	require.True(t, s.state.HasCanister(1), "calls to it are answered in blocks")
	require.True(t, c.code == nil)
	require.Zero(t, c.balance)
	require.Zero(t, c.bytes())
	_, ok = s.state.Tree().Leaf(treeLabel(1), "module_hash")
	require.False(t, ok)
	s.replied(le32(4)+"Error from Canister "+protocol.CanisterID(1).String()+": Canister has been uninstalled.", s.statuses[m.MessageID])
	s.rejected(protocol.CanisterError, "IC0537", "no Wasm module", s.run(1, is("x")))
	require.Len(t, s.state.find(1).contexts, 1)
	s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: protocol.SysTransient, Message: "late"}))
	require.Empty(t, s.state.find(1).contexts, "the late response finds a deleted context and ends it")
	require.NotZero(t, s.balance(1), "what was set aside for it came back")
}

func TestNewCanisterNeedsCyclesToGrow(t *testing.T) {
	installs := scriptedAt(false, 1)
	installs[0].Cycles = cyc(100_000_000_000)
	s := newSubnet(t, newExecutor(t), installs...)
	s.rejected(protocol.CanisterError, "IC0532", "cannot grow memory", s.run(1, script{}.do("stablegrow", 16000).do("reply")))
	s.rejected(protocol.CanisterError, "IC0532", "cannot grow memory", s.run(1, script{}.do("grow", 16000).do("reply")))
	s.replied("", s.run(1, script{}.do("stablegrow", 1).do("grow", 1).do("reply")))
}

// Prices take any length without overflow.
func TestCostsOfAbsurdSizes(t *testing.T) {
	b := &wasmtest.Builder{}
	cost := b.Import("ic0", "cost_call", wasmtest.T(wasmtest.I64, wasmtest.I64, wasmtest.I32), nil)
	outcall := b.Import("ic0", "cost_http_request", wasmtest.T(wasmtest.I64, wasmtest.I64, wasmtest.I32), nil)
	reply := b.Import("ic0", "msg_reply", nil, nil)
	b.Memory(1, 1)
	for _, f := range []uint32{cost, outcall} {
		ask := "i64.const -1 i64.const -1 i32.const 0 call " + number(int(f))
		b.Entry("canister_update run"+number(int(f)), nil, ask+" call "+number(int(reply)))
	}
	s := newSubnet(t, newExecutor(t), Install{ID: 1, Module: b.Bytes(), Cycles: cyc(100 * trillion)})
	s.ctx.Nodes = 1000
	s.replied("", s.call(1, "run0", nil))
	s.replied("", s.call(1, "run1", nil))
}
