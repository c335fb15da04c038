package consensus

import (
	"slices"

	"icsim/protocol"
)

// A heightView is what block validation knows of one height while it goes through the proposals there: what is valid
// and not disqualified, the verdicts of this pass included.
type heightView struct {
	valid        []*protocol.BlockProposal
	disqualified []protocol.NodeID
}

func (w *heightView) fill(r *Reader, h protocol.Height) {
	w.valid, w.disqualified = w.valid[:0], w.disqualified[:0]
	for _, held := range r.Validated.Proofs.At(h) {
		w.disqualified = append(w.disqualified, held.Artifact.Signer)
	}
	for _, held := range r.Validated.Proposals.At(h) {
		w.add(held.Artifact)
	}
}

func (w *heightView) add(p *protocol.BlockProposal) {
	if !slices.Contains(w.disqualified, p.Signer) {
		w.valid = append(w.valid, p)
	}
}

// disqualify takes a maker and its blocks out of the race.
func (w *heightView) disqualify(n protocol.NodeID) {
	w.disqualified = append(w.disqualified, n)
	w.valid = slices.DeleteFunc(w.valid, func(p *protocol.BlockProposal) bool { return p.Signer == n })
}

func (w *heightView) hasRankBelow(rank protocol.Rank) bool {
	for _, p := range w.valid {
		if p.Block.Rank < rank {
			return true
		}
	}
	return false
}

// of gives the valid block of a maker.
func (w *heightView) of(n protocol.NodeID) *protocol.BlockProposal {
	for _, p := range w.valid {
		if p.Signer == n {
			return p
		}
	}
	return nil
}

// blocks judges proposals from finalized+1 to notarized+1, all of them: one of any rank may turn out notarized
// (C/validator.rs validate_blocks; the order of the checks is that of reference/protocol.md A.4).
func (v *Validator) blocks(r *Reader, now Clock, out []ChangeAction) []ChangeAction {
	pending := &r.Unvalidated.Proposals
	top := min(r.NotarizedHeight()+1, r.ceiling())
	for h, ok := pending.Next(r.FinalizedHeight() + 1); ok && h <= top; h, ok = pending.After(h) {
		v.view.fill(r, h)
		items := pending.At(h)
		for i := range items {
			out = v.block(r, now, &items[i], out)
		}
	}
	return out
}

// block judges one proposal.
func (v *Validator) block(r *Reader, now Clock, held *Held[*protocol.BlockProposal], out []ChangeAction) []ChangeAction {
	p := held.Artifact
	if p.Block.Version != v.cfg.Version || r.Proposal(p.Hash, p.Height()) != nil {
		return drop(p, out)
	}
	if verdict := v.maker(r, held); verdict.Kind != protocol.Accepts {
		return decide(p, verdict, out)
	}
	parent := r.NotarizedBlock(p.Block.Parent, p.Height()-1)
	if n := r.notarizationOf(p); n != nil {
		// Fast path: a quorum found the block valid, so its payload is not looked at, nor its rank, nor whether its maker
		// equivocated. This is how a late node gets over a height whose block it would not validate itself
		// (H, incident 11).
		verdict := v.notarization(r, n)
		switch {
		case verdict.Kind == protocol.Rejects:
			return decide(n.Artifact, verdict, out)
		case verdict.Kind == protocol.Accepts && parent.Block == nil:
			return out
		case verdict.Kind == protocol.Accepts:
			v.view.add(p)
			return append(out,
				ChangeAction{Op: MoveToValidated, Artifact: p}, ChangeAction{Op: MoveToValidated, Artifact: n.Artifact})
		}
	}
	if v.view.hasRankBelow(p.Block.Rank) || parent.Block == nil {
		return out
	}
	if due, ok := r.makerTime(p.Height(), p.Block.Rank, parent); !ok || !now.reached(due) {
		v.again = true
		return out
	}
	if slices.Contains(v.view.disqualified, p.Signer) {
		return out
	}
	if other := v.view.of(p.Signer); other != nil {
		if other.Hash == p.Hash {
			return out // a duplicate, dropped when it is judged again
		}
		v.view.disqualify(p.Signer)
		return append(out, ChangeAction{Op: AddToValidated, Artifact: protocol.NewEquivocationProof(p, other)})
	}
	verdict := v.content(r, now, p, parent)
	switch verdict.Kind {
	case protocol.Accepts:
		v.view.add(p)
	case protocol.Defers:
		v.again = true
	}
	return decide(p, verdict, out)
}

// maker checks that the signer has the rank the block claims, that it signed the hash, and that the hash is the
// block's; once.
func (v *Validator) maker(r *Reader, held *Held[*protocol.BlockProposal]) protocol.Verdict {
	if held.verified {
		return protocol.Accept()
	}
	p := held.Artifact
	roster := r.roster(p.Height())
	if roster == nil {
		return protocol.Defer("beacon before is not here")
	}
	if rank, ok := roster.makerRank(p.Signer); !ok || rank != p.Block.Rank {
		return protocol.Refuse("signer does not have the block's rank")
	}
	metadata := p.Metadata()
	if p.Subnet != v.cfg.Subnet ||
		!v.env.Keys.VerifyBasic(p.Signer, roster.version, metadata.Signable(), p.Signature) {
		return protocol.Refuse(reasonSignature)
	}
	v.env.Keys.Meter.Charge(protocol.OpHashByte, p.Block.Payload.Size())
	if !p.Block.IsIntact(p.Hash) {
		return protocol.Refuse("block is not what its hash says")
	}
	held.verified = true
	return protocol.Accept()
}

// notarizationOf gives an unvalidated notarization of exactly this block.
func (r *Reader) notarizationOf(p *protocol.BlockProposal) *Held[*protocol.BlockAggregate] {
	items := r.Unvalidated.Notarizations.At(p.Height())
	for i := range items {
		if items[i].Artifact.Content.Hash == p.Hash {
			return &items[i]
		}
	}
	return nil
}

// notarization checks the notarization of a block that is not validated yet.
func (v *Validator) notarization(r *Reader, held *Held[*protocol.BlockAggregate]) protocol.Verdict {
	if held.verified {
		return protocol.Accept()
	}
	roster := r.roster(held.Artifact.Height())
	if roster == nil || held.Artifact.Content.Version != v.cfg.Version {
		return protocol.Defer("not comparable")
	}
	return v.quorum(held, roster)
}

// content judges what a block says, given its notarized parent (C/validator.rs check_block_validity).
func (v *Validator) content(r *Reader, now Clock, p *protocol.BlockProposal, parent HashedBlock) protocol.Verdict {
	status, known := r.StatusAt(p.Height())
	if !known {
		return protocol.Defer("registry version is unknown")
	}
	if status != Running && !p.Block.Payload.IsSummary() && !p.Block.Payload.IsEmpty() {
		return protocol.Refuse("payload past the upgrade point")
	}
	ctx, before := p.Block.Context, parent.Block.Context
	if ctx.RegistryVersion < before.RegistryVersion || ctx.CertifiedHeight < before.CertifiedHeight || ctx.Time <= before.Time {
		return protocol.Refuse("context does not grow")
	}
	if ctx.CertifiedHeight > v.env.States.CertifiedHeight() ||
		ctx.RegistryVersion > v.env.Registry.Latest(now.Now) ||
		ctx.Time > v.latestTime(r, now, parent) {
		return protocol.Defer("context is ahead of this node")
	}
	return v.payload(r, p, parent, status)
}

// latestTime is the greatest block time this node accepts: by its own clock, or by the parent's time and how long ago
// the parent came in, so that nodes with slow clocks do not stall the subnet.
func (v *Validator) latestTime(r *Reader, now Clock, parent HashedBlock) protocol.Time {
	received := protocol.Time(0) // the node's start, for the CUP's block
	for _, held := range r.Validated.Proposals.At(parent.Block.Height) {
		if held.Artifact.Hash == parent.Hash {
			received = held.Instant
		}
	}
	return max(now.Now, parent.Block.Context.Time+max(0, now.Instant-received))
}

// payload judges a payload: a summary must be the one that follows from the chain; data is judged by who built it.
func (v *Validator) payload(r *Reader, p *protocol.BlockProposal, parent HashedBlock, status Status) protocol.Verdict {
	payload, ctx := p.Block.Payload, p.Block.Context
	last := r.SummaryOf(parent)
	if last == nil {
		return protocol.Defer("summary block is unknown")
	}
	if starts := p.Height() == last.Payload.Summary.NextStart(); starts != payload.IsSummary() {
		return protocol.Refuse("summary at the wrong height")
	}
	meter := v.env.Keys.Meter
	meter.Charge(protocol.OpPayloadValidate, 1)
	meter.Charge(protocol.OpPayloadByte, payload.Size())
	if payload.IsSummary() {
		want := r.nextSummary(parent, last, ctx.RegistryVersion)
		if protocol.NewSummaryPayload(want).Hash != payload.Hash {
			return protocol.Refuse("summary does not follow from the chain")
		}
		return protocol.Accept()
	}
	if status != Running {
		return protocol.Accept() // empty, as it should be
	}
	past, ok := r.Past(parent, ctx.CertifiedHeight)
	if !ok {
		return protocol.Defer("past payloads are not here")
	}
	if len(payload.Dealings) > 0 {
		verdict := v.env.DKG.Validate(last.Payload.Summary, r.Dealt(parent, last).Dealings, payload.Dealings)
		if verdict.Kind != protocol.Accepts {
			return verdict
		}
	}
	if v.env.ChainKeys != nil {
		verdict := v.env.ChainKeys.Validate(p.Height(), parent.Block, ctx, past, payload.Batch.IDKG)
		if verdict.Kind != protocol.Accepts {
			return verdict
		}
	}
	if initial := payload.Batch.Initial; initial != nil {
		want := v.env.DKG.Early(last.Payload.Summary, r.Dealt(parent, last))
		if want == nil || want.Hash() != initial.Hash() {
			return protocol.Refuse("keys of a new subnet that do not follow from the chain")
		}
	}
	return v.env.Payloads.Validate(p.Height(), &payload.Batch, ctx, past)
}
