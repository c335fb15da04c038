package sim

import (
	"testing"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/sim/variant"
)

// The checkers judge by what nodes say alone. To see that they would notice, each test here breaks a rule of consensus in every
// honest node, as a bug of ours would, and demands that the checker in charge goes red. That the rules themselves hold is
// tested in protocol/consensus.

// eagerSigner signs every validated proposal above the finalized height, each once, for notarization or finalization.
type eagerSigner struct {
	cfg      *consensus.Config
	env      *consensus.Env
	kind     protocol.ArtifactKind
	domain   string
	deployed consensus.Component
	signed   map[protocol.BlockHash]bool
}

func (e *eagerSigner) OnStateChange(r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction) []consensus.ChangeAction {
	for h := r.FinalizedHeight() + 1; h <= r.NotarizedHeight()+1; h++ {
		for _, held := range r.Validated.Proposals.At(h) {
			p := held.Artifact
			if e.signed[p.Hash] {
				continue
			}
			e.signed[p.Hash] = true
			content := protocol.BlockContent{Version: e.cfg.Version, Height: h, Hash: p.Hash}
			sig := e.env.Keys.SignMulti(content.Signable(e.domain))
			share := protocol.NewBlockShare(e.kind, content, e.cfg.Node, sig)
			out = append(out, consensus.ChangeAction{Op: consensus.AddToValidated, Artifact: share})
		}
	}
	if len(out) == 0 {
		return e.deployed.OnStateChange(r, now, out)
	}
	return out
}

func eager(kind protocol.ArtifactKind, domain string) variant.Replacement {
	return func(cfg *consensus.Config, env *consensus.Env, deployed consensus.Component) consensus.Component {
		return &eagerSigner{cfg, env, kind, domain, deployed, map[protocol.BlockHash]bool{}}
	}
}

// A finalizer that signs whatever is proposed signs two blocks of an equivocating maker.
func TestCheckersNoticeAFinalizerThatSignsTwoBlocks(t *testing.T) {
	c := small(13, 30*time.Second)
	c.Attackers = attackers([]string{"equivocate"}, 1, 2, 3, 4)
	finalizer := eager(protocol.KindFinalizationShare, crypto.DomainFinalization)
	c.Variants = []variant.Variant{{Apply: variant.Component("finalizer", finalizer)}}
	requireBroken(t, run(t, c), "finalization-discipline")
}

func requireBroken(t *testing.T, r *Result, name string) {
	t.Helper()
	for _, c := range r.Checks {
		if c.Name == name && c.OK {
			t.Errorf("%s holds", name)
		}
	}
}
