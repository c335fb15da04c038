package consensus

import "icsim/protocol"

// proofs judges equivocation proofs above the finalized height: two blocks of one height, signed by one maker of this
// subnet; one proof a maker and height (C/validator.rs validate_equivocation_proofs).
func (v *Validator) proofs(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	pending := &r.Unvalidated.Proofs
	top := r.ceiling()
	for h, ok := pending.Next(r.FinalizedHeight() + 1); ok && h <= top; h, ok = pending.After(h) {
		for _, held := range pending.At(h) {
			p := held.Artifact
			if p.Version != v.cfg.Version || r.IsDisqualified(p.Signer, h) {
				out = drop(p, out)
			} else if !provesSame(out, p) {
				out = decide(p, v.proof(r, p), out)
			}
		}
	}
	return out
}

func provesSame(changes []ChangeAction, p *protocol.EquivocationProof) bool {
	for i := range changes {
		q, ok := changes[i].Artifact.(*protocol.EquivocationProof)
		if ok && changes[i].Op == MoveToValidated && q.Signer == p.Signer && q.AtHeight == p.AtHeight {
			return true
		}
	}
	return false
}

func (v *Validator) proof(r *Reader, p *protocol.EquivocationProof) protocol.Verdict {
	if p.Hashes[0] == p.Hashes[1] {
		return protocol.Refuse("both blocks are the same")
	}
	if p.Subnet != v.cfg.Subnet {
		return protocol.Refuse("proof is of another subnet")
	}
	roster := r.roster(p.AtHeight)
	if roster == nil {
		return protocol.Defer("beacon before is not here")
	}
	if _, ok := roster.makerRank(p.Signer); !ok {
		return protocol.Refuse("signer is no block maker")
	}
	for i := range p.Hashes {
		metadata := p.Metadata(i)
		if !v.env.Keys.VerifyBasic(p.Signer, roster.version, metadata.Signable(), p.Signatures[i]) {
			return protocol.Refuse(reasonSignature)
		}
	}
	return protocol.Accept()
}
