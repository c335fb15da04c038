package dkg

import (
	"slices"
	"testing"
	"time"

	"icsim/crypto"
	"icsim/crypto/ideal"
	"icsim/protocol"
)

type registry []*protocol.RegistrySnapshot

func (g registry) Latest(protocol.Time) protocol.RegistryVersion {
	return protocol.RegistryVersion(len(g))
}
func (g registry) LatestBefore(protocol.Time, time.Duration) protocol.RegistryVersion {
	return protocol.RegistryVersion(len(g))
}
func (g registry) At(v protocol.RegistryVersion) *protocol.RegistrySnapshot { return g[v-1] }

// versions makes a registry of one subnet, a version for each interval length, with one more member each.
func versions(members int, lengths ...protocol.Height) (g registry) {
	for i, length := range lengths {
		record := &protocol.SubnetRecord{DKGIntervalLength: length, ReplicaVersion: "v1"}
		for n := range members + i {
			record.Members = append(record.Members, protocol.NodeID(n))
		}
		g = append(g, &protocol.RegistrySnapshot{
			Version: protocol.RegistryVersion(i + 1), Subnets: []*protocol.SubnetRecord{record},
		})
	}
	return g
}

func summaries(g registry) *Summaries {
	return &Summaries{Dealer: NewDealer(ideal.New(), 0, crypto.Seed{1}), Registry: g}
}

// A.7: the version in force is the context version of the summary before, so a change takes effect one summary after the
// one that saw it; interval lengths lag by one interval too.
func TestChangesTakeEffectAtTheSummaryAfterTheNext(t *testing.T) {
	s := summaries(versions(4, 9, 19))
	s0 := s.Genesis(1, 0).Summary()
	s1 := s.Next(s0, 1, 2) // the context of summary 1 sees version 2
	s2 := s.Next(s1, 2, 2)
	if s1.Height != 10 || s1.RegistryVersion != 1 || s1.IntervalLength != 9 || s1.NextIntervalLength != 19 {
		t.Errorf("%+v", s1)
	}
	if s2.Height != 20 || s2.RegistryVersion != 2 || s2.IntervalLength != 19 || s2.NextStart() != 40 {
		t.Errorf("%+v", s2)
	}
	if n := len(s1.Next.Low.Committee); n != 4 {
		t.Errorf("next low key of summary 1 has %d members", n)
	}
	if n := len(s2.Next.Low.Committee); n != 5 {
		t.Errorf("next low key of summary 2 has %d members", n)
	}
}

// A.10.11: the subnet's key is constant, the low key changes with every interval, and what was next is current.
func TestHighKeyStaysAndLowKeysChange(t *testing.T) {
	s := summaries(versions(7, 4))
	summary := s.Genesis(1, 0).Summary()
	key := s.Dealer.PublicKey(s.Registry.At(1).Subnets[0].Members)
	low := map[crypto.ThresholdPublicKey]bool{}
	for range 20 {
		low[summary.Current.Low.Group.Key] = true
		next := s.Next(summary, 1, 1)
		if next.Current != summary.Next {
			t.Fatal("the current keys are not those announced")
		}
		if summary.Current.High.Group.Key != key {
			t.Fatal("the subnet's key changed")
		}
		if start := next.Next.Low.ID.Start; start != next.NextStart() {
			t.Fatalf("key for the interval of %d is named after %d", next.NextStart(), start)
		}
		summary = next
	}
	if len(low) != 20 {
		t.Fatalf("%d low keys in 20 intervals", len(low))
	}
}

// A.7: summaries are deterministic: what one node proposes another one computes, whatever it computed before.
func TestSummariesAreTheSameOnEveryNode(t *testing.T) {
	g := versions(4, 9, 9)
	a, b := summaries(g), summaries(g)
	for range 10 {
		b.Next(b.Genesis(2, 0).Summary(), 2, 2) // b has other things on its mind
	}
	x, y := a.Genesis(1, 5), b.Genesis(1, 5)
	if x.ID() != y.ID() {
		t.Fatal("genesis differs")
	}
	s1, s2 := x.Summary(), y.Summary()
	for range 10 {
		s1, s2 = a.Next(s1, 1, 1), b.Next(s2, 1, 1)
		if protocol.NewSummaryPayload(s1).Hash != protocol.NewSummaryPayload(s2).Hash {
			t.Fatal("summary differs at", s1.Height)
		}
	}
}

// A.1: f+1 shares of the low key sign, n−f of the high one; one less do not.
func TestThresholds(t *testing.T) {
	scheme := ideal.New()
	for n, want := range map[int][2]int{1: {1, 1}, 4: {2, 3}, 13: {5, 9}, 15: {5, 11}, 40: {14, 27}} {
		s := summaries(versions(n, 4))
		keys := s.Genesis(1, 0).Summary().Current
		for i, transcript := range []*protocol.Transcript{keys.Low, keys.High} {
			if transcript.Group.Threshold != want[i] {
				t.Fatalf("%s threshold of %d: %d, want %d", transcript.ID.Tag, n, transcript.Group.Threshold, want[i])
			}
			var shares []crypto.IndexedShare
			for m := range want[i] {
				secret, ok := s.Dealer.Share(transcript, protocol.NodeID(m))
				if !ok {
					t.Fatal("no share")
				}
				shares = append(shares, crypto.IndexedShare{Index: m, Share: scheme.SignThreshold(secret, []byte("x"))})
			}
			if _, ok := scheme.CombineThreshold(transcript.Group, []byte("x"), shares[1:]); ok {
				t.Fatal("too few shares combine")
			}
			sig, ok := scheme.CombineThreshold(transcript.Group, []byte("x"), shares)
			if !ok || !scheme.VerifyThreshold(transcript.Group.Key, []byte("x"), sig) {
				t.Fatal("shares do not combine")
			}
		}
	}
}

// The dealer holds no key for who is not in the committee, or for another subnet; what it forgets it deals again.
func TestDealerGivesSharesToTheCommitteeOnly(t *testing.T) {
	s := summaries(versions(4, 4))
	low := s.Genesis(1, 0).Summary().Current.Low
	before, _ := s.Dealer.Share(low, 2)
	if _, ok := s.Dealer.Share(low, 4); ok {
		t.Fatal("a stranger has a share")
	}
	foreign := *low
	foreign.ID.Subnet = 1
	if _, ok := s.Dealer.Share(&foreign, 2); ok {
		t.Fatal("a share of another subnet's key")
	}
	for h := range protocol.Height(3 * cachedKeys) {
		s.Dealer.low(1000+h, low.Committee)
	}
	if len(s.Dealer.cache) > cachedKeys {
		t.Fatal(len(s.Dealer.cache), "keys remembered")
	}
	if after, _ := s.Dealer.Share(low, 2); after != before {
		t.Fatal("dealt another key the second time")
	}
	if !slices.Equal(low.Committee, []protocol.NodeID{0, 1, 2, 3}) {
		t.Fatal(low.Committee)
	}
}
