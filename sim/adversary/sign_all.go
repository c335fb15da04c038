package adversary

import (
	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
)

// notarizeAll signs every block it hears of for notarization: of any rank, at once, valid or not, two of one maker too
// (rs/types/types/src/malicious_flags.rs, notarize_all). Alone it only wastes signatures; f+1 such nodes with finalize-all
// and a partition break agreement.
func notarizeAll() strategy {
	return strategy{
		about: "signs every block for notarization",
		replace: map[string]replacement{
			"notary": func(cfg *consensus.Config, env *consensus.Env, _ consensus.Component) consensus.Component {
				return newSignAll(cfg, env, protocol.KindNotarizationShare, crypto.DomainNotarization, nil)
			},
		},
	}
}

// finalizeAll signs every notarized block for finalization, whatever else it has signed (finalize_all). It goes on
// delivering batches as the honest finalizer does.
func finalizeAll() strategy {
	return strategy{
		about: "signs every block for finalization",
		replace: map[string]replacement{
			"finalizer": func(cfg *consensus.Config, env *consensus.Env, honest consensus.Component) consensus.Component {
				return newSignAll(cfg, env, protocol.KindFinalizationShare, crypto.DomainFinalization, honest)
			},
		},
	}
}

// signAll signs all proposals from the finalized height on, in the unvalidated pool as well, each once.
type signAll struct {
	cfg    *consensus.Config
	env    *consensus.Env
	kind   protocol.ArtifactKind
	domain string
	signed map[protocol.BlockHash]protocol.Height
	after  consensus.Component // asked when there is nothing to sign; may be nil
}

func newSignAll(cfg *consensus.Config, env *consensus.Env, kind protocol.ArtifactKind, domain string, after consensus.Component) *signAll {
	return &signAll{cfg: cfg, env: env, kind: kind, domain: domain, after: after, signed: map[protocol.BlockHash]protocol.Height{}}
}

// reach is how far above the finalized height it signs.
const reach = 10

func (s *signAll) OnStateChange(r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction) []consensus.ChangeAction {
	before := len(out)
	final := r.FinalizedHeight()
	for h := final + 1; h <= final+reach; h++ {
		for _, section := range [...]*consensus.Section{&r.Validated, &r.Unvalidated} {
			held := section.Proposals.At(h)
			for i := range held {
				out = s.sign(held[i].Artifact, out)
			}
		}
	}
	for hash, h := range s.signed { //tidy:unordered forgets old heights
		if h < final {
			delete(s.signed, hash)
		}
	}
	if len(out) == before && s.after != nil {
		return s.after.OnStateChange(r, now, out)
	}
	return out
}

func (s *signAll) sign(p *protocol.BlockProposal, out []consensus.ChangeAction) []consensus.ChangeAction {
	if _, done := s.signed[p.Hash]; done {
		return out
	}
	s.signed[p.Hash] = p.Height()
	content := protocol.BlockContent{Version: s.cfg.Version, Height: p.Height(), Hash: p.Hash}
	sig := s.env.Keys.SignMulti(content.Signable(s.domain))
	share := protocol.NewBlockShare(s.kind, content, s.cfg.Node, sig)
	return append(out, consensus.ChangeAction{Op: consensus.AddToValidated, Artifact: share})
}
