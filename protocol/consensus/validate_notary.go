package consensus

import "icsim/protocol"

// Notarizations, finalizations and their shares (C/validator.rs validate_notary_issued, verify_notaries): above the
// finalized height; a notarization needs the validated block, a finalization the notarized one, both the beacon of
// the height before, which seats the committee. An aggregate needs distinct signers, enough of them, all in the
// committee. What says the same as a validated aggregate is dropped unread, shares too.

func (v *Validator) finalizations(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	return v.aggregates(r, &r.Unvalidated.Finalizations, &r.Validated.Finalizations, out)
}

func (v *Validator) notarizations(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	return v.aggregates(r, &r.Unvalidated.Notarizations, &r.Validated.Notarizations, out)
}

func (v *Validator) finalizationShares(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	return v.blockShares(r, &r.Unvalidated.FinalizationShares, &r.Validated.Finalizations, out)
}

func (v *Validator) notarizationShares(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	return v.blockShares(r, &r.Unvalidated.NotarizationShares, &r.Validated.Notarizations, out)
}

func (v *Validator) aggregates(
	r *Reader, pending, validated *Shelf[*protocol.BlockAggregate], out []ChangeAction,
) []ChangeAction {
	top := r.ceiling()
	for h, ok := pending.Next(r.FinalizedHeight() + 1); ok && h <= top; h, ok = pending.After(h) {
		items := pending.At(h)
		for i := range items {
			held := &items[i]
			a := held.Artifact
			switch {
			case a.Content.Version != v.cfg.Version || hasContent(validated, a.Content.Hash, h):
				out = drop(a, out)
			case !acceptsSame(out, &a.Content): // else it will be a duplicate when it is judged again
				out = decide(a, v.aggregate(r, held), out)
			}
		}
	}
	return out
}

// acceptsSame reports whether the changes so far already accept an aggregate of the same content.
func acceptsSame(changes []ChangeAction, c *protocol.BlockContent) bool {
	for i := range changes {
		if a, ok := changes[i].Artifact.(*protocol.BlockAggregate); ok && changes[i].Op == MoveToValidated && a.Content == *c {
			return true
		}
	}
	return false
}

func (v *Validator) aggregate(r *Reader, held *Held[*protocol.BlockAggregate]) protocol.Verdict {
	a := held.Artifact
	roster, verdict := v.dependencies(r, a.Kind(), &a.Content)
	if verdict.Kind != protocol.Accepts || held.verified {
		return verdict
	}
	return v.quorum(held, roster)
}

// quorum checks an aggregate's signers and signature, once.
func (v *Validator) quorum(held *Held[*protocol.BlockAggregate], roster *roster) protocol.Verdict {
	a := held.Artifact
	for i := 1; i < len(a.Signers); i++ {
		if a.Signers[i-1] >= a.Signers[i] {
			return protocol.Refuse("signers repeat or are out of order")
		}
	}
	if len(a.Signers) < roster.threshold() {
		return protocol.Refuse("too few signers")
	}
	for _, n := range a.Signers {
		if !roster.isNotary(n) {
			return protocol.Refuse(reasonNotNotary)
		}
	}
	if !v.env.Keys.VerifyMulti(a.Signers, roster.version, v.blockMessage(a.Kind(), &a.Content), a.Signature) {
		return protocol.Refuse(reasonSignature)
	}
	held.verified = true
	return protocol.Accept()
}

// dependencies asks for the block and the committee.
func (v *Validator) dependencies(r *Reader, kind protocol.ArtifactKind, c *protocol.BlockContent) (*roster, protocol.Verdict) {
	switch kind {
	case protocol.KindNotarization, protocol.KindNotarizationShare:
		if r.Block(c.Hash, c.Height).Block == nil {
			return nil, protocol.Defer("block is not validated")
		}
	default:
		if !r.IsNotarized(c.Hash, c.Height) {
			return nil, protocol.Defer("block is not notarized")
		}
	}
	roster := r.roster(c.Height)
	if roster == nil {
		return nil, protocol.Defer("beacon before is not here")
	}
	return roster, protocol.Accept()
}

func (v *Validator) blockShares(
	r *Reader, pending *Shelf[*protocol.BlockShare], validated *Shelf[*protocol.BlockAggregate], out []ChangeAction,
) []ChangeAction {
	top := r.ceiling()
	for h, ok := pending.Next(r.FinalizedHeight() + 1); ok && h <= top; h, ok = pending.After(h) {
		items := pending.At(h)
		for i := range items {
			s := items[i].Artifact
			if s.Content.Version != v.cfg.Version || hasContent(validated, s.Content.Hash, h) {
				out = drop(s, out)
				continue
			}
			out = decide(s, v.blockShare(r, s), out)
		}
	}
	return out
}

func (v *Validator) blockShare(r *Reader, s *protocol.BlockShare) protocol.Verdict {
	roster, verdict := v.dependencies(r, s.Kind(), &s.Content)
	if verdict.Kind != protocol.Accepts {
		return verdict
	}
	if !roster.isNotary(s.Signer) {
		return protocol.Refuse(reasonNotNotary)
	}
	if !v.env.Keys.VerifyMultiShare(s.Signer, roster.version, v.blockMessage(s.Kind(), &s.Content), s.Signature) {
		return protocol.Refuse(reasonSignature)
	}
	return protocol.Accept()
}
