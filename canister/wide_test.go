package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm"
	"icsim/canister/wasm/wasmtest"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// wideCanister runs code in a 64-bit memory that has the canister's own id at 1000, see wideModule.
func wideCanister(t *testing.T, code string) *subnet {
	return newSubnet(t, newExecutor(t), Install{ID: 1, Module: wideModule(1, code), Cycles: protocol.CyclesOf(100 * trillion)})
}

// wideModule runs code in a 64-bit memory that has an id at 1000 and, at 1010, the name of a method that replies nothing. Element 0
// of its table replies with the 8 bytes of its argument.
func wideModule(id protocol.CanisterID, code string) []byte {
	b := &wasmtest.Builder{}
	link := map[string]string{}
	for _, f := range systemCalls() {
		if !outgrown(f.name) {
			params, results := parseSignature(f.signature, wasm.I64)
			link["@"+f.name] = "call " + number(int(b.Import("ic0", f.name, params, results)))
		}
	}
	b.Memory64(1, 1)
	b.Data(1000, string(id.Principal().Bytes())+"done")
	b.Entry("canister_update run", nil, assembled(code, link))
	b.Entry("canister_update done", nil, assembled("@msg_reply", link))
	b.Table64(1, b.Func(wasmtest.T(wasm.I64), nil, nil, assembled(
		"i64.const 0 local.get 0 i64.store 0 i64.const 0 i64.const 8 @msg_reply_data_append @msg_reply", link)))
	return b.Bytes()
}

// Addresses, sizes and offsets past 32 bits are out of bounds; none is cut off to one that is not.
func TestWidePointersArriveWhole(t *testing.T) {
	for _, v := range []struct{ code, err, text string }{
		{"i64.const 0 i64.const 0x100000000 i64.const 1 @canister_self_copy", "IC0504", "cannot read 1 bytes at offset 4294967296 of 10"},
		{"i64.const 0 i64.const 1 i64.const -1 @canister_self_copy", "IC0504", "cannot read 18446744073709551615 bytes at offset 1 of 10"},
		{"i64.const 0x100000000 i64.const 0 i64.const 1 @canister_self_copy", "IC0502", "heap out of bounds"},
		{"i64.const 0x100000000 i64.const 1 @msg_reply_data_append", "IC0502", "heap out of bounds"},
		{"i64.const 0 i64.const 0x100000001 @certified_data_set", "IC0504", "at most 32 bytes"},
		{"i64.const 0 i64.const 0x100000001 i64.const 0 i64.const 0 i64.const 0 i64.const 0 i64.const 0 i64.const 0 @call_new", "IC0504",
			"more than 29"},
		{"i64.const 0x100000000 @canister_cycle_balance128", "IC0502", "heap out of bounds"},
		{"i64.const 0 i64.const 0x100000000000 @msg_reply_data_append", "IC0522", ""}, // paid for before it is looked at
	} {
		s := wideCanister(t, v.code)
		m := s.ingress(1, "run", nil)
		s.round(m)
		for s.state.find(1).long != nil {
			s.round()
		}
		s.rejected(protocol.CanisterError, v.err, v.text, s.statuses[m.MessageID])
	}
}

// wideCall calls `done` of the canister at 1000, with a reply callback.
func wideCall(index, env string) string {
	return "i64.const 1000 i64.const 10 i64.const 1010 i64.const 4 i64.const " + index + " i64.const " + env +
		" i64.const 0 i64.const 0 @call_new @call_perform drop"
}

// A callback gets its 64 bits back. An index that no table has is no callback, not the one whose last 32 bits it shares.
func TestWideCallbacks(t *testing.T) {
	s := wideCanister(t, wideCall("0", "0x0123456789abcdef"))
	s.replied("\xef\xcd\xab\x89\x67\x45\x23\x01", s.run(1, nil))
	s = wideCanister(t, wideCall("0x100000000", "0"))
	s.rejected(protocol.CanisterError, "IC0506", "", s.run(1, nil))
	require.Equal(t, closure{noFunction, 1 << 63}, closureOf(1<<32, 1<<63))
	require.Equal(t, closure{7, 0}, closureOf(7, 0))
}

// An instruction of a module with a 64-bit memory costs two cycles: of a message, of what is set aside for a callback, and as
// cost_call tells it (interface.md B.4; ten_update_instructions_execution_fee_wasm64).
func TestWideInstructionsCostDouble(t *testing.T) {
	s := wideCanister(t, "i64.const 10 i64.const 20 i64.const 0 @cost_call i64.const 0 i64.const 16 @msg_reply_data_append @msg_reply")
	const callback = 5_000_000 + 2*40_000_000_000
	before := s.balance(1)
	m := s.ingress(1, "run", nil)
	s.round(m)
	s.replied(le128(260_000+1_000*30+2<<20*1_000+callback), s.statuses[m.MessageID])
	fee := cyc(1_200_000 + 2_000*uint64(len(m.Content.Arg)+len("run")+8) + 5_000_000).Add(cyc(2 * s.outcome.Instructions))
	require.Equal(t, before.Sub(fee), s.balance(1))

	s = wideCanister(t, wideCall("0", "7"))
	s.replied(le64(7), s.run(1, nil))
	s = newSubnet(t, newExecutor(t), Install{ID: 1, Module: wideModule(77, wideCall("0", "7")), Cycles: cyc(100 * trillion)})
	s.round(s.ingress(1, "run", nil))
	require.Equal(t, cyc(callback), s.state.find(1).callbacks[0].execution)
}

// What was set aside for a callback becomes what it costs when it runs, in the module that is there by then
// (adjust_prepayment_for_response_execution).
func TestCallbackIsPaidByTheModuleThatRunsIt(t *testing.T) {
	const narrow, wide = 5_000_000 + 40_000_000_000, 5_000_000 + 2*40_000_000_000
	for _, v := range []struct {
		name           string
		module         []byte // that calls
		next           []byte // that hears the answer
		set, price     uint64 // cycles set aside, and of an instruction
		left, rejected bool   // few cycles are left, too few for the callback
	}{
		{"narrow to wide", scripted(false), wideModule(1, ""), narrow, 2, false, false},
		{"wide to narrow", wideModule(77, wideCall("0", "7")), scripted(false), wide, 1, false, false},
		{"wide to narrow, poor", wideModule(77, wideCall("0", "7")), scripted(false), wide, 1, true, false},
		{"narrow to wide, poor", scripted(false), wideModule(1, ""), narrow, 2, true, true},
	} {
		s := newSubnet(t, newExecutor(t), Install{ID: 1, Module: v.module, Controllers: []principal.ID{user}, Cycles: cyc(100 * trillion)})
		s.ctx.Routing = managedRanges
		m := s.ingress(1, "run", script{}.to(77, nil, is("ok"), is("ok")).do("perform"))
		s.round(m)
		require.Equal(t, cyc(v.set), s.state.find(1).callbacks[0].execution, v.name)
		s.done(s.manage("install_code", upgrade(1, v.next, nil, nil)), nil)
		if v.left {
			x := *s.state.find(1)
			s.rob(1, x.balance.Sub(cyc(1_000_000_000)))
		}
		before := s.state.find(1)
		spent := before.consumed[useInstructions]
		s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: protocol.SysTransient, Message: "x"}))
		after := s.state.find(1)
		require.Equal(t, spent.Add(cyc(5_000_000+v.price*s.outcome.Instructions)), after.consumed[useInstructions], v.name)
		require.True(t, v.rejected == (s.outcome.Instructions == 0), v.name)
		if v.rejected {
			s.rejected(protocol.SysTransient, "IC0207", "out of cycles", s.statuses[m.MessageID])
		}
		require.Empty(t, after.callbacks)
	}
}

// rob takes cycles from a canister.
func (s *subnet) rob(id protocol.CanisterID, amount protocol.Cycles) {
	s.tick(1)
	r := s.x.Begin(s.state, &s.ctx).(*Round)
	r.burn(r.touch(id), useBurned, amount)
	state, _ := r.Commit()
	s.state = state.(*State)
}
