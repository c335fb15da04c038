package consensus

import (
	"fmt"

	"icsim/protocol"
)

// A Reader is the pool as components see it: both sections, and what follows from the validated one
// (rs/consensus/utils/src/pool_reader.rs; reference/protocol.md A.8). Derived heights are kept up to date on every
// change, so that reading one costs nothing.
type Reader struct {
	Validated   Section
	Unvalidated Section

	cfg *Config
	env *Env
	out *Effects // of the current step

	own    uint64 // counts the artifacts this node made
	halted struct {
		version protocol.RegistryVersion // looked at last
		yes     bool
	}
	cup     *protocol.CatchUpPackage
	cupAt   Clock                // when cup was validated
	chain   []HashedBlock        // finalized, by height from the CUP's on; its last is the finalized tip
	summary *protocol.Block      // the highest finalized summary
	dealt   []*protocol.Dealing  // on the finalized chain since summary
	initial *protocol.InitialDKG // likewise

	rosters [rosterCache]roster
	late    lateBlocks          // looked at last
	walk    []HashedBlock       // scratch of finalize
	past    []*protocol.Block   // scratch of Past
	tally   []*protocol.Dealing // scratch of Dealt
}

// A HashedBlock is a block of the validated pool with its hash. Maker is NoNode for the block of a catch-up package,
// which does not tell. Block is nil when there is none.
type HashedBlock struct {
	Block *protocol.Block
	Hash  protocol.BlockHash
	Maker protocol.NodeID
}

// CUP is the highest validated catch-up package.
func (r *Reader) CUP() *protocol.CatchUpPackage { return r.cup }

// CUPHeight is the height of the highest catch-up package: where the chain this node knows begins.
func (r *Reader) CUPHeight() protocol.Height { return r.cup.Height() }

// NextCUPHeight is where the next catch-up package belongs.
func (r *Reader) NextCUPHeight() protocol.Height { return r.cup.Summary().NextStart() }

// NotarizedHeight is the greatest height with a notarized block.
func (r *Reader) NotarizedHeight() protocol.Height {
	return max(r.Validated.Notarizations.Max(), r.CUPHeight())
}

// BeaconHeight is the height of the random beacon's tip.
func (r *Reader) BeaconHeight() protocol.Height { return max(r.Validated.Beacons.Max(), r.CUPHeight()) }

// FinalizedTip is the last finalized block.
func (r *Reader) FinalizedTip() HashedBlock { return r.chain[len(r.chain)-1] }

// FinalizedHeight is the finalized tip's height.
func (r *Reader) FinalizedHeight() protocol.Height {
	return r.CUPHeight() + protocol.Height(len(r.chain)-1)
}

// FinalizedBlock gives the finalized block of a height from the CUP's to the tip's.
func (r *Reader) FinalizedBlock(h protocol.Height) HashedBlock {
	if h < r.CUPHeight() || h > r.FinalizedHeight() {
		return HashedBlock{}
	}
	return r.chain[h-r.CUPHeight()]
}

// Beacon gives the random beacon of a height, or nil.
func (r *Reader) Beacon(h protocol.Height) *protocol.Random {
	if h == r.CUPHeight() {
		return r.cup.Content.Beacon
	}
	return first(&r.Validated.Beacons, h)
}

// Tape gives the random tape of a height, or nil.
func (r *Reader) Tape(h protocol.Height) *protocol.Random { return first(&r.Validated.Tapes, h) }

func first(s *Shelf[*protocol.Random], h protocol.Height) *protocol.Random {
	if held := s.At(h); len(held) > 0 {
		return held[0].Artifact
	}
	return nil
}

// Block gives a validated block. Below the CUP nothing counts any more.
func (r *Reader) Block(hash protocol.BlockHash, h protocol.Height) HashedBlock {
	if h <= r.CUPHeight() {
		if h == r.CUPHeight() && hash == r.chain[0].Hash {
			return r.chain[0]
		}
		return HashedBlock{}
	}
	if p := r.Proposal(hash, h); p != nil {
		return HashedBlock{p.Block, p.Hash, p.Signer}
	}
	return HashedBlock{}
}

// Proposal gives a validated proposal, or nil.
func (r *Reader) Proposal(hash protocol.BlockHash, h protocol.Height) *protocol.BlockProposal {
	held := r.Validated.Proposals.At(h)
	for i := range held {
		if held[i].Artifact.Hash == hash {
			return held[i].Artifact
		}
	}
	return nil
}

// IsNotarized reports whether a notarization of this block is validated, or the block is the CUP's.
func (r *Reader) IsNotarized(hash protocol.BlockHash, h protocol.Height) bool {
	if h <= r.CUPHeight() {
		return h == r.CUPHeight() && hash == r.chain[0].Hash
	}
	return hasContent(&r.Validated.Notarizations, hash, h)
}

// NotarizedBlock gives a validated block that is notarized.
func (r *Reader) NotarizedBlock(hash protocol.BlockHash, h protocol.Height) HashedBlock {
	if !r.IsNotarized(hash, h) {
		return HashedBlock{}
	}
	return r.Block(hash, h)
}

func hasContent(s *Shelf[*protocol.BlockAggregate], hash protocol.BlockHash, h protocol.Height) bool {
	held := s.At(h)
	for i := range held {
		if held[i].Artifact.Content.Hash == hash {
			return true
		}
	}
	return false
}

// IsDisqualified reports whether a validated equivocation proof speaks against a maker at a height.
func (r *Reader) IsDisqualified(n protocol.NodeID, h protocol.Height) bool {
	for _, held := range r.Validated.Proofs.At(h) {
		if held.Artifact.Signer == n {
			return true
		}
	}
	return false
}

// LowestRank is the least rank of the validated proposals of a height whose makers are not disqualified.
func (r *Reader) LowestRank(h protocol.Height) (rank protocol.Rank, ok bool) {
	held := r.Validated.Proposals.At(h)
	for i := range held {
		p := held[i].Artifact
		if (!ok || p.Block.Rank < rank) && !r.IsDisqualified(p.Signer, h) {
			rank, ok = p.Block.Rank, true
		}
	}
	return rank, ok
}

// Past gives the blocks from parent down to, and without, the certified height, newest first: those whose payloads
// that state does not know. ok is false when one is missing. Valid until the next call.
func (r *Reader) Past(parent HashedBlock, certified protocol.Height) (past []*protocol.Block, ok bool) {
	r.past = r.past[:0]
	for b := parent; b.Block.Height > certified; {
		r.past = append(r.past, b.Block)
		if b = r.Block(b.Block.Parent, b.Block.Height-1); b.Block == nil {
			return r.past, r.past[len(r.past)-1].Height == certified+1
		}
	}
	return r.past, true
}

// SummaryOf gives the summary block that governs the child of a parent: the last one on the parent's chain. Nil when
// the chain is not known so far back (pool_reader.rs dkg_summary_block).
func (r *Reader) SummaryOf(parent HashedBlock) *protocol.Block {
	if parent.Block.Payload.IsSummary() {
		return parent.Block
	}
	s := r.summary
	if parent.Block.Height < s.Height {
		return nil // the parent extends no finalized chain that matters
	}
	for parent.Block.Height >= s.Payload.Summary.NextStart() {
		// The next summary is notarized at most: look for it on this parent's chain.
		next, b := s.Payload.Summary.NextStart(), parent
		for b.Block != nil && b.Block.Height > next {
			b = r.Block(b.Block.Parent, b.Block.Height-1)
		}
		if b.Block == nil {
			return nil
		}
		s = b.Block
	}
	return s
}

// SummaryOfFinalized gives the summary block that governs a finalized height, or nil
// (pool_reader.rs dkg_summary_block_for_finalized_height).
func (r *Reader) SummaryOfFinalized(h protocol.Height) *protocol.Block {
	if h < r.CUPHeight() || h > r.FinalizedHeight() {
		return nil
	}
	if r.summary.Payload.Summary.Covers(h) {
		return r.summary
	}
	for b := r.chain[0]; b.Block != nil; b = r.FinalizedBlock(b.Block.Payload.Summary.NextStart()) {
		if b.Block.Payload.Summary.Covers(h) {
			return b.Block
		}
	}
	return nil
}

// Emit notes an observation.
func (r *Reader) Emit(n protocol.Note) { r.out.Notes = append(r.out.Notes, n) }

// start makes a catch-up package the beginning of the chain, if it is higher than the one before. The chain from its
// height on is kept when this node had finalized it by itself.
func (r *Reader) start(cup *protocol.CatchUpPackage, at Clock) {
	if r.cup != nil && cup.Height() <= r.CUPHeight() {
		return
	}
	block := HashedBlock{cup.Content.Block, cup.Content.BlockHash, protocol.NoNode}
	if r.cup != nil && cup.Height() <= r.FinalizedHeight() {
		r.chain = append(r.chain[:0], r.chain[cup.Height()-r.CUPHeight():]...)
		if r.chain[0].Hash != block.Hash {
			r.chain[0] = block
		}
	} else {
		if r.cup != nil {
			r.Emit(noteFinalized(block, FinalByCUP))
		}
		r.chain = append(r.chain[:0], block)
	}
	r.cup, r.cupAt = cup, at
	if r.summary == nil || r.summary.Height < cup.Height() {
		r.count(cup.Content.Block)
	}
}

// finalize extends the finalized chain to a block and, through its parents, to all heights between.
func (r *Reader) finalize(hash protocol.BlockHash, h protocol.Height) {
	tip := r.FinalizedHeight()
	if h <= tip {
		return
	}
	r.walk = r.walk[:0]
	for b := r.Block(hash, h); b.Block != nil && b.Block.Height > tip; b = r.Block(b.Block.Parent, b.Block.Height-1) {
		r.walk = append(r.walk, b)
	}
	if len(r.walk) != int(h-tip) {
		panic(fmt.Sprintf("consensus: node %s finalizes height %d without the chain from %d on", r.cfg.Node, h, tip))
	}
	for i := len(r.walk) - 1; i >= 0; i-- {
		r.chain = append(r.chain, r.walk[i])
		reason := ""
		if i > 0 {
			reason = FinalByDescendant
		}
		r.Emit(noteFinalized(r.walk[i], reason))
		r.count(r.walk[i].Block)
	}
}
