package consensustest

import (
	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
)

// Twin makes another block in place of a proposal, a nanosecond later, with the maker's signature: half of an
// equivocation.
func (s *Subnet) Twin(p *protocol.BlockProposal) *protocol.BlockProposal {
	b := *p.Block
	b.Context.Time++
	return s.Sign(&b, p.Signer)
}

// Sign makes a proposal of any block by any node.
func (s *Subnet) Sign(b *protocol.Block, by protocol.NodeID) *protocol.BlockProposal {
	m := protocol.BlockMetadata{Version: b.Version, Height: b.Height, Hash: b.Hash()}
	return protocol.NewBlockProposal(b, m.Hash, 0, by, s.Nodes[by].Keys.SignBasic(m.Signable()))
}

// BlockShare makes a notarization or finalization share of any block by any node.
func (s *Subnet) BlockShare(kind protocol.ArtifactKind, p *protocol.BlockProposal, by protocol.NodeID) *protocol.BlockShare {
	c := protocol.BlockContent{Version: p.Block.Version, Height: p.Height(), Hash: p.Hash}
	return protocol.NewBlockShare(kind, c, by, s.Nodes[by].Keys.SignMulti(c.Signable(domainOf(kind))))
}

func domainOf(kind protocol.ArtifactKind) string {
	if kind == protocol.KindFinalization || kind == protocol.KindFinalizationShare {
		return crypto.DomainFinalization
	}
	return crypto.DomainNotarization
}

// Aggregate makes a notarization or finalization by the given signers, ascending, be they enough or not.
func (s *Subnet) Aggregate(kind protocol.ArtifactKind, p *protocol.BlockProposal, by ...protocol.NodeID) *protocol.BlockAggregate {
	share := protocol.KindNotarizationShare
	if kind == protocol.KindFinalization {
		share = protocol.KindFinalizationShare
	}
	var sigs []crypto.MultiSignature
	var content protocol.BlockContent
	for _, n := range by {
		one := s.BlockShare(share, p, n)
		content, sigs = one.Content, append(sigs, one.Signature)
	}
	sig, _ := s.Nodes[0].Keys.CombineMulti(by, s.Genesis.Summary().RegistryVersion, content.Signable(domainOf(kind)), sigs)
	return protocol.NewBlockAggregate(kind, content, by, sig)
}

// Child makes an empty block on top of a parent, signed by a node. By default it takes its time and context so that it
// is valid; edit may change what it says before it is signed.
func (s *Subnet) Child(
	parent consensus.HashedBlock, rank protocol.Rank, by protocol.NodeID, edit func(*protocol.Block),
) *protocol.BlockProposal {
	b := &protocol.Block{
		Version: Version, Parent: parent.Hash, Height: parent.Block.Height + 1, Rank: rank,
		Context: parent.Block.Context, Payload: protocol.NewDataPayload(protocol.BatchPayload{}),
	}
	b.Context.Time = parent.Block.Context.Time.Add(s.InitialDelay) + 1
	if edit != nil {
		edit(b)
	}
	return s.Sign(b, by)
}

// Maker gives the node of a rank at a height, as a node knows it; ranks above f make no blocks.
func (s *Subnet) Maker(n *Node, h protocol.Height, rank protocol.Rank) protocol.NodeID {
	for _, m := range s.Nodes {
		if have, ok := n.C.Reader().MakerRank(h, m.ID); ok && have == rank {
			return m.ID
		}
	}
	return protocol.NoNode
}
