package consensus

import (
	"icsim/crypto"
	"icsim/protocol"
)

// The Notary signs blocks that this node holds valid (C/notary.rs; reference/protocol.md A.3).
//
// It signs at notarized height + 1 only, if it is in the committee: every proposal of the lowest rank whose maker is not
// disqualified, once that rank's delay since the round's start is over. A lower rank that comes later is signed too;
// then this node will not finality-sign the height.
//
// Hard bounds: nothing is signed while notarization is 70 ahead of certification, or 130 ahead of the next CUP.
type Notary struct {
	cfg  *Config
	env  *Env
	seen stamp
	due  Clock // when the rank it waits for may be signed
}

// OnStateChange signs what may be signed now.
func (n *Notary) OnStateChange(r *Reader, now Clock, out []ChangeAction) []ChangeAction {
	s := stamp{full: r.Validated.full, own: r.own, certified: n.env.States.CertifiedHeight()}
	if n.seen == s && !now.reached(n.due) {
		return out
	}
	n.seen, n.due = s, never
	h := r.NotarizedHeight() + 1
	rank, ok := r.LowestRank(h)
	if !ok || !r.IsNotary(h, n.cfg.Node) {
		return out
	}
	delay, allowed := r.NotaryDelay(rank)
	start, began := r.RoundStart(h)
	if !allowed || !began {
		return out
	}
	if due := start.after(delay); !now.reached(due) {
		n.due = due
		return out
	}
	for _, held := range r.Validated.Proposals.At(h) {
		p := held.Artifact
		if p.Block.Rank != rank || r.IsDisqualified(p.Signer, h) || n.hasSigned(r, p) {
			continue
		}
		content := protocol.BlockContent{Version: n.cfg.Version, Height: h, Hash: p.Hash}
		sig := n.env.Keys.SignMulti(content.Signable(crypto.DomainNotarization))
		share := protocol.NewBlockShare(protocol.KindNotarizationShare, content, n.cfg.Node, sig)
		out = append(out, ChangeAction{Op: AddToValidated, Artifact: share})
	}
	return out
}

// Rests tells until when it has nothing to say: see Resting.
func (n *Notary) Rests() (until Clock, ok bool) { return n.due, true }

// never is a moment that does not come.
var never = Clock{protocol.Never, protocol.Never}

func (n *Notary) hasSigned(r *Reader, p *protocol.BlockProposal) bool {
	held := r.Validated.NotarizationShares.At(p.Height())
	for i := range held {
		if s := held[i].Artifact; s.Signer == n.cfg.Node && s.Content.Hash == p.Hash {
			return true
		}
	}
	return false
}
