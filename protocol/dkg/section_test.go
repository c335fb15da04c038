package dkg_test

import (
	"testing"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/dkg"
)

// sealed is a dealing with parts of it replaced, signed by its node for what it then says unless sign is false.
func (n *node) sealed(d *protocol.Dealing, edit func(*protocol.Dealing), sign bool) *protocol.Dealing {
	e := *d
	edit(&e)
	if sign {
		e.Signature = n.Keys.SignBasic(protocol.DealingSignable(e.Version, e.Key, e.Dealing))
	}
	return protocol.NewDealing(e.Version, e.Key, e.Dealer, e.Dealing, e.Signature)
}

// A.7: each rule of a block's dealings, and of a dealing that a peer sends (payload_validator.rs; lib.rs).
func TestRulesOfDealings(t *testing.T) {
	w := newWorld(4, 9)
	var out dkg.Effects
	dealer, judge := w.nodes[1], w.nodes[2]
	dealer.Pool.Step(&out)
	low, high := out.Publish[0], out.Publish[1]
	last := w.genesis.Summary()
	for _, c := range []struct {
		name    string
		dealt   []*protocol.Dealing
		section []*protocol.Dealing
		reason  string // of the block
		alone   string // of the dealing from a peer, if that is not the same
	}{
		{"one dealing", nil, []*protocol.Dealing{low}, "", ""},
		{"another key's dealing of the same dealer", []*protocol.Dealing{low}, []*protocol.Dealing{high}, "", ""},
		{"two dealings", nil, []*protocol.Dealing{low, high}, dkg.ReasonTooMany, ""},
		{"a dealing that the chain has", []*protocol.Dealing{low}, []*protocol.Dealing{low}, dkg.ReasonTwice, ""},
		{"for a key that nobody asked for", nil, []*protocol.Dealing{
			dealer.sealed(low, func(d *protocol.Dealing) { d.Key.Founding = true }, true),
		}, dkg.ReasonUnknown, dkg.ReasonUnknown},
		{"of a node outside", nil, []*protocol.Dealing{
			w.nodes[4].sealed(low, func(d *protocol.Dealing) { d.Dealer = 4 }, true),
		}, dkg.ReasonDealer, dkg.ReasonDealer},
		{"under another's name", nil, []*protocol.Dealing{
			dealer.sealed(low, func(d *protocol.Dealing) { d.Dealer = 3 }, true),
		}, dkg.ReasonSignature, dkg.ReasonSignature},
		{"for another key than it was signed for", nil, []*protocol.Dealing{
			dealer.sealed(low, func(d *protocol.Dealing) { d.Key = high.Key }, false),
		}, dkg.ReasonSignature, dkg.ReasonSignature},
		{"of another version", nil, []*protocol.Dealing{
			dealer.sealed(low, func(d *protocol.Dealing) { d.Version = "v2" }, true),
		}, dkg.ReasonVersion, dkg.ReasonVersion},
		{"dealt for another key", nil, []*protocol.Dealing{
			dealer.sealed(low, func(d *protocol.Dealing) { d.Dealing = high.Dealing }, true),
		}, dkg.ReasonOf(crypto.DealingWrongThreshold), dkg.ReasonOf(crypto.DealingWrongThreshold)},
	} {
		if v := judge.Validate(last, c.dealt, c.section); v.Reason != c.reason {
			t.Errorf("%s in a block: %q, want %q", c.name, v.Reason, c.reason)
		}
		if len(c.section) > 1 || c.dealt != nil {
			continue
		}
		peer := newWorld(4, 9).nodes[2]
		out.Reset()
		peer.Pool.Insert(c.section[0], 3)
		peer.Pool.Step(&out)
		reason := ""
		for _, n := range out.Notes {
			if n.Kind == protocol.NoteInvalid {
				reason = n.Reason
			}
		}
		if held := peer.Pool.Validated(protocol.MetaOf(c.section[0])) != nil; reason != c.alone || held != (reason == "") {
			t.Errorf("%s from a peer: %q, want %q; in the pool: %v", c.name, reason, c.alone, held)
		}
	}
}

// A second dealing of a dealer for one key does not enter the pool; dealings of earlier intervals go, those of later ones wait.
func TestPoolHoldsOneDealingOfADealerInItsInterval(t *testing.T) {
	w := newWorld(4, 9)
	w.deal()
	judge, dealer := w.nodes[2], w.nodes[1]
	var out dkg.Effects
	d := judge.Build(w.genesis.Summary(), nil)[0]
	second := w.nodes[d.Dealer].sealed(d, func(d *protocol.Dealing) { d.Dealing = crypto.NewDealing([]byte("another")) }, true)
	judge.Pool.Insert(second, d.Dealer)
	judge.Pool.Step(&out)
	if len(out.Notes) != 1 || out.Notes[0].Reason != dkg.ReasonTwice {
		t.Errorf("%+v", out.Notes)
	}

	old := protocol.MetaOf(d)
	later := old
	later.Height = 10
	if judge.Pool.Bouncer(old) != protocol.Wanted || judge.Pool.Bouncer(later) != protocol.WantedLater {
		t.Error("in the interval of a dealing it is not wanted, or one for the next is")
	}
	w.interval(1)
	if judge.Pool.Bouncer(old) != protocol.Unwanted || judge.Pool.Bouncer(later) != protocol.Wanted {
		t.Error("in the next interval the old dealing is wanted, or the new is not")
	}
	out.Reset()
	dealer.Pool.Step(&out)
	next := out.Publish[0]
	judge.Pool.Insert(d, 1)
	judge.Pool.Insert(next, 1)
	out.Reset()
	judge.Pool.Step(&out)
	if judge.Pool.Validated(old) != nil || judge.Pool.Validated(protocol.MetaOf(next)) == nil {
		t.Error("the pool does not follow the interval")
	}
	if len(out.Withdraw) != 2 {
		t.Errorf("%d own dealings withdrawn, want 2", len(out.Withdraw))
	}
}

// A node that starts again deals the same, so that its peers do not take it for a liar.
func TestRestartDealsTheSame(t *testing.T) {
	w := newWorld(4, 9)
	var first, second dkg.Effects
	w.nodes[1].Pool.Step(&first)
	w.start(1, w.nodes[1].Keys.Secrets).Pool.Step(&second)
	for i := range first.Publish {
		if first.Publish[i].ID() != second.Publish[i].ID() {
			t.Error("another dealing for the", first.Publish[i].Key.Tag, "key")
		}
	}
}
