package tecdsa

import (
	"fmt"
	"testing"

	"icsim/crypto/idkg"
	"icsim/crypto/idkg/idkgtest"
)

// Each step of making a pre-signature, by what one node does for all four transcripts, and in all.
func BenchmarkPreSignature(b *testing.B) {
	const a = idkg.EcdsaSecp256k1
	for _, n := range []int{13, 34} {
		s := idkgtest.New("subnet", n)
		key := s.Key(a)
		kappa, lambda := s.Run(a, idkg.RandomUnmasked), s.Run(a, idkg.Random)
		params := []*idkg.Params{
			s.Params(a, idkg.RandomUnmasked), s.Params(a, idkg.Random),
			s.Params(a, idkg.UnmaskedTimesMasked, kappa, lambda), s.Params(a, idkg.UnmaskedTimesMasked, key, lambda),
		}
		var shares [4][]idkg.Opening
		for i, p := range params {
			for _, operand := range []*idkg.Transcript{p.Left, p.Right} {
				if operand != nil {
					share, _ := operand.Load(0, s.Keys[0], nil)
					shares[i] = append(shares[i], share)
				}
			}
		}
		var dealings [4][]idkg.DealerDealing
		var transcripts [4]*idkg.Transcript
		for i, p := range params {
			dealings[i] = s.Deal(p)[:p.Collection()]
			transcripts[i], _ = idkg.Combine(p, dealings[i])
		}
		each := func(name string, f func(i int, p *idkg.Params)) {
			b.Run(fmt.Sprintf("%s/n=%d", name, n), func(b *testing.B) {
				for b.Loop() {
					for i, p := range params {
						f(i, p)
					}
				}
			})
		}
		deal := func(i int, p *idkg.Params) { idkg.Deal(p, 0, shares[i], idkgtest.Seed()) }
		public := func(i int, p *idkg.Params) {
			for _, d := range dealings[i] {
				idkg.VerifyDealing(p, d.Dealer, d.Dealing)
			}
		}
		private := func(i int, p *idkg.Params) {
			for _, d := range dealings[i] {
				idkg.VerifyShare(p, d.Dealer, d.Dealing, 0, s.Keys[0])
			}
		}
		combine := func(i int, p *idkg.Params) { idkg.Combine(p, dealings[i]) }
		load := func(i int, _ *idkg.Params) { transcripts[i].Load(0, s.Keys[0], nil) }
		each("deal", deal)
		each("verify dealings", public)
		each("verify own shares", private)
		each("combine", combine)
		each("load", load)
		each("all", func(i int, p *idkg.Params) {
			deal(i, p)
			public(i, p)
			private(i, p)
			combine(i, p)
			load(i, p)
		})
	}
}

func BenchmarkSignature(b *testing.B) {
	for _, n := range []int{13, 34} {
		s := idkgtest.New("subnet", n)
		key := s.Key(idkg.EcdsaSecp256k1)
		p, secrets := preSign(s, key)
		q := Request{Key: key, PreSignature: p, Path: [][]byte{[]byte("canister"), {1}}}
		signing, err := q.Start()
		if err != nil {
			b.Fatal(err)
		}
		var shares []SignerShare
		for i := range key.Threshold() {
			shares = append(shares, SignerShare{i, signing.Sign(secrets[i])})
		}
		sig, _ := signing.Combine(shares)
		for _, step := range []struct {
			name string
			run  func()
		}{
			{"start", func() { _, _ = q.Start() }},
			{"sign", func() { signing.Sign(secrets[0]) }},
			{"verify share", func() { signing.VerifyShare(0, shares[0].Share) }},
			{"combine", func() { _, _ = signing.Combine(shares) }},
			{"verify", func() { signing.Verify(sig) }},
			{"all", func() { // one node: its share, f+1 shares verified, the signature
				signing, _ := q.Start()
				signing.Sign(secrets[0])
				for _, sh := range shares {
					signing.VerifyShare(sh.Signer, sh.Share)
				}
				_, _ = signing.Combine(shares)
			}},
		} {
			b.Run(fmt.Sprintf("%s/n=%d", step.name, n), func(b *testing.B) {
				for b.Loop() {
					step.run()
				}
			})
		}
	}
}
