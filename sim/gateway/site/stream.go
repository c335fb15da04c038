package site

import "icsim/canister/candid"

// The most that a body may be: parts, as in the deployed gateway (response_handler.rs), and bytes.
const (
	maxParts     = 1000
	maxBodyBytes = 256 << 20
)

// collect asks for the parts of a body until there is no token.
func (g *Gateway) collect(to Target, a *answer) *Failure {
	if a.next == nil {
		return nil
	}
	callback := a.next.callback
	if callback.Service != to.Canister {
		return failf(502, "it streams by a callback of another canister, %s", callback.Service)
	}
	token, of := a.next.token, a.next.of
	for n := 0; token != nil; n++ {
		if n == maxParts {
			return failf(502, "its body has more than %d parts", maxParts)
		}
		arg, err := candid.Encode([]candid.Value{token}, []candid.Type{of})
		if err != nil {
			return failf(502, "its token cannot be sent back: %v", err)
		}
		reply, err := g.backend.Query(to.Canister, callback.Method, arg)
		if err != nil {
			return refused(callback.Method, err)
		}
		var body []byte
		if body, token, of, err = g.types.decodePart(reply); err != nil {
			return failf(502, "%s does not reply with a part of a body: %v", callback.Method, err)
		}
		if a.Body = append(a.Body, body...); len(a.Body) > maxBodyBytes {
			return failf(502, "its body has more than %d bytes", maxBodyBytes)
		}
	}
	return nil
}
