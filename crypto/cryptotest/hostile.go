package cryptotest

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"icsim/crypto"
)

// testKinds gives one secret to all kinds of key, so that only the kind keeps signatures apart.
func testKinds(t *testing.T, s crypto.Scheme) {
	msg := []byte("m")
	sk, pk, _ := s.MultiKey(seed(1))
	multi := s.SignMulti(sk, msg)
	threshold := s.SignThreshold(crypto.ThresholdSecretKey(sk), msg)
	must(t, [48]byte(multi) != [48]byte(threshold), "one secret signs alike as committee member and as share holder")
	must(t, !s.VerifyThreshold(crypto.ThresholdPublicKey(pk), msg, crypto.ThresholdSignature(multi)),
		"a multi-signature passes for a threshold signature")
	must(t, !s.VerifyMultiShare(pk, msg, crypto.MultiSignature(threshold)),
		"a threshold signature passes for a multi-signature")
}

// bytes48 are signatures that no one made: zero, ones, infinity with and without clutter, and noise.
func bytes48() [][48]byte {
	out := [][48]byte{{}, {0xc0}, {0xc0, 47: 1}, {0xe0}, {0x80}, {0xa0}, {0x40}}
	var ones [48]byte
	for i := range ones {
		ones[i] = 0xff
	}
	out = append(out, ones)
	for n := range 64 {
		var noise [48]byte
		for i := 0; i < 48; i += 16 {
			sum := sha256.Sum256(fmt.Append(nil, n, i))
			copy(noise[i:], sum[:16])
		}
		noise[0] = noise[0]&0x1f | 0x80 // compressed: about half are x coordinates of points outside the subgroup
		out = append(out, noise)
	}
	return out
}

func bytes96() [][96]byte {
	var out [][96]byte
	for i, a := range bytes48() {
		var wide [96]byte
		copy(wide[:], a[:])
		if i >= 8 {
			copy(wide[48:], a[:])
			wide[48] &= 0x0f
		}
		out = append(out, wide)
	}
	return out
}

func testMalformed(t *testing.T, s crypto.Scheme) {
	msg := []byte("m")
	c := committee(s, 2)
	group, secrets := s.Deal(seed(1), 3, 2)
	shares := signAll(s, secrets, msg)
	for i, raw := range bytes48() {
		must(t, !s.VerifyMultiShare(c[0].pk, msg, raw), "garbage %d is a share", i)
		must(t, !s.VerifyMulti(keys(c...), msg, raw), "garbage %d is an aggregate", i)
		must(t, !s.VerifyPossession(c[0].pk, raw), "garbage %d proves possession", i)
		must(t, !s.VerifyThresholdShare(group, 0, msg, raw), "garbage %d is a threshold share", i)
		must(t, !s.VerifyThreshold(group.Key, msg, raw), "garbage %d is the group's signature", i)
		if sig, ok := s.CombineMulti(keys(c...), msg, []crypto.MultiSignature{s.SignMulti(c[0].sk, msg), raw}); ok {
			must(t, !s.VerifyMulti(keys(c...), msg, sig), "garbage %d completes an aggregate", i)
		}
		if sig, ok := s.CombineThreshold(group, msg, []crypto.IndexedShare{shares[0], {Index: 1, Share: raw}}); ok {
			must(t, !s.VerifyThreshold(group.Key, msg, sig), "garbage %d completes a group's signature", i)
		}
	}
	share, pop := s.SignMulti(c[0].sk, msg), c[0].pop
	for i, raw := range bytes96() {
		must(t, !s.VerifyMultiShare(raw, msg, share), "garbage key %d takes a share", i)
		must(t, !s.VerifyMulti([]crypto.MultiPublicKey{c[0].pk, raw}, msg, share), "garbage key %d takes part", i)
		must(t, !s.VerifyPossession(raw, pop), "garbage key %d is possessed", i)
		must(t, !s.VerifyThreshold(raw, msg, shares[0].Share), "garbage key %d signs", i)
	}
	for _, bit := range spread(48) {
		bad := share
		flip(bad[:], bit)
		must(t, !s.VerifyMultiShare(c[0].pk, msg, bad), "a share verifies with bit %d flipped", bit)
		if sig, ok := s.CombineMulti(keys(c...), msg, []crypto.MultiSignature{bad, s.SignMulti(c[1].sk, msg)}); ok {
			must(t, !s.VerifyMulti(keys(c...), msg, sig), "a share takes part with bit %d flipped", bit)
		}
		badShare := shares[0]
		flip(badShare.Share[:], bit)
		if sig, ok := s.CombineThreshold(group, msg, []crypto.IndexedShare{badShare, shares[1]}); ok {
			must(t, !s.VerifyThreshold(group.Key, msg, sig), "a threshold share takes part with bit %d flipped", bit)
		}
	}
	for _, bit := range spread(96) {
		bad := c[0].pk
		flip(bad[:], bit)
		must(t, !s.VerifyMultiShare(bad, msg, share), "a key takes a share with bit %d flipped", bit)
	}
	s.VerifyBasic(crypto.BasicPublicKey{0xff}, msg, crypto.BasicSignature{0xff}) // must not panic
}

// testBatches applies to schemes that offer crypto.BatchVerifier.
func testBatches(t *testing.T, s crypto.Scheme) {
	batch, ok := s.(crypto.BatchVerifier)
	if !ok {
		return
	}
	msg := []byte("m")
	c := committee(s, 6)
	group, secrets := s.Deal(seed(1), 6, 3)
	good := signAll(s, secrets, msg)
	for _, bad := range [][]int{nil, {0}, {5}, {1, 2}, {0, 1, 2, 3, 4, 5}} {
		shares := slices.Clone(good)
		var pks []crypto.MultiPublicKey
		var multi []crypto.MultiSignature
		want := make([]bool, len(shares))
		for i := range shares {
			want[i] = !slices.Contains(bad, i)
			pks = append(pks, c[i].pk)
			multi = append(multi, s.SignMulti(c[i].sk, msg))
			if want[i] {
				continue
			}
			shares[i].Share = good[(i+1)%len(good)].Share // the sum over all bad ones stays
			multi[i] = s.SignMulti(c[(i+1)%len(c)].sk, msg)
		}
		must(t, slices.Equal(batch.VerifyThresholdShares(group, msg, shares), want), "threshold shares with %v bad", bad)
		must(t, slices.Equal(batch.VerifyMultiShares(pks, msg, multi), want), "multi shares with %v bad", bad)
	}
	must(t, len(batch.VerifyThresholdShares(group, msg, nil)) == 0, "no shares, some verdicts")
	odd := append(slices.Clone(good), crypto.IndexedShare{Index: 6}, crypto.IndexedShare{Index: -1}, good[0])
	odd[1].Share = crypto.ThresholdSignature{0xff}
	want := []bool{true, false, true, true, true, true, false, false, true}
	must(t, slices.Equal(batch.VerifyThresholdShares(group, msg, odd), want), "odd indices, a malformed share, a repeated one")
}

// transcript calls every method and writes down what came out.
func transcript(s crypto.Scheme, n int) string {
	msg := fmt.Append(nil, "message", n)
	bsk, bpk := s.BasicKey(seed(n))
	msk, mpk, pop := s.MultiKey(seed(n))
	group, secrets := s.Deal(seed(n), 3, 2)
	shares := signAll(s, secrets, msg)
	combined, ok1 := s.CombineThreshold(group, msg, shares[1:])
	multi, ok2 := s.CombineMulti([]crypto.MultiPublicKey{mpk, mpk}, msg, []crypto.MultiSignature{s.SignMulti(msk, msg), s.SignMulti(msk, msg)})
	return fmt.Sprint(s.Name(), bsk, bpk, s.SignBasic(bsk, msg), msk, mpk, pop, group, secrets, shares, combined, ok1, multi, ok2,
		s.VerifyBasic(bpk, msg, s.SignBasic(bsk, msg)), s.VerifyPossession(mpk, pop), s.VerifyMultiShare(mpk, msg, multi),
		s.VerifyMulti([]crypto.MultiPublicKey{mpk, mpk}, msg, multi), s.VerifyThresholdShare(group, 0, msg, shares[0].Share),
		s.VerifyThreshold(group.Key, msg, combined), s.VerifyThreshold(group.Key, msg, shares[0].Share))
}

// testPurity compares a fresh instance with one that went through more keys, shares and messages
// than any cache should hold.
func testPurity(t *testing.T, make func() crypto.Scheme) {
	worn := make()
	first := transcript(worn, 0)
	must(t, transcript(worn, 0) == first, "the second call differs from the first")
	_, pk, _ := worn.MultiKey(seed(1))
	share := worn.SignMulti(crypto.MultiSecretKey(seed(1)), []byte("m"))
	for i := range 3000 {
		msg := fmt.Append(nil, i)
		worn.SignMulti(crypto.MultiSecretKey(seed(i)), msg)
		if i%8 == 0 {
			noise := share
			noise[47] ^= byte(i >> 3)
			noise[46] ^= byte(i >> 11)
			worn.VerifyMultiShare(pk, msg, noise)
		}
	}
	must(t, transcript(worn, 0) == first, "other calls in between change a result")
	must(t, transcript(make(), 0) == first, "a fresh instance differs")
}
