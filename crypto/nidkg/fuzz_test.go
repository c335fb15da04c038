package nidkg

import (
	"bytes"
	"testing"

	"icsim/crypto"
	"icsim/crypto/nidkg/layout"
)

// Whatever the bytes, they are refused or are the one sound dealing, and taking them apart loses nothing.
func FuzzDealing(f *testing.F) {
	c := newCommittee(New(), 2)
	config := c.config(2)
	sound, _ := c.k.Deal(config, 0, crypto.Seed{1}, nil)
	f.Add(sound.Bytes())
	f.Add(sound.Bytes()[:100])
	f.Add([]byte{0, 1, 0, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		d := crypto.NewDealing(raw)
		if parts := layout.Split(d); parts != nil && !bytes.Equal(parts.Dealing().Bytes(), raw) {
			t.Fatal("taken apart and put together the bytes are others")
		}
		if fault := c.k.VerifyDealing(config, 0, d); fault == crypto.DealingSound && !bytes.Equal(raw, sound.Bytes()) {
			t.Fatal("a second dealing is sound")
		}
		c.k.Combine(config, []crypto.IndexedDealing{{Dealer: 0, Dealing: d}})
	})
}

// Whatever the bytes, they make a group that is well formed, or none.
func FuzzTranscript(f *testing.F) {
	c := newCommittee(New(), 2)
	config := c.config(2)
	d, _ := c.k.Deal(config, 0, crypto.Seed{1}, nil)
	made, _ := c.k.Combine(config, []crypto.IndexedDealing{{Dealer: 0, Dealing: d}})
	f.Add(made.Bytes())
	f.Add(made.Bytes()[:7])
	f.Fuzz(func(t *testing.T, raw []byte) {
		other := crypto.NewTranscript(raw)
		view, group := layout.SplitTranscript(other), c.k.Group(other)
		if view != nil && !bytes.Equal(view.Join(), raw) {
			t.Fatal("taken apart and put together the bytes are others")
		}
		if group != nil && (view == nil || len(group.Shares) != len(view.Ciphertexts[0].C) || group.Threshold != len(view.Coefficients)) {
			t.Fatalf("the group is %+v", group)
		}
	})
}

func FuzzEncryptionKey(f *testing.F) {
	k := New()
	_, pk, proof := k.EncryptionKey(crypto.Seed{1}, nil)
	f.Add(append(pk[:], proof[:]...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) != len(pk)+len(proof) {
			return
		}
		key, p := crypto.EncryptionPublicKey(raw), crypto.EncryptionProof(raw[len(pk):])
		if k.VerifyEncryptionKey(nil, key, p) && (key != pk || p != proof) {
			t.Fatal("a second proof is accepted")
		}
	})
}
