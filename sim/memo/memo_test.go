package memo

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/cryptotest"
	"icsim/crypto/ideal"
)

func TestConformance(t *testing.T) {
	t.Run("ideal", func(t *testing.T) {
		cryptotest.TestScheme(t, func() crypto.Scheme { return Scheme(ideal.New(), true) })
	})
	t.Run("bls", func(t *testing.T) {
		cryptotest.TestScheme(t, func() crypto.Scheme { return Scheme(bls.New(), true) })
	})
	t.Run("recent", func(t *testing.T) {
		cryptotest.TestScheme(t, func() crypto.Scheme { return Recent(ideal.New()) })
	})
}

// Of a share that all nodes verify and combine, the scheme inside hears once.
func TestRecentAsksOnce(t *testing.T) {
	inner := &counter{Scheme: ideal.New()}
	s := Recent(inner)
	group, secrets := s.Deal(crypto.Seed{1}, 4, 3)
	msg := []byte("message")
	var shares []crypto.IndexedShare
	for i, sk := range secrets[:3] {
		shares = append(shares, crypto.IndexedShare{Index: i, Share: s.SignThreshold(sk, msg)})
	}
	for range 5 {
		for _, share := range shares {
			require.True(t, s.VerifyThresholdShare(group, share.Index, msg, share.Share))
		}
		_, ok := s.CombineThreshold(group, msg, shares)
		require.True(t, ok)
	}
	require.Equal(t, 3, inner.checks)
	require.Equal(t, 1, inner.combines)
}

func TestOffIsTheSchemeItself(t *testing.T) {
	inner := ideal.New()
	require.Equal(t, inner, Scheme(inner, false))
}

// counter counts what reaches the scheme inside.
type counter struct {
	crypto.Scheme
	checks, combines int
}

func (c *counter) VerifyBasic(pk crypto.BasicPublicKey, msg []byte, sig crypto.BasicSignature) bool {
	c.checks++
	return c.Scheme.VerifyBasic(pk, msg, sig)
}

func (c *counter) VerifyPossession(pk crypto.MultiPublicKey, pop crypto.ProofOfPossession) bool {
	c.checks++
	return c.Scheme.VerifyPossession(pk, pop)
}

func (c *counter) VerifyMultiShare(pk crypto.MultiPublicKey, msg []byte, share crypto.MultiSignature) bool {
	c.checks++
	return c.Scheme.VerifyMultiShare(pk, msg, share)
}

func (c *counter) VerifyMulti(pks []crypto.MultiPublicKey, msg []byte, sig crypto.MultiSignature) bool {
	c.checks++
	return c.Scheme.VerifyMulti(pks, msg, sig)
}

func (c *counter) VerifyThresholdShare(g *crypto.ThresholdGroup, index int, msg []byte, share crypto.ThresholdSignature) bool {
	c.checks++
	return c.Scheme.VerifyThresholdShare(g, index, msg, share)
}

func (c *counter) VerifyThreshold(pk crypto.ThresholdPublicKey, msg []byte, sig crypto.ThresholdSignature) bool {
	c.checks++
	return c.Scheme.VerifyThreshold(pk, msg, sig)
}

func (c *counter) CombineThreshold(
	g *crypto.ThresholdGroup, msg []byte, shares []crypto.IndexedShare,
) (crypto.ThresholdSignature, bool) {
	c.combines++
	return c.Scheme.CombineThreshold(g, msg, shares)
}

// Honest signatures cost a signature each; tampered ones a check each.
func TestHonestSharesAreNeverChecked(t *testing.T) {
	inner := &counter{Scheme: ideal.New()}
	s := Scheme(inner, true)
	msg := []byte("block")
	var pks []crypto.MultiPublicKey
	var shares []crypto.MultiSignature
	for i := range 4 {
		sk, pk, pop := s.MultiKey(crypto.Seed{byte(i)})
		require.True(t, s.VerifyPossession(pk, pop))
		pks, shares = append(pks, pk), append(shares, s.SignMulti(sk, msg))
		require.True(t, s.VerifyMultiShare(pk, msg, shares[i]))
	}
	sum, ok := s.CombineMulti([]crypto.MultiPublicKey{pks[2], pks[0], pks[3]}, msg, []crypto.MultiSignature{shares[2], shares[0], shares[3]})
	require.True(t, ok && s.VerifyMulti([]crypto.MultiPublicKey{pks[0], pks[2], pks[3]}, msg, sum))
	bsk, bpk := s.BasicKey(crypto.Seed{9})
	require.True(t, s.VerifyBasic(bpk, msg, s.SignBasic(bsk, msg)))
	group, secrets := s.Deal(crypto.Seed{1}, 4, 2)
	var indexed []crypto.IndexedShare
	for i, sk := range secrets {
		indexed = append(indexed, crypto.IndexedShare{Index: i, Share: s.SignThreshold(sk, msg)})
		require.True(t, s.VerifyThresholdShare(group, i, msg, indexed[i].Share))
	}
	for i := range 3 {
		sig, ok := s.CombineThreshold(group, msg, indexed[i:i+2])
		require.True(t, ok && s.VerifyThreshold(group.Key, msg, sig))
	}
	require.Zero(t, inner.checks)
	require.Equal(t, 1, inner.combines, "a group has one signature for a message")

	shares[1][5] ^= 1
	for range 3 {
		require.False(t, s.VerifyMultiShare(pks[1], msg, shares[1]))
		require.False(t, s.VerifyMulti(pks, msg, sum))
		require.False(t, s.VerifyMulti([]crypto.MultiPublicKey{pks[3], pks[2], pks[1], pks[0]}, msg, sum))
	}
	require.Equal(t, 2, inner.checks, "once each, whatever the order of signers")
}

// pool is all that an attacker may mix: keys, messages, signatures, groups.
type pool struct {
	msgs       [][]byte
	basicPKs   []crypto.BasicPublicKey
	basicSigs  []crypto.BasicSignature
	multiPKs   []crypto.MultiPublicKey
	multiSigs  []crypto.MultiSignature
	pops       []crypto.ProofOfPossession
	groups     []*crypto.ThresholdGroup
	shares     []crypto.ThresholdSignature
	publicKeys []crypto.ThresholdPublicKey
}

func newPool(s crypto.Scheme) *pool {
	p := &pool{msgs: [][]byte{[]byte("a"), []byte("b")}}
	for i := range byte(3) {
		bsk, bpk := s.BasicKey(crypto.Seed{i})
		msk, mpk, pop := s.MultiKey(crypto.Seed{i})
		p.basicPKs, p.multiPKs, p.pops = append(p.basicPKs, bpk), append(p.multiPKs, mpk), append(p.pops, pop)
		for _, m := range p.msgs {
			p.basicSigs, p.multiSigs = append(p.basicSigs, s.SignBasic(bsk, m)), append(p.multiSigs, s.SignMulti(msk, m))
		}
	}
	for i := range byte(2) {
		group, secrets := s.Deal(crypto.Seed{i}, 3, 2)
		p.groups, p.publicKeys = append(p.groups, group), append(p.publicKeys, group.Key)
		for _, sk := range secrets {
			for _, m := range p.msgs {
				p.shares = append(p.shares, s.SignThreshold(sk, m))
			}
		}
		// One secret used as both kinds: made for one of them only.
		p.shares = append(p.shares, s.SignThreshold(crypto.ThresholdSecretKey{31: i + 1}, p.msgs[0]))
		p.multiSigs = append(p.multiSigs, s.SignMulti(crypto.MultiSecretKey(secrets[0]), p.msgs[0]))
	}
	mixed := *p.groups[0] // the first group's key over the second's shares
	mixed.Shares = p.groups[1].Shares
	lower := *p.groups[0]
	lower.Threshold = 1
	p.groups = append(p.groups, &mixed, &lower)
	return p
}

func pick[T any](t *rapid.T, from []T, label string) T {
	return from[rapid.IntRange(0, len(from)-1).Draw(t, label)]
}

func picks[T any](t *rapid.T, from []T, label string) []T {
	out := make([]T, rapid.IntRange(0, 4).Draw(t, label))
	for i := range out {
		out[i] = pick(t, from, label)
	}
	return out
}

// operation asks both schemes one thing about a mix of the pool, which now and then has a flipped bit, and learns what they
// answer.
func (p *pool) operation(t *rapid.T, s, plain crypto.Scheme) {
	msg := pick(t, p.msgs, "msg")
	flip := rapid.IntRange(0, 3).Draw(t, "flip") == 0
	share, multi, basic := pick(t, p.shares, "share"), pick(t, p.multiSigs, "multi"), pick(t, p.basicSigs, "basic")
	if flip {
		share[7] ^= 1
		multi[7] ^= 1
		basic[7] ^= 1
	}
	both := func(f func(crypto.Scheme) any) {
		require.Equal(t, f(plain), f(s))
	}
	switch rapid.IntRange(0, 9).Draw(t, "op") {
	case 0:
		pk := pick(t, p.basicPKs, "pk")
		both(func(s crypto.Scheme) any { return s.VerifyBasic(pk, msg, basic) })
	case 1:
		pk, pop := pick(t, p.multiPKs, "pk"), pick(t, p.pops, "pop")
		both(func(s crypto.Scheme) any { return s.VerifyPossession(pk, pop) })
	case 2:
		pk := pick(t, p.multiPKs, "pk")
		both(func(s crypto.Scheme) any { return s.VerifyMultiShare(pk, msg, multi) })
	case 3:
		pks := picks(t, p.multiPKs, "pks")
		both(func(s crypto.Scheme) any { return s.VerifyMulti(pks, msg, multi) })
	case 4, 5:
		shares := append(picks(t, p.multiSigs, "shares"), multi)
		pks := picks(t, p.multiPKs, "pks")
		for len(pks) < len(shares) {
			pks = append(pks, pick(t, p.multiPKs, "pk"))
		}
		pks = pks[:len(shares)]
		both(func(s crypto.Scheme) any { sig, ok := s.CombineMulti(pks, msg, shares); return []any{sig, ok} })
		if sig, ok := plain.CombineMulti(pks, msg, shares); ok {
			p.multiSigs = append(p.multiSigs, sig)
		}
	case 6:
		g, index := pick(t, p.groups, "group"), rapid.IntRange(-1, 3).Draw(t, "index")
		both(func(s crypto.Scheme) any { return s.VerifyThresholdShare(g, index, msg, share) })
	case 7, 8:
		g := pick(t, p.groups, "group")
		var shares []crypto.IndexedShare
		for _, sig := range append(picks(t, p.shares, "shares"), share) {
			shares = append(shares, crypto.IndexedShare{Index: rapid.IntRange(-1, 3).Draw(t, "index"), Share: sig})
		}
		both(func(s crypto.Scheme) any { sig, ok := s.CombineThreshold(g, msg, shares); return []any{sig, ok} })
		if sig, ok := plain.CombineThreshold(g, msg, shares); ok {
			p.shares = append(p.shares, sig)
		}
	case 9:
		pk := pick(t, p.publicKeys, "group key")
		both(func(s crypto.Scheme) any { return s.VerifyThreshold(pk, msg, share) })
	}
}

func TestMemoryIsInvisible(t *testing.T) {
	for name, of := range map[string]struct {
		inner func() crypto.Scheme
		memo  func(crypto.Scheme) crypto.Scheme
	}{
		"ideal":  {ideal.New, func(s crypto.Scheme) crypto.Scheme { return Scheme(s, true) }},
		"bls":    {bls.New, func(s crypto.Scheme) crypto.Scheme { return Scheme(s, true) }},
		"recent": {ideal.New, Recent},
	} {
		t.Run(name, func(t *testing.T) {
			plain := of.inner() // its own caches only save time
			rapid.Check(t, func(t *rapid.T) {
				s := of.memo(of.inner())
				p := newPool(s)
				for range rapid.IntRange(1, 30).Draw(t, "operations") {
					p.operation(t, s, plain)
				}
			})
		})
	}
}

// The combinations of valid shares, which random mixes rarely meet.
func TestMemoryIsInvisibleToHonestCombinations(t *testing.T) {
	t.Run("all", func(t *testing.T) { testHonestCombinations(t, Scheme(ideal.New(), true)) })
	t.Run("recent", func(t *testing.T) { testHonestCombinations(t, Recent(ideal.New())) })
}

func testHonestCombinations(t *testing.T, s crypto.Scheme) {
	plain := ideal.New()
	group, secrets := s.Deal(crypto.Seed{1}, 4, 3)
	a, b := []byte("a"), []byte("b")
	shares := func(msg []byte, indices ...int) (out []crypto.IndexedShare) {
		for _, i := range indices {
			out = append(out, crypto.IndexedShare{Index: i, Share: s.SignThreshold(secrets[i], msg)})
		}
		return out
	}
	lower, swapped := *group, *group
	lower.Threshold = 2
	swapped.Shares = []crypto.ThresholdPublicKey{group.Shares[1], group.Shares[0], group.Shares[2], group.Shares[3]}
	misplaced := shares(a, 0, 1, 2)
	misplaced[0].Index = 3
	outside := append([]crypto.IndexedShare{{Index: 4, Share: shares(a, 1)[0].Share}}, shares(a, 0, 1, 2)...)
	require.False(t, s.VerifyThresholdShare(group, 3, a, misplaced[0].Share), "known to be bad is not known to be good")
	for range 2 { // with and without the combination remembered
		for _, g := range []*crypto.ThresholdGroup{group, &lower, &swapped} {
			for _, set := range [][]crypto.IndexedShare{
				shares(a, 0, 1, 2), shares(a, 3, 2, 1, 0), shares(a, 0, 1), shares(a, 0, 0, 1), shares(a, 0, 0, 1, 2), shares(b, 0, 1, 2),
				append(shares(a, 0, 1), shares(b, 2)...), misplaced, outside, nil,
			} {
				for _, msg := range [][]byte{a, b} {
					want, wantOK := plain.CombineThreshold(g, msg, set)
					got, ok := s.CombineThreshold(g, msg, set)
					require.Equal(t, wantOK, ok)
					require.Equal(t, want, got)
					require.Equal(t, plain.VerifyThreshold(g.Key, msg, got), s.VerifyThreshold(g.Key, msg, got))
				}
			}
		}
	}
}

func TestMemoryIsInvisibleToHonestSums(t *testing.T) {
	s, plain := Scheme(ideal.New(), true), ideal.New()
	a, b := []byte("a"), []byte("b")
	sk1, pk1, _ := s.MultiKey(crypto.Seed{1})
	sk2, pk2, _ := s.MultiKey(crypto.Seed{2})
	stranger := crypto.MultiSecretKey{7} // not made here
	_, unknown, _ := plain.MultiKey(crypto.Seed{7})
	share := s.SignMulti
	for _, c := range []struct {
		keys   []crypto.MultiPublicKey
		shares []crypto.MultiSignature
	}{
		{nil, nil},
		{[]crypto.MultiPublicKey{pk1}, []crypto.MultiSignature{share(sk1, a)}},
		{[]crypto.MultiPublicKey{pk1, pk2}, []crypto.MultiSignature{share(sk1, a), share(sk2, a)}},
		{[]crypto.MultiPublicKey{pk2, pk1}, []crypto.MultiSignature{share(sk1, a), share(sk2, a)}},
		{[]crypto.MultiPublicKey{pk1, pk2}, []crypto.MultiSignature{share(sk1, a), share(sk2, b)}},
		{[]crypto.MultiPublicKey{pk1, pk1}, []crypto.MultiSignature{share(sk1, a), share(sk1, a)}},
		{[]crypto.MultiPublicKey{pk1, unknown}, []crypto.MultiSignature{share(sk1, a), share(stranger, a)}},
		{[]crypto.MultiPublicKey{unknown}, []crypto.MultiSignature{share(stranger, a)}},
		{[]crypto.MultiPublicKey{pk1}, nil},
	} {
		sum, ok := s.CombineMulti(c.keys, a, c.shares)
		want, wantOK := plain.CombineMulti(c.keys, a, c.shares)
		require.Equal(t, wantOK, ok)
		require.Equal(t, want, sum)
		for _, keys := range [][]crypto.MultiPublicKey{nil, {pk1}, {pk2}, {pk1, pk2}, {pk2, pk1}, {pk1, pk1}, {{}}, {pk1, {}}} {
			for _, msg := range [][]byte{a, b} {
				require.Equal(t, plain.VerifyMulti(keys, msg, sum), s.VerifyMulti(keys, msg, sum))
			}
		}
	}
	require.False(t, s.VerifyMultiShare(crypto.MultiPublicKey{}, a, share(stranger, a)))
	require.False(t, s.VerifyBasic(crypto.BasicPublicKey{}, a, s.SignBasic(crypto.BasicSecretKey{7}, a)))
	lone := &crypto.ThresholdGroup{Threshold: 1, Shares: make([]crypto.ThresholdPublicKey, 1)}
	require.False(t, s.VerifyThresholdShare(lone, 0, a, s.SignThreshold(crypto.ThresholdSecretKey{7}, a)))
}

// strict refuses a signer who is listed twice, as the interface lets it.
type strict struct{ crypto.Scheme }

func (s strict) VerifyMulti(pks []crypto.MultiPublicKey, msg []byte, sig crypto.MultiSignature) bool {
	return len(pks) == 1 && s.Scheme.VerifyMulti(pks, msg, sig)
}

func TestNothingIsConcludedFromASignerTwice(t *testing.T) {
	s := Scheme(strict{ideal.New()}, true)
	sk, pk, _ := s.MultiKey(crypto.Seed{1})
	share := s.SignMulti(sk, nil)
	sum, _ := s.CombineMulti([]crypto.MultiPublicKey{pk, pk}, nil, []crypto.MultiSignature{share, share})
	require.False(t, s.VerifyMulti([]crypto.MultiPublicKey{pk, pk}, nil, sum))
}

// The key of one group over the shares of another: both known, and yet no group.
func TestGroupMustBeWhole(t *testing.T) {
	s, plain := Scheme(bls.New(), true), bls.New()
	msg := []byte("m")
	first, _ := s.Deal(crypto.Seed{1}, 3, 2)
	second, secrets := s.Deal(crypto.Seed{2}, 3, 2)
	mixed := &crypto.ThresholdGroup{Key: first.Key, Threshold: 2, Shares: second.Shares}
	var shares []crypto.IndexedShare
	for i, sk := range secrets {
		shares = append(shares, crypto.IndexedShare{Index: i, Share: s.SignThreshold(sk, msg)})
	}
	want, _ := plain.CombineThreshold(mixed, msg, shares)
	got, ok := s.CombineThreshold(mixed, msg, shares)
	require.True(t, ok)
	require.Equal(t, want, got)
	require.False(t, s.VerifyThreshold(first.Key, msg, got))
}

// batcher is a scheme with batches that notes what it was asked.
type batcher struct {
	crypto.Scheme
	asked int
}

func (b *batcher) VerifyThresholdShares(g *crypto.ThresholdGroup, msg []byte, shares []crypto.IndexedShare) []bool {
	b.asked += len(shares)
	out := make([]bool, len(shares))
	for i, sh := range shares {
		out[i] = b.VerifyThresholdShare(g, sh.Index, msg, sh.Share)
	}
	return out
}

func (b *batcher) VerifyMultiShares(pks []crypto.MultiPublicKey, msg []byte, shares []crypto.MultiSignature) []bool {
	b.asked += len(shares)
	out := make([]bool, len(shares))
	for i := range shares {
		out[i] = b.VerifyMultiShare(pks[i], msg, shares[i])
	}
	return out
}

func TestBatchesAskOnlyAboutTheUnknown(t *testing.T) {
	inner := &batcher{Scheme: ideal.New()}
	for _, s := range []crypto.Scheme{Scheme(inner, true), Scheme(ideal.New(), true)} {
		msg := []byte("m")
		group, secrets := s.Deal(crypto.Seed{1}, 4, 2)
		var shares []crypto.IndexedShare
		var pks []crypto.MultiPublicKey
		var multi []crypto.MultiSignature
		for i, secret := range secrets {
			shares = append(shares, crypto.IndexedShare{Index: i, Share: s.SignThreshold(secret, msg)})
			sk, pk, _ := s.MultiKey(crypto.Seed{byte(i)})
			pks, multi = append(pks, pk), append(multi, s.SignMulti(sk, msg))
		}
		shares[1].Share[3] ^= 1
		shares[2].Index = 7
		multi[3][3] ^= 1
		for range 2 {
			require.Equal(t, []bool{true, false, false, true}, s.(crypto.BatchVerifier).VerifyThresholdShares(group, msg, shares))
			require.Equal(t, []bool{true, true, true, false}, s.(crypto.BatchVerifier).VerifyMultiShares(pks, msg, multi))
		}
	}
	require.Equal(t, 2, inner.asked, "the flipped ones, once")
}

func BenchmarkVerifyShareHit(b *testing.B) {
	s := Scheme(ideal.New(), true)
	group, secrets := s.Deal(crypto.Seed{1}, 13, 5)
	msg := make([]byte, 100)
	sig := s.SignThreshold(secrets[3], msg)
	for b.Loop() {
		s.VerifyThresholdShare(group, 3, msg, sig)
	}
}

func BenchmarkVerifyMulti9Hit(b *testing.B) {
	s := Scheme(ideal.New(), true)
	var pks []crypto.MultiPublicKey
	var shares []crypto.MultiSignature
	msg := make([]byte, 100)
	for i := range byte(9) {
		sk, pk, _ := s.MultiKey(crypto.Seed{i})
		pks, shares = append(pks, pk), append(shares, s.SignMulti(sk, msg))
	}
	sig, _ := s.CombineMulti(pks, msg, shares)
	for b.Loop() {
		s.VerifyMulti(pks, msg, sig)
	}
}
