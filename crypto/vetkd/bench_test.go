package vetkd

import (
	"fmt"
	"testing"

	"icsim/crypto"
)

func BenchmarkDerivation(b *testing.B) {
	for _, n := range []int{13, 34} {
		g, secrets := group(n)
		transport := NewTransportSecret(crypto.Seed{1})
		q := Request{Group: g, Canister: []byte{1}, Context: []byte{2}, Input: []byte{3}, Transport: transport.PublicKey()}
		d, err := q.Start()
		if err != nil {
			b.Fatal(err)
		}
		var shares []IndexedShare
		for i := range g.Threshold {
			shares = append(shares, IndexedShare{i, d.Share(secrets[i], crypto.Seed{})})
		}
		key, _ := d.Combine(shares)
		for _, step := range []struct {
			name string
			run  func()
		}{
			{"start", func() { _, _ = q.Start() }},
			{"share", func() { d.Share(secrets[0], crypto.Seed{}) }},
			{"verify share", func() { d.VerifyShare(0, shares[0].Share) }},
			{"combine", func() { _, _ = d.Combine(shares) }},
			{"verify", func() { d.Verify(key) }},
			{"decrypt", func() { _, _ = transport.Decrypt(key, d.PublicKey(), q.Input) }},
		} {
			b.Run(fmt.Sprintf("%s/n=%d", step.name, n), func(b *testing.B) {
				for b.Loop() {
					step.run()
				}
			})
		}
	}
}
