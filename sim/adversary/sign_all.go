package adversary

import (
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// notarizeAll signs every block it hears of for notarization: of any rank, at once, valid or not, two of one maker too, long
// decided heights included (rs/types/types/src/malicious_flags.rs, notarize_all). Alone it only wastes signatures; f+1 such
// nodes with finalize-all and a partition break agreement.
func notarizeAll() strategy {
	return strategy{
		about: "signs every block it hears of for notarization",
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			return newSignAll(inner, cfg, protocol.KindNotarizationShare, crypto.DomainNotarization)
		},
	}
}

// finalizeAll signs every block it hears of for finalization, whatever else it has signed (finalize_all).
func finalizeAll() strategy {
	return strategy{
		about: "signs every block it hears of for finalization",
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			return newSignAll(inner, cfg, protocol.KindFinalizationShare, crypto.DomainFinalization)
		},
	}
}

// signAll looks at what arrives, before the pool behind it can refuse it.
type signAll struct {
	inner  protocol.Machine
	cfg    *hand
	kind   protocol.ArtifactKind
	domain string
	peers  []protocol.NodeID
	signed map[protocol.BlockHash]bool
	recent []protocol.BlockHash // keys of signed, oldest first
	commit uint64
}

// Its shares go into slots of its own, far above those that an honest broadcast uses.
const (
	firstSlot   = 40_000
	slots       = 512
	maxRecent   = 4096
	kindsOfSlot = 2
)

func newSignAll(inner protocol.Machine, cfg *hand, kind protocol.ArtifactKind, domain string) *signAll {
	members := cfg.Registry.At(cfg.Registry.Latest(cfg.Now)).Subnet(cfg.Subnet).Members
	peers := slices.DeleteFunc(slices.Clone(members), func(n protocol.NodeID) bool { return n == cfg.Node })
	return &signAll{inner: inner, cfg: cfg, kind: kind, domain: domain, peers: peers, signed: map[protocol.BlockHash]bool{}}
}

func (s *signAll) Step(in *protocol.Input, out *protocol.Outputs) {
	s.inner.Step(in, out)
	for i := range in.Arrivals {
		if update, ok := in.Arrivals[i].Msg.(*protocol.SlotUpdate); ok {
			if p, ok := update.Artifact.(*protocol.BlockProposal); ok && !s.signed[p.Hash] {
				s.sign(p, out)
			}
		}
	}
}

func (s *signAll) sign(p *protocol.BlockProposal, out *protocol.Outputs) {
	if len(s.recent) == maxRecent {
		delete(s.signed, s.recent[0])
		s.recent = s.recent[1:]
	}
	s.signed[p.Hash] = true
	s.recent = append(s.recent, p.Hash)
	content := protocol.BlockContent{Version: s.cfg.Version, Height: p.Height(), Hash: p.Hash}
	sig := s.cfg.Scheme.SignMulti(s.cfg.Secrets.Multi, content.Signable(s.domain))
	share := protocol.NewBlockShare(s.kind, content, s.cfg.Node, sig)
	slot := firstSlot + kindsOfSlot*uint32(s.commit%slots)
	if s.kind == protocol.KindFinalizationShare {
		slot++
	}
	s.commit++
	out.Send(s.peers, &protocol.SlotUpdate{Slot: slot, Commit: s.commit, Meta: protocol.MetaOf(share), Artifact: share})
}
