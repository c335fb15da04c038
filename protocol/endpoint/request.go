package endpoint

import (
	"fmt"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/authentication"
)

func badRequest(format string, args ...any) protocol.Refusal {
	return protocol.Refusal{Status: protocol.StatusBadRequest, Text: fmt.Sprintf(format, args...)}
}

// Unhealthy refuses queries and reads unless the node is healthy (rs/http_endpoints/public/src/query.rs). Calls are taken by a node that is
// behind: they are judged by the certified state that there is.
func Unhealthy(h protocol.Health) protocol.Refusal {
	switch h {
	case protocol.Healthy:
		return protocol.Refusal{}
	case protocol.CertifiedStateBehind:
		text := fmt.Sprintf("Replica is unhealthy: %s. Check the /api/v2/status for more information.", h)
		return protocol.Refusal{Status: protocol.StatusUnavailable, Text: text}
	}
	return Unavailable()
}

// Unavailable is the answer of a node that has no certified state yet, or no delegation for its certificates.
func Unavailable() protocol.Refusal {
	return protocol.Refusal{Status: protocol.StatusUnavailable, Text: "Certified state unavailable. Please try again."}
}

// Expiry refuses a request that has expired, or that would live for too long. now is the node's clock.
func Expiry(expiry, now protocol.Time, genesis uint64) protocol.Refusal {
	most := now + protocol.IngressTTL + protocol.ExpiryDrift
	if now <= expiry && expiry <= most {
		return protocol.Refusal{}
	}
	return protocol.Refusal{
		Status: protocol.StatusBadRequest,
		Text:   authentication.ExpiryText(genesis+uint64(expiry), genesis+uint64(now), genesis+uint64(most)),
	}
}

// ExpiryOfRead is the same for queries and reads of the state, which anonymous users may send with any expiry: nothing that they
// could learn by sending one again is kept from them.
func ExpiryOfRead(sender principal.ID, expiry, now protocol.Time, genesis uint64) protocol.Refusal {
	if sender.IsAnonymous() {
		return protocol.Refusal{}
	}
	return Expiry(expiry, now, genesis)
}

// Nonce refuses a request whose nonce is too long.
func Nonce(nonce []byte) protocol.Refusal {
	if len(nonce) > protocol.MaxNonce {
		return badRequest("Invalid nonce: request nonce too big: got %d bytes, at most %d are allowed", len(nonce), protocol.MaxNonce)
	}
	return protocol.Refusal{}
}

// TooLarge refuses a call of more bytes than the subnet takes.
func TooLarge(m *protocol.SignedIngress, subnet *protocol.SubnetRecord) protocol.Refusal {
	if m.Size() <= subnet.MaxIngressBytes {
		return protocol.Refusal{}
	}
	return protocol.Refusal{Status: protocol.StatusTooLarge, Text: fmt.Sprintf(
		"Request %s is too large. Message byte size %d is larger than the max allowed %d.", m.MessageID, m.Size(), subnet.MaxIngressBytes)}
}

// A Subject tells which canister a call of the management canister is about, see protocol.Querier.
type Subject func(method string, arg []byte) (subject principal.ID, bound bool, err error)

// Effective refuses a call or query that was sent in the name of another canister than the one it is for, since who guards the
// network goes by that name. One of the management canister is for the canister it is about; where that is none, any name will do.
//
// Model: in the replica the boundary nodes and the ingress selector hold management calls to it, its endpoint does not.
func Effective(c *protocol.IngressContent, effective protocol.CanisterID, of Subject) protocol.Refusal {
	if c.Canister != protocol.ManagementCanister {
		if c.Canister != effective {
			return badRequest("Specified CanisterId %s does not match effective canister id in URL %s", c.Canister, effective)
		}
		return protocol.Refusal{}
	}
	subject, bound, err := of(c.Method, c.Arg)
	switch {
	case !bound:
		return protocol.Refusal{}
	case err != nil:
		return badRequest("Effective canister id could not be read from the argument of %s: %s", c.Method, err)
	case subject != effective.Principal():
		return badRequest("Specified CanisterId %s does not match effective canister id in URL %s", subject, effective)
	}
	return protocol.Refusal{}
}

// Hosted refuses what is about a canister of another subnet. That canister may be anything where nothing binds the request to one, the
// management canister too, which is everywhere.
//
// Model: these are the words of boundary nodes, which send requests where they belong; a replica would answer that it does not know
// the canister.
func Hosted(effective protocol.CanisterID, subnet protocol.SubnetID, routing *protocol.RoutingTable) protocol.Refusal {
	if host, ok := routing.Route(effective); effective != protocol.ManagementCanister && (!ok || host != subnet) {
		return badRequest("error: canister_not_found\ndetails: The specified canister does not exist.")
	}
	return protocol.Refusal{}
}
