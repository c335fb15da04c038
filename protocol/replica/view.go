package replica

import (
	"icsim/protocol"
	"icsim/protocol/certification"
	"icsim/protocol/consensus"
	"icsim/protocol/p2p"
)

// A View is what a node holds, for who looks at a simulation from outside. It is the node's own: nobody changes it.
type View struct {
	Pool          *consensus.Reader
	Certification []certification.Open
	Executed      protocol.Height // of the latest state
	Certified     protocol.Height
	Delivered     protocol.Height // of the latest batch that went to execution
	Ingress       int             // users' calls in the pool
	Waits         []p2p.Wait      // for consensus artifacts of peers
}

// View lets somebody look into the node.
func (r *Replica) View() View {
	return View{
		Pool: r.consensus.consensus.Reader(), Certification: r.certification.certifier.Open(),
		Executed: r.states.LatestHeight(), Certified: r.states.CertifiedHeight(),
		Delivered: r.execution.router.ExpectedBatchHeight() - 1, Ingress: r.ingress.pool.Len(),
		Waits: r.consensus.broadcast.Waits(),
	}
}

// Manifest tells whether the node has a checkpoint at a height with its manifest's hash.
func (r *Replica) Manifest(h protocol.Height) (protocol.StateHash, bool) {
	return r.states.ManifestHash(h)
}
