package canister

// costCalls tell what things would cost.
func costCalls() []systemCall {
	return []systemCall{
		{"cost_call", "llI:", anyOrStart, priceCall, costCall},
		{"cost_create_canister", "I:", anyOrStart, priceCall, func(x *execution, s []uint64) { x.putCycles(s[0], x.round.prices.creation()) }},
		{"cost_http_request", "llI:", anyOrStart, priceCall, func(x *execution, s []uint64) {
			x.putCycles(s[2], x.round.prices.outcall(s[0], s[1]))
		}},
		{"cost_sign_with_ecdsa", "IIiI:i", anyOrStart, priceCall, costOfKey(1)},
		{"cost_sign_with_schnorr", "IIiI:i", anyOrStart, priceCall, costOfKey(2)},
		{"cost_vetkd_derive_key", "IIiI:i", anyOrStart, priceCall, costOfKey(1)},
	}
}

// costCall is all that call_perform sets aside.
func costCall(x *execution, s []uint64) {
	p := x.round.prices
	price := p.request(s[0]).Add(p.response(s[1])) // two lengths, whose sum may not fit in 64 bits
	price = price.Add(p.execution(x.round.limits.message, x.canister.code.wide)).Add(p.response(maxResponseBytes))
	x.putCycles(s[2], price)
}

// costOfKey answers for a kind of threshold keys with so many curves. The network has no such keys yet, so every
// name is unknown.
func costOfKey(curves uint32) func(*execution, []uint64) {
	const badCurve, unknownKey = 1, 2
	return func(x *execution, s []uint64) {
		x.read(s[0], s[1])
		if uint32(s[2]) >= curves {
			s[0] = badCurve
		} else {
			s[0] = unknownKey
		}
	}
}
