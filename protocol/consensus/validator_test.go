package consensus_test

import (
	"testing"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/consensus/consensustest"
)

// A.4, block proposals: what each check says of a block that breaks it alone.
func TestBlockProposalsAreChecked(t *testing.T) {
	cases := []struct {
		name string
		make func(w *table) *protocol.BlockProposal
		want string
	}{
		{"valid", func(w *table) *protocol.BlockProposal { return w.block(0, nil) }, "validated"},
		{"rank of another", func(w *table) *protocol.BlockProposal {
			return w.Child(w.genesis(), 1, w.Maker(w.node, 1, 0), nil)
		}, "signer does not have the block's rank"},
		{"maker above rank f", func(w *table) *protocol.BlockProposal {
			return w.Child(w.genesis(), 2, w.node.ID, nil)
		}, "signer does not have the block's rank"},
		{"signed by another", func(w *table) *protocol.BlockProposal {
			p, q := w.block(0, nil), w.block(1, nil)
			return protocol.NewBlockProposal(p.Block, p.Hash, 0, p.Signer, q.Signature)
		}, "signature does not verify"},
		{"of another subnet", func(w *table) *protocol.BlockProposal {
			p := w.block(0, nil)
			return protocol.NewBlockProposal(p.Block, p.Hash, 1, p.Signer, p.Signature)
		}, "signature does not verify"},
		{"hash of another block", func(w *table) *protocol.BlockProposal {
			p := w.block(0, nil)
			q := *p.Block
			q.Context.Time++
			return protocol.NewBlockProposal(&q, p.Hash, 0, p.Signer, p.Signature)
		}, "block is not what its hash says"},
		{"payload that is not what its hash says", func(w *table) *protocol.BlockProposal {
			return w.block(0, func(b *protocol.Block) {
				changed := *b.Payload
				changed.Batch.XNet = []*protocol.CertifiedStreamSlice{{}}
				b.Payload = &changed
			})
		}, "block is not what its hash says"},
		{"another replica version", func(w *table) *protocol.BlockProposal {
			return w.block(0, func(b *protocol.Block) { b.Version = "v2" })
		}, "dropped"},
		{"unknown parent", func(w *table) *protocol.BlockProposal {
			return w.block(0, func(b *protocol.Block) { b.Parent[0]++ })
		}, "waits"},
		{"time of the parent", func(w *table) *protocol.BlockProposal {
			return w.block(0, func(b *protocol.Block) { b.Context.Time = 0 })
		}, "context does not grow"},
		{"older registry version", func(w *table) *protocol.BlockProposal {
			return w.block(0, func(b *protocol.Block) { b.Context.RegistryVersion = 0 })
		}, "context does not grow"},
		{"newer registry version", func(w *table) *protocol.BlockProposal {
			return w.block(0, func(b *protocol.Block) { b.Context.RegistryVersion = 2 })
		}, "waits"},
		{"state that is not certified here", func(w *table) *protocol.BlockProposal {
			return w.block(0, func(b *protocol.Block) { b.Context.CertifiedHeight = 1 })
		}, "waits"},
		{"time ahead", func(w *table) *protocol.BlockProposal {
			return w.block(0, func(b *protocol.Block) { b.Context.Time = protocol.Time(late) + 1 })
		}, "waits"},
		{"summary too early", func(w *table) *protocol.BlockProposal {
			return w.block(0, func(b *protocol.Block) { b.Payload = protocol.NewSummaryPayload(w.Genesis.Summary()) })
		}, "summary at the wrong height"},
		{"rank 1 before its time", func(w *table) *protocol.BlockProposal { return w.block(1, nil) }, "waits"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newTable(t, 4)
			w.at(late)
			p := c.make(w)
			w.give(p)
			w.want(p, c.want)
		})
	}
}

// A.4.12: payloads are judged by who builds them; what cannot be judged yet is judged again.
func TestPayloadVerdicts(t *testing.T) {
	w := newTable(t, 4)
	w.at(late)
	w.node.Payloads.Verdict = protocol.Defer("state is late")
	p := w.block(0, nil)
	w.give(p)
	w.want(p, "waits")
	w.node.Payloads.Verdict = protocol.Accept()
	w.Step(w.node)
	w.want(p, "validated")

	w = newTable(t, 4)
	w.at(late)
	w.node.Payloads.Verdict = protocol.Refuse("bad ingress")
	w.give(p)
	w.want(p, "bad ingress")
}

// A.4.4: what a quorum notarized is taken without looking at it: neither payload, nor rank, nor time.
func TestFastPathTakesWhatIsNotarized(t *testing.T) {
	w := newTable(t, 4)
	w.node.Payloads.Verdict = protocol.Refuse("bad ingress")
	p := w.block(1, func(b *protocol.Block) { b.Context.Time = protocol.Time(time.Hour) })
	n := w.Aggregate(protocol.KindNotarization, p, w.quorum()...)
	w.give(n)
	w.want(n, "waits")
	w.give(p)
	w.want(p, "validated")
	w.want(n, "validated")
	if w.node.C.NotarizedHeight() != 1 {
		t.Fatal("not notarized")
	}

	w = newTable(t, 4)
	few := w.Aggregate(protocol.KindNotarization, p, 0, 1)
	w.give(few, p)
	w.want(few, "too few signers")
	w.want(p, "waits")
}

// H, incident 11: a late node accepts the finalized block of a maker it has disqualified.
func TestLateNodeAcceptsAFinalizedBlockOfADisqualifiedMaker(t *testing.T) {
	w := newTable(t, 4)
	w.at(late)
	p := w.block(0, nil)
	twin := w.Twin(p)
	w.give(protocol.NewEquivocationProof(p, twin), twin)
	w.want(twin, "waits")
	w.give(w.Aggregate(protocol.KindNotarization, twin, w.quorum()...), w.Aggregate(protocol.KindFinalization, twin, w.quorum()...))
	w.want(twin, "validated")
	if w.node.C.FinalizedHeight() != 1 {
		t.Fatal("not finalized")
	}
}

// A.4: two signed blocks of one maker of this height and subnet; one proof a maker and height.
func TestEquivocationProofsAreChecked(t *testing.T) {
	w := newTable(t, 4)
	p, other := w.block(0, nil), w.block(1, nil)
	twin := w.Twin(p)
	same := protocol.NewEquivocationProof(p, p)
	forged := protocol.NewEquivocationProof(p, protocol.NewBlockProposal(twin.Block, twin.Hash, 0, p.Signer, other.Signature))
	mine := w.Child(w.genesis(), 0, w.node.ID, nil)
	noMaker := protocol.NewEquivocationProof(mine, w.Twin(mine))
	abroad := protocol.NewEquivocationProof(
		protocol.NewBlockProposal(p.Block, p.Hash, 1, p.Signer, p.Signature),
		protocol.NewBlockProposal(twin.Block, twin.Hash, 1, p.Signer, twin.Signature))
	w.give(same, forged, noMaker, abroad)
	w.want(same, "both blocks are the same")
	w.want(forged, "signature does not verify")
	w.want(noMaker, "signer is no block maker")
	w.want(abroad, "proof is of another subnet")
	good := protocol.NewEquivocationProof(twin, p)
	w.give(good)
	w.want(good, "validated")
	third := protocol.NewEquivocationProof(p, w.Twin(twin))
	w.give(third)
	w.want(third, "dropped")
	if r := w.node.C.Reader(); !r.IsDisqualified(p.Signer, 1) || r.IsDisqualified(other.Signer, 1) {
		t.Fatal("wrong maker disqualified")
	}
}

// A.8: a node whose clock is slow accepts block times up to the parent's plus the time since it got the parent.
func TestSlowClocksDoNotStall(t *testing.T) {
	w := newTable(t, 4)
	w.node.Skew = -time.Hour
	p := w.block(0, nil)
	w.at(late)
	w.give(p)
	w.want(p, "validated")
}

// A.4: catch-up packages need the subnet's signature and nothing else: a node starts from one without the chain.
func TestCatchUpPackagesNeedTheSubnetsSignature(t *testing.T) {
	donor := consensustest.NewSubnet(func() consensustest.Options {
		o := consensustest.Defaults(4)
		o.Interval = 4
		return o
	}())
	donor.Run(4 * time.Second)
	cup := donor.Nodes[0].C.Reader().CUP()
	if cup.Height() == 0 {
		t.Fatal("no package")
	}

	w := newTable(t, 4)
	forged := protocol.NewCatchUpPackage(cup.Content, crypto.ThresholdSignature{})
	tampered := cup.Content
	block := *cup.Content.Block
	block.Context.Time++
	tampered.Block = &block
	broken := protocol.NewCatchUpPackage(tampered, cup.Signature)
	w.give(forged, broken)
	w.want(forged, "signature does not verify")
	w.want(broken, "package does not hold together")
	w.give(cup)
	w.want(cup, "validated")
	if h, hash, ok := w.node.C.NeedsStateSync(); !ok || h != cup.Height() || hash != cup.Content.StateHash {
		t.Fatal(h, hash, ok)
	}
	if w.node.C.FinalizedHeight() != cup.Height() {
		t.Fatal("chain does not start at the package")
	}
}

// A.3: only ranks 0 … f propose; rank r after r unit delays, and not if a lower rank has.
func TestBlockMakersTakeTurns(t *testing.T) {
	w := newTable(t, 7)
	byRank := map[protocol.Rank]*consensustest.Node{}
	for _, n := range w.Nodes {
		if rank, ok := n.C.Reader().MakerRank(1, n.ID); ok {
			byRank[rank] = n
		}
	}
	if len(byRank) != 3 {
		t.Fatal(len(byRank), "makers of 7 nodes")
	}
	for rank, n := range byRank {
		due := protocol.Time(rank) * protocol.Time(time.Second)
		if rank > 0 {
			w.Now = due - 1
			w.Step(n)
			if n.C.Reader().Validated.Proposals.Len() != 0 {
				t.Fatal("too early")
			}
		}
		w.Now = due
		w.Step(n)
		if n.C.Reader().Validated.Proposals.Len() != 1 {
			t.Fatalf("rank %d does not propose at %s", rank, due)
		}
	}

	w = newTable(t, 7)
	second := w.Nodes[w.Maker(w.node, 1, 1)]
	w.Now = protocol.Time(500 * time.Millisecond)
	w.Deliver(second, 0, w.block(0, nil))
	w.Now = protocol.Time(5 * time.Second)
	w.Step(second)
	if n := second.C.Reader().Validated.Proposals.Len(); n != 1 {
		t.Fatal("rank 1 proposes beside rank 0")
	}
}

// A.3: block time = max(local time, parent's + initial notary delay + 1 ns); registry version at least 10 s old.
func TestBlockContext(t *testing.T) {
	for _, c := range []struct {
		at, time time.Duration
		version  protocol.RegistryVersion
	}{
		{1 * time.Second, 1 * time.Second, 1},
		{11*time.Second - 1, 11*time.Second - 1, 1},
		{11 * time.Second, 11 * time.Second, 2},
	} {
		w := newTable(t, 4)
		w.Registry.Change(protocol.Time(time.Second), func(*protocol.SubnetRecord) {})
		second := w.Nodes[w.Maker(w.node, 1, 1)]
		w.Now = protocol.Time(c.at)
		w.Step(second)
		ctx := second.C.Reader().Validated.Proposals.At(1)[0].Artifact.Block.Context
		if ctx.Time != protocol.Time(c.time) || ctx.RegistryVersion != c.version {
			t.Errorf("at %s: %+v", c.at, ctx)
		}
	}
	w := newTable(t, 4)
	first := w.Nodes[w.Maker(w.node, 1, 0)]
	w.Step(first)
	ctx := first.C.Reader().Validated.Proposals.At(1)[0].Artifact.Block.Context
	if ctx.Time != protocol.Time(300*time.Millisecond)+1 {
		t.Error(ctx.Time)
	}
}

// B, bouncer.
func TestBouncer(t *testing.T) {
	o := consensustest.Defaults(4)
	o.Interval = 9
	s := consensustest.NewSubnet(o)
	s.Run(20 * time.Second)
	n := s.Nodes[0]
	c := n.C
	final, notarized, beacon, cup := c.FinalizedHeight(), c.NotarizedHeight(), c.BeaconHeight(), c.CUPHeight()
	expected := n.Execution.ExpectedBatchHeight()
	const no, yes, later = protocol.Unwanted, protocol.Wanted, protocol.WantedLater
	for _, k := range []struct {
		kind protocol.ArtifactKind
		h    protocol.Height
		want protocol.Wish
	}{
		{protocol.KindRandomBeacon, beacon, no}, {protocol.KindRandomBeacon, beacon + 1, yes},
		{protocol.KindRandomBeaconShare, beacon, no}, {protocol.KindRandomBeaconShare, beacon + 10, yes},
		{protocol.KindRandomBeaconShare, beacon + 11, later},
		{protocol.KindNotarizationShare, notarized, no}, {protocol.KindNotarizationShare, notarized + 1, yes},
		{protocol.KindNotarization, final, no}, {protocol.KindNotarization, final + 1, yes},
		{protocol.KindFinalization, final, no}, {protocol.KindFinalizationShare, final + 1, yes},
		{protocol.KindBlockProposal, final, no}, {protocol.KindBlockProposal, notarized + 10, yes},
		{protocol.KindBlockProposal, notarized + 11, later}, {protocol.KindEquivocationProof, final, no},
		{protocol.KindRandomTape, expected - 1, no}, {protocol.KindRandomTapeShare, expected, yes},
		{protocol.KindRandomTape, final + 11, later},
		{protocol.KindCatchUpPackageShare, cup, no}, {protocol.KindCatchUpPackageShare, cup + 1, yes},
		{protocol.KindCatchUpPackageShare, final + 1, later},
		{protocol.KindCatchUpPackage, cup + 10000, yes}, {protocol.KindCatchUpPackage, cup - 1, no},
		{protocol.KindRandomTape, cup + 10 + 131, later},
		{protocol.KindIngress, final + 1, no},
	} {
		if got := c.Bouncer(protocol.ArtifactMeta{Kind: k.kind, Height: k.h}); got != k.want {
			t.Errorf("%s@%d: %d, want %d", k.kind, k.h, got, k.want)
		}
	}
}

// B, push or advert: own shares, aggregates, proofs and rank-0 proposals are latency sensitive; CUPs, other ranks and
// what is relayed are not. Others' shares are neither published nor written to disk.
func TestWhatIsPublishedAndHow(t *testing.T) {
	o := consensustest.Defaults(4)
	o.Interval = 4
	o.Link = func(s *consensustest.Subnet, from, to *consensustest.Node, _ protocol.Artifact) (time.Duration, bool) {
		lost := s.Now > protocol.Time(2*time.Second) && from.ID == 2 // so that rank 1 has its turns
		return 50 * time.Millisecond, lost
	}
	seen := map[protocol.ArtifactKind]bool{}
	o.Watch = func(n *consensustest.Node, out *consensus.Effects) {
		for _, p := range out.Publish {
			signer, share := protocol.NoNode, p.Artifact.Kind().IsShare()
			switch a := p.Artifact.(type) {
			case *protocol.BlockShare:
				signer = a.Signer
			case *protocol.RandomShare:
				signer = a.Signer
			case *protocol.CatchUpPackageShare:
				signer = a.Signer
			}
			if share && signer != n.ID {
				t.Fatalf("publishes another's %s", protocol.Describe(p.Artifact))
			}
			want := p.Own
			if b, ok := p.Artifact.(*protocol.BlockProposal); ok {
				want = want && b.Block.Rank == 0
			}
			if p.Artifact.Kind() == protocol.KindCatchUpPackage {
				want = false
			}
			if p.Push != want {
				t.Fatalf("%s (own: %v): push %v", protocol.Describe(p.Artifact), p.Own, p.Push)
			}
			seen[p.Artifact.Kind()] = true
		}
		for _, write := range out.Writes {
			if a, ok := write.Value.(*protocol.RandomShare); ok && a.Signer != n.ID {
				t.Fatal("writes another's share")
			}
		}
	}
	s := consensustest.NewSubnet(o)
	s.Run(10 * time.Second)
	if len(seen) != 11 { // all but proofs
		t.Fatal(seen)
	}
}
