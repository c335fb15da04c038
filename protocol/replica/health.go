package replica

import (
	"icsim/protocol"
	"icsim/protocol/messaging"
)

// behind is how many heights the certified state may lag the finalized block of a node that can answer users
// (rs/interfaces/src/consensus_pool.rs, HEIGHT_CONSIDERED_BEHIND).
const behind = 20

// health says whether the node can answer users, and if not, what it lacks (rs/http_endpoints/public/src/lib.rs and
// health_status_refresher.rs).
func (r *Replica) health(registry *protocol.RegistrySnapshot) protocol.Health {
	state, _ := r.states.Certified()
	if state == nil {
		return protocol.WaitingForCertifiedState
	}
	if _, ok := r.query.delegation.ForSubnet(false, registry); !ok {
		return protocol.WaitingForRootDelegation
	}
	if r.consensus.consensus.Reader().FinalizedHeight() > state.Height()+behind {
		return protocol.CertifiedStateBehind
	}
	return protocol.Healthy
}

// serves tells whether the node has what answers are made from: a certified state, and a delegation for its certificates.
func (r *Replica) serves(registry *protocol.RegistrySnapshot) bool {
	return r.health(registry) >= protocol.CertifiedStateBehind
}

// Certified gives the highest certified state that the node can answer users from at a registry version; nil: it cannot. It is for
// who looks at a simulation from outside: no node asks another so.
func (r *Replica) Certified(at protocol.RegistryVersion) *messaging.State {
	if !r.serves(r.cfg.Registry.At(at)) {
		return nil
	}
	state, _ := r.states.Certified()
	return state
}
