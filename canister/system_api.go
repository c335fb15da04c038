package canister

import (
	"fmt"

	"icsim/canister/wasm"
)

// A systemCall is one function of ic0. A signature has a letter a parameter, a colon and a letter a result:
// I is an address or a size, of the width of the canister's memory, i an i32, l an i64. The prices are instructions, on top of those
// for bytes copied.
type systemCall struct {
	name      string
	signature string
	allowed   mode
	price     uint64
	run       func(x *execution, s []uint64)
}

// What most system calls cost, and the exceptions (interface.md A.5).
const (
	priceCall        = 500
	priceCallNew     = 1500
	pricePerform     = 5000
	priceController  = 1000
	pricePerformance = 200
	pricePrint       = 100
	priceStable      = 20
	priceStableGrow  = 600
	priceDirtyPage   = 1000
)

// systemCalls is the whole of ic0 (interface.md A.2).
func systemCalls() []systemCall {
	var all []systemCall
	for _, group := range [][]systemCall{messageCalls(), cyclesCalls(), callCalls(), stableCalls(), stateCalls(), costCalls()} {
		all = append(all, group...)
	}
	return all
}

// hostFunctions gives the engine the table, each with its contexts enforced and its price charged.
func hostFunctions() []wasm.HostFunc {
	var hosts []wasm.HostFunc
	for _, f := range systemCalls() {
		params, results := parseSignature(f.signature, wasm.Pointer)
		hosts = append(hosts, wasm.HostFunc{
			Module: "ic0", Name: f.name, Params: params, Results: results, Narrow: outgrown(f.name), Fn: f.guarded()})
	}
	return hosts
}

// outgrown names the functions that modules with a 64-bit memory may not import: each has a wider one beside it
// (rs/embedders/src/wasm_utils/validation.rs, get_valid_system_apis_32_only).
func outgrown(name string) bool {
	switch name {
	case "stable_size", "stable_grow", "stable_write", "stable_read", "call_cycles_add", "canister_cycle_balance",
		"msg_cycles_available", "msg_cycles_refunded", "msg_cycles_accept":
		return true
	}
	return false
}

func (f systemCall) guarded() func(*wasm.Call, []uint64) {
	return func(c *wasm.Call, s []uint64) {
		x := c.User.(*execution)
		x.call = c
		if f.allowed&x.mode == 0 {
			x.violate(fmt.Sprintf("%q cannot be executed in %s mode", f.name, x.mode))
		}
		c.Charge(f.price)
		f.run(x, s)
	}
}

func parseSignature(signature string, pointer wasm.ValueType) (params, results []wasm.ValueType) {
	into := &params
	for _, letter := range signature {
		switch letter {
		case ':':
			into = &results
		case 'I':
			*into = append(*into, pointer)
		case 'l':
			*into = append(*into, wasm.I64)
		default:
			*into = append(*into, wasm.I32)
		}
	}
	return params, results
}

// word reads a parameter written i: the upper half of its slot is garbage.
func word(slot uint64) uint64 { return uint64(uint32(slot)) }

// read gives guest memory to look at, charging for its bytes. It traps outside memory.
func (x *execution) read(addr, size uint64) []byte {
	x.call.Charge(size)
	return x.call.Bytes(addr, size)
}

// write puts bytes into guest memory, charging for them. It traps outside memory.
func (x *execution) write(addr uint64, data []byte) {
	x.call.Charge(uint64(len(data)))
	x.call.Put(addr, data)
}

// copyOut serves the functions xxx_copy(dst, offset, size).
func (x *execution) copyOut(data []byte, s []uint64) {
	dst, offset, size := s[0], s[1], s[2]
	if n := uint64(len(data)); offset > n || size > n-offset {
		x.violate(fmt.Sprintf("cannot read %d bytes at offset %d of %d", size, offset, n))
	}
	x.write(dst, data[offset:offset+size])
}

// blobCalls makes the pair NAME_size and NAME_copy for a value.
func blobCalls(name string, allowed mode, value func(*execution) []byte) []systemCall {
	return []systemCall{
		{name + "_size", ":I", allowed, priceCall, func(x *execution, s []uint64) { s[0] = uint64(len(value(x))) }},
		{name + "_copy", "III:", allowed, priceCall, func(x *execution, s []uint64) { x.copyOut(value(x), s) }},
	}
}
