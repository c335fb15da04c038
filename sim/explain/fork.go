package explain

import (
	"slices"

	"icsim/protocol"
)

// A side is a block of a height that is notarized or final for an honest node while another one is for another.
type side struct {
	hash      protocol.BlockHash
	maker     protocol.NodeID
	rank      protocol.Rank
	known     bool              // maker and rank
	final     []protocol.NodeID // for whom it is final
	held      []protocol.NodeID // who holds it notarized
	notaries  []protocol.NodeID // who signed for its notarization, as far as it is shown
	finishers []protocol.NodeID // and for its finalization, or that of a descendant
	above     protocol.Height   // that descendant's height; 0: its own
}

// Fork tells of the blocks of a height of which there should be one: who made them, for whom each is notarized and final, whose
// signatures made them so, and who signed for more than one.
func Fork(s *Subnet, h protocol.Height) []string {
	t := &text{}
	sides := s.sides(h)
	if len(sides) < 2 {
		t.add(0, "the nodes' pools hold one block of height %d that is notarized or final by now", h)
		return t.lines
	}
	t.add(0, "%s has %d blocks at height %d that are notarized or final", s.Name, len(sides), h)
	var both []protocol.NodeID
	for i, x := range sides {
		x.describe(t)
		for _, y := range sides[:i] {
			for _, n := range slices.Concat(y.notaries, y.finishers) {
				if !slices.Contains(both, n) && (slices.Contains(x.notaries, n) || slices.Contains(x.finishers, n)) {
					both = append(both, n)
				}
			}
		}
	}
	slices.Sort(both)
	f := protocol.FaultsTolerated(len(s.Nodes))
	t.add(0, "for more than one of them signed %s: %d nodes, of which the protocol stands %d", list(both), len(both), f)
	for _, line := range s.why(both) {
		t.add(1, "%s", line)
	}
	return t.lines
}

// sides lists the blocks of a height that are notarized or final for an honest node, in the order of nodes.
func (s *Subnet) sides(h protocol.Height) (all []*side) {
	at := func(hash protocol.BlockHash) *side {
		i := slices.IndexFunc(all, func(x *side) bool { return x.hash == hash })
		if i < 0 {
			i, all = len(all), append(all, &side{hash: hash})
		}
		return all[i]
	}
	for _, n := range s.honest() {
		pool := n.Replica.View().Pool
		if b := pool.FinalizedBlock(h); b.Block != nil {
			x := at(b.Hash)
			x.final = append(x.final, n.ID)
			if x.finishers == nil {
				x.finish(n, h)
			}
		}
		for _, held := range pool.Validated.Notarizations.At(h) {
			x := at(held.Artifact.Content.Hash)
			x.held = append(x.held, n.ID)
			x.notaries = union(x.notaries, held.Artifact.Signers)
			if p := pool.Proposal(x.hash, h); p != nil {
				x.maker, x.rank, x.known = p.Signer, p.Block.Rank, true
			}
		}
	}
	return all
}

// finish looks for what made the block final for a node: its own finalization, or the next one above.
func (x *side) finish(n *Node, h protocol.Height) {
	pool := n.Replica.View().Pool
	for at := h; at <= pool.FinalizedHeight(); at++ {
		hash := pool.FinalizedBlock(at).Hash
		for _, held := range pool.Validated.Finalizations.At(at) {
			if held.Artifact.Content.Hash == hash {
				x.finishers = held.Artifact.Signers
				if at != h {
					x.above = at
				}
				return
			}
		}
	}
}

func union(a, b []protocol.NodeID) []protocol.NodeID {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func (x *side) describe(t *text) {
	if x.known {
		t.add(1, "block %s of %s, rank %d", x.hash, x.maker, x.rank)
	} else {
		t.add(1, "block %s", x.hash)
	}
	if len(x.held) > 0 {
		t.add(2, "notarized for %s by %s", list(x.held), list(x.notaries))
	}
	switch {
	case len(x.final) == 0:
	case x.finishers == nil:
		t.add(2, "final for %s by a catch-up package, or a finalization that is purged by now", list(x.final))
	case x.above != 0:
		t.add(2, "final for %s by its descendant of height %d, finalized by %s", list(x.final), x.above, list(x.finishers))
	default:
		t.add(2, "final for %s by %s", list(x.final), list(x.finishers))
	}
}
