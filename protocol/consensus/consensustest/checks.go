package consensustest

import (
	"fmt"
	"slices"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
)

// Checks hold the invariants of reference/protocol.md A.10 against what honest nodes note and send.
type Checks struct {
	Broken []string
	Faulty map[protocol.NodeID]bool // not looked at

	subnet    *Subnet
	finalized map[protocol.Height]crypto.Hash
	explicit  map[protocol.Height]bool          // finalized by a finalization of its own
	others    map[protocol.Height][]crypto.Hash // notarized
	randoms   map[protocol.NoteKind]map[protocol.Height]crypto.Hash
	batches   map[protocol.Height]crypto.Hash
	nodes     map[protocol.NodeID]*nodeChecks
}

type nodeChecks struct {
	notaries map[protocol.Height]map[crypto.Hash]bool
	finals   map[protocol.Height]bool
	batches  int
}

func newChecks(s *Subnet) *Checks {
	return &Checks{
		subnet: s, Faulty: map[protocol.NodeID]bool{},
		finalized: map[protocol.Height]crypto.Hash{},
		explicit:  map[protocol.Height]bool{},
		others:    map[protocol.Height][]crypto.Hash{},
		randoms: map[protocol.NoteKind]map[protocol.Height]crypto.Hash{
			protocol.NoteBeacon: {}, protocol.NoteTape: {}, protocol.NoteCatchUpPackage: {},
		},
		batches: map[protocol.Height]crypto.Hash{},
		nodes:   map[protocol.NodeID]*nodeChecks{},
	}
}

func (c *Checks) fail(n *Node, format string, args ...any) {
	c.Broken = append(c.Broken, fmt.Sprintf("%s at %s: ", n.ID, c.subnet.Now)+fmt.Sprintf(format, args...))
}

func (c *Checks) restarted(n *Node) {
	if k := c.nodes[n.ID]; k != nil {
		k.batches = 0
	}
}

func (c *Checks) observe(n *Node, out *consensus.Effects) {
	if c.Faulty[n.ID] {
		return
	}
	k := c.nodes[n.ID]
	if k == nil {
		k = &nodeChecks{notaries: map[protocol.Height]map[crypto.Hash]bool{}, finals: map[protocol.Height]bool{}}
		c.nodes[n.ID] = k
	}
	for i := range out.Notes {
		c.note(n, k, &out.Notes[i])
	}
	for _, b := range n.Execution.Batches[min(k.batches, len(n.Execution.Batches)):] {
		id := b.ID()
		if have, ok := c.batches[b.Height]; ok && have != id {
			c.fail(n, "A.10.8: batch %d differs", b.Height)
		}
		c.batches[b.Height] = id
	}
	k.batches = len(n.Execution.Batches)
}

func (c *Checks) note(n *Node, k *nodeChecks, note *protocol.Note) {
	h := note.Height
	switch note.Kind {
	case protocol.NoteFinalized:
		if have, ok := c.finalized[h]; ok && have != note.Hash {
			c.fail(n, "A.10.1: finalizes %s at %d, another finalized %s", note.Hash, h, have)
		}
		c.finalized[h] = note.Hash
		c.chain(n, h)
		if note.Reason != "" {
			return // final through another block: more than one may be notarized
		}
		c.explicit[h] = true
		for _, other := range c.others[h] {
			if other != note.Hash {
				c.fail(n, "A.10.2: %s is notarized at %d beside the finalized %s", other, h, note.Hash)
			}
		}
	case protocol.NoteNotarized:
		if have := c.finalized[h]; c.explicit[h] && have != note.Hash {
			c.fail(n, "A.10.2: %s is notarized at %d beside the finalized %s", note.Hash, h, have)
		}
		if !slices.Contains(c.others[h], note.Hash) {
			c.others[h] = append(c.others[h], note.Hash)
		}
	case protocol.NoteNotarizationShare:
		c.notaryShare(n, k, note)
	case protocol.NoteFinalizationShare:
		if signed := k.notaries[h]; len(signed) > 1 || len(signed) == 1 && !signed[note.Hash] {
			c.fail(n, "A.10.3: finality-signs %d after notary-signing another block", h)
		}
		if k.finals[h] {
			c.fail(n, "A.10.3: finality-signs %d twice", h)
		}
		k.finals[h] = true
	case protocol.NoteBeacon, protocol.NoteTape, protocol.NoteCatchUpPackage:
		if have, ok := c.randoms[note.Kind][h]; ok && have != note.Hash {
			c.fail(n, "A.10.4: %s at %d differs", note.Kind, h)
		}
		c.randoms[note.Kind][h] = note.Hash
	case protocol.NotePoolSize:
		if note.Reason != "" {
			c.fail(n, "A.10.6: %s", note.Reason)
		}
	}
}

func (c *Checks) notaryShare(n *Node, k *nodeChecks, note *protocol.Note) {
	h, r := note.Height, n.C.Reader()
	if k.finals[h] {
		c.fail(n, "A.10.3: notary-signs %d after finality-signing it", h)
	}
	if k.notaries[h] == nil {
		k.notaries[h] = map[crypto.Hash]bool{}
	}
	k.notaries[h][note.Hash] = true
	// The step may have gone on after it signed: notarized height was h−1 then.
	if certified := n.Execution.CertifiedHeight(); h-1 >= certified+consensus.CertificationGapBound {
		c.fail(n, "A.10.6: notary-signs %d with certified height %d", h, certified)
	}
	if next := r.NextCUPHeight(); h-1 >= next+consensus.CUPGapBound {
		c.fail(n, "A.10.6: notary-signs %d with the next CUP at %d", h, next)
	}
}

// chain checks that contexts grow along the finalized chain (A.10.7).
func (c *Checks) chain(n *Node, h protocol.Height) {
	r := n.C.Reader()
	block := r.FinalizedBlock(h).Block
	if h == 0 || block == nil {
		return
	}
	parent := r.FinalizedBlock(h - 1).Block
	if parent == nil {
		return
	}
	if block.Parent != r.FinalizedBlock(h-1).Hash {
		c.fail(n, "A.10.1: the finalized block %d does not extend the one before", h)
	}
	if a, b := parent.Context, block.Context; b.Time <= a.Time || b.RegistryVersion < a.RegistryVersion ||
		b.CertifiedHeight < a.CertifiedHeight {
		c.fail(n, "A.10.7: context of %d does not grow", h)
	}
}
