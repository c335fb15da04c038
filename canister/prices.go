package canister

import "icsim/protocol"

// prices are what a subnet of so many nodes charges. A system subnet charges nothing.
//
// The fees are those of 13 nodes and scale with n/13 (reference/protocol.md section D "Cycles"; interface.md B.4).
type prices struct {
	nodes uint64
	free  bool
}

const (
	referenceNodes = 13

	feeExecution    = 5_000_000 // a message, and 1 an instruction
	feeIngress      = 1_200_000
	feeIngressByte  = 2_000
	feeCall         = 260_000
	feeCallByte     = 1_000
	feeStorage      = 317_500    // a GiB and second
	feeCompute      = 10_000_000 // a percent and second
	feeCreation     = 500_000_000_000
	gibibyte        = 1 << 30
	feeSignature    = 10_000_000_000 // or a derived key
	httpBase        = 3_000_000      // outcalls: of each node, not scaled
	httpPerNode     = 60_000
	httpRequestByte = 400
	httpReplyByte   = 800
)

func pricesOf(ctx *protocol.RoundContext) prices {
	return prices{nodes: uint64(ctx.Nodes), free: ctx.System}
}

func (p prices) scale(fee protocol.Cycles) protocol.Cycles {
	if p.free {
		return protocol.Cycles{}
	}
	return fee.Mul(p.nodes).Div(referenceNodes)
}

// linear is base + perUnit·units, scaled.
func (p prices) linear(base, perUnit, units uint64) protocol.Cycles {
	return p.scale(protocol.CyclesOf(perUnit).Mul(units).Add(protocol.CyclesOf(base)))
}

// execution is the price of a message that ran so many instructions, of a module with a 64-bit memory if wide.
func (p prices) execution(instructions uint64, wide bool) protocol.Cycles {
	const narrow, double = 1, 2 // ten_update_instructions_execution_fee, …_wasm64
	if wide {
		return p.linear(feeExecution, double, instructions)
	}
	return p.linear(feeExecution, narrow, instructions)
}

// managing is the price of a method of the management canister that counts for so many instructions (management_canister_cost).
func (p prices) managing(instructions uint64) protocol.Cycles { return p.linear(0, 1, instructions) }

// ingress is the price of taking a user's call into a block.
func (p prices) ingress(m *protocol.IngressContent) protocol.Cycles {
	return p.linear(feeIngress, feeIngressByte, uint64(len(m.Method)+len(m.Arg)+len(m.Nonce)))
}

// request is the price of sending a request whose method name and argument have so many bytes.
func (p prices) request(payload uint64) protocol.Cycles {
	return p.linear(feeCall, feeCallByte, payload)
}

// response is the price of sending a response; the caller pays it.
func (p prices) response(payload uint64) protocol.Cycles { return p.linear(0, feeCallByte, payload) }

// creation is the price of a new canister.
func (p prices) creation() protocol.Cycles { return p.scale(protocol.CyclesOf(feeCreation)) }

// signature is the price of what a chain key is asked for.
func (p prices) signature() protocol.Cycles { return p.scale(protocol.CyclesOf(feeSignature)) }

// outcall is the price of an HTTP request with at most so many bytes in the reply.
func (p prices) outcall(request, reply uint64) protocol.Cycles {
	if p.free {
		return protocol.Cycles{}
	}
	each := protocol.CyclesOf(httpBase + httpPerNode*p.nodes)
	each = each.Add(protocol.CyclesOf(httpRequestByte).Mul(request)).Add(protocol.CyclesOf(httpReplyByte).Mul(reply))
	return each.Mul(p.nodes)
}

// storage is the price of holding bytes for some seconds.
func (p prices) storage(bytes, seconds uint64) protocol.Cycles {
	return p.scale(protocol.CyclesOf(feeStorage).Mul(bytes).Mul(seconds).Div(gibibyte))
}

// An upkeep is what a canister pays for by the second.
type upkeep struct {
	bytes   uint64
	compute uint64 // percent
}

// upkeep is the price of being there for some seconds.
func (p prices) upkeep(u upkeep, seconds uint64) protocol.Cycles {
	return p.storage(u.bytes, seconds).Add(p.computing(u.compute, seconds))
}

// computing is the price of having percents of a core for some seconds.
func (p prices) computing(percent, seconds uint64) protocol.Cycles {
	return p.scale(protocol.CyclesOf(feeCompute).Mul(percent).Mul(seconds))
}

// lasts is how many whole seconds a balance pays for; ok is false if practically for ever.
func (p prices) lasts(balance protocol.Cycles, u upkeep) (seconds uint64, ok bool) {
	const century = 100 * 365 * 24 * 3600
	if p.free || p.upkeep(u, century).Less(balance) {
		return 0, false
	}
	lo, hi := uint64(0), uint64(century)
	for lo < hi {
		mid := lo + (hi-lo)/2
		if p.upkeep(u, mid).Less(balance) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, true
}

// less gives a − b, or zero if that is negative.
func less(a, b protocol.Cycles) protocol.Cycles {
	if a.Less(b) {
		return protocol.Cycles{}
	}
	return a.Sub(b)
}
