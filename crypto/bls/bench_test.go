package bls

import (
	"fmt"
	"testing"

	"icsim/crypto"
	"icsim/crypto/recent"
)

func BenchmarkSignSameMessage(b *testing.B) {
	s, msg := New(), []byte("message")
	sk, _, _ := s.MultiKey(crypto.Seed{1})
	for b.Loop() {
		s.SignMulti(sk, msg)
	}
}

func BenchmarkHashAndSign(b *testing.B) {
	s := New()
	sk, _, _ := s.MultiKey(crypto.Seed{1})
	for i := 0; b.Loop(); i++ {
		s.SignMulti(sk, fmt.Append(nil, i))
	}
}

// The share is parsed and the message hashed before, as when a node checks what it has seen.
func BenchmarkVerifyKnownShare(b *testing.B) {
	s, msg := New(), []byte("message")
	sk, pk, _ := s.MultiKey(crypto.Seed{1})
	share := s.SignMulti(sk, msg)
	for b.Loop() {
		s.VerifyMultiShare(pk, msg, share)
	}
}

func BenchmarkParseShare(b *testing.B) {
	s := New().(*Scheme)
	sk, _, _ := s.MultiKey(crypto.Seed{1})
	raw := s.SignMulti(sk, []byte("message"))
	for b.Loop() {
		s.shares = recent.New[[48]byte, parsedShare](maxShares)
		s.share(raw)
	}
}

func BenchmarkCombineThreshold(b *testing.B) {
	for _, size := range []struct{ n, t int }{{13, 5}, {13, 9}, {40, 14}, {40, 27}} {
		b.Run(fmt.Sprintf("%dof%d", size.t, size.n), func(b *testing.B) {
			s, msg := New(), []byte("message")
			group, secrets := s.Deal(crypto.Seed{1}, size.n, size.t)
			var shares []crypto.IndexedShare
			for i := range size.n { // spread over all indices
				k := i * 7 % size.n
				shares = append(shares, crypto.IndexedShare{Index: k, Share: s.SignThreshold(secrets[k], msg)})
			}
			for b.Loop() {
				s.CombineThreshold(group, msg, shares)
			}
		})
	}
}

func BenchmarkVerifyMulti9(b *testing.B) {
	s, msg := New(), []byte("message")
	var pks []crypto.MultiPublicKey
	var shares []crypto.MultiSignature
	for i := range 9 {
		sk, pk, _ := s.MultiKey(crypto.Seed{byte(i)})
		pks, shares = append(pks, pk), append(shares, s.SignMulti(sk, msg))
	}
	sig, _ := s.CombineMulti(pks, msg, shares)
	for b.Loop() {
		s.VerifyMulti(pks, msg, sig)
	}
}

func BenchmarkBatch13(b *testing.B) {
	s, msg := New().(*Scheme), []byte("message")
	group, secrets := s.Deal(crypto.Seed{1}, 13, 5)
	var shares []crypto.IndexedShare
	for i, sk := range secrets {
		shares = append(shares, crypto.IndexedShare{Index: i, Share: s.SignThreshold(sk, msg)})
	}
	for b.Loop() {
		s.VerifyThresholdShares(group, msg, shares)
	}
}

func BenchmarkDeal13(b *testing.B) {
	s := New()
	for i := 0; b.Loop(); i++ {
		s.Deal(crypto.Seed{byte(i), byte(i >> 8)}, 13, 5)
	}
}

func BenchmarkBasic(b *testing.B) {
	s, msg := New(), []byte("message")
	sk, pk := s.BasicKey(crypto.Seed{1})
	sig := s.SignBasic(sk, msg)
	b.Run("sign", func(b *testing.B) {
		for b.Loop() {
			s.SignBasic(sk, msg)
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			s.VerifyBasic(pk, msg, sig)
		}
	})
}
