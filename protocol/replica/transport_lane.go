package replica

import (
	"icsim/protocol"
	"icsim/protocol/p2p"
)

// A transportLane answers what peers fetch from this node's pools.
type transportLane struct{}

func (l *transportLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		a := &in.Arrivals[i]
		out.Meter.Charge(protocol.OpReceive, 1)
		if request, ok := a.Msg.(*protocol.FetchRequest); ok {
			out.Send([]protocol.NodeID{a.From}, p2p.Serve(request, r.validated))
		}
	}
}

// validated finds an artifact in the pool that its kind belongs to, or gives nil.
func (r *Replica) validated(meta protocol.ArtifactMeta) protocol.Artifact {
	switch meta.Kind {
	case protocol.KindCertificationShare, protocol.KindCertification:
		return r.certification.certifier.Validated(meta)
	case protocol.KindOutcallShare:
		return r.outcalls.pool.Validated(meta)
	case protocol.KindDealing:
		return r.dkg.pool.Validated(meta)
	case protocol.KindIDKGDealing, protocol.KindIDKGSupport, protocol.KindIDKGComplaint, protocol.KindIDKGOpening,
		protocol.KindSignatureShare, protocol.KindKeyShare:
		return r.idkg.pool.Validated(meta)
	case protocol.KindIngress:
		return r.ingress.pool.Validated(meta.ID)
	}
	return r.consensus.consensus.Validated(meta)
}
