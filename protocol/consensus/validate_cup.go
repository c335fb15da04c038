package consensus

import (
	"time"

	"icsim/protocol"
)

// holdBack is how long a catch-up package waits at most, to let the node reach its state by executing blocks
// (C/validator.rs CATCH_UP_HOLD_OF_TIME).
const holdBack = 150 * time.Second

// catchUpPackages judges packages above the highest one: the subnet's signature under its key from the registry is all
// that counts, so a node may start from one without knowing the chain (C/validator.rs validate_catch_up_packages). The key is that of the
// registry version in force at the package: a recovery gives the subnet another one.
func (v *Validator) catchUpPackages(r *Reader, now Clock, out []ChangeAction) []ChangeAction {
	pending := &r.Unvalidated.CUPs
	for h, ok := pending.Next(r.CUPHeight() + 1); ok; h, ok = pending.After(h) {
		items := pending.At(h)
		for i := range items {
			held := &items[i]
			if held.Artifact.Content.Block.Version != v.cfg.Version {
				out = drop(held.Artifact, out)
				continue
			}
			verdict := v.catchUpPackage(held, now)
			if verdict.Kind == protocol.Accepts && v.holdsBack(r, held, now) {
				v.again = true
				continue
			}
			out = decide(held.Artifact, verdict, out)
		}
	}
	return out
}

func (v *Validator) catchUpPackage(held *Held[*protocol.CatchUpPackage], now Clock) protocol.Verdict {
	if held.verified {
		return protocol.Accept()
	}
	c := &held.Artifact.Content
	v.env.Keys.Meter.Charge(protocol.OpHashByte, c.Block.Payload.Size())
	if !held.Artifact.IsIntact() {
		return protocol.Refuse("package does not hold together")
	}
	registry, version := v.env.Registry, held.Artifact.Summary().RegistryVersion
	if version > registry.Latest(now.Now) {
		v.again = true
		return protocol.Defer("registry version is not here")
	}
	record := registry.At(max(version, 1)).Subnet(v.cfg.Subnet)
	if record == nil || !v.env.Keys.VerifyThreshold(record.PublicKey, c.Signable(), held.Artifact.Signature) {
		return protocol.Refuse(reasonSignature)
	}
	held.verified = true
	return protocol.Accept()
}

// holdsBack reports whether a package should wait, because this node is close to its height and has what it needs to get
// there: state less than a quarter of the next interval behind, blocks finalized at least to 50 below.
func (v *Validator) holdsBack(r *Reader, held *Held[*protocol.CatchUpPackage], now Clock) bool {
	h, state := held.Artifact.Height(), v.env.States.LatestHeight()
	return state < h &&
		h-state < held.Artifact.Summary().NextIntervalLength/4 &&
		r.FinalizedHeight()+MinimumChainLength >= h &&
		now.Now <= held.Time.Add(holdBack)
}

// catchUpPackageShares judges shares above the highest package. Their content must be what this node has: the finalized
// summary, the beacon, the state (C/validator.rs validate_catch_up_share_content).
func (v *Validator) catchUpPackageShares(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	pending := &r.Unvalidated.CUPShares
	top := r.ceiling()
	for h, ok := pending.Next(r.CUPHeight() + 1); ok && h <= top; h, ok = pending.After(h) {
		items := pending.At(h)
		for i := range items {
			s := items[i].Artifact
			if s.Content.Block.Version != v.cfg.Version {
				out = drop(s, out)
				continue
			}
			verdict := v.catchUpPackageShare(r, s)
			v.again = v.again || verdict.Kind == protocol.Defers // a state may be hashed at any time
			out = decide(s, verdict, out)
		}
	}
	return out
}

func (v *Validator) catchUpPackageShare(r *Reader, s *protocol.CatchUpPackageShare) protocol.Verdict {
	h := s.Height()
	block := r.FinalizedBlock(h)
	if block.Block == nil {
		return protocol.Defer("block is not finalized")
	}
	if s.Content.BlockHash != block.Hash {
		return protocol.Refuse("share is for another block")
	}
	if !block.Block.Payload.IsSummary() {
		return protocol.Refuse("share is for a data block")
	}
	beacon := r.Beacon(h)
	if beacon == nil {
		return protocol.Defer("beacon is not here")
	}
	if s.Content.Beacon.ID() != beacon.ID() {
		return protocol.Refuse("share is for another beacon")
	}
	state, known := v.env.States.ManifestHash(h)
	if !known {
		return protocol.Defer("state is not hashed yet")
	}
	if s.Content.StateHash != state {
		return protocol.Refuse("share is for another state")
	}
	if s.Content.Block != block.Block && s.Content.Block.Hash() != block.Hash {
		return protocol.Refuse("share does not hold together")
	}
	transcript := r.Transcripts(h).High
	if transcript.ShareIndex(s.Signer) < 0 {
		return protocol.Refuse(reasonNotCommittee)
	}
	if !v.env.Keys.VerifyThresholdShare(transcript, s.Signer, s.Content.Signable(), s.Signature) {
		return protocol.Refuse(reasonSignature)
	}
	return protocol.Accept()
}
