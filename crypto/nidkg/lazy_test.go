package nidkg

import (
	"bytes"
	"slices"
	"testing"

	"icsim/crypto"
)

// An instance that computes nothing before it is asked gives the results of one that computes all: the same names, groups, shares
// and faults, and in the end the same bytes.
func TestLazinessIsInvisible(t *testing.T) {
	lazy, eager := NewLazy(), New()
	c := newCommittee(lazy, 4)
	config := c.config(3)
	config.Collect = 2
	type made struct {
		dealings   []crypto.IndexedDealing
		transcript *crypto.Transcript
	}
	generate := func(k *KeyGeneration, config *crypto.KeyGenerationConfig, shares []crypto.ThresholdSecretKey) (m made) {
		for _, dealer := range []int{3, 1, 2} {
			var share *crypto.ThresholdSecretKey
			if shares != nil {
				share = &shares[dealer]
			}
			d, fault := k.Deal(config, dealer, crypto.Seed{byte(dealer)}, share)
			if fault != crypto.DealingSound {
				t.Fatal(fault)
			}
			m.dealings = append(m.dealings, crypto.IndexedDealing{Dealer: dealer, Dealing: d})
		}
		m.transcript, _ = k.Combine(config, m.dealings)
		return m
	}
	shares := func(k *KeyGeneration, config *crypto.KeyGenerationConfig, t *crypto.Transcript) (out []crypto.ThresholdSecretKey) {
		for i, sk := range c.secrets {
			share, _ := k.OpenShare(config, t, i, sk)
			out = append(out, share)
		}
		return out
	}
	fresh, want := generate(lazy, config, nil), generate(eager, config, nil)
	secrets := shares(lazy, config, fresh.transcript)
	if !slices.Equal(secrets, shares(eager, config, want.transcript)) {
		t.Error("other shares")
	}
	reshare, reshared := *config, *config
	reshare.Resharing, reshared.Resharing = fresh.transcript, want.transcript
	again, wanted := generate(lazy, &reshare, secrets), generate(eager, &reshared, secrets)
	if lazy.made != nil {
		t.Error("something was computed that nobody asked for")
	}
	for _, both := range [][2]made{{fresh, want}, {again, wanted}} {
		got, want := both[0], both[1]
		if !equalGroups(lazy.Group(got.transcript), eager.Group(want.transcript)) {
			t.Error("another group")
		}
		for i := range got.dealings {
			sameBytes(t, "dealing", got.dealings[i].Dealing, want.dealings[i].Dealing)
		}
		sameBytes(t, "transcript", got.transcript, want.transcript)
	}
	if lazy.Group(fresh.transcript).Key != lazy.Group(again.transcript).Key {
		t.Error("a resharing has another key")
	}
}

func equalGroups(a, b *crypto.ThresholdGroup) bool {
	return a.Key == b.Key && a.Threshold == b.Threshold && slices.Equal(a.Shares, b.Shares)
}

func sameBytes(t *testing.T, what string, got, want interface {
	Hash() crypto.Hash
	Size() int
	Bytes() []byte
}) {
	t.Helper()
	if got.Hash() != want.Hash() || got.Size() != want.Size() || !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Error("another", what)
	}
}

// What an instance knows of a transcript of its own opens it to nobody whom decrypting it would not.
func TestLaterSharesOpenToTheSame(t *testing.T) {
	lazy, eager := NewLazy(), New()
	c := newCommittee(lazy, 4)
	config := c.config(3)
	config.Collect = 1
	d, _ := lazy.Deal(config, 2, crypto.Seed{1}, nil)
	transcript, fault := lazy.Combine(config, []crypto.IndexedDealing{{Dealer: 2, Dealing: d}})
	if fault != crypto.DealingSound {
		t.Fatal(fault)
	}
	otherEpoch, otherContext, fewer := *config, *config, *config
	otherEpoch.Epoch++
	otherContext.Context = []byte("another")
	fewer.Receivers = fewer.Receivers[:3]
	for name, with := range map[string]struct {
		config *crypto.KeyGenerationConfig
		key    crypto.DecryptionKey
	}{
		"its own":                 {config, c.secrets[1]},
		"another's key":           {config, c.secrets[0]},
		"another epoch":           {&otherEpoch, c.secrets[1]},
		"another context":         {&otherContext, c.secrets[1]},
		"fewer receivers":         {&fewer, c.secrets[1]},
		"a key updated in time":   {config, lazy.Update(c.secrets[1], config.Epoch, crypto.Seed{3})},
		"a key updated too early": {config, lazy.Update(c.secrets[1], config.Epoch+1, crypto.Seed{3})},
	} {
		got, fault := lazy.OpenShare(with.config, transcript, 1, with.key)
		want, expected := eager.OpenShare(with.config, transcript, 1, with.key)
		if got != want || fault != expected {
			t.Errorf("%s: recalled %x (%s), decrypted %x (%s)", name, got, fault, want, expected)
		}
	}
}

// Dealings that combine to nothing do so whoever asks, and a wrong share is found out.
func TestLazyFaultsAreTheSame(t *testing.T) {
	lazy, eager := NewLazy(), New()
	c := newCommittee(lazy, 4)
	config := c.config(2)
	config.Collect = 2
	wrong := []crypto.ThresholdSecretKey{{31: 1}, {31: 2}}
	for _, k := range []*KeyGeneration{lazy, eager} {
		var dealings, reshared []crypto.IndexedDealing
		deal := func(config *crypto.KeyGenerationConfig, dealer int, share *crypto.ThresholdSecretKey) crypto.IndexedDealing {
			d, fault := k.Deal(config, dealer, crypto.Seed{byte(dealer)}, share)
			if fault != crypto.DealingSound {
				t.Fatal(fault)
			}
			return crypto.IndexedDealing{Dealer: dealer, Dealing: d}
		}
		dealings = append(dealings, deal(config, 0, nil), deal(config, 1, nil))
		transcript, _ := k.Combine(config, dealings)
		reshare, longer := *config, *config
		reshare.Resharing, longer.Threshold = transcript, 3
		reshared = append(reshared, deal(&reshare, 0, &wrong[0]), deal(&reshare, 1, &wrong[1]))
		if _, fault := k.Combine(&reshare, reshared); fault != crypto.DealingWrongConstant {
			t.Error("wrong shares:", fault)
		}
		if _, fault := k.Combine(&longer, dealings); fault != crypto.DealingWrongThreshold {
			t.Error("dealings of another threshold:", fault)
		}
		if fault := k.VerifyDealing(&reshare, 0, reshared[0].Dealing); fault != crypto.DealingWrongConstant {
			t.Error("a dealing of a wrong share:", fault)
		}
	}
}

// An update that a lazy instance has put off leads to the same key as one that was made at once, also over another.
func TestUpdatesThatArePutOffLeadToTheSameKey(t *testing.T) {
	lazy, plain := NewLazy(), New()
	secret, _, _ := plain.EncryptionKey(crypto.Seed{1}, []byte("owner"))
	twice := func(k *KeyGeneration) *decryptionKey {
		return k.Update(k.Update(secret, 4, crypto.Seed{4}), 5, crypto.Seed{5}).(*decryptionKey)
	}
	late, early := twice(lazy), twice(plain)
	if late.due == nil || late.Epoch() != early.Epoch() {
		t.Fatalf("epoch %d, %d", late.Epoch(), early.Epoch())
	}
	lazy.settle(late)
	if !slices.EqualFunc(late.nodes, early.nodes, func(a, b node) bool { return a.prefix == b.prefix && a.a.Equal(&b.a) && a.b.Equal(&b.b) }) {
		t.Error("another key")
	}
}
