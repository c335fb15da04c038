package adversary

import (
	"bytes"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/replica"
)

// wrongStates signs another state than the one it has: its shares of certifications and of catch-up packages are about a state that
// nobody computed, under signatures that hold, and what the honest node inside comes to with its own right share it keeps to itself. It
// probes that shares are held against one's own state, and that up to f of them certify nothing and keep nothing from being certified.
func wrongStates() strategy {
	return strategy{
		about: "signs certifications and catch-up packages of states that nobody has",
		configure: func(cfg *replica.Config, h *hand) {
			cfg.Scheme = &watched{Scheme: cfg.Scheme, hand: h}
		},
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			return &filter{inner, func(out *protocol.Outputs) {
				keepSends(out, func(m protocol.Message) bool {
					kind, ok := kindOf(m)
					return !ok || kind != protocol.KindCertification && kind != protocol.KindCatchUpPackage
				})
				for i := range out.Sends {
					if u, ok := out.Sends[i].Msg.(*protocol.SlotUpdate); ok && u.Artifact != nil {
						if wrong := cfg.wrong(u.Artifact); wrong != nil {
							out.Sends[i].Msg = &protocol.SlotUpdate{Slot: u.Slot, Commit: u.Commit, Meta: protocol.MetaOf(wrong), Artifact: wrong}
						}
					}
				}
			}}
		},
	}
}

// watched keeps the shares of keys that the node signs states with: a corrupt node has what its crypto component has.
type watched struct {
	crypto.Scheme
	hand *hand
	last crypto.ThresholdSecretKey
	has  bool
}

func (w *watched) SignThreshold(key crypto.ThresholdSecretKey, msg []byte) crypto.ThresholdSignature {
	for _, domain := range [...]string{crypto.DomainCertification, crypto.DomainCatchUp} {
		if bytes.HasPrefix(msg, crypto.Signable(domain, nil)) {
			w.last, w.has = key, true
		}
	}
	return w.Scheme.SignThreshold(key, msg)
}

// wrong gives a share of the node about another state; nil for all else.
func (h *hand) wrong(a protocol.Artifact) protocol.Artifact {
	w, ok := h.Scheme.(*watched)
	if !ok || !w.has {
		return nil
	}
	switch a := a.(type) {
	case *protocol.CertificationShare:
		if a.Signer == h.Node {
			hash := a.Hash
			hash[0] ^= 1
			return protocol.NewCertificationShare(a.AtHeight, hash, h.Node, w.Scheme.SignThreshold(w.last, protocol.CertificationSignable(hash)))
		}
	case *protocol.CatchUpPackageShare:
		if a.Signer == h.Node {
			content := a.Content
			content.StateHash[0] ^= 1
			return protocol.NewCatchUpPackageShare(content, h.Node, w.Scheme.SignThreshold(w.last, content.Signable()))
		}
	}
	return nil
}
