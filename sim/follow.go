package sim

import (
	"fmt"
	"slices"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/sim/check"
)

// A follower remembers what a Snapshot tells beyond the figures of a result. Only sessions that somebody looks at have one; it
// sees observations and changes nothing.
type follower struct {
	nodes   []progress
	subnets []subnetFollower
	of      []int // by node: its subnet, or unassigned
	moments []Moment
}

// progress is how far a node has come.
type progress struct{ finalized, certified protocol.Height }

// A subnetFollower has the last blocks of a subnet.
type subnetFollower struct {
	rounds []round // of ascending heights
	finals []final // of the last rateWindow, ascending
	quorum int
}

// A round is a height with the blocks made for it.
type round struct {
	height protocol.Height
	blocks []*Block
}

// A final is a block that became final.
type final struct {
	at   protocol.Time // the first node sees it
	took time.Duration // from proposal until more than half of the nodes see it; 0: not yet
}

// Bounds of what is remembered.
const (
	keepRounds  = 40
	keepMoments = 200
	keepFinals  = 512
	keepBlocks  = 64 // at a height, whatever attackers do
	rateWindow  = 20 * time.Second
)

// A Block is a block on its way from proposal to finality, as nodes saw it.
type Block struct {
	Height     protocol.Height
	Hash       crypto.Hash
	Maker      protocol.NodeID
	Rank       uint64
	Proposed   protocol.Time
	Notarizers []Sighting // whose shares, in the order of signing
	Notarized  Sighting   // first; Node is NoNode before
	Finalizers []Sighting
	Finalized  Sighting
	Majority   protocol.Time // more than half of the nodes see it final; 0: not yet
	Implied    bool          // final by a descendant, without a finalization of its own
	final      int           // nodes that see it final
}

// A Sighting is a node's doing or seeing something.
type Sighting struct {
	Node protocol.NodeID
	At   protocol.Time
}

func (s *simulation) newFollower() *follower {
	f := &follower{nodes: make([]progress, len(s.secrets)), moments: slices.Clone(s.watch.timeline), of: s.members.of}
	for i := range s.subnets {
		f.subnets = append(f.subnets, subnetFollower{quorum: len(s.founders(i))/2 + 1})
	}
	return f
}

// happened keeps the newest moments.
func (f *follower) happened(m Moment) {
	if len(f.moments) == keepMoments {
		f.moments = slices.Delete(f.moments, 0, keepMoments/4)
	}
	f.moments = append(f.moments, m)
}

// note takes one observation of a node; what clients see is not about blocks.
func (f *follower) note(at check.Where, n *protocol.Note) {
	if int(at.Node) >= len(f.nodes) || f.of[at.Node] == unassigned {
		return
	}
	node, sub := &f.nodes[at.Node], &f.subnets[f.of[at.Node]]
	saw := Sighting{at.Node, at.At}
	switch n.Kind {
	case protocol.NoteProposed:
		sub.block(n, at.Node, at.At)
	case protocol.NoteBlockReceived:
		sub.block(n, n.Peer, at.At)
	case protocol.NoteNotarizationShare:
		if b := sub.find(n); b != nil {
			b.Notarizers = append(b.Notarizers, saw)
		}
	case protocol.NoteNotarized:
		if b := sub.find(n); b != nil && b.Notarized.Node == protocol.NoNode {
			b.Notarized = saw
		}
	case protocol.NoteFinalizationShare:
		if b := sub.find(n); b != nil {
			b.Finalizers = append(b.Finalizers, saw)
		}
	case protocol.NoteFinalized:
		node.finalized = max(node.finalized, n.Height)
		if b := sub.find(n); b != nil {
			sub.finalize(b, saw, n.Reason != "")
		}
	case protocol.NoteCertified:
		node.certified = max(node.certified, n.Height)
	}
}

// at finds a height among those that are remembered, or begins it if it is new.
func (f *subnetFollower) at(h protocol.Height, begin bool) *round {
	for i := len(f.rounds) - 1; i >= 0 && f.rounds[i].height >= h; i-- {
		if f.rounds[i].height == h {
			return &f.rounds[i]
		}
	}
	if !begin || len(f.rounds) > 0 && h < f.rounds[len(f.rounds)-1].height {
		return nil
	}
	if len(f.rounds) == keepRounds {
		f.rounds = slices.Delete(f.rounds, 0, 1)
	}
	f.rounds = append(f.rounds, round{height: h})
	return &f.rounds[len(f.rounds)-1]
}

func (f *subnetFollower) find(n *protocol.Note) *Block {
	r := f.at(n.Height, false)
	if r == nil {
		return nil
	}
	i := slices.IndexFunc(r.blocks, func(b *Block) bool { return b.Hash == n.Hash })
	if i < 0 {
		return nil
	}
	return r.blocks[i]
}

// block begins to follow a block that a node made or got.
func (f *subnetFollower) block(n *protocol.Note, maker protocol.NodeID, t protocol.Time) {
	r := f.at(n.Height, true)
	if r == nil || len(r.blocks) == keepBlocks || f.find(n) != nil {
		return
	}
	nobody := Sighting{Node: protocol.NoNode}
	r.blocks = append(r.blocks, &Block{
		Height: n.Height, Hash: n.Hash, Maker: maker, Rank: n.Value, Proposed: t, Notarized: nobody, Finalized: nobody,
	})
}

func (f *subnetFollower) finalize(b *Block, saw Sighting, implied bool) {
	if b.Finalized.Node == protocol.NoNode {
		b.Finalized, b.Implied = saw, implied
		f.expire(saw.At)
		f.finals = append(f.finals, final{at: saw.At})
	}
	if b.final++; b.final == f.quorum {
		b.Majority = saw.At
		if i := slices.IndexFunc(f.finals, func(x final) bool { return x.at == b.Finalized.At }); i >= 0 {
			f.finals[i].took = time.Duration(saw.At - b.Proposed)
		}
	}
}

// expire forgets blocks that do not count any more.
func (f *subnetFollower) expire(now protocol.Time) {
	old := 0
	for old < len(f.finals) && (f.finals[old].at < now-protocol.Time(rateWindow) || len(f.finals)-old >= keepFinals) {
		old++
	}
	f.finals = slices.Delete(f.finals, 0, old)
}

// pace is the blocks a second of the last rateWindow, and the median of what they took to be final.
func (f *subnetFollower) pace(now protocol.Time) (rate float64, median time.Duration) {
	f.expire(now)
	if now <= 0 {
		return 0, 0
	}
	var took []time.Duration
	for _, x := range f.finals {
		if x.took > 0 {
			took = append(took, x.took)
		}
	}
	if len(took) > 0 {
		slices.Sort(took)
		median = took[len(took)/2]
	}
	return float64(len(f.finals)) / min(rateWindow, time.Duration(now)).Seconds(), median
}

// Follow lets a session remember what Snapshot and Blocks tell, from now on. Following changes nothing of the run.
func (x *Session) Follow() {
	if x.s.watch.follow == nil {
		x.s.watch.follow = x.s.newFollower()
	}
}

// Blocks gives the last blocks of a subnet by height; those of a height in the order in which they were seen. The session has to be
// followed.
func (x *Session) Blocks(subnet int) ([]Block, error) {
	switch f := x.s.watch.follow; {
	case f == nil:
		return nil, fmt.Errorf("nobody follows this session")
	case subnet < 0 || subnet >= len(f.subnets):
		return nil, fmt.Errorf("there is no subnet %d; there are %d", subnet, len(f.subnets))
	default:
		var all []Block
		for _, r := range f.subnets[subnet].rounds {
			for _, b := range r.blocks {
				c := *b
				c.Notarizers, c.Finalizers = slices.Clone(b.Notarizers), slices.Clone(b.Finalizers)
				all = append(all, c)
			}
		}
		return all, nil
	}
}
