package consensus

import (
	"testing"
	"time"

	"icsim/protocol"
)

// A.3: D = initial + unit·rank·1.5^gap, in integers.
func TestNotaryDelayGrowsByHalfWithEachUnfinalizedHeight(t *testing.T) {
	timing := protocol.SubnetTiming{UnitDelay: time.Second, InitialNotaryDelay: 300 * time.Millisecond}
	const ms = time.Millisecond
	for _, c := range []struct {
		rank protocol.Rank
		gap  protocol.Height
		want time.Duration
	}{
		{0, 0, 300 * ms},
		{0, 100, 300 * ms}, // rank 0 never waits for more
		{1, 0, 1300 * ms},
		{1, 1, 1800 * ms},
		{1, 2, 2550 * ms},
		{2, 2, 4800 * ms},
		{1, 3, 3675 * ms},
		{1, 4, 5362 * ms}, // 300 + 5062.5, whole milliseconds
		{1, 10, 57965 * ms},
		{1, 40, 11057332620 * ms}, // 1.5^40 = 11 057 332.320940…
		{1, 41, 1 << 62},
		{1 << 31, 40, 1 << 62},
	} {
		if got := adjustedDelay(timing, c.rank, c.gap); got != c.want {
			t.Errorf("rank %d, gap %d: %v, want %v", c.rank, c.gap, got, c.want)
		}
	}
}

// A.5: the worst case of a subnet of 40 nodes with intervals of 499.
func TestBoundsOfTheValidatedPool(t *testing.T) {
	got := ValidatedBounds(40, 499)
	want := [lastKind + 1]int{
		protocol.KindBlockProposal:       1592,
		protocol.KindFinalization:        681,
		protocol.KindRandomBeacon:        682,
		protocol.KindNotarizationShare:   39200,
		protocol.KindFinalizationShare:   2800,
		protocol.KindRandomBeaconShare:   27280,
		protocol.KindCatchUpPackageShare: 120,
		protocol.KindCatchUpPackage:      3,
		protocol.KindEquivocationProof:   980,
	}
	for kind, n := range want {
		if n != 0 && got[kind] != n {
			t.Errorf("%s: %d, want %d", protocol.ArtifactKind(kind), got[kind], n)
		}
	}
}

// A shelf finds what it holds whatever the order and gaps of heights, and forgets what is purged.
func TestShelfKeepsHeightsInOrder(t *testing.T) {
	var s Shelf[*protocol.RandomShare]
	share := func(h protocol.Height, n protocol.NodeID) *protocol.RandomShare {
		return protocol.NewRandomShare(protocol.KindRandomTapeShare, protocol.RandomContent{Height: h}, n, [48]byte{})
	}
	for _, h := range []protocol.Height{7, 3, 1000, 4, 3} {
		s.add(share(h, 0), origin{})
		s.add(share(h, 1), origin{})
	}
	if s.Len() != 8 || s.Min() != 3 || s.Max() != 1000 || len(s.At(3)) != 2 || len(s.At(5)) != 0 {
		t.Fatal(s.rows)
	}
	if h, ok := s.Next(5); !ok || h != 7 {
		t.Fatal(h, ok)
	}
	if _, ok := s.remove(4, share(4, 0).ID()); !ok || len(s.At(4)) != 1 {
		t.Fatal("artifact not removed")
	}
	gone := 0
	s.purgeBelow(8, func(protocol.Artifact) { gone++ })
	if gone != 5 || s.Len() != 2 || s.Min() != 1000 {
		t.Fatal(gone, s.rows)
	}
}

// Who waits for what no stamp tells of does not rest: message routing with a full queue, a purge that a catch-up package holds up, a state
// that is not hashed yet.
func TestWaitingComponentsDoNotRest(t *testing.T) {
	for name, c := range map[string]Resting{
		"finalizer": &Finalizer{waiting: true}, "purger": &Purger{waits: true}, "catch_up_package_maker": &CatchUpPackageMaker{open: true},
	} {
		if _, ok := c.Rests(); ok {
			t.Error(name, "rests")
		}
	}
	due := Clock{Now: 5, Instant: 7}
	for name, c := range map[string]Resting{"notary": &Notary{due: due}, "block_maker": &BlockMaker{due: due}} {
		if until, ok := c.Rests(); !ok || until != due {
			t.Error(name, "rests until", until)
		}
	}
}
