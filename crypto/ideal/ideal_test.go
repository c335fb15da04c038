package ideal

import (
	"testing"

	"icsim/crypto"
	"icsim/crypto/cryptotest"
)

func TestConformance(t *testing.T) { cryptotest.TestScheme(t, New) }

// A party that knows everything public, and calls the Scheme with what it knows in place of
// secrets, makes nothing that verifies.
func TestPublicValuesSignNothing(t *testing.T) {
	s, msg := New(), []byte("m")
	_, pk, pop := s.MultiKey(crypto.Seed{1})
	group, _ := s.Deal(crypto.Seed{2}, 4, 2)
	for _, known := range [][]byte{pk[:32], pop[:32], group.Key[:32], group.Shares[0][:32]} {
		secret := [32]byte(known)
		if s.VerifyMultiShare(pk, msg, s.SignMulti(secret, msg)) {
			t.Errorf("%x signs for the committee key", known)
		}
		share := s.SignThreshold(secret, msg)
		if s.VerifyThreshold(group.Key, msg, share) || s.VerifyThresholdShare(group, 0, msg, share) {
			t.Errorf("%x signs for the group", known)
		}
	}
}

func BenchmarkVerifyMultiShare(b *testing.B) {
	s, msg := New(), make([]byte, 64)
	sk, pk, _ := s.MultiKey(crypto.Seed{1})
	share := s.SignMulti(sk, msg)
	b.ReportAllocs()
	for b.Loop() {
		s.VerifyMultiShare(pk, msg, share)
	}
}

func BenchmarkSignMulti(b *testing.B) {
	s, msg := New(), make([]byte, 64)
	sk, _, _ := s.MultiKey(crypto.Seed{1})
	b.ReportAllocs()
	for b.Loop() {
		s.SignMulti(sk, msg)
	}
}

func BenchmarkCombineThreshold9(b *testing.B) {
	s, msg := New(), make([]byte, 64)
	group, secrets := s.Deal(crypto.Seed{1}, 13, 9)
	var shares []crypto.IndexedShare
	for i, sk := range secrets {
		shares = append(shares, crypto.IndexedShare{Index: i, Share: s.SignThreshold(sk, msg)})
	}
	b.ReportAllocs()
	for b.Loop() {
		s.CombineThreshold(group, msg, shares)
	}
}
