package memo

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/cryptotest"
	"icsim/crypto/ideal"
)

func TestCacheIsBoundedAndKeepsWhatIsUsed(t *testing.T) {
	c := NewCache[int, int](10)
	c.Put(-1, 1)
	for i := range 1000 {
		c.Put(i, i)
		got, ok := c.Get(-1)
		require.True(t, ok && got == 1, "what is asked for is kept")
		require.LessOrEqual(t, len(c.young)+len(c.old), 20)
	}
	_, ok := c.Get(5)
	require.False(t, ok)
	calls := 0
	for range 3 {
		require.Equal(t, 7, c.Do(-2, func() int { calls++; return 7 }))
	}
	require.Equal(t, 1, calls)
}

// Forgetting costs time and nothing else: with a memory of one entry all is as without.
func TestForgettingIsInvisible(t *testing.T) {
	tiny := &Signatures{
		verdicts: NewCache[question, bool](1),
		sums:     NewCache[question, crypto.MultiSignature](1),
		combined: NewCache[combination, crypto.ThresholdSignature](1), basic: NewCache[crypto.BasicSecretKey, crypto.BasicPublicKey](1),
		multi:     NewCache[crypto.MultiSecretKey, crypto.MultiPublicKey](1),
		threshold: NewCache[crypto.ThresholdSecretKey, crypto.ThresholdPublicKey](1),
		groups:    NewCache[crypto.ThresholdPublicKey, *crypto.ThresholdGroup](1),
	}
	cryptotest.TestScheme(t, func() crypto.Scheme { return tiny.Scheme(ideal.New()) })
}

func TestCacheServesManyGoroutines(t *testing.T) {
	shared := NewSignatures(1)
	var wg sync.WaitGroup
	for g := range byte(4) {
		wg.Go(func() {
			s := shared.Scheme(ideal.New())
			for i := range byte(200) {
				sk, pk, _ := s.MultiKey(crypto.Seed{i % 7})
				msg := []byte{i, g / 2}
				if !s.VerifyMultiShare(pk, msg, s.SignMulti(sk, msg)) {
					panic("an honest share does not verify")
				}
			}
		})
	}
	wg.Wait()
}
