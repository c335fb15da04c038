package variant

import (
	"cmp"
	"slices"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/replica"
)

func plantedInConsensus() []Variant {
	return []Variant{
		{
			Name: "finalize-every-proposal", Breaks: "finalization-discipline", About: "signs every valid proposal for finalization",
			Apply: Component("finalizer", finalizing(everyProposal)),
		},
		{
			Name: "finalize-after-another", Breaks: "finalization-discipline",
			About: "signs a notarized block for finalization though it signed another of the height for notarization",
			Apply: Component("finalizer", finalizing(notarized)),
		},
		{
			Name: "notarize-by-a-third", Breaks: "one-notarized-block-when-finalized", About: "takes f+1 shares for a notarization",
			Apply: byAThird(protocol.KindNotarization),
		},
		{
			Name: "finalize-by-a-third", Breaks: "agreement", About: "takes f+1 shares for a finalization",
			Apply: byAThird(protocol.KindFinalization),
		},
		{
			Name: "sign-again", Breaks: "finalization-discipline", About: "forgets at a start which blocks it has signed",
			Apply: func(cfg *replica.Config) Wrap {
				withDisk(cfg, func(_ protocol.DiskSpace, v any) bool { _, share := v.(*protocol.BlockShare); return !share })
				return nil
			},
		},
		{
			Name: "rank-0-alone", Breaks: "progress", About: "makes no block unless its rank is 0",
			Apply: Component("block_maker", dropping(func(a *consensus.ChangeAction) bool {
				p, ok := a.Artifact.(*protocol.BlockProposal)
				return ok && p.Block.Rank > 0
			})),
		},
		{
			Name: "wait-for-rank-0", Breaks: "progress", About: "signs no block for notarization but that of rank 0",
			Apply: Component("notary", waitForRank0),
		},
		{
			Name: "blocks-from-the-future", Breaks: "progress", About: "makes blocks whose time is an hour ahead",
			Apply: Component("block_maker", shifted(time.Hour)),
		},
		{
			Name: "no-fiftieth-beacon", Breaks: "convergence", About: "signs no random beacon of every fiftieth height",
			Apply: Component("random_beacon_maker", dropping(func(a *consensus.ChangeAction) bool { return a.Artifact.Height()%50 == 0 })),
		},
		{
			Name: "purge-to-the-tip", Breaks: "convergence", About: "forgets blocks as soon as they are final",
			Apply: Component("purger", purgeToTheTip),
		},
		{
			Name: "never-purge", Breaks: "pool-bounds", About: "keeps all artifacts for ever",
			Apply: Component("purger", dropping(func(a *consensus.ChangeAction) bool { return true })),
		},
		{
			Name: "ignore-packages", Breaks: "convergence", About: "takes no catch-up package from others",
			Apply: Component("validator", dropping(func(a *consensus.ChangeAction) bool {
				_, ok := a.Artifact.(*protocol.CatchUpPackage)
				return ok && a.Op == consensus.MoveToValidated
			})),
		},
		{
			Name: "odd-tapes", Breaks: "convergence", About: "signs no random tape of an even height",
			Apply: Component("random_tape_maker", dropping(func(a *consensus.ChangeAction) bool { return a.Artifact.Height()%2 == 0 })),
		},
		{
			Name: "no-proofs", Breaks: "convergence", About: "says nothing of a maker who made two blocks",
			Apply: Component("validator", dropping(func(a *consensus.ChangeAction) bool {
				_, ok := a.Artifact.(*protocol.EquivocationProof)
				return ok
			})),
		},
		{
			Name: "empty-blocks", Breaks: "convergence", About: "makes blocks without calls and messages",
			Apply: payloads(func(b consensus.PayloadBuilder) consensus.PayloadBuilder { return emptyPayloads{b} }),
		},
		{
			Name: "forget-the-past", Breaks: "streams-in-order", About: "puts into a block what blocks before it have, and finds it right",
			Apply: payloads(func(b consensus.PayloadBuilder) consensus.PayloadBuilder { return pastless{b} }),
		},
	}
}

// dropping is the deployed component without some of its changes.
func dropping(which func(*consensus.ChangeAction) bool) Replacement {
	return func(_ *consensus.Config, _ *consensus.Env, deployed consensus.Component) consensus.Component {
		return keeping(deployed, func(_ *consensus.Reader, _ consensus.Clock, a *consensus.ChangeAction) bool { return !which(a) })
	}
}

// finalizing signs the blocks of pick beside those of the deployed finalizer, each once.
func finalizing(pick func(*consensus.Reader, protocol.Height) []protocol.BlockHash) Replacement {
	return func(cfg *consensus.Config, env *consensus.Env, deployed consensus.Component) consensus.Component {
		signed := map[protocol.BlockHash]bool{}
		return component(func(r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction) []consensus.ChangeAction {
			for h := r.FinalizedHeight() + 1; h <= r.NotarizedHeight()+1; h++ {
				for _, hash := range pick(r, h) {
					if signed[hash] {
						continue
					}
					signed[hash] = true
					content := protocol.BlockContent{Version: cfg.Version, Height: h, Hash: hash}
					sig := env.Keys.SignMulti(content.Signable(crypto.DomainFinalization))
					share := protocol.NewBlockShare(protocol.KindFinalizationShare, content, cfg.Node, sig)
					out = append(out, consensus.ChangeAction{Op: consensus.AddToValidated, Artifact: share})
				}
			}
			if len(out) > 0 {
				return out
			}
			return deployed.OnStateChange(r, now, out)
		})
	}
}

func everyProposal(r *consensus.Reader, h protocol.Height) (all []protocol.BlockHash) {
	for _, held := range r.Validated.Proposals.At(h) {
		all = append(all, held.Artifact.Hash)
	}
	return all
}

func notarized(r *consensus.Reader, h protocol.Height) (first []protocol.BlockHash) {
	for _, held := range r.Validated.Notarizations.At(h) {
		return append(first, held.Artifact.Content.Hash)
	}
	return nil
}

// byAThird combines a kind of aggregate from f+1 shares, and takes those of others.
func byAThird(kind protocol.ArtifactKind) func(*replica.Config) Wrap {
	return func(cfg *replica.Config) Wrap {
		Replace(cfg, "share_aggregator", func(_ *consensus.Config, env *consensus.Env, deployed consensus.Component) consensus.Component {
			return component(func(r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction) []consensus.ChangeAction {
				if out = combineThirds(r, env, kind, out); len(out) > 0 {
					return out
				}
				return deployed.OnStateChange(r, now, out)
			})
		})
		Replace(cfg, "validator", func(_ *consensus.Config, _ *consensus.Env, deployed consensus.Component) consensus.Component {
			return component(func(r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction) []consensus.ChangeAction {
				if out = acceptThirds(r, kind, out); len(out) > 0 {
					return out
				}
				return deployed.OnStateChange(r, now, out)
			})
		})
		return nil
	}
}

// shelves gives shares and aggregates of a kind of aggregate.
func shelves(s *consensus.Section, kind protocol.ArtifactKind) (
	*consensus.Shelf[*protocol.BlockShare], *consensus.Shelf[*protocol.BlockAggregate],
) {
	if kind == protocol.KindNotarization {
		return &s.NotarizationShares, &s.Notarizations
	}
	return &s.FinalizationShares, &s.Finalizations
}

// heightsOf are those at which aggregates of a kind are made.
func heightsOf(r *consensus.Reader, kind protocol.ArtifactKind) (from, to protocol.Height) {
	if kind == protocol.KindNotarization {
		return r.NotarizedHeight() + 1, r.NotarizedHeight() + 1
	}
	return r.FinalizedHeight() + 1, r.NotarizedHeight()
}

func third(r *consensus.Reader, h protocol.Height) int {
	record := r.Record(h)
	if record == nil {
		return 1 << 30
	}
	return protocol.FaultsTolerated(len(record.Members)) + 1
}

func combineThirds(
	r *consensus.Reader, env *consensus.Env, kind protocol.ArtifactKind, out []consensus.ChangeAction,
) []consensus.ChangeAction {
	shares, made := shelves(&r.Validated, kind)
	from, to := heightsOf(r, kind)
	for h := from; h <= to; h++ {
		by := map[protocol.BlockHash][]*protocol.BlockShare{}
		var hashes []protocol.BlockHash
		for _, held := range shares.At(h) {
			hash := held.Artifact.Content.Hash
			if by[hash] == nil {
				hashes = append(hashes, hash)
			}
			if !slices.ContainsFunc(by[hash], func(s *protocol.BlockShare) bool { return s.Signer == held.Artifact.Signer }) {
				by[hash] = append(by[hash], held.Artifact)
			}
		}
		for _, hash := range hashes {
			group := by[hash]
			if len(group) < third(r, h) || hasAggregate(made, h, hash) {
				continue
			}
			slices.SortFunc(group, func(a, b *protocol.BlockShare) int { return cmp.Compare(a.Signer, b.Signer) })
			signers, sigs := make([]protocol.NodeID, len(group)), make([]crypto.MultiSignature, len(group))
			for i, s := range group {
				signers[i], sigs[i] = s.Signer, s.Signature
			}
			content, domain := group[0].Content, crypto.DomainNotarization
			if kind == protocol.KindFinalization {
				domain = crypto.DomainFinalization
			}
			version, _ := r.RegistryVersion(h)
			if sig, ok := env.Keys.CombineMulti(signers, version, content.Signable(domain), sigs); ok {
				a := protocol.NewBlockAggregate(kind, content, signers, sig)
				out = append(out, consensus.ChangeAction{Op: consensus.AddToValidated, Artifact: a})
			}
		}
	}
	return out
}

func hasAggregate(s *consensus.Shelf[*protocol.BlockAggregate], h protocol.Height, hash protocol.BlockHash) bool {
	return slices.ContainsFunc(s.At(h), func(held consensus.Held[*protocol.BlockAggregate]) bool { return held.Artifact.Content.Hash == hash })
}

func acceptThirds(r *consensus.Reader, kind protocol.ArtifactKind, out []consensus.ChangeAction) []consensus.ChangeAction {
	_, came := shelves(&r.Unvalidated, kind)
	_, have := shelves(&r.Validated, kind)
	from, to := heightsOf(r, kind)
	for h := from; h <= to; h++ {
		for _, held := range came.At(h) {
			a := held.Artifact
			if len(a.Signers) >= third(r, h) && !hasAggregate(have, h, a.Content.Hash) && r.Proposal(a.Content.Hash, h) != nil {
				return append(out, consensus.ChangeAction{Op: consensus.MoveToValidated, Artifact: a})
			}
		}
	}
	return out
}

// waitForRank0 keeps shares of other ranks back.
func waitForRank0(_ *consensus.Config, _ *consensus.Env, deployed consensus.Component) consensus.Component {
	return keeping(deployed, func(r *consensus.Reader, _ consensus.Clock, a *consensus.ChangeAction) bool {
		s, ok := a.Artifact.(*protocol.BlockShare)
		if !ok {
			return true
		}
		p := r.Proposal(s.Content.Hash, s.Height())
		return p == nil || p.Block.Rank == 0
	})
}

// shifted is the deployed component by a wall clock that is ahead.
func shifted(by time.Duration) Replacement {
	return func(_ *consensus.Config, _ *consensus.Env, deployed consensus.Component) consensus.Component {
		return component(func(r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction) []consensus.ChangeAction {
			now.Now = now.Now.Add(by)
			return deployed.OnStateChange(r, now, out)
		})
	}
}

// purgeToTheTip purges all that is below the finalized height, and what the deployed purger does.
func purgeToTheTip(_ *consensus.Config, _ *consensus.Env, deployed consensus.Component) consensus.Component {
	var done protocol.Height
	return component(func(r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction) []consensus.ChangeAction {
		if tip := r.FinalizedHeight(); tip > done {
			done = tip
			return append(out, consensus.ChangeAction{Op: consensus.PurgeValidatedBelow, Height: tip})
		}
		return deployed.OnStateChange(r, now, out)
	})
}

// payloads is the variant that changes who builds and judges payloads.
func payloads(change func(consensus.PayloadBuilder) consensus.PayloadBuilder) func(*replica.Config) Wrap {
	return Component("finalizer", func(_ *consensus.Config, env *consensus.Env, deployed consensus.Component) consensus.Component {
		env.Payloads = change(env.Payloads)
		return deployed
	})
}

type emptyPayloads struct{ consensus.PayloadBuilder }

func (emptyPayloads) Build(protocol.Height, protocol.ValidationContext, []*protocol.Block) protocol.BatchPayload {
	return protocol.BatchPayload{}
}

type pastless struct{ consensus.PayloadBuilder }

func (p pastless) Build(h protocol.Height, ctx protocol.ValidationContext, _ []*protocol.Block) protocol.BatchPayload {
	return p.PayloadBuilder.Build(h, ctx, nil)
}

func (p pastless) Validate(
	h protocol.Height, b *protocol.BatchPayload, ctx protocol.ValidationContext, _ []*protocol.Block,
) protocol.Verdict {
	return p.PayloadBuilder.Validate(h, b, ctx, nil)
}
