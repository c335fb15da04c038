package consensus

import (
	"icsim/crypto"
	"icsim/protocol"
)

// The RandomBeaconMaker signs its share of the beacon after the notarized height's, as soon as that one is there: so the
// beacon of a height is made while the round of the height runs, and is needed first for the next
// (C/random_beacon_maker.rs; reference/protocol.md A.3).
type RandomBeaconMaker struct {
	cfg  *Config
	env  *Env
	seen stamp
}

// OnStateChange makes at most one share.
func (m *RandomBeaconMaker) OnStateChange(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	s := stamp{full: r.Validated.full, own: r.own}
	if m.seen == s {
		return out
	}
	m.seen = s
	h := r.NotarizedHeight()
	previous := r.Beacon(h)
	if previous == nil || r.Beacon(h+1) != nil {
		return out
	}
	content := protocol.RandomContent{Version: m.cfg.Version, Height: h + 1, Previous: previous.Hash()}
	return signRandom(m.cfg, m.env, r, protocol.KindRandomBeaconShare, content, out)
}

// Rests tells until when it has nothing to say: see Resting.
func (m *RandomBeaconMaker) Rests() (until Clock, ok bool) { return never, true }

// signRandom adds this node's share of a beacon or tape, if it has a share of the low-threshold key and has not signed.
func signRandom(
	cfg *Config, env *Env, r *Reader, kind protocol.ArtifactKind, content protocol.RandomContent, out []ChangeAction,
) []ChangeAction {
	held := r.Validated.randomShares(kind).At(content.Height)
	for i := range held {
		if held[i].Artifact.Signer == cfg.Node {
			return out
		}
	}
	transcript := r.Transcripts(content.Height).Low
	if transcript == nil || transcript.ShareIndex(cfg.Node) < 0 {
		return out
	}
	sig, ok := env.Keys.SignThreshold(transcript, content.Signable(randomDomain(kind)))
	if !ok {
		return out
	}
	return append(out, ChangeAction{Op: AddToValidated, Artifact: protocol.NewRandomShare(kind, content, cfg.Node, sig)})
}

// randomDomain is what keeps signatures of beacons and tapes apart.
func randomDomain(kind protocol.ArtifactKind) string {
	switch kind {
	case protocol.KindRandomBeacon, protocol.KindRandomBeaconShare:
		return crypto.DomainRandomBeacon
	}
	return crypto.DomainRandomTape
}
