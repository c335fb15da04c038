package cryptotest

import (
	"slices"
	"testing"

	"icsim/crypto"
)

func signAll(s crypto.Scheme, secrets []crypto.ThresholdSecretKey, msg []byte) []crypto.IndexedShare {
	out := make([]crypto.IndexedShare, len(secrets))
	for i, sk := range secrets {
		out[i] = crypto.IndexedShare{Index: i, Share: s.SignThreshold(sk, msg)}
	}
	return out
}

func pick(shares []crypto.IndexedShare, indices ...int) (out []crypto.IndexedShare) {
	for _, i := range indices {
		out = append(out, shares[i])
	}
	return out
}

func testThresholdShares(t *testing.T, s crypto.Scheme) {
	group, secrets := s.Deal(seed(1), 4, 2)
	for i, msg := range messages {
		for _, share := range signAll(s, secrets, msg) {
			for index := -1; index <= len(secrets); index++ {
				got := s.VerifyThresholdShare(group, index, msg, share.Share)
				must(t, got == (index == share.Index), "message %d: share %d at index %d: %v", i, share.Index, index, got)
			}
			must(t, !s.VerifyThresholdShare(group, share.Index, []byte("other"), share.Share), "another message verifies")
			must(t, !s.VerifyThreshold(group.Key, msg, share.Share), "a share is the group's signature")
		}
	}
}

func testUniqueness(t *testing.T, s crypto.Scheme) {
	msg := []byte("m")
	for _, size := range []struct{ n, t int }{{1, 1}, {4, 2}, {4, 4}, {7, 3}, {13, 9}} {
		group, secrets := s.Deal(seed(size.n), size.n, size.t)
		shares := signAll(s, secrets, msg)
		want, ok := s.CombineThreshold(group, msg, shares)
		must(t, ok && s.VerifyThreshold(group.Key, msg, want), "%d of %d do not combine", size.t, size.n)
		must(t, !s.VerifyThreshold(group.Key, []byte("n"), want), "another message verifies")
		for first := range size.n {
			subset := append(slices.Clone(shares[first:]), shares[:first]...)
			got, ok := s.CombineThreshold(group, msg, subset[:size.t])
			must(t, ok && got == want, "%d of %d: shares from %d on give another signature", size.t, size.n, first)
			slices.Reverse(subset)
			got, ok = s.CombineThreshold(group, msg, subset)
			must(t, ok && got == want, "%d of %d: the order of shares matters", size.t, size.n)
		}
		twice := append(pick(shares, 0), shares...)
		got, ok := s.CombineThreshold(group, msg, twice)
		must(t, ok && got == want, "%d of %d: a share given twice counts twice", size.t, size.n)
	}
}

func testTooFew(t *testing.T, s crypto.Scheme) {
	msg := []byte("m")
	group, secrets := s.Deal(seed(1), 7, 3)
	shares := signAll(s, secrets, msg)
	for _, few := range [][]int{nil, {1, 4}, {1, 4, 1}} {
		_, ok := s.CombineThreshold(group, msg, pick(shares, few...))
		must(t, !ok, "shares %v combine at threshold three", few)
	}
	// Believing in a lower threshold does not help: two points do not determine the polynomial.
	lower := *group
	lower.Threshold = 2
	if sig, ok := s.CombineThreshold(&lower, msg, shares[:2]); ok && s.Name() != "ideal" { // see ideal's doc.go
		must(t, !s.VerifyThreshold(group.Key, msg, sig), "two shares sign at threshold three")
	}
}

func testBadShare(t *testing.T, s crypto.Scheme) {
	msg := []byte("m")
	group, secrets := s.Deal(seed(1), 5, 3)
	shares := signAll(s, secrets, msg)
	other := signAll(s, secrets, []byte("n"))
	swapped := pick(shares, 0, 1, 2)
	swapped[0].Index, swapped[1].Index = 1, 0
	renamed := pick(shares, 0, 1, 2)
	renamed[0].Index = 4
	outside := pick(shares, 0, 1, 2)
	outside[2].Index = 5
	negative := pick(shares, 0, 1, 2)
	negative[2].Index = -1
	_, foreign := s.Deal(seed(2), 5, 3)
	for _, v := range []struct {
		name   string
		shares []crypto.IndexedShare
	}{
		{"shares swapped", swapped},
		{"a share renamed", renamed},
		{"an index outside", outside},
		{"a negative index", negative},
		{"another message", []crypto.IndexedShare{shares[0], shares[1], other[2]}},
		{"another group", []crypto.IndexedShare{shares[0], shares[1], {Index: 2, Share: s.SignThreshold(foreign[2], msg)}}},
		{"a point that is no one", []crypto.IndexedShare{shares[0], shares[1], {Index: 2, Share: shares[3].Share}}},
	} {
		sig, ok := s.CombineThreshold(group, msg, v.shares)
		must(t, !ok || !s.VerifyThreshold(group.Key, msg, sig), "%s: verifies", v.name)
	}
	sig, ok := s.CombineThreshold(group, msg, append(pick(shares, 0, 1, 2), other[3]))
	must(t, ok && s.VerifyThreshold(group.Key, msg, sig), "a bad share beyond the threshold is not ignored")
}

func testDeal(t *testing.T, s crypto.Scheme) {
	group, secrets := s.Deal(seed(1), 4, 3)
	must(t, group.Threshold == 3 && len(group.Shares) == 4 && len(secrets) == 4, "4 receivers, threshold 3: %v", group)
	again, secretsAgain := s.Deal(seed(1), 4, 3)
	must(t, group.Key == again.Key && slices.Equal(group.Shares, again.Shares) && slices.Equal(secrets, secretsAgain),
		"one seed deals twice")
	for _, other := range []struct{ seed, n, t int }{{2, 4, 3}, {1, 4, 2}, {1, 5, 3}} {
		g, _ := s.Deal(seed(other.seed), other.n, other.t)
		must(t, g.Key != group.Key, "%v deals the same key", other)
	}
	for i := range secrets {
		for j := range i {
			must(t, secrets[i] != secrets[j] && group.Shares[i] != group.Shares[j], "receivers %d and %d share a key", i, j)
		}
	}
}
