package tschnorr

import (
	"fmt"
	"testing"

	"icsim/crypto/idkg"
	"icsim/crypto/idkg/idkgtest"
)

func BenchmarkSignature(b *testing.B) {
	for _, a := range []idkg.Algorithm{idkg.SchnorrBip340, idkg.SchnorrEd25519} {
		for _, n := range []int{13, 34} {
			s := idkgtest.New("subnet", n)
			q := Request{Key: s.Key(a), Nonce: s.Run(a, idkg.RandomUnmasked), Path: [][]byte{{1}, {2}}, Message: make([]byte, 100)}
			p := s.Params(a, idkg.RandomUnmasked)
			dealings := s.Deal(p)[:p.Collection()]
			own := secrets(s, q)
			signing, err := q.Start()
			if err != nil {
				b.Fatal(err)
			}
			var shares []SignerShare
			for i := range q.Key.Threshold() {
				shares = append(shares, SignerShare{i, signing.Sign(own[i])})
			}
			for _, step := range []struct {
				name string
				run  func()
			}{
				{"pre-signature", func() { // of one node: its dealing, and what it checks and loads
					idkg.Deal(p, 0, nil, idkgtest.Seed())
					for _, d := range dealings {
						idkg.VerifyDealing(p, d.Dealer, d.Dealing)
						idkg.VerifyShare(p, d.Dealer, d.Dealing, 0, s.Keys[0])
					}
					t, _ := idkg.Combine(p, dealings)
					t.Load(0, s.Keys[0], nil)
				}},
				{"verify share", func() { signing.VerifyShare(0, shares[0].Share) }},
				{"signature", func() { // of one node: its share, f+1 shares verified, the signature
					signing, _ := q.Start()
					signing.Sign(own[0])
					for _, sh := range shares {
						signing.VerifyShare(sh.Signer, sh.Share)
					}
					_, _ = signing.Combine(shares)
				}},
			} {
				b.Run(fmt.Sprintf("%v/%s/n=%d", a, step.name, n), func(b *testing.B) {
					for b.Loop() {
						step.run()
					}
				})
			}
		}
	}
}
