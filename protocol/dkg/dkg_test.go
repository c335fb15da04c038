package dkg_test

import (
	"reflect"
	"slices"
	"testing"

	"icsim/crypto"
	"icsim/crypto/nidkg/misdeal"
	"icsim/protocol"
	"icsim/protocol/dkg"
)

// A.7: the version in force is the context version of the summary before, so a change takes effect one summary after the
// one that saw it; interval lengths lag by one interval too. Keys for the new members are generated in between.
func TestChangesTakeEffectAtTheSummaryAfterTheNext(t *testing.T) {
	w := newWorld(4, 9, 19)
	s1 := w.interval(2) // its context sees version 2
	s2 := w.interval(2)
	s3 := w.interval(2)
	if s1.Height != 10 || s1.RegistryVersion != 1 || s1.IntervalLength != 9 || s1.NextIntervalLength != 19 {
		t.Errorf("%+v", s1)
	}
	if s2.Height != 20 || s2.RegistryVersion != 2 || s2.IntervalLength != 19 || s2.NextStart() != 40 {
		t.Errorf("%+v", s2)
	}
	if c := s1.Configs[1]; len(c.Dealers) != 4 || len(c.Receivers) != 5 || c.Registry != 2 {
		t.Errorf("%+v reshares from those who have shares to all members", c)
	}
	for i, want := range map[*protocol.Summary]int{s1: 4, s2: 5, s3: 5} {
		if n, m := len(i.Next.Low.Committee), len(i.Next.High.Committee); n != want || m != want {
			t.Errorf("next keys of summary %d have %d and %d members, want %d", i.Height, n, m, want)
		}
	}
	if s3.Current.High.Group.Key != w.genesis.Summary().Current.High.Group.Key {
		t.Error("the subnet's key changed with its members")
	}
	if !w.signs(s3.Current.High, 1, 2, 3, 4) || !w.signs(s3.Current.Low, 3, 4) {
		t.Error("the member that joined cannot sign")
	}
}

// A.10.11: the subnet's key is constant and its shares change, the low key is another in each interval, and what was next is current.
func TestHighKeyStaysAndLowKeysChange(t *testing.T) {
	w := newWorld(7, 14)
	summary := w.genesis.Summary()
	key := summary.Current.High.Group.Key
	low, shares := map[crypto.ThresholdPublicKey]bool{}, map[crypto.ThresholdPublicKey]bool{}
	for range 10 {
		next := w.interval(1)
		if !reflect.DeepEqual(next.Current, summary.Next) {
			t.Fatal("the current keys are not those announced")
		}
		low[next.Next.Low.Group.Key], shares[next.Next.High.Group.Shares[0]] = true, true
		if next.Next.High.Group.Key != key {
			t.Fatal("the subnet's key changed")
		}
		if start := next.Next.Low.ID.Start; start != summary.Height {
			t.Fatalf("the key generated in the interval of %d is named after %d", summary.Height, start)
		}
		summary = next
	}
	if len(low) != 10 || len(shares) != 10 {
		t.Fatalf("%d low keys and %d sharings of the high one in 10 intervals", len(low), len(shares))
	}
	if len(w.notes) > 0 {
		t.Fatalf("%+v", w.notes[0])
	}
}

// A.1: f+1 shares of the low key sign, n−f of the high one; one less do not. So at genesis and after a generation.
func TestThresholds(t *testing.T) {
	for n, want := range map[int][2]int{1: {1, 1}, 4: {2, 3}, 13: {5, 9}} {
		w := newWorld(n, 14)
		for _, keys := range []protocol.Transcripts{w.genesis.Summary().Current, w.interval(1).Next} {
			for i, transcript := range []*protocol.Transcript{keys.Low, keys.High} {
				if !w.signs(transcript, transcript.Committee[:want[i]]...) {
					t.Errorf("%d nodes of %d cannot sign by the %s key", want[i], n, transcript.ID.Tag)
				}
				if w.signs(transcript, transcript.Committee[:want[i]-1]...) {
					t.Errorf("%d nodes of %d sign by the %s key", want[i]-1, n, transcript.ID.Tag)
				}
			}
		}
	}
}

// A.7: 13 nodes need 5 + 9 dealings an interval, and no more are put into blocks; the order in which they come does not matter.
func TestBlocksTakeAsManyDealingsAsAreNeeded(t *testing.T) {
	w := newWorld(13, 14)
	w.deal()
	for w.block(0) {
	}
	if len(w.dealt) != 14 {
		t.Errorf("%d dealings", len(w.dealt))
	}
	reversed := slices.Clone(w.dealt)
	slices.Reverse(reversed)
	a, b := w.nodes[0].Next(w.summary, protocol.Dealt{Dealings: w.dealt}, 1), w.nodes[1].Next(w.summary, protocol.Dealt{Dealings: reversed}, 1)
	if a.Next.Low.ID.Founding || protocol.NewSummaryPayload(a).Hash != protocol.NewSummaryPayload(b).Hash {
		t.Errorf("%+v and reversed %+v", a.Next.Low.ID, b.Next.Low.ID)
	}
}

// A.7: summaries are deterministic: what one node proposes every other one computes, one too that is no member.
func TestSummariesAreTheSameOnEveryNode(t *testing.T) {
	w := newWorld(4, 9)
	for range 3 {
		w.deal()
		for w.block(0) {
		}
		last, dealt := w.summary, w.dealt
		want := protocol.NewSummaryPayload(w.next(1)).Hash
		for _, n := range w.nodes {
			if protocol.NewSummaryPayload(n.Next(last, protocol.Dealt{Dealings: dealt}, 1)).Hash != want {
				t.Fatalf("node %s computes another summary", n.id)
			}
		}
	}
}

// A.7: with too few dealings an interval's keys serve for another one, and the next interval tries again. Of 7 nodes, 3 dealings
// make a low key and 5 reshare the high one.
func TestWhatCannotBeGeneratedIsUsedAgain(t *testing.T) {
	w := newWorld(7, 14)
	first := w.interval(1)
	w.absent = map[protocol.NodeID]bool{2: true, 3: true, 4: true}
	w.nodes = append(w.nodes[:2], w.nodes[5:]...) // who does not deal makes no blocks either
	second := w.interval(1)
	if second.Next.Low == first.Next.Low {
		t.Error("four dealings made no low key")
	}
	if second.Current.High != first.Next.High || second.Next.High != first.Next.High {
		t.Error("the high key is not the one that there is")
	}
	if c := second.Configs[1]; c.Resharing != first.Next.High || c.ID.Start != second.Height {
		t.Errorf("the next interval does not try again: %+v", c)
	}
}

// E: a dealing can be checked by all, so f dealers who deal badly are refused for what is wrong, and the key is made without them.
func TestBadDealingsAreRefusedByTheirFault(t *testing.T) {
	for _, attack := range misdeal.Attacks() {
		t.Run(attack.Name, func(t *testing.T) {
			w := newWorld(7, 14)
			want := map[string]int{}
			w.tamper = func(n *node, d *protocol.Dealing) *protocol.Dealing {
				if n.id != 2 {
					return d
				}
				bad := w.attack(n, d, &attack)
				if bad == nil {
					return d
				}
				want[dkg.ReasonOf(attack.Expected(n.Keys.Generation))] += len(w.nodes) - 1
				return bad
			}
			summary := w.interval(1)
			got := map[string]int{}
			for _, n := range w.notes {
				if n.Kind != protocol.NoteInvalid || n.Peer != 2 || protocol.ArtifactKind(n.Value) != protocol.KindDealing {
					t.Fatalf("%+v", n)
				}
				got[n.Reason]++
			}
			for reason, n := range want {
				if got[reason] != n {
					t.Errorf("refused %v, want %v", got, want)
				}
			}
			if summary.Next.Low.ID.Founding || summary.Next.High.ID.Founding {
				t.Error("no keys without the attacker")
			}
		})
	}
}

// attack makes a node's hostile dealing in place of an honest one, signed as it should be; nil where it makes no sense.
func (w *world) attack(n *node, d *protocol.Dealing, a *misdeal.Attack) *protocol.Dealing {
	config, share, ok := n.Keys.Dealt(w.summary.Payload.Summary.Config(d.Key))
	if !ok {
		return nil
	}
	bad := a.Make(&misdeal.Dealer{Keys: n.Keys.Generation, Config: config, Index: int(n.id), Seed: crypto.Seed{9}, Share: share})
	if bad == nil {
		return nil
	}
	return protocol.NewDealing(version, d.Key, n.id, bad, n.Keys.SignBasic(protocol.DealingSignable(version, d.Key, bad)))
}
