package nidkg

import (
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
		"an updated key":  {config, remembering.Update(c.secrets[1], config.Epoch+1, crypto.Seed{3})},
	} {
		got, fault := remembering.OpenShare(with.config, transcript, 1, with.key)
		want, expected := plain.OpenShare(with.config, transcript, 1, with.key)
		if got != want || fault != expected {
			t.Errorf("%s: remembered %x (%s), decrypted %x (%s)", name, got, fault, want, expected)
		}
	}
	if remembering.dealt.Len() != 1 || plain.dealt.Len() != 0 {
		t.Error("remembered by", remembering.dealt.Len(), plain.dealt.Len())
	}
}
