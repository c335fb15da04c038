package p2p

import "icsim/protocol"

// Serve answers a peer's fetch. lookup finds a validated artifact in the pool that the meta's kind belongs to, or
// gives nil. Ingress messages come out of the proposal itself, so that they are the very ones it lists.
//
// Model: the replica also looks into its ingress pool, for a proposal it no longer has.
func Serve(r *protocol.FetchRequest, lookup func(protocol.ArtifactMeta) protocol.Artifact) *protocol.FetchReply {
	reply := &protocol.FetchReply{Meta: r.Meta, Serial: r.Serial}
	a := lookup(r.Meta)
	if a == nil {
		return reply
	}
	if len(r.Ingress) == 0 {
		reply.Artifact = a
		return reply
	}
	proposal, ok := a.(*protocol.BlockProposal)
	if !ok {
		return reply
	}
	wanted := make(map[protocol.MessageID]bool, len(r.Ingress))
	for _, id := range r.Ingress {
		wanted[id] = true
	}
	for _, m := range proposal.Block.Payload.Batch.Ingress {
		if wanted[m.MessageID] {
			reply.Ingress = append(reply.Ingress, m)
		}
	}
	return reply
}
