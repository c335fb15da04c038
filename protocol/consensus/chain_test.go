package consensus_test

import (
	"slices"
	"testing"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/consensus/consensustest"
)

// A.3, dynamic delay: when more than 10 of the last 30 blocks were not of rank 0, other ranks wait one unit delay more.
func TestRanksWaitLongerWhenManyBlocksWereLate(t *testing.T) {
	o := consensustest.Defaults(4)
	o.Link = func(_ *consensustest.Subnet, _, _ *consensustest.Node, a protocol.Artifact) (time.Duration, bool) {
		p, ok := a.(*protocol.BlockProposal)
		return time.Millisecond, ok && p.Block.Rank == 0
	}
	s := consensustest.NewSubnet(o)
	s.Run(60 * time.Second)
	r := s.Nodes[0].C.Reader()
	for h := protocol.Height(2); h <= 16; h++ {
		took := r.FinalizedBlock(h).Block.Context.Time.Sub(r.FinalizedBlock(h - 1).Block.Context.Time)
		if slow := took > 2*time.Second; slow != (h > 11) { // eleven late ones are below height 12
			t.Errorf("height %d took %s", h, took)
		}
	}
}

// A.1: the two permutations of a height are independent: with five nodes, the maker of rank 0 is sometimes no notary.
func TestRanksAndCommitteeAreDrawnApart(t *testing.T) {
	s := consensustest.NewSubnet(consensustest.Defaults(5))
	s.Run(30 * time.Second)
	n := s.Nodes[0]
	outside := 0
	for h := protocol.Height(1); h <= n.C.FinalizedHeight(); h++ {
		notaries := 0
		for _, m := range s.Nodes {
			if n.C.Reader().IsNotary(h, m.ID) {
				notaries++
			}
		}
		if notaries != 4 {
			t.Fatalf("%d notaries of five nodes", notaries)
		}
		if !n.C.Reader().IsNotary(h, s.Maker(n, h, 0)) {
			outside++
		}
	}
	if outside == 0 {
		t.Fatal("the maker of rank 0 is always a notary")
	}
}

// A.7: validators compute a summary again and compare; data has no place where a summary belongs.
func TestSummariesFollowFromTheChain(t *testing.T) {
	w := newTableOf(t, func() consensustest.Options {
		o := consensustest.Defaults(4)
		o.Interval = 0 // every block is a summary
		return o
	}())
	w.at(late)
	proposer := w.Nodes[w.Maker(w.node, 1, 0)]
	w.Step(proposer)
	good := proposer.C.Reader().Validated.Proposals.At(1)[0].Artifact
	changed := *good.Block.Payload.Summary
	changed.IntervalLength++
	wrong := w.block(0, func(b *protocol.Block) { b.Payload = protocol.NewSummaryPayload(&changed) })
	data := w.block(0, nil)
	w.give(wrong, data)
	w.want(wrong, "summary does not follow from the chain")
	w.want(data, "summary at the wrong height")
	w.give(good)
	w.want(good, "validated")
}

// A.7: keys of a new subnet that no dealings stand for are refused, whoever proposes them; so is a reject that is not due.
func TestKeysOfNewSubnetsFollowFromTheChain(t *testing.T) {
	w := newTableOf(t, consensustest.Defaults(4))
	w.at(late)
	for _, made := range []*protocol.InitialDKG{
		{Subnet: 1, Keys: w.Genesis.Summary().Current}, {Subnet: 1, Reject: "no"},
	} {
		b := w.block(0, func(b *protocol.Block) { b.Payload = protocol.NewDataPayload(protocol.BatchPayload{Initial: made}) })
		w.give(b)
		w.want(b, "keys of a new subnet that do not follow from the chain")
	}
}

// A.5: what is below the batch expected next is of no use unvalidated, but for the beacon before it.
func TestPurgerForgetsUnvalidatedArtifacts(t *testing.T) {
	s := consensustest.NewSubnet(consensustest.Defaults(4))
	s.Run(2 * time.Second)
	n := s.Nodes[0]
	low := s.Genesis.Summary().Current.Low
	h := n.C.FinalizedHeight()
	for _, at := range []protocol.Height{h - 1, h} {
		c := protocol.RandomContent{Version: consensustest.Version, Height: at, Previous: crypto.Hash{1}}
		sig, _ := s.Nodes[1].Keys.SignThreshold(low, c.Signable(crypto.DomainRandomBeacon))
		n.C.Insert(protocol.NewRandomShare(protocol.KindRandomBeaconShare, c, 1, sig), 1, s.Clock(n))
	}
	if got := n.C.Reader().Unvalidated.Len(); got < 2 {
		t.Fatal(got, "unvalidated")
	}
	s.Run(5 * time.Second)
	if low := n.C.Reader().Unvalidated.BeaconShares.Min(); low != 0 {
		t.Fatalf("a beacon share of height %d stays, batch %d is next", low, n.Execution.ExpectedBatchHeight())
	}
}

// A.5: states below the certified height go when there is a later one, also when nothing else has happened: components that rest are asked.
func TestStatesAreLetGoOfWhenALaterOneIsThere(t *testing.T) {
	o := consensustest.Defaults(4)
	o.ExecutionTime = 10 * time.Second
	s := consensustest.NewSubnet(o)
	s.Run(30 * time.Second)
	n := s.Nodes[0]
	n.Execution.HoldCertification = true
	s.Step(n)
	asked := 0
	n.Execution.Removed = func(_, _ protocol.Height) { asked++ }
	if s.Step(n); asked != 0 {
		t.Fatal("asked at rest")
	}
	n.Execution.Finish()
	if s.Step(n); asked != 1 {
		t.Fatalf("asked %d times after a batch was executed", asked)
	}
}

// A.6: message routing takes 16 batches at a time; consensus goes on and delivers later, in order.
func TestFullExecutionQueueLosesNothing(t *testing.T) {
	o := consensustest.Defaults(4)
	o.ExecutionTime = 30 * time.Second
	s := consensustest.NewSubnet(o)
	s.Run(30 * time.Minute)
	for _, n := range s.Nodes {
		if len(n.Execution.Batches) < 40 {
			t.Fatal(len(n.Execution.Batches), "batches")
		}
		if gap := n.Execution.ExpectedBatchHeight() - n.Execution.LatestHeight(); gap > 17 {
			t.Fatal(gap)
		}
	}
	if len(s.Checks.Broken) > 0 {
		t.Fatal(s.Checks.Broken[0])
	}
}

// What a restarted node announces: full artifacts from the CUP on and its own shares; nobody else's shares
// (A.7; H, incident 9 for the proofs).
func TestRestartAnnouncesProofsToo(t *testing.T) {
	w := newTable(t, 4)
	w.at(late)
	p := w.block(0, nil)
	proof := protocol.NewEquivocationProof(p, w.Twin(p))
	w.give(proof)
	w.want(proof, "validated")
	w.sent = nil
	w.Restart(w.node)
	for _, a := range w.sent {
		if a == protocol.Artifact(proof) {
			return
		}
	}
	t.Fatal("proof is not announced")
}

// Who starts again needs the states from the one on that the finalized tip refers to, or from its newest package on, whichever is higher
// (rs/replica/src/setup_ic_stack.rs: starting_height).
func TestStartingHeightIsOfPackageOrChain(t *testing.T) {
	o := consensustest.Defaults(4)
	o.Interval = 9
	s := consensustest.NewSubnet(o)
	cfg := &consensus.Config{Node: 0, Version: consensustest.Version, Genesis: s.Genesis}
	if h, cup := consensus.StartingHeight(cfg, nil); h != 0 || cup != 0 {
		t.Fatalf("an empty disk: %d, package %d", h, cup)
	}
	for range 40 {
		s.Run(time.Second)
		r := s.Nodes[0].C.Reader()
		tip := r.FinalizedTip().Block.Context.CertifiedHeight
		want := max(r.CUPHeight(), tip)
		if h, cup := consensus.StartingHeight(cfg, s.Nodes[0].Pool()); h != want || cup != r.CUPHeight() {
			t.Fatalf("%d, package %d; want %d, the tip refers to %d, package %d", h, cup, want, tip, r.CUPHeight())
		}
	}
	if s.Nodes[0].C.Reader().CUPHeight() == 0 {
		t.Fatal("no package in all the time")
	}
	other := *cfg
	other.Version = "v2"
	cup := s.Nodes[0].C.Reader().CUPHeight()
	behind := slices.DeleteFunc(s.Nodes[0].Pool(), func(v any) bool {
		a, ok := v.(*protocol.BlockAggregate)
		return ok && a.Height() >= cup
	})
	if h, _ := consensus.StartingHeight(cfg, behind); h != cup {
		t.Fatalf("%d with a package ahead of the chain, want its %d", h, cup)
	}
	if h, _ := consensus.StartingHeight(&other, s.Nodes[0].Pool()); h != cup {
		t.Fatalf("%d after an upgrade: blocks of another version are not gone on from; want %d", h, cup)
	}
}

// A.5: a node that lags takes any number of packages in one go. Its pool is within bounds nevertheless, for the purger leaves few of them.
func TestPackagesThatCameInOneGoAreWithinBounds(t *testing.T) {
	o := consensustest.Defaults(4)
	o.Interval = 9
	o.Link = func(s *consensustest.Subnet, _, to *consensustest.Node, _ protocol.Artifact) (time.Duration, bool) {
		return 50 * time.Millisecond, to == s.Nodes[3]
	}
	var packages []*protocol.CatchUpPackage
	o.Watch = func(n *consensustest.Node, out *consensus.Effects) {
		for _, p := range out.Publish {
			if cup, ok := p.Artifact.(*protocol.CatchUpPackage); ok && n.ID == 0 && p.Own {
				packages = append(packages, cup)
			}
		}
	}
	s := consensustest.NewSubnet(o)
	late := s.Nodes[3]
	for bound := consensus.ValidatedBounds(4, o.Interval)[protocol.KindCatchUpPackage]; len(packages) <= bound; {
		s.Run(time.Second)
	}
	for _, cup := range packages {
		s.Post(s.Nodes[0], late, cup, time.Millisecond)
	}
	s.Run(2 * time.Millisecond)
	if newest := packages[len(packages)-1].Height(); late.C.Reader().CUPHeight() != newest {
		t.Fatalf("at %d, want the package of %d", late.C.Reader().CUPHeight(), newest)
	}
	sizes := 0
	for _, note := range late.Notes {
		if note.Kind == protocol.NotePoolSize && note.Height > 0 {
			if sizes++; note.Reason != "" {
				t.Error(note.Reason)
			}
		}
	}
	if sizes == 0 {
		t.Fatal("the pool was not measured")
	}
}
