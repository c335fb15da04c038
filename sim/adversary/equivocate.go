package adversary

import (
	"icsim/protocol"
)

// equivocate shows half of the subnet one block and half another at each height that it makes: they differ in time by a
// nanosecond, as the replica's own malicious flag does it (propose_equivocating_blocks). It probes that at most one of them
// is finalized, that whoever sees both proves it, and that the round goes on with the next rank.
func equivocate() strategy {
	return strategy{
		about: "proposes two blocks, one to each half of the subnet",
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			e := &equivocator{cfg: cfg}
			return &filter{inner, e.edit}
		},
	}
}

type equivocator struct{ cfg *hand }

func (e *equivocator) edit(out *protocol.Outputs) {
	for i := range out.Sends {
		s := &out.Sends[i]
		update, ok := s.Msg.(*protocol.SlotUpdate)
		if !ok || len(s.To) < 2 {
			continue
		}
		if p, ok := update.Artifact.(*protocol.BlockProposal); ok && p.Signer == e.cfg.Node {
			other := e.twin(p)
			half := len(s.To) / 2
			out.Send(s.To[half:], &protocol.SlotUpdate{
				Slot: update.Slot, Commit: update.Commit, Meta: protocol.MetaOf(other), Artifact: other,
			})
			out.Sends[i].To = out.Sends[i].To[:half]
		}
	}
}

// twin makes a second block like p, signed as well.
func (e *equivocator) twin(p *protocol.BlockProposal) *protocol.BlockProposal {
	return e.cfg.propose(p, func(b *protocol.Block) { b.Context.Time++ })
}
