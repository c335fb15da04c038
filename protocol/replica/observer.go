package replica

import (
	"icsim/protocol"
	"icsim/protocol/messaging"
)

// Certified gives the highest certified state that the node can answer users from at a registry version; nil: it cannot. It is for
// who looks at a simulation from outside: no node asks another so.
func (r *Replica) Certified(at protocol.RegistryVersion) *messaging.State {
	if !r.serves(r.cfg.Registry.At(at)) {
		return nil
	}
	state, _ := r.states.Certified()
	return state
}

// serves tells whether the node has what it takes to answer users: a certified state, and a delegation for its certificates
// (rs/http_endpoints/public, ReplicaHealthStatus).
func (r *Replica) serves(registry *protocol.RegistrySnapshot) bool {
	_, ok := r.query.delegation.ForSubnet(false, registry)
	state, _ := r.states.Certified()
	return ok && state != nil
}
