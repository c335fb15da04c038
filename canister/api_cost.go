package canister

import (
	"icsim/crypto/chainkey"
	"icsim/protocol"
)

// costCalls tell what things would cost.
func costCalls() []systemCall {
	return []systemCall{
		{"cost_call", "llI:", anyOrStart, priceCall, costCall},
		{"cost_create_canister", "I:", anyOrStart, priceCall, func(x *execution, s []uint64) { x.putCycles(s[0], x.round.prices.creation()) }},
		{"cost_http_request", "llI:", anyOrStart, priceCall, func(x *execution, s []uint64) {
			x.putCycles(s[2], x.round.prices.outcall(s[0], s[1]))
		}},
		{"cost_sign_with_ecdsa", "IIiI:i", anyOrStart, priceCall, costOfKey(chainkey.ECDSA)},
		{"cost_sign_with_schnorr", "IIiI:i", anyOrStart, priceCall, costOfKey(chainkey.BIP340, chainkey.Ed25519)},
		{"cost_vetkd_derive_key", "IIiI:i", anyOrStart, priceCall, costOfKey(chainkey.VetKD)},
	}
}

// costCall is all that call_perform sets aside.
func costCall(x *execution, s []uint64) {
	p := x.round.prices
	price := p.request(s[0]).Add(p.response(s[1])) // two lengths, whose sum may not fit in 64 bits
	price = price.Add(p.execution(x.round.limits.message, x.canister.code.wide)).Add(p.response(maxResponseBytes))
	x.putCycles(s[2], price)
}

// costOfKey answers for a kind of chain keys, whose curves or algorithms have numbers from 0 on: with the price that the subnet takes which
// holds the key of a name.
func costOfKey(algorithms ...chainkey.Algorithm) func(*execution, []uint64) {
	const badCurve, unknownKey = 1, 2
	return func(x *execution, s []uint64) {
		name := x.read(s[0], s[1])
		at := int(uint32(s[2]))
		if at >= len(algorithms) {
			s[0] = badCurve
			return
		}
		subnet, known := x.round.signer(chainkey.KeyID{Algorithm: algorithms[at], Name: string(name)})
		if !known {
			s[0] = unknownKey
			return
		}
		record := x.round.ctx.Registry.Subnet(subnet)
		p := prices{nodes: uint64(record.PricedNodes()), free: record.Type == protocol.SystemSubnet}
		x.putCycles(s[3], p.signature())
		s[0] = 0
	}
}
