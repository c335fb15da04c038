package consensus_test

import (
	"testing"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/consensus/consensustest"
)

// A table is one node of a subnet under test, at height 1, with what it sends caught. The others only lend their keys.
type table struct {
	*testing.T
	*consensustest.Subnet
	node *consensustest.Node // is no maker of height 1
	sent []protocol.Artifact
}

func newTable(t *testing.T, nodes int) *table { return seededTable(t, nodes, 0) }

func seededTable(t *testing.T, nodes int, seed byte) *table {
	o := consensustest.Defaults(nodes)
	o.Seed = seed
	return newTableOf(t, o)
}

func newTableOf(t *testing.T, o consensustest.Options) *table {
	w := &table{T: t}
	o.Link = func(_ *consensustest.Subnet, from, _ *consensustest.Node, a protocol.Artifact) (time.Duration, bool) {
		if from == w.node && (len(w.sent) == 0 || w.sent[len(w.sent)-1] != a) {
			w.sent = append(w.sent, a)
		}
		return 0, true
	}
	w.Subnet = consensustest.NewSubnet(o)
	for _, n := range w.Nodes {
		if _, maker := n.C.Reader().MakerRank(1, n.ID); !maker {
			w.node = n
		}
	}
	w.Step(w.node)
	return w
}

// genesis is the parent of height 1.
func (w *table) genesis() consensus.HashedBlock {
	c := w.Genesis.Content
	return consensus.HashedBlock{Block: c.Block, Hash: c.BlockHash}
}

// block is a valid block of height 1 of a rank.
func (w *table) block(rank protocol.Rank, edit func(*protocol.Block)) *protocol.BlockProposal {
	return w.Child(w.genesis(), rank, w.Maker(w.node, 1, rank), edit)
}

// give delivers artifacts to the node now.
func (w *table) give(artifacts ...protocol.Artifact) {
	for _, a := range artifacts {
		w.Deliver(w.node, w.other(0), a)
	}
}

// other gives the i-th node besides the one under test.
func (w *table) other(i int) protocol.NodeID {
	if n := protocol.NodeID(i); n < w.node.ID {
		return n
	}
	return protocol.NodeID(i + 1)
}

// at moves to a time and lets the node look at its clock.
func (w *table) at(d time.Duration) {
	w.Now = protocol.Time(d)
	w.Step(w.node)
}

// quorum is enough nodes for a notarization, ascending.
func (w *table) quorum() []protocol.NodeID {
	var all []protocol.NodeID
	for _, n := range w.Nodes[:len(w.Nodes)-protocol.FaultsTolerated(len(w.Nodes))] {
		all = append(all, n.ID)
	}
	return all
}

func (w *table) beaconShare(by protocol.NodeID, previous crypto.Hash) *protocol.RandomShare {
	c := protocol.RandomContent{Version: consensustest.Version, Height: 1, Previous: previous}
	sig, _ := w.Nodes[by].Keys.SignThreshold(w.Genesis.Summary().Current.Low, c.Signable(crypto.DomainRandomBeacon))
	return protocol.NewRandomShare(protocol.KindRandomBeaconShare, c, by, sig)
}

// shares gives the hashes the node signed for a height, in order.
func (w *table) shares(kind protocol.ArtifactKind) (hashes []protocol.BlockHash) {
	for _, a := range w.sent {
		if s, ok := a.(*protocol.BlockShare); ok && s.Kind() == kind {
			hashes = append(hashes, s.Content.Hash)
		}
	}
	return hashes
}

func (w *table) wantShares(kind protocol.ArtifactKind, want ...*protocol.BlockProposal) {
	w.Helper()
	got := w.shares(kind)
	if len(got) != len(want) {
		w.Fatalf("%d shares, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i].Hash {
			w.Fatalf("share %d is for another block", i)
		}
	}
}

// fate tells what became of an artifact: validated, waiting, invalid with a reason, or dropped.
func (w *table) fate(a protocol.Artifact) string {
	if w.node.C.Validated(protocol.MetaOf(a)) != nil {
		return "validated"
	}
	for _, n := range w.node.Notes {
		if n.Kind == protocol.NoteInvalid && n.Hash == crypto.Hash(a.ID()) {
			return n.Reason
		}
	}
	u := &w.node.C.Reader().Unvalidated
	for _, has := range []func(protocol.Height, protocol.ArtifactID) bool{
		u.Proposals.Has, u.NotarizationShares.Has, u.Notarizations.Has, u.FinalizationShares.Has, u.Finalizations.Has,
		u.BeaconShares.Has, u.Beacons.Has, u.TapeShares.Has, u.Tapes.Has, u.CUPShares.Has, u.CUPs.Has, u.Proofs.Has,
	} {
		if has(a.Height(), a.ID()) {
			return "waits"
		}
	}
	return "dropped"
}

func (w *table) want(a protocol.Artifact, fate string) {
	w.Helper()
	if got := w.fate(a); got != fate {
		w.Fatalf("%s: %s, want %s", protocol.Describe(a), got, fate)
	}
}

const (
	late    = 301 * time.Millisecond // the first block's time has come and rank 0 may be notarized
	signs   = protocol.KindNotarizationShare
	finally = protocol.KindFinalizationShare
)

// A.3 notary: among the proposals here only those of the lowest rank are signed.
func TestNotarySignsLowestRankFirst(t *testing.T) {
	w := newTable(t, 7)
	w.at(3 * time.Second)
	r2, r1, r0 := w.block(2, nil), w.block(1, nil), w.block(0, nil)
	w.node.C.Insert(r2, 0, consensus.Clock{})
	w.node.C.Insert(r1, 0, consensus.Clock{})
	w.give(r0)
	w.wantShares(signs, r0)
}

// A.3: a lower rank that comes later is signed as well; a higher one is not.
func TestNotarySignsALowerRankThatComesLater(t *testing.T) {
	w := newTable(t, 7)
	w.at(3 * time.Second)
	r2, r1, r0 := w.block(2, nil), w.block(1, nil), w.block(0, nil)
	w.give(r1, r2)
	w.wantShares(signs, r1)
	w.give(r0)
	w.wantShares(signs, r1, r0)
	w.want(r2, "waits") // skipped, not dropped: it might be notarized yet
}

// A.3: rank r waits for initial notary delay + r unit delays.
func TestNotaryWaitsForTheRanksDelay(t *testing.T) {
	for rank, due := range []time.Duration{300 * time.Millisecond, 1300 * time.Millisecond, 2300 * time.Millisecond} {
		w := newTable(t, 7)
		b := w.block(protocol.Rank(rank), func(b *protocol.Block) { b.Context.Time = 1 })
		w.give(b)
		w.at(due - 1)
		w.wantShares(signs)
		w.at(due)
		w.wantShares(signs, b)
	}
}

// A.3: the monotonic clock ends delays too.
func TestNotaryGoesOnWithAStalledWallClock(t *testing.T) {
	w := newTable(t, 4)
	w.node.Stalled = true
	b := w.block(0, func(b *protocol.Block) { b.Context.Time = 1 })
	w.give(b)
	w.at(299 * time.Millisecond)
	w.wantShares(signs)
	w.at(300 * time.Millisecond)
	w.wantShares(signs, b)
}

// A.3, A.4: two blocks of one maker disqualify it.
func TestNotaryIgnoresDisqualifiedMakers(t *testing.T) {
	w := newTable(t, 4)
	r0 := w.block(0, nil)
	twin, r1 := w.Twin(r0), w.block(1, nil)
	w.at(299 * time.Millisecond)
	w.Now = protocol.Time(late) // not looked at its clock yet: both come at once
	w.node.C.Insert(r0, 0, consensus.Clock{})
	w.give(twin)
	w.want(protocol.NewEquivocationProof(r0, twin), "validated")
	w.wantShares(signs)
	w.give(r1)
	w.at(1301 * time.Millisecond)
	w.wantShares(signs, r1)
}

// A.3, A.10.3: who is not in the committee signs nothing. Five nodes seat four notaries.
func TestOnlyTheCommitteeSigns(t *testing.T) {
	w := newTable(t, 5)
	for seed := byte(1); w.node.C.Reader().IsNotary(1, w.node.ID); seed++ {
		w = seededTable(t, 5, seed)
	}
	b := w.block(0, nil)
	w.at(late)
	w.give(b)
	w.want(b, "validated")
	w.wantShares(signs)
	w.give(w.BlockShare(signs, b, w.other(0)))
	foreign := w.BlockShare(signs, b, w.node.ID)
	w.give(foreign)
	w.want(foreign, "signer is not in the notarization committee")
}

// A.3 finalizer: one notarized block, and no notarization share of its own for another.
func TestFinalizerSignsTheOnlyNotarizedBlock(t *testing.T) {
	w := newTable(t, 4)
	w.at(late)
	b := w.block(0, nil)
	w.give(b, w.Aggregate(protocol.KindNotarization, b, w.quorum()...))
	w.wantShares(finally, b)
	w.at(2 * late) // and does so once
	w.wantShares(finally, b)
}

func TestFinalizerRefusesTwoNotarizedBlocks(t *testing.T) {
	w := newTable(t, 4)
	b := w.block(0, nil)
	twin := w.Twin(b)
	// Both are notarized before the node looks: more than f notaries are faulty.
	w.Now = protocol.Time(late)
	for _, p := range []*protocol.BlockProposal{b, twin} {
		w.node.C.Insert(p, 0, consensus.Clock{})
		w.node.C.Insert(w.Aggregate(protocol.KindNotarization, p, w.quorum()...), 0, consensus.Clock{})
	}
	w.Step(w.node)
	if n := len(w.node.C.Reader().Validated.Notarizations.At(1)); n != 2 {
		t.Fatal(n, "notarizations")
	}
	w.wantShares(finally)
}

func TestFinalizerRefusesAfterSigningAnotherBlock(t *testing.T) {
	w := newTable(t, 4)
	w.at(2 * time.Second)
	r1, r0 := w.block(1, nil), w.block(0, nil)
	w.give(r1)
	w.wantShares(signs, r1)
	w.give(r0, w.Aggregate(protocol.KindNotarization, r0, w.quorum()...))
	w.wantShares(finally)
}

// A.10.3 across a crash: the shares it made are on its disk.
func TestRestartedFinalizerRemembersItsShares(t *testing.T) {
	w := newTable(t, 4)
	w.at(2 * time.Second)
	r1, r0 := w.block(1, nil), w.block(0, nil)
	w.give(r1)
	w.wantShares(signs, r1)
	w.sent = nil
	w.Restart(w.node)
	w.wantShares(signs, r1) // announced again
	w.give(r0, w.Aggregate(protocol.KindNotarization, r0, w.quorum()...))
	w.wantShares(finally)
}

// A.1: threshold c − f(c) of the committee.
func TestAggregatorWaitsForTheThreshold(t *testing.T) {
	w := newTable(t, 4)
	w.at(100 * time.Millisecond)
	b := w.block(0, func(b *protocol.Block) { b.Context.Time = 1 })
	w.give(b, w.BlockShare(signs, b, w.other(0)), w.BlockShare(signs, b, w.other(1)))
	if h := w.node.C.NotarizedHeight(); h != 0 {
		t.Fatal("notarized by two of four")
	}
	w.give(w.BlockShare(signs, b, w.other(2)))
	if h := w.node.C.NotarizedHeight(); h != 1 {
		t.Fatal("not notarized by three of four")
	}
	w.give(w.BlockShare(finally, b, w.other(0))) // and its own
	if h := w.node.C.FinalizedHeight(); h != 0 {
		t.Fatal("finalized by two of four")
	}
	w.give(w.BlockShare(finally, b, w.other(1)))
	if h := w.node.C.FinalizedHeight(); h != 1 {
		t.Fatal("not finalized by three of four")
	}
}

// A.4: aggregates need distinct signers, enough of them, and a signature.
func TestAggregatesNeedAQuorum(t *testing.T) {
	for _, kind := range []protocol.ArtifactKind{protocol.KindNotarization, protocol.KindFinalization} {
		w := newTable(t, 4)
		b := w.block(0, nil)
		w.at(late)
		w.give(b)
		if kind == protocol.KindFinalization {
			early := w.Aggregate(kind, b, 0, 1, 2)
			w.give(early)
			w.want(early, "waits") // the block is not notarized
			w.node.C.Lost(protocol.MetaOf(early))
			w.give(w.Aggregate(protocol.KindNotarization, b, 0, 1, 2))
		}
		few, twice := w.Aggregate(kind, b, 0, 1), w.Aggregate(kind, b, 0, 1, 1)
		w.give(few, twice)
		w.want(few, "too few signers")
		w.want(twice, "signers repeat or are out of order")
		good := w.Aggregate(kind, b, 0, 1, 2)
		forged := protocol.NewBlockAggregate(kind, good.Content, []protocol.NodeID{1, 2, 3}, good.Signature)
		w.give(forged)
		w.want(forged, "signature does not verify")
		w.give(good)
		w.want(good, "validated")
		again := w.Aggregate(kind, b, 1, 2, 3)
		w.give(again)
		if w.fate(again) == "validated" {
			t.Fatal("same content twice")
		}
	}
}

// A.4: shares are verified one by one.
func TestSharesNeedTheirSignersSignature(t *testing.T) {
	w := newTable(t, 4)
	w.at(late)
	b := w.block(0, nil)
	good := w.BlockShare(signs, b, w.other(0))
	forged := protocol.NewBlockShare(signs, good.Content, w.other(1), good.Signature)
	w.give(good)
	w.want(good, "waits") // for its block
	w.give(b, forged)
	w.want(good, "validated")
	w.want(forged, "signature does not verify")
}

// A.4: a beacon points to the tip and carries the signature of the low key in force; so do its shares.
func TestBeaconIsChecked(t *testing.T) {
	w := newTable(t, 4)
	low := w.Genesis.Summary().Current.Low
	tip := w.Genesis.Content.Beacon.Hash()
	share := w.beaconShare(w.other(0), tip)

	stray := w.beaconShare(w.other(1), crypto.Hash{1})
	forged := protocol.NewRandomShare(share.Kind(), share.Content, w.other(2), share.Signature)
	astray := protocol.NewRandom(protocol.KindRandomBeacon, stray.Content, low.ID, stray.Signature)
	unsigned := protocol.NewRandom(protocol.KindRandomBeacon, share.Content, low.ID, share.Signature)
	foreign := protocol.NewRandom(
		protocol.KindRandomBeacon, share.Content, w.Genesis.Summary().Current.High.ID, share.Signature)
	w.give(astray, unsigned, foreign)
	w.want(astray, "beacon does not follow the tip")
	w.want(unsigned, "signature does not verify")
	w.want(foreign, "signed with another key than the one in force")
	w.give(stray, forged)
	w.want(stray, "beacon does not follow the tip")
	w.want(forged, "signature does not verify")
	if w.node.C.BeaconHeight() != 0 {
		t.Fatal("a beacon without a threshold of shares")
	}
	w.give(share) // with its own share that is f+1 = 2
	if w.node.C.BeaconHeight() != 1 {
		t.Fatal("no beacon of two shares")
	}
}

// A.7: who starts in another version goes on from its package. What the one before has made above it is gone, on disk, too; what lies
// below is still there for peers that need it.
func TestUpgradedNodeGoesOnFromItsPackage(t *testing.T) {
	o := consensustest.Defaults(4)
	o.Interval = 9
	s := consensustest.NewSubnet(o)
	s.Run(20 * time.Second)
	n := s.Nodes[0]
	cup, final := n.C.Reader().CUPHeight(), n.C.Reader().FinalizedHeight()
	if cup == 0 || final <= cup {
		t.Fatalf("package %d, finalized %d: nothing to be tested", cup, final)
	}
	restored := func(version protocol.ReplicaVersion) (*consensus.Reader, *consensus.Effects) {
		cfg := &consensus.Config{Node: n.ID, Version: version, Genesis: s.Genesis}
		env := &consensus.Env{Keys: n.Keys, Registry: s.Registry, Payloads: n.Payloads, Router: n.Execution, States: n.Execution}
		c := consensus.New(cfg, env, nil, s.Clock(n))
		var out consensus.Effects
		c.Restore(n.Pool(), s.Clock(n), &out)
		return c.Reader(), &out
	}
	same, out := restored(consensustest.Version)
	if same.FinalizedHeight() != final || len(out.Writes) != 0 {
		t.Errorf("the same version starts at %d of %d, and removes %d", same.FinalizedHeight(), final, len(out.Writes))
	}
	other, out := restored("v2")
	if other.CUPHeight() != cup || other.FinalizedHeight() != cup || other.NotarizedHeight() != cup || other.BeaconHeight() != cup {
		t.Errorf("starts at package %d of %d, finalized %d", other.CUPHeight(), cup, other.FinalizedHeight())
	}
	for _, w := range out.Writes {
		if w.Key.Height <= cup || w.Value != nil {
			t.Errorf("%+v", w)
		}
	}
	if len(out.Writes) == 0 || other.Validated.Proposals.Len() == 0 {
		t.Errorf("removes %d, keeps %d proposals", len(out.Writes), other.Validated.Proposals.Len())
	}
}
