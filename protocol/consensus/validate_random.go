package consensus

import (
	"icsim/crypto"
	"icsim/protocol"
)

// Random beacons, tapes and their shares (C/validator.rs validate_beacons, validate_tapes and their share versions). A
// beacon or its share counts only at the tip's height + 1 and must point to the tip. Tapes count from the expected
// batch to finalized height + 1.

func (v *Validator) beacons(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	h := r.BeaconHeight() + 1
	if h > r.ceiling() {
		return out
	}
	tip := r.Beacon(h - 1).Hash()
	for _, held := range r.Unvalidated.Beacons.At(h) {
		b := held.Artifact
		switch {
		case b.Content.Version != v.cfg.Version:
			out = drop(b, out)
		case b.Content.Previous != tip:
			out = decide(b, protocol.Refuse("beacon does not follow the tip"), out)
		default:
			out = decide(b, v.random(r, b), out)
		}
	}
	return out
}

func (v *Validator) beaconShares(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	h := r.BeaconHeight() + 1
	shares := r.Unvalidated.BeaconShares.At(h)
	if len(shares) == 0 || h > r.ceiling() {
		return out
	}
	tip := r.Beacon(h - 1).Hash()
	for i := range shares {
		s := shares[i].Artifact
		switch {
		case s.Content.Version != v.cfg.Version:
			out = drop(s, out)
		case s.Content.Previous != tip:
			out = decide(s, protocol.Refuse("beacon does not follow the tip"), out)
		default:
			out = decide(s, v.randomShare(r, s), out)
		}
	}
	return out
}

func (v *Validator) tapes(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	pending := &r.Unvalidated.Tapes
	top := min(r.FinalizedHeight()+1, r.ceiling())
	for h, ok := pending.Next(v.env.Router.ExpectedBatchHeight()); ok && h <= top; h, ok = pending.After(h) {
		for _, held := range pending.At(h) {
			t := held.Artifact
			switch {
			case t.Content.Version != v.cfg.Version || r.Tape(h) != nil:
				out = drop(t, out)
			case h == 0 || t.Content.Previous != (crypto.Hash{}):
				out = decide(t, protocol.Refuse(reasonTape), out)
			default:
				out = decide(t, v.random(r, t), out)
			}
		}
	}
	return out
}

func (v *Validator) tapeShares(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	pending := &r.Unvalidated.TapeShares
	top := min(r.FinalizedHeight()+1, r.ceiling())
	for h, ok := pending.Next(v.env.Router.ExpectedBatchHeight()); ok && h <= top; h, ok = pending.After(h) {
		shares := pending.At(h)
		for i := range shares {
			s := shares[i].Artifact
			switch {
			case s.Content.Version != v.cfg.Version || r.Tape(h) != nil:
				out = drop(s, out)
			case h == 0 || s.Content.Previous != (crypto.Hash{}):
				out = decide(s, protocol.Refuse(reasonTape), out)
			default:
				out = decide(s, v.randomShare(r, s), out)
			}
		}
	}
	return out
}

// reasonTape: a tape signs its height alone, and there is none for genesis.
const reasonTape = "tape of height 0 or with a predecessor"

func (v *Validator) random(r *Reader, a *protocol.Random) protocol.Verdict {
	transcript := r.Transcripts(a.Height()).Low
	if transcript == nil {
		return protocol.Defer("key of this height is unknown")
	}
	if a.Transcript != transcript.ID {
		return protocol.Refuse(reasonTranscript)
	}
	if !v.env.Keys.VerifyThreshold(transcript.Group.Key, v.randomMessage(a.Kind(), &a.Content), a.Signature) {
		return protocol.Refuse(reasonSignature)
	}
	return protocol.Accept()
}

func (v *Validator) randomShare(r *Reader, s *protocol.RandomShare) protocol.Verdict {
	transcript := r.Transcripts(s.Height()).Low
	if transcript == nil {
		return protocol.Defer("key of this height is unknown")
	}
	if transcript.ShareIndex(s.Signer) < 0 {
		return protocol.Refuse(reasonNotCommittee)
	}
	if !v.env.Keys.VerifyThresholdShare(transcript, s.Signer, v.randomMessage(s.Kind(), &s.Content), s.Signature) {
		return protocol.Refuse(reasonSignature)
	}
	return protocol.Accept()
}
