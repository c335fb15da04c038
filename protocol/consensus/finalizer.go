package consensus

import (
	"icsim/crypto"
	"icsim/protocol"
)

// The Finalizer delivers finalized batches, and signs a height for finalization if it saw exactly one block notarized
// there and has notarized no other (C/finalizer.rs; reference/protocol.md A.3).
//
// Safety: a node that finality-signs a block has signed and will sign no other notarization at that height, because the
// notary works only above the notarized height. So when 2f+1 finality-sign a block, no other can be notarized.
type Finalizer struct {
	cfg     *Config
	env     *Env
	seen    stamp
	waiting bool // the execution queue was full
}

// A stamp is what a component's answer depends on. While it is the same, and no moment it waits for has come, asking
// again gives nothing again.
type stamp struct {
	full, own, shares   uint64
	expected, certified protocol.Height
}

// OnStateChange delivers batches and signs heights from finalized+1 to the notarized one.
func (f *Finalizer) OnStateChange(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	if f.seen == f.stamp(r) && !f.waiting {
		return out
	}
	f.waiting = !deliverBatches(f.cfg, f.env, r)
	for h := r.FinalizedHeight() + 1; h <= r.NotarizedHeight(); h++ {
		if b := f.pick(r, h); b.Block != nil {
			content := protocol.BlockContent{Version: f.cfg.Version, Height: h, Hash: b.Hash}
			sig := f.env.Keys.SignMulti(content.Signable(crypto.DomainFinalization))
			share := protocol.NewBlockShare(protocol.KindFinalizationShare, content, f.cfg.Node, sig)
			out = append(out, ChangeAction{Op: AddToValidated, Artifact: share})
		}
	}
	f.seen = f.stamp(r)
	return out
}

// Rests tells until when it has nothing to say: see Resting.
func (f *Finalizer) Rests() (until Clock, ok bool) { return never, !f.waiting }

func (f *Finalizer) stamp(r *Reader) stamp {
	return stamp{full: r.Validated.full, own: r.own, expected: f.env.Router.ExpectedBatchHeight()}
}

// pick gives the block to finality-sign at a height, if there is one.
func (f *Finalizer) pick(r *Reader, h protocol.Height) (none HashedBlock) {
	if !r.IsNotary(h, f.cfg.Node) || hasSigned(&r.Validated.FinalizationShares, h, f.cfg.Node) {
		return none
	}
	notarizations := r.Validated.Notarizations.At(h)
	if len(notarizations) == 0 {
		return none // a block above came with its catch-up package
	}
	hash := notarizations[0].Artifact.Content.Hash
	for i := range notarizations {
		if notarizations[i].Artifact.Content.Hash != hash {
			return none // with two notarized, neither will be finalized
		}
	}
	for _, held := range r.Validated.NotarizationShares.At(h) {
		if s := held.Artifact; s.Signer == f.cfg.Node && s.Content.Hash != hash {
			return none
		}
	}
	return r.Block(hash, h)
}

// hasSigned reports whether a node's share lies at a height.
func hasSigned(s *Shelf[*protocol.BlockShare], h protocol.Height, n protocol.NodeID) bool {
	held := s.At(h)
	for i := range held {
		if held[i].Artifact.Signer == n {
			return true
		}
	}
	return false
}
