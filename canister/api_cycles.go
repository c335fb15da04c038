package canister

import (
	"encoding/binary"

	"icsim/protocol"
)

// cyclesMinter is the canister that may make cycles, rkp4c-7iaaa-aaaaa-aaaca-cai.
const cyclesMinter protocol.CanisterID = 4

// cyclesCalls are about balances and payments, in their 128-bit and 64-bit forms.
func cyclesCalls() []systemCall {
	const burners = modeInit | modePreUpgrade | paid | modeCleanup | modeTask
	const refunds = modeReply | modeReject

	table := []systemCall{
		{"msg_cycles_accept128", "llI:", paid, priceCall, func(x *execution, s []uint64) {
			x.putCycles(s[2], x.accept(protocol.Cycles{Hi: s[0], Lo: s[1]}))
		}},
		{"msg_cycles_accept", "l:l", paid, priceCall, func(x *execution, s []uint64) {
			s[0] = x.accept(protocol.CyclesOf(s[0])).Lo
		}},
		{"cycles_burn128", "llI:", burners, priceCall, func(x *execution, s []uint64) {
			x.putCycles(s[2], x.burn(protocol.Cycles{Hi: s[0], Lo: s[1]}))
		}},
		{"mint_cycles128", "llI:", payers, priceCall, func(x *execution, s []uint64) {
			x.putCycles(s[2], x.mint("mint_cycles128", protocol.Cycles{Hi: s[0], Lo: s[1]}))
		}},
		{"mint_cycles", "l:l", payers, priceCall, func(x *execution, s []uint64) {
			s[0] = x.mint("mint_cycles", protocol.CyclesOf(s[0])).Lo
		}},
	}
	for _, pair := range [][]systemCall{
		amountCalls("msg_cycles_available", "msg_cycles_available128", paid, (*execution).remaining),
		amountCalls("msg_cycles_refunded", "msg_cycles_refunded128", refunds, func(x *execution) protocol.Cycles { return x.refunded }),
		amountCalls("canister_cycle_balance", "canister_cycle_balance128", anyMode, func(x *execution) protocol.Cycles { return x.balance }),
		amountCalls("", "canister_liquid_cycle_balance128", anyMode, (*execution).liquid),
	} {
		table = append(table, pair...)
	}
	return table
}

// amountCalls makes the 64-bit form, if it has a name, and the 128-bit form of an amount.
func amountCalls(short, long string, allowed mode, amount func(*execution) protocol.Cycles) []systemCall {
	calls := []systemCall{{long, "I:", allowed, priceCall, func(x *execution, s []uint64) { x.putCycles(s[0], amount(x)) }}}
	if short == "" {
		return calls
	}
	return append(calls, systemCall{short, ":l", allowed, priceCall, func(x *execution, s []uint64) {
		n := amount(x)
		if n.Hi != 0 {
			x.violate(short + ": the amount does not fit in 64 bits")
		}
		s[0] = n.Lo
	}})
}

// putCycles writes 16 bytes, little endian.
func (x *execution) putCycles(dst uint64, n protocol.Cycles) {
	var buf [16]byte
	binary.LittleEndian.PutUint64(buf[:8], n.Lo)
	binary.LittleEndian.PutUint64(buf[8:], n.Hi)
	x.write(dst, buf[:])
}

// remaining is what is left on the call; nothing once it is answered.
func (x *execution) remaining() protocol.Cycles {
	if x.responded {
		return protocol.Cycles{}
	}
	return x.available
}

func (x *execution) accept(most protocol.Cycles) protocol.Cycles {
	n := most.Min(x.remaining())
	x.available = x.available.Sub(n)
	x.balance = x.balance.Add(n)
	return n
}

func (x *execution) burn(most protocol.Cycles) protocol.Cycles {
	n := most.Min(x.liquid())
	x.balance = x.balance.Sub(n)
	x.burned = x.burned.Add(n)
	return n
}

func (x *execution) mint(name string, n protocol.Cycles) protocol.Cycles {
	if x.canister.id != cyclesMinter {
		x.violate(name + " cannot be executed on non Cycles Minting Canister: " + x.canister.id.String() + " != " + cyclesMinter.String())
	}
	if x.round.tooMany(x.minted) || x.round.tooMany(n) {
		x.violate(name + ": more cycles than there can be")
	}
	x.balance = x.balance.Add(n)
	x.minted = x.minted.Add(n)
	return n
}

// tooMany reports whether with so many cycles more sums could come near to overflowing.
func (r *Round) tooMany(n protocol.Cycles) bool {
	const reason = 1 << 60 // in units of 2⁶⁴ cycles
	return r.parent.cycles.Add(r.outcome.Minted).Hi >= reason || n.Hi >= reason
}
