package adversary

import (
	"icsim/protocol"
	"icsim/sim/rng"
)

// silent says nothing to anyone, ever: it probes liveness with f nodes gone whom nobody knows to be gone. With f+1 of them
// there is no quorum and nothing is notarized.
func silent() strategy {
	return strategy{
		about: "sends nothing to anyone",
		wrap: func(inner protocol.Machine, _ *hand) protocol.Machine {
			return &filter{inner, func(out *protocol.Outputs) { out.Sends = out.Sends[:0] }}
		},
	}
}

// noRelay sends only what it made itself. Alone it is harmless, as others relay. Together with a partition it keeps the two
// sides from hearing of each other through corrupt nodes that reach both.
func noRelay() strategy {
	return strategy{
		about: "sends only artifacts of its own making",
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			return &filter{inner, func(out *protocol.Outputs) {
				keepSends(out, func(m protocol.Message) bool {
					update, ok := m.(*protocol.SlotUpdate)
					return !ok || isBy(update.Artifact, cfg.Node)
				})
			}}
		},
	}
}

// isBy tells whether an artifact is a share, proposal or call of a node: anything else is a relay or an aggregate.
func isBy(a protocol.Artifact, n protocol.NodeID) bool {
	switch a := a.(type) {
	case *protocol.BlockProposal:
		return a.Signer == n
	case *protocol.BlockShare:
		return a.Signer == n
	case *protocol.RandomShare:
		return a.Signer == n
	case *protocol.CatchUpPackageShare:
		return a.Signer == n
	case *protocol.CertificationShare:
		return a.Signer == n
	case *protocol.OutcallShare:
		return a.Signer == n
	case *protocol.IDKGDealing:
		return a.Dealer == n
	case *protocol.IDKGSupport:
		return a.Signer == n
	case *protocol.IDKGComplaint:
		return a.Signer == n
	case *protocol.IDKGOpening:
		return a.Signer == n
	case *protocol.SignatureShare:
		return a.Signer == n
	case *protocol.Random, *protocol.SignedIngress: // the same for everyone
		return true
	}
	return false
}

// corruptShares signs garbage in place of every share: receivers must find it out one by one, and combine what is left.
func corruptShares() strategy {
	return strategy{
		about: "sends shares with wrong signatures",
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			noise := rng.Root(uint64(cfg.Seed[0])).Split("corrupt shares", uint64(cfg.Node)).Stream()
			return &filter{inner, func(out *protocol.Outputs) {
				for i := range out.Sends {
					if update, ok := out.Sends[i].Msg.(*protocol.SlotUpdate); ok && isBy(update.Artifact, cfg.Node) {
						out.Sends[i].Msg = corrupted(update, int(noise.Next().Uint64n(48)))
					}
				}
			}}
		},
	}
}

// corrupted gives an update whose share has one byte of its signature changed; updates of anything else are themselves.
func corrupted(u *protocol.SlotUpdate, at int) *protocol.SlotUpdate {
	var artifact protocol.Artifact
	switch a := u.Artifact.(type) {
	case *protocol.BlockShare:
		sig := a.Signature
		sig[at] ^= 1
		artifact = protocol.NewBlockShare(a.Kind(), a.Content, a.Signer, sig)
	case *protocol.RandomShare:
		sig := a.Signature
		sig[at] ^= 1
		artifact = protocol.NewRandomShare(a.Kind(), a.Content, a.Signer, sig)
	case *protocol.CertificationShare:
		sig := a.Signature
		sig[at] ^= 1
		artifact = protocol.NewCertificationShare(a.AtHeight, a.Hash, a.Signer, sig)
	case *protocol.CatchUpPackageShare:
		sig := a.Signature
		sig[at] ^= 1
		artifact = protocol.NewCatchUpPackageShare(a.Content, a.Signer, sig)
	case *protocol.OutcallShare:
		sig := a.Signature
		sig[at] ^= 1
		artifact = protocol.NewOutcallShare(a.Metadata, a.Signer, sig, a.Response)
	case *protocol.IDKGSupport:
		sig := a.Signature
		sig[at] ^= 1
		artifact = protocol.NewIDKGSupport(a.Transcript, a.Dealer, a.Dealing, a.Signer, sig)
	default:
		return u
	}
	return &protocol.SlotUpdate{Slot: u.Slot, Commit: u.Commit, Meta: protocol.MetaOf(artifact), Artifact: artifact}
}
