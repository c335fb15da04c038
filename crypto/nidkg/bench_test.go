package nidkg

import (
	"fmt"
	"testing"

	"icsim/crypto"
	"icsim/crypto/nidkg/layout"
	"icsim/crypto/recent"
)

// sizes are subnets, with the high threshold.
var sizes = []int{4, 13, 28, 40}

func high(n int) int { return n - (n-1)/3 }

func forSizes(b *testing.B, run func(b *testing.B, c *committee, config *crypto.KeyGenerationConfig, d *crypto.Dealing)) {
	k := New()
	k.parameters()
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := newCommittee(k, n)
			config := c.config(high(n))
			d, fault := k.Deal(config, 0, crypto.Seed{1}, nil)
			if fault != crypto.DealingSound {
				b.Fatal(fault)
			}
			run(b, c, config, d)
		})
	}
}

func BenchmarkDeal(b *testing.B) {
	forSizes(b, func(b *testing.B, c *committee, config *crypto.KeyGenerationConfig, _ *crypto.Dealing) {
		for b.Loop() {
			c.k.Deal(config, 0, crypto.Seed{1}, nil)
		}
	})
}

func BenchmarkVerifyDealing(b *testing.B) {
	forSizes(b, func(b *testing.B, c *committee, config *crypto.KeyGenerationConfig, d *crypto.Dealing) {
		for b.Loop() {
			if c.k.VerifyDealing(config, 0, d) != crypto.DealingSound {
				b.Fatal("refused")
			}
		}
	})
}

// What a node does that has seen the dealing's bytes for the first time, before it verifies.
func BenchmarkParseDealing(b *testing.B) {
	forSizes(b, func(b *testing.B, c *committee, _ *crypto.KeyGenerationConfig, d *crypto.Dealing) {
		for b.Loop() {
			c.k.dealings = recent.New[crypto.Hash, *dealing](1)
			c.k.known(d)
		}
	})
}

// By pairings, with a key that was updated.
func BenchmarkOpenShare(b *testing.B) {
	benchmarkOpen(b, func(k *KeyGeneration, sk crypto.DecryptionKey) crypto.DecryptionKey {
		return k.Update(sk, 1, crypto.Seed{})
	})
}

// Without pairings, with a key that was never updated.
func BenchmarkOpenShareYoung(b *testing.B) {
	benchmarkOpen(b, func(_ *KeyGeneration, sk crypto.DecryptionKey) crypto.DecryptionKey { return sk })
}

func benchmarkOpen(b *testing.B, age func(*KeyGeneration, crypto.DecryptionKey) crypto.DecryptionKey) {
	forSizes(b, func(b *testing.B, c *committee, config *crypto.KeyGenerationConfig, d *crypto.Dealing) {
		config.Collect = 1
		transcript, fault := c.k.Combine(config, []crypto.IndexedDealing{{Dealer: 0, Dealing: d}})
		if fault != crypto.DealingSound {
			b.Fatal(fault)
		}
		sk := age(c.k, c.secrets[1])
		for b.Loop() {
			if _, fault := c.k.OpenShare(config, transcript, 1, sk); fault != crypto.DealingSound {
				b.Fatal(fault)
			}
		}
	})
}

func BenchmarkCombine(b *testing.B) {
	forSizes(b, func(b *testing.B, c *committee, config *crypto.KeyGenerationConfig, _ *crypto.Dealing) {
		var dealings []crypto.IndexedDealing
		for i := range config.Collect {
			d, _ := c.k.Deal(config, i, crypto.Seed{byte(i)}, nil)
			dealings = append(dealings, crypto.IndexedDealing{Dealer: i, Dealing: d})
		}
		for b.Loop() {
			c.k.Combine(config, dealings)
		}
	})
}

func BenchmarkGroup(b *testing.B) {
	forSizes(b, func(b *testing.B, c *committee, config *crypto.KeyGenerationConfig, d *crypto.Dealing) {
		config.Collect = 1
		transcript, _ := c.k.Combine(config, []crypto.IndexedDealing{{Dealer: 0, Dealing: d}})
		for b.Loop() {
			evaluate(layout.SplitTranscript(transcript))
		}
	})
}

func BenchmarkFirstUpdate(b *testing.B) {
	k := New()
	sk, _, _ := k.EncryptionKey(crypto.Seed{1}, nil)
	k.Update(sk, 1, crypto.Seed{2})
	for b.Loop() {
		k.Update(sk, 1, crypto.Seed{2})
	}
}

func BenchmarkNextUpdate(b *testing.B) {
	k := New()
	sk, _, _ := k.EncryptionKey(crypto.Seed{1}, nil)
	next := k.Update(sk, 1, crypto.Seed{2})
	for b.Loop() {
		k.Update(next, 2, crypto.Seed{2})
	}
}

func BenchmarkParameters(b *testing.B) {
	for b.Loop() {
		newParameters(newGenerators())
	}
}
