package adversary

import (
	"slices"

	"icsim/protocol"
)

// forgeBlocks answers each block of another maker with one like it, a nanosecond later in time, in that maker's name and under the
// signature that the maker gave for the first: who takes it has a proof against an honest maker. It probes that nothing counts as a
// maker's but what the maker signed. Were it otherwise, one node would disqualify all makers of a height, and end the subnet.
func forgeBlocks() strategy {
	return strategy{
		about: "sends blocks in the name of other makers",
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			members := cfg.Registry.At(cfg.Registry.Latest(cfg.Now)).Subnet(cfg.Subnet).Members
			peers := slices.DeleteFunc(slices.Clone(members), func(n protocol.NodeID) bool { return n == cfg.Node })
			return &forger{inner: inner, node: cfg.Node, peers: peers, forged: map[protocol.BlockHash]bool{}}
		},
	}
}

type forger struct {
	inner  protocol.Machine
	node   protocol.NodeID
	peers  []protocol.NodeID
	forged map[protocol.BlockHash]bool
	recent []protocol.BlockHash // keys of forged, oldest first
	commit uint64
}

// firstForged is above the slots of equivocators.
const firstForged = firstSlot + (kindsOfSlot+1)*slots

func (f *forger) Step(in *protocol.Input, out *protocol.Outputs) {
	f.inner.Step(in, out)
	for i := range in.Arrivals {
		if update, ok := in.Arrivals[i].Msg.(*protocol.SlotUpdate); ok {
			if p, ok := update.Artifact.(*protocol.BlockProposal); ok && p.Signer != f.node && !f.forged[p.Hash] {
				f.forge(p, out)
			}
		}
	}
}

// forge sends a block like p once. It forges none of its own forgeries, which others may relay.
func (f *forger) forge(p *protocol.BlockProposal, out *protocol.Outputs) {
	block := *p.Block
	block.Context.Time++
	forged := protocol.NewBlockProposal(&block, block.Hash(), p.Subnet, p.Signer, p.Signature)
	f.know(p.Hash)
	f.know(forged.Hash)
	slot := firstForged + uint32(f.commit%slots)
	f.commit++
	out.Send(f.peers, &protocol.SlotUpdate{Slot: slot, Commit: f.commit, Meta: protocol.MetaOf(forged), Artifact: forged})
}

func (f *forger) know(hash protocol.BlockHash) {
	if len(f.recent) == maxRecent {
		delete(f.forged, f.recent[0])
		f.recent = f.recent[1:]
	}
	f.forged[hash] = true
	f.recent = append(f.recent, hash)
}
