package replica

import (
	"icsim/crypto/hashtree"
	"icsim/protocol"
	"icsim/protocol/authentication"
	"icsim/protocol/endpoint"
)

// A visit is a user's request while it is looked at: what the node has at hand to judge it by.
type visit struct {
	*Replica
	now      protocol.Time
	version  protocol.RegistryVersion
	registry *protocol.RegistrySnapshot
}

func (r *Replica) visit(in *protocol.Input) visit {
	v := r.cfg.Registry.Latest(in.Now)
	return visit{r, in.Now, v, r.cfg.Registry.At(v)}
}

// authenticate says whether a request is its sender's, and with what scope.
func (v visit) authenticate(a *protocol.Authentication, q authentication.Request) (authentication.Scope, protocol.Refusal) {
	scope, fault := v.cfg.Judge(v.keys, v.version, a, q, v.registry.Genesis+uint64(v.now))
	return scope, refusedBy(fault.Text)
}

func refusedBy(text string) protocol.Refusal {
	if text == "" {
		return protocol.Refusal{}
	}
	return protocol.Refusal{Status: protocol.StatusBadRequest, Text: text}
}

// destined refuses what does not belong here: a call or query for a canister that another subnet hosts, or sent in the name of
// another canister than the one it is for.
func (v visit) destined(c *protocol.IngressContent, effective protocol.CanisterID) protocol.Refusal {
	if f := endpoint.Effective(c, effective, v.cfg.Querier.Subject); f.Status != 0 {
		return f
	}
	return endpoint.Hosted(effective, v.cfg.Subnet, v.registry.Routing)
}

// certificate shows paths of the latest certified state to who asked about a canister; nil without such a state, or without a
// delegation that lets anybody verify it.
func (v visit) certificate(about protocol.CanisterID, flat bool, paths ...hashtree.Path) []byte {
	d, ok := v.query.delegation.ForCanister(about, flat, v.registry)
	if !ok {
		return nil
	}
	return v.states.Certificate(d, paths...)
}

// unhealthy refuses a query or a read that the node cannot answer as it should.
func (v visit) unhealthy() protocol.Refusal { return endpoint.Unhealthy(v.health(v.registry)) }

// first gives the first refusal of some.
func first(refusals ...protocol.Refusal) protocol.Refusal {
	for _, f := range refusals {
		if f.Status != 0 {
			return f
		}
	}
	return protocol.Refusal{}
}
