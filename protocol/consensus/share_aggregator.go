package consensus

import (
	"cmp"
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// The ShareAggregator combines validated shares into full artifacts; every node does so for itself
// (C/share_aggregator.rs; reference/protocol.md A.3). Shares are grouped by what they sign, and combined when a
// group reaches the committee's threshold.
type ShareAggregator struct {
	cfg    *Config
	env    *Env
	seen   stamp
	quorum []*protocol.BlockShare // scratch, as all that follow

	multi     []crypto.MultiSignature
	threshold []crypto.ThresholdSignature
	signers   []protocol.NodeID // of threshold
}

// OnStateChange combines: the beacon after the tip; tapes that batches wait for; notarizations at notarized height + 1;
// finalizations above the finalized height; the CUP of each finalized summary above the highest CUP, newest first.
func (g *ShareAggregator) OnStateChange(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	s := stamp{full: r.Validated.full, shares: r.Validated.shares, expected: g.env.Router.ExpectedBatchHeight()}
	if g.seen == s {
		return out
	}
	g.seen = s
	out = g.random(r, protocol.KindRandomBeacon, r.BeaconHeight()+1, out)
	first, last := r.tapeRange()
	for h := first; h <= last; h++ {
		if r.Tape(h) == nil {
			out = g.random(r, protocol.KindRandomTape, h, out)
		}
	}
	out = g.blocks(r, protocol.KindNotarization, r.NotarizedHeight()+1, out)
	for h := r.FinalizedHeight() + 1; h <= r.NotarizedHeight(); h++ {
		out = g.blocks(r, protocol.KindFinalization, h, out)
	}
	for b := r.summary; b != nil && b.Height > r.CUPHeight(); b = r.summaryBefore(b) {
		out = g.catchUpPackage(r, b, out)
	}
	return out
}

// Rests tells until when it has nothing to say: see Resting.
func (g *ShareAggregator) Rests() (until Clock, ok bool) { return never, true }

// random combines the shares of a beacon or tape. All validated shares of a height sign the same content.
func (g *ShareAggregator) random(r *Reader, kind protocol.ArtifactKind, h protocol.Height, out []ChangeAction) []ChangeAction {
	shares := r.Validated.BeaconShares.At(h)
	if kind == protocol.KindRandomTape {
		shares = r.Validated.TapeShares.At(h)
	}
	if len(shares) == 0 {
		return out
	}
	transcript := r.Transcripts(h).Low
	if transcript == nil || len(shares) < transcript.Group.Threshold {
		return out
	}
	content := shares[0].Artifact.Content
	g.signers, g.threshold = g.signers[:0], g.threshold[:0]
	for i := range shares {
		if s := shares[i].Artifact; s.Content == content {
			g.signers, g.threshold = append(g.signers, s.Signer), append(g.threshold, s.Signature)
		}
	}
	if len(g.signers) < transcript.Group.Threshold {
		return out
	}
	sig, ok := g.env.Keys.CombineThreshold(transcript, content.Signable(randomDomain(kind)), g.signers, g.threshold)
	if !ok {
		return out
	}
	return append(out, ChangeAction{Op: AddToValidated, Artifact: protocol.NewRandom(kind, content, transcript.ID, sig)})
}

// blocks combines notarization or finalization shares of a height, one group a block.
func (g *ShareAggregator) blocks(r *Reader, kind protocol.ArtifactKind, h protocol.Height, out []ChangeAction) []ChangeAction {
	shares := r.Validated.NotarizationShares.At(h)
	if kind == protocol.KindFinalization {
		shares = r.Validated.FinalizationShares.At(h)
	}
	if len(shares) == 0 {
		return out
	}
	roster := r.roster(h)
	if roster == nil || len(shares) < roster.threshold() {
		return out
	}
	for i := range shares {
		if content := &shares[i].Artifact.Content; firstOf(shares, content) == i {
			out = g.block(kind, shares, content, roster, out)
		}
	}
	return out
}

func firstOf(shares []Held[*protocol.BlockShare], content *protocol.BlockContent) int {
	for i := range shares {
		if shares[i].Artifact.Content == *content {
			return i
		}
	}
	return -1
}

func (g *ShareAggregator) block(
	kind protocol.ArtifactKind, shares []Held[*protocol.BlockShare], content *protocol.BlockContent, roster *roster, out []ChangeAction,
) []ChangeAction {
	g.quorum = g.quorum[:0]
	for i := range shares {
		if s := shares[i].Artifact; s.Content == *content {
			g.quorum = append(g.quorum, s)
		}
	}
	slices.SortFunc(g.quorum, func(a, b *protocol.BlockShare) int { return cmp.Compare(a.Signer, b.Signer) })
	g.quorum = slices.CompactFunc(g.quorum, func(a, b *protocol.BlockShare) bool { return a.Signer == b.Signer })
	if len(g.quorum) < roster.threshold() {
		return out
	}
	signers := make([]protocol.NodeID, len(g.quorum))
	g.multi = g.multi[:0]
	for i, s := range g.quorum {
		signers[i] = s.Signer
		g.multi = append(g.multi, s.Signature)
	}
	sig, ok := g.env.Keys.CombineMulti(signers, roster.version, content.Signable(blockDomain(kind)), g.multi)
	if !ok {
		return out
	}
	return append(out, ChangeAction{Op: AddToValidated, Artifact: protocol.NewBlockAggregate(kind, *content, signers, sig)})
}

// catchUpPackage combines the shares of a summary's package. Validated shares agree with what this node has, so all
// have one content.
func (g *ShareAggregator) catchUpPackage(r *Reader, s *protocol.Block, out []ChangeAction) []ChangeAction {
	shares := r.Validated.CUPShares.At(s.Height)
	transcript := s.Payload.Summary.Current.High
	if len(shares) < transcript.Group.Threshold {
		return out
	}
	content := shares[0].Artifact.Content
	signers := make([]protocol.NodeID, 0, len(shares))
	sigs := make([]crypto.ThresholdSignature, 0, len(shares))
	for i := range shares {
		if c := shares[i].Artifact.Content; c.StateHash == content.StateHash {
			signers, sigs = append(signers, shares[i].Artifact.Signer), append(sigs, shares[i].Artifact.Signature)
		}
	}
	if len(signers) < transcript.Group.Threshold {
		return out
	}
	content.Block = s
	sig, ok := g.env.Keys.CombineThreshold(transcript, content.Signable(), signers, sigs)
	if !ok {
		return out
	}
	return append(out, ChangeAction{Op: AddToValidated, Artifact: protocol.NewCatchUpPackage(content, sig)})
}
