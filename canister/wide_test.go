package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm"
	"icsim/canister/wasm/wasmtest"
	"icsim/protocol"
)

// wideCanister runs code in a 64-bit memory that has the canister's own id at 1000 and, at 1010, the name of a method that replies
// nothing. Element 0 of its table replies with the 8 bytes of its argument.
func wideCanister(t *testing.T, code string) *subnet {
	b := &wasmtest.Builder{}
	link := map[string]string{}
	for _, f := range systemCalls() {
		if !outgrown(f.name) {
			params, results := parseSignature(f.signature, wasm.I64)
			link["@"+f.name] = "call " + number(int(b.Import("ic0", f.name, params, results)))
		}
	}
	b.Memory64(1, 1)
	b.Data(1000, string(protocol.CanisterID(1).Principal().Bytes())+"done")
	b.Entry("canister_update run", nil, assembled(code, link))
	b.Entry("canister_update done", nil, assembled("@msg_reply", link))
	b.Table64(1, b.Func(wasmtest.T(wasm.I64), nil, nil, assembled(
		"i64.const 0 local.get 0 i64.store 0 i64.const 0 i64.const 8 @msg_reply_data_append @msg_reply", link)))
	return newSubnet(t, newExecutor(t), Install{ID: 1, Module: b.Bytes(), Cycles: protocol.CyclesOf(100 * trillion)})
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

// A callback gets its 64 bits back. An index that no table has is no callback, not the one whose last 32 bits it shares.
func TestWideCallbacks(t *testing.T) {
	call := func(index, env string) string {
		return "i64.const 1000 i64.const 10 i64.const 1010 i64.const 4 i64.const " + index + " i64.const " + env +
			" i64.const 0 i64.const 0 @call_new @call_perform drop"
	}
	s := wideCanister(t, call("0", "0x0123456789abcdef"))
	s.replied("\xef\xcd\xab\x89\x67\x45\x23\x01", s.run(1, nil))
	s = wideCanister(t, call("0x100000000", "0"))
	s.rejected(protocol.CanisterError, "IC0506", "", s.run(1, nil))
	require.Equal(t, closure{noFunction, 1 << 63}, closureOf(1<<32, 1<<63))
	require.Equal(t, closure{7, 0}, closureOf(7, 0))
}
