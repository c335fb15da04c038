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

func lazyNames(inner crypto.Scheme) crypto.Scheme {
	return NewNames().Scheme(NewSignatures(1).Scheme(inner), true)
}

func TestNamesConform(t *testing.T) {
	t.Run("lazy", func(t *testing.T) {
		cryptotest.TestScheme(t, func() crypto.Scheme { return lazyNames(bls.New()) })
	})
	t.Run("at once", func(t *testing.T) {
		cryptotest.TestScheme(t, func() crypto.Scheme { return NewNames().Scheme(bls.New(), false) })
	})
}

// Whatever is asked in whatever order, by honest nodes or attackers, names are answered as points would be: that of a share that
// verifies is right, and no other.
func TestLazinessIsInvisible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lazy, eager := lazyNames(bls.New()), NewNames().Scheme(bls.New(), false)
		p := newPool(lazy)
		require.Equal(t, newPool(eager), p)
		for range rapid.IntRange(1, 10).Draw(t, "operations") {
			p.operation(t, lazy, eager)
		}
	})
}

// signed counts the shares that are made, and what is checked and combined.
type signed struct {
	counter
	joint crypto.JointSigner
	made  int
}

func newSigned() *signed {
	inner := bls.New()
	return &signed{counter: counter{Scheme: inner}, joint: inner.(crypto.JointSigner)}
}

func (s *signed) SignMulti(sk crypto.MultiSecretKey, msg []byte) crypto.MultiSignature {
	s.made++
	return s.Scheme.SignMulti(sk, msg)
}

func (s *signed) SignThreshold(sk crypto.ThresholdSecretKey, msg []byte) crypto.ThresholdSignature {
	s.made++
	return s.Scheme.SignThreshold(sk, msg)
}

func (s *signed) SignMultiJointly(sks []crypto.MultiSecretKey, msg []byte) crypto.MultiSignature {
	return s.joint.SignMultiJointly(sks, msg)
}

func (s *signed) SignThresholdJointly(
	g *crypto.ThresholdGroup, indices []int, sks []crypto.ThresholdSecretKey, msg []byte,
) crypto.ThresholdSignature {
	return s.joint.SignThresholdJointly(g, indices, sks, msg)
}

// A share that nobody looks at is never computed, and what shares add up to is what the real ones do.
func TestSharesAreMadeForWhoLooks(t *testing.T) {
	inner, plain, msg := newSigned(), bls.New(), []byte("m")
	s := lazyNames(inner)
	var pks []crypto.MultiPublicKey
	var shares, points []crypto.MultiSignature
	for i := range byte(3) {
		sk, pk, _ := s.MultiKey(crypto.Seed{i})
		pks, shares, points = append(pks, pk), append(shares, s.SignMulti(sk, msg)), append(points, plain.SignMulti(sk, msg))
		require.True(t, s.VerifyMultiShare(pk, msg, shares[i]))
	}
	sum, ok := s.CombineMulti(pks, msg, shares)
	want, _ := plain.CombineMulti(pks, msg, points)
	require.True(t, ok && sum == want && s.VerifyMulti(pks, msg, sum))
	group, secrets := s.Deal(crypto.Seed{1}, 4, 2)
	var named, real []crypto.IndexedShare
	for i, sk := range secrets {
		named = append(named, crypto.IndexedShare{Index: i, Share: s.SignThreshold(sk, msg)})
		real = append(real, crypto.IndexedShare{Index: i, Share: plain.SignThreshold(sk, msg)})
		require.True(t, s.VerifyThresholdShare(group, i, msg, named[i].Share))
		require.False(t, s.VerifyThresholdShare(group, (i+1)%4, msg, named[i].Share))
	}
	sig, ok := s.CombineThreshold(group, msg, named[1:])
	signature, _ := plain.CombineThreshold(group, msg, real)
	require.True(t, ok && sig == signature && s.VerifyThreshold(group.Key, msg, sig))
	require.Zero(t, inner.made+inner.combines, "shares made or combined")
	require.Equal(t, 4, inner.checks, "the misplaced ones")

	mixed, ok := s.CombineThreshold(group, msg, []crypto.IndexedShare{named[3], real[0]})
	require.True(t, ok && mixed == signature, "a name and a point")
	require.Equal(t, 1, inner.made)
	require.True(t, s.VerifyThresholdShare(group, 2, msg, real[2].Share), "a point is as good as its name")
}

// A name is no encoding of a point: nothing that comes as one is taken for the other.
func TestNamesAreNoPoints(t *testing.T) {
	s, plain := lazyNames(bls.New()), bls.New()
	sk, pk, _ := s.MultiKey(crypto.Seed{1})
	name := s.SignMulti(sk, nil)
	_, ok := plain.CombineMulti([]crypto.MultiPublicKey{pk}, nil, []crypto.MultiSignature{name})
	require.False(t, ok)
	require.False(t, plain.VerifyMultiShare(pk, nil, name))
}

// A share opened from a transcript signs under a name, as one dealt does.
func TestOpenedSharesHaveNames(t *testing.T) {
	names := NewNames()
	g := names.KeyGeneration(ideal.NewKeyGeneration())
	s := names.Scheme(ideal.New(), false)
	config, secrets := among(g)
	transcript := fresh(t, g, config)
	share, fault := g.OpenShare(config, transcript, 1, secrets[1])
	require.Equal(t, crypto.DealingSound, fault)
	name := s.SignThreshold(share, nil)
	require.NotEqual(t, ideal.New().SignThreshold(share, nil), name)
	require.True(t, s.VerifyThresholdShare(g.Group(transcript), 1, nil, name))
}
