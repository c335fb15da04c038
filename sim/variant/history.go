package variant

import (
	"slices"

	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/messaging"
	"icsim/protocol/replica"
)

// history lists rules that were once in force. Incidents are those of reference/protocol.md, section H.
func history() []Variant {
	return []Variant{
		{
			Name: "cup-waits-for-tip", Breaks: "progress", Source: "incident 1: subnet 3hhby, May 2026, before PR #10347",
			About: "signs catch-up packages of a halting subnet only once its blocks build on the certified state",
			Apply: Component("catch_up_package_maker", cupWaitsForTip),
		},
		{
			Name: "cup-gap-70", Breaks: "progress", Source: "incident 2: before PR #5448, 2025",
			About: "stops signing blocks 70 heights above a catch-up package that is missing, not 130",
			Apply: Component("notary", cupGap70),
		},
		{
			Name: "reassemble-by-id", Breaks: "progress", Source: "incident 3: subnet lhg73, December 2024",
			About: "puts blocks together with the first copy it has of each call, whoever signed the one in the block",
			Apply: reassembleByID,
		},
		{
			Name: "dirty-pages-differ", Breaks: "state-unique", Source: "incident 4: subnet pjljw, November 2021",
			About: "counts pages written in an order of its own, so that states differ after a call",
			Apply: dirtyPagesDiffer,
		},
		{
			Name: "settings-panic", Breaks: "progress", Source: "incident 7: subnet lhg73, June 2024",
			About: "accepts a change of settings that it then panics on",
			Apply: settingsPanic,
		},
		{
			Name: "forget-proofs", Breaks: "progress", Source: "incident 9: before PR #1579",
			About: "announces at a start all that it has on disk, but no equivocation proofs",
			Apply: forgetProofs,
		},
		{
			Name: "skip-equivocators", Breaks: "catch-up", Source: "incident 11: PR #323, as first proposed",
			About: "does not look at blocks of makers who made two, though one of them be final",
			Apply: Component("validator", skipEquivocators),
		},
		{
			Name: "drop-strays", Breaks: "no-critical-errors", Source: "incident 12: before PRs #6430 and #6480, 2025",
			About:  "drops requests for canisters and of canisters that have been moved, with their cycles, as if a subnet lied",
			Strays: dropStrays(),
		},
		{
			Name: "advertise-all", Source: "the peer-to-peer protocol of 2023, before the QUIC transport",
			About: "advertises every artifact, for peers to fetch, and pushes none",
			Apply: func(cfg *replica.Config) Wrap { cfg.Advertise = true; return nil },
		},
	}
}

// dropStrays takes every message that is not where the routing table has it for a forgery, and accepts it, so that nobody hears of it.
func dropStrays() *messaging.Strays {
	return &messaging.Strays{
		RequestFrom:  messaging.Fate{Signal: protocol.Accepted, Critical: "request from a subnet that does not host its sender dropped"},
		ResponseFrom: messaging.Fate{Signal: protocol.Accepted, Critical: messaging.CriticalSenderSubnet},
		RequestTo:    messaging.Fate{Signal: protocol.Accepted, Critical: "request for a canister that is hosted elsewhere dropped"},
		ResponseTo:   messaging.Fate{Signal: protocol.Accepted, Critical: messaging.CriticalReceiverSubnet},
	}
}

// cupWaitsForTip holds a share back until a block builds on the certified state of the summary's height. While the subnet halts, no
// such block may ever come: with the checkpoint slow, notarization meets its bound 70 above the last certified height before.
func cupWaitsForTip(_ *consensus.Config, _ *consensus.Env, deployed consensus.Component) consensus.Component {
	return keeping(deployed, func(r *consensus.Reader, _ consensus.Clock, a *consensus.ChangeAction) bool {
		return r.FinalizedTip().Block.Context.CertifiedHeight >= a.Artifact.Height()
	})
}

// cupGap70 keeps the bound that certification has also above a missing catch-up package. Hashing a large state takes longer.
func cupGap70(_ *consensus.Config, _ *consensus.Env, deployed consensus.Component) consensus.Component {
	return keeping(deployed, func(r *consensus.Reader, _ consensus.Clock, _ *consensus.ChangeAction) bool {
		return r.NotarizedHeight() < r.NextCUPHeight()+protocol.Height(consensus.CertificationGapBound)
	})
}

// skipEquivocators leaves proposals of disqualified makers where they are, with the notarizations that vouch for them.
func skipEquivocators(_ *consensus.Config, _ *consensus.Env, deployed consensus.Component) consensus.Component {
	return component(func(r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction) []consensus.ChangeAction {
		n := len(out)
		out = deployed.OnStateChange(r, now, out)
		var skipped []protocol.BlockHash
		kept := slices.DeleteFunc(out[n:], func(a consensus.ChangeAction) bool {
			if a.Op != consensus.MoveToValidated {
				return false
			}
			switch a := a.Artifact.(type) {
			case *protocol.BlockProposal:
				if r.IsDisqualified(a.Signer, a.Height()) {
					skipped = append(skipped, a.Hash)
					return true
				}
			case *protocol.BlockAggregate:
				return slices.Contains(skipped, a.Content.Hash)
			}
			return false
		})
		return out[:n+len(kept)]
	})
}

// dirtyPagesDiffer lets each node execute rounds with calls some nanoseconds late, by its number: what states have of it stands for what
// was charged for the pages.
func dirtyPagesDiffer(cfg *replica.Config) Wrap {
	node := cfg.Node
	cfg.Processor = edited{cfg.Processor, func(b *protocol.Batch) *protocol.Batch {
		if b.Payload == nil || len(b.Payload.Ingress) == 0 {
			return b
		}
		other := *b
		other.Time += protocol.Time(node)
		other.Randomness[0] ^= byte(node) // a batch is known by it, too
		return &other
	}}
	return nil
}

// forgetProofs keeps back the proofs that were on disk at the start. Who has not heard of them by then never does.
func forgetProofs(cfg *replica.Config) Wrap {
	old := map[protocol.ArtifactID]bool{}
	for _, v := range cfg.Disk.Load(protocol.DiskConsensusPool) {
		if p, ok := v.(*protocol.EquivocationProof); ok {
			old[p.ID()] = true
		}
	}
	return after(func(_ *protocol.Input, out *protocol.Outputs) {
		out.Sends = slices.DeleteFunc(out.Sends, func(s protocol.Send) bool {
			update, ok := s.Msg.(*protocol.SlotUpdate)
			return ok && old[update.Meta.ID]
		})
	})
}

// edited executes batches as edit leaves them.
type edited struct {
	messaging.Processor
	edit func(*protocol.Batch) *protocol.Batch
}

func (e edited) Process(parent *messaging.State, b *protocol.Batch, r *protocol.RegistrySnapshot) *messaging.Result {
	return e.Processor.Process(parent, e.edit(b), r)
}

// settingsPanic stops the replica in the round that has a user's update_settings. It comes again at each start: the block is final.
func settingsPanic(cfg *replica.Config) Wrap {
	panics := false
	cfg.Processor = edited{cfg.Processor, func(b *protocol.Batch) *protocol.Batch {
		if b.Payload != nil {
			panics = panics || slices.ContainsFunc(b.Payload.Ingress, func(m *protocol.SignedIngress) bool {
				return m.Content.Method == "update_settings"
			})
		}
		return b
	}}
	return after(func(_ *protocol.Input, out *protocol.Outputs) {
		if panics {
			out.Sends, out.Locals, out.Writes, out.Notes = out.Sends[:0], out.Locals[:0], out.Writes[:0], out.Notes[:0]
			out.Restart = protocol.Restart{Why: "panicked applying settings that it had validated", Takes: protocol.OpRestart}
		}
	})
}
