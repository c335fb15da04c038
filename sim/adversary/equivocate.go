package adversary

import (
	"slices"

	"icsim/protocol"
)

// equivocate shows half of the subnet one block and half another at each height that it makes: they differ in time by a
// nanosecond, as the replica's own malicious flag does it (propose_equivocating_blocks). It probes that at most one of them
// is finalized, that whoever sees both proves it, and that the round goes on with the next rank.
func equivocate() strategy {
	return strategy{
		about: "proposes two blocks, one to each half of the subnet",
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			e := &equivocator{cfg: cfg, show: func(to []protocol.NodeID) (one, other []protocol.NodeID) {
				return to[:len(to)/2], to[len(to)/2:]
			}}
			return &filter{inner, e.edit}
		},
	}
}

// twinToOne shows all nodes one block, and the last of them another, too. It probes that a node with the proof in its hands takes the
// block all the same, when the others did not know and made it final.
func twinToOne() strategy {
	return strategy{
		about: "proposes a block to all, and a second one to the last node as well",
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			e := &equivocator{cfg: cfg, show: func(to []protocol.NodeID) (one, other []protocol.NodeID) {
				return to, to[len(to)-1:]
			}}
			return &filter{inner, e.edit}
		},
	}
}

// An equivocator makes a second block beside each of its own. show says who of the receivers sees which.
type equivocator struct {
	cfg  *hand
	show func(to []protocol.NodeID) (one, other []protocol.NodeID)
}

func (e *equivocator) edit(out *protocol.Outputs) {
	for i := range out.Sends {
		s := &out.Sends[i]
		update, ok := s.Msg.(*protocol.SlotUpdate)
		if !ok || len(s.To) < 2 {
			continue
		}
		if p, ok := update.Artifact.(*protocol.BlockProposal); ok && p.Signer == e.cfg.Node {
			other := e.twin(p)
			one, others := e.show(s.To)
			slot := update.Slot
			if slices.Contains(one, others[0]) {
				slot = firstSlot + kindsOfSlot*slots + uint32(update.Commit%slots) // who sees both has the first in this one
			}
			out.Send(others, &protocol.SlotUpdate{Slot: slot, Commit: update.Commit, Meta: protocol.MetaOf(other), Artifact: other})
			out.Sends[i].To = one
		}
	}
}

// twin makes a second block like p, signed as well.
func (e *equivocator) twin(p *protocol.BlockProposal) *protocol.BlockProposal {
	return e.cfg.propose(p, func(b *protocol.Block) { b.Context.Time++ })
}
