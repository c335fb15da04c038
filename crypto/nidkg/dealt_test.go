package nidkg

import (
	"slices"
	"testing"

	"icsim/crypto"
)

// What an instance remembers of its own ciphertexts changes nothing: it opens the same, and refuses the same.
func TestWhatWasDealtHereOpensTheSame(t *testing.T) {
	remembering := New()
	remembering.RememberDealt()
	c := newCommittee(remembering, 4)
	config := c.config(3)
	config.Collect = 1
	d, fault := remembering.Deal(config, 2, crypto.Seed{1}, nil)
	if fault != crypto.DealingSound {
		t.Fatal(fault)
	}
	transcript, fault := remembering.Combine(config, []crypto.IndexedDealing{{Dealer: 2, Dealing: d}})
	if fault != crypto.DealingSound {
		t.Fatal(fault)
	}
	plain := New()
	otherEpoch, otherContext := *config, *config
	otherEpoch.Epoch++
	otherContext.Context = []byte("another")
	for name, with := range map[string]struct {
		config *crypto.KeyGenerationConfig
		key    crypto.DecryptionKey
	}{
		"its own":         {config, c.secrets[1]},
		"another's key":   {config, c.secrets[0]},
		"another epoch":   {&otherEpoch, c.secrets[1]},
		"another context": {&otherContext, c.secrets[1]},
		"its own updated": {config, remembering.Update(c.secrets[1], config.Epoch, crypto.Seed{2})},
		"an updated key":  {config, remembering.Update(c.secrets[1], config.Epoch+1, crypto.Seed{3})},
	} {
		got, fault := remembering.OpenShare(with.config, transcript, 1, with.key)
		want, expected := plain.OpenShare(with.config, transcript, 1, with.key)
		if got != want || fault != expected {
			t.Errorf("%s: remembered %x (%s), decrypted %x (%s)", name, got, fault, want, expected)
		}
	}
	// An update that was put off leads to the same key as one that was not, also over another.
	twice := func(k *KeyGeneration) crypto.DecryptionKey {
		return k.Update(k.Update(c.secrets[1], config.Epoch-1, crypto.Seed{4}), config.Epoch, crypto.Seed{5})
	}
	late, early := twice(remembering).(*decryptionKey), twice(plain).(*decryptionKey)
	if late.due == nil || late.Epoch() != early.Epoch() {
		t.Fatalf("epoch %d, %d", late.Epoch(), early.Epoch())
	}
	remembering.settle(late)
	if !slices.EqualFunc(late.nodes, early.nodes, func(a, b node) bool { return a.prefix == b.prefix && a.a.Equal(&b.a) && a.b.Equal(&b.b) }) {
		t.Error("another key")
	}
	if remembering.dealt.Len() != 1 || plain.dealt.Len() != 0 {
		t.Error("remembered by", remembering.dealt.Len(), plain.dealt.Len())
	}
}
