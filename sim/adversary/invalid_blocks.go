package adversary

import (
	"icsim/protocol"
)

// invalidBlocks breaks a rule of blocks in each block that it makes, another one at each height, and signs it: a time not after the
// parent's or far ahead, a parent that is not there, a rank that it does not have, a certified height or a registry version that
// nobody knows (reference/protocol.md A.4). It probes that notaries refuse such blocks, and that the next rank takes the turn.
func invalidBlocks() strategy {
	return strategy{
		about: "breaks a rule in each block that it makes, another one at each height",
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			return &filter{inner, func(out *protocol.Outputs) {
				for i := range out.Sends {
					u, ok := out.Sends[i].Msg.(*protocol.SlotUpdate)
					if !ok {
						continue
					}
					if p, ok := u.Artifact.(*protocol.BlockProposal); ok && p.Signer == cfg.Node {
						bad := cfg.propose(p, spoil)
						out.Sends[i].Msg = &protocol.SlotUpdate{Slot: u.Slot, Commit: u.Commit, Meta: protocol.MetaOf(bad), Artifact: bad}
					}
				}
			}}
		},
	}
}

// rulesOfBlocks is how many ways spoil knows.
const rulesOfBlocks = 6

func spoil(b *protocol.Block) {
	switch b.Height % rulesOfBlocks {
	case 0:
		b.Context.Time = 0
	case 1:
		b.Context.Time += 3600 * 1e9
	case 2:
		b.Parent[0] ^= 1
	case 3:
		b.Rank++
	case 4:
		b.Context.CertifiedHeight += 1000
	case 5:
		b.Context.RegistryVersion += 1000
	}
}

// propose gives a changed copy of a proposal, signed.
func (h *hand) propose(p *protocol.BlockProposal, change func(*protocol.Block)) *protocol.BlockProposal {
	block := *p.Block
	change(&block)
	hash := block.Hash()
	meta := protocol.BlockMetadata{Version: block.Version, Height: block.Height, Subnet: p.Subnet, Hash: hash}
	return protocol.NewBlockProposal(&block, hash, p.Subnet, p.Signer, h.Scheme.SignBasic(h.Secrets.Basic, meta.Signable()))
}
