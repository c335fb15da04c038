package replica

import (
	"icsim/protocol"
	"icsim/protocol/certification"
	"icsim/protocol/consensus"
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

// A View is what a node holds, for who looks at a simulation from outside. It is the node's own: nobody changes it.
type View struct {
	Pool          *consensus.Reader
	Certification []certification.Open
	Executed      protocol.Height // of the latest state
	Certified     protocol.Height
	Delivered     protocol.Height // of the latest batch that went to execution
	Ingress       int             // users' calls in the pool
}

// View lets somebody look into the node.
func (r *Replica) View() View {
	return View{
		Pool: r.consensus.consensus.Reader(), Certification: r.certification.certifier.Open(),
		Executed: r.states.LatestHeight(), Certified: r.states.CertifiedHeight(),
		Delivered: r.execution.router.ExpectedBatchHeight() - 1, Ingress: r.ingress.pool.Len(),
	}
}

// Manifest tells whether the node has a checkpoint at a height with its manifest's hash.
func (r *Replica) Manifest(h protocol.Height) (protocol.StateHash, bool) {
	return r.states.ManifestHash(h)
}
