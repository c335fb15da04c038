package consensus

import (
	"slices"

	"icsim/protocol"
)

// nextSummary is the summary that follows a parent under a registry version.
func (r *Reader) nextSummary(parent HashedBlock, last *protocol.Block, context protocol.RegistryVersion) *protocol.Summary {
	next := r.env.DKG.Next(last, r.Dealt(parent, last), context)
	if r.env.ChainKeys != nil {
		next.IDKG = r.env.ChainKeys.Summary(parent.Block, next, context)
	}
	return next
}

// Summary is the highest finalized summary block.
func (r *Reader) Summary() *protocol.Block { return r.summary }

// count takes a block that was finalized: a summary, after which dealings are for other keys, or one with dealings.
func (r *Reader) count(b *protocol.Block) {
	if b.Payload.IsSummary() {
		r.summary, r.dealt, r.initial = b, r.dealt[:0], nil
		return
	}
	r.dealt = append(r.dealt, b.Payload.Dealings...)
	if initial := b.Payload.Initial(); initial != nil {
		r.initial = initial
	}
}

// Dealt gives what the chain of a parent has of key generation since the summary that governs its child, dealings in the order of their
// heights. What finalized blocks have is kept, so that only what lies above is walked over. Valid until the next call.
func (r *Reader) Dealt(parent HashedBlock, last *protocol.Block) (dealt protocol.Dealt) {
	from := max(last.Height, r.FinalizedHeight())
	r.tally = r.tally[:0]
	for b := parent; b.Block != nil && b.Block.Height > from; b = r.Block(b.Block.Parent, b.Block.Height-1) {
		for _, d := range slices.Backward(b.Block.Payload.Dealings) {
			r.tally = append(r.tally, d)
		}
		if initial := b.Block.Payload.Initial(); initial != nil {
			dealt.Initial = initial
		}
	}
	if last == r.summary {
		if r.initial != nil {
			dealt.Initial = r.initial
		}
		for _, d := range slices.Backward(r.dealt) {
			r.tally = append(r.tally, d)
		}
	}
	slices.Reverse(r.tally)
	dealt.Dealings = r.tally
	return dealt
}
