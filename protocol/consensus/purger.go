package consensus

import "icsim/protocol"

// Purger constants (C/purger.rs; reference/protocol.md A.5).
const (
	// MinimumChainLength is how many heights below the CUP stay, to help peers catch up.
	MinimumChainLength = 50
	// boundsEvery is how many finalized heights pass between two checks of the pool's bounds.
	boundsEvery = 10
)

// The Purger removes what is not needed any more from both sections, and lets the state manager do the same
// (C/purger.rs; reference/protocol.md A.5).
type Purger struct {
	cfg *Config
	env *Env

	expected, finalized, certified, cup, state protocol.Height // seen before

	waits bool // to purge the unvalidated section
}

// OnStateChange purges what the heights that grew since the last call make useless.
func (p *Purger) OnStateChange(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	out = p.purgeUnvalidated(r, out)
	if tip := r.FinalizedHeight(); tip > p.finalized {
		previous := p.finalized
		p.finalized = tip
		if tip/boundsEvery != previous/boundsEvery {
			r.checkBounds()
		}
		out = p.purgeFinalized(r, previous, out)
	}
	if cups := &r.Validated.CUPs; cups.Max() > cups.Min()+MinimumChainLength {
		out = append(out, ChangeAction{Op: PurgeValidatedBelow, Height: cups.Max() - MinimumChainLength})
	}
	p.purgeStates(r)
	return out
}

// Rests tells until when it has nothing to say: see Resting.
func (p *Purger) Rests() (until Clock, ok bool) { return never, !p.waits }

// purgeUnvalidated removes unvalidated artifacts below the expected batch, keeping one height for its beacon. It waits
// while a state sync runs ahead of the pool, and while a CUP or CUP share that is still of use lies there.
func (p *Purger) purgeUnvalidated(r *Reader, out []ChangeAction) []ChangeAction {
	expected := p.env.Router.ExpectedBatchHeight()
	if p.waits = expected > p.expected; !p.waits || expected > r.FinalizedHeight()+1 {
		return out
	}
	u := &r.Unvalidated
	if waits(&u.CUPs, r.CUPHeight(), expected) || waits(&u.CUPShares, r.CUPHeight(), expected) {
		return out
	}
	p.expected, p.waits = expected, false
	return append(out, ChangeAction{Op: PurgeUnvalidatedBelow, Height: expected - 1})
}

// waits reports whether a shelf reaches from below the expected batch to above the CUP.
func waits(d drawer, cup, expected protocol.Height) bool {
	return d.Len() > 0 && d.Max() > cup && d.Min() < expected
}

// purgeFinalized removes shares and proofs up to the finalized height, and the blocks that lost there.
func (p *Purger) purgeFinalized(r *Reader, previous protocol.Height, out []ChangeAction) []ChangeAction {
	tip := r.FinalizedHeight()
	out = append(out,
		ChangeAction{Op: PurgeValidatedOfTypeBelow, Kind: protocol.KindNotarizationShare, Height: tip + 1},
		ChangeAction{Op: PurgeValidatedOfTypeBelow, Kind: protocol.KindFinalizationShare, Height: tip + 1})
	if r.Validated.Proofs.Len() > 0 {
		out = append(out, ChangeAction{Op: PurgeValidatedOfTypeBelow, Kind: protocol.KindEquivocationProof, Height: tip + 1})
	}
	for h := tip; h > previous && h > r.CUPHeight(); h-- {
		hash := r.FinalizedBlock(h).Hash
		for _, held := range r.Validated.Notarizations.At(h) {
			if held.Artifact.Content.Hash != hash {
				out = append(out, ChangeAction{Op: RemoveFromValidated, Artifact: held.Artifact})
			}
		}
		for _, held := range r.Validated.Proposals.At(h) {
			if held.Artifact.Hash != hash {
				out = append(out, ChangeAction{Op: RemoveFromValidated, Artifact: held.Artifact})
			}
		}
	}
	return out
}

// purgeStates lets go of states in memory below the certified height that the finalized tip builds on, and of
// checkpoints below the CUP.
func (p *Purger) purgeStates(r *Reader) {
	certified, cup, state := r.FinalizedTip().Block.Context.CertifiedHeight, r.CUPHeight(), p.env.States.LatestHeight()
	if certified <= p.certified && cup <= p.cup && state <= p.state {
		return
	}
	p.certified, p.cup, p.state = max(certified, p.certified), max(cup, p.cup), max(state, p.state)
	p.env.States.RemoveBelow(min(certified, state), cup)
}
