package memo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/ideal"
	"icsim/crypto/nidkg/misdeal"
)

// countedGeneration is a key generation that counts what it is asked.
type countedGeneration struct {
	crypto.KeyGeneration
	verified, combined int
}

func (c *countedGeneration) VerifyDealing(config *crypto.KeyGenerationConfig, dealer int, d *crypto.Dealing) crypto.DealingFault {
	c.verified++
	return c.KeyGeneration.VerifyDealing(config, dealer, d)
}

func (c *countedGeneration) Combine(
	config *crypto.KeyGenerationConfig, d []crypto.IndexedDealing,
) (*crypto.Transcript, crypto.DealingFault) {
	c.combined++
	return c.KeyGeneration.Combine(config, d)
}

// among are four receivers who deal among themselves.
func among(g crypto.KeyGeneration) (config *crypto.KeyGenerationConfig, secrets []crypto.DecryptionKey) {
	config = &crypto.KeyGenerationConfig{Context: []byte("c"), Threshold: 2, Dealers: 4, Collect: 2}
	for i := range 4 {
		sk, pk, _ := g.EncryptionKey(crypto.Seed{byte(i)}, nil)
		secrets, config.Receivers = append(secrets, sk), append(config.Receivers, pk)
	}
	return config, secrets
}

// fresh generates a key by the first two.
func fresh(t *testing.T, g crypto.KeyGeneration, config *crypto.KeyGenerationConfig) *crypto.Transcript {
	t.Helper()
	var dealings []crypto.IndexedDealing
	for i := range 2 {
		d, fault := g.Deal(config, i, crypto.Seed{byte(10 + i)}, nil)
		require.Equal(t, crypto.DealingSound, fault)
		require.Equal(t, crypto.DealingSound, g.VerifyDealing(config, i, d))
		dealings = append(dealings, crypto.IndexedDealing{Dealer: i, Dealing: d})
	}
	transcript, fault := g.Combine(config, dealings)
	require.Equal(t, crypto.DealingSound, fault)
	again, _ := g.Combine(config, dealings)
	require.Equal(t, transcript.Hash(), again.Hash())
	return transcript
}

// Whatever is dealt, by whom and how badly, the memory answers as the key generation inside does, the second time too.
func TestMemoryIsInvisibleToKeyGeneration(t *testing.T) {
	inner := &countedGeneration{KeyGeneration: ideal.NewKeyGeneration()}
	g, plain := NewSignatures(1).KeyGeneration(inner), ideal.NewKeyGeneration()
	config, secrets := among(g)
	transcript := fresh(t, g, config)
	require.Zero(t, inner.verified, "what was dealt here is sound")
	require.Equal(t, 1, inner.combined)

	share, fault := g.OpenShare(config, transcript, 1, secrets[1])
	require.Equal(t, crypto.DealingSound, fault)
	resharing := *config
	resharing.Resharing = transcript
	wrong := crypto.ThresholdSecretKey{31: 1}
	for _, with := range []struct {
		config *crypto.KeyGenerationConfig
		share  *crypto.ThresholdSecretKey
	}{{config, nil}, {&resharing, &share}, {&resharing, &wrong}} {
		if d, _ := g.Deal(with.config, 1, crypto.Seed{7}, with.share); d != nil {
			require.Equal(t, plain.VerifyDealing(with.config, 1, d), g.VerifyDealing(with.config, 1, d))
			require.Equal(t, plain.VerifyDealing(with.config, 2, d), g.VerifyDealing(with.config, 2, d))
		}
		for _, attack := range misdeal.Attacks() {
			bad := attack.Make(&misdeal.Dealer{Keys: g, Config: with.config, Index: 1, Seed: crypto.Seed{9}, Share: with.share})
			if bad == nil {
				continue
			}
			want := plain.VerifyDealing(with.config, 1, bad)
			require.Equal(t, want, g.VerifyDealing(with.config, 1, bad), attack.Name)
			require.Equal(t, want, g.VerifyDealing(with.config, 1, bad), attack.Name)
		}
	}
}

// A resharing has the key of the group before: both are known, each with its own shares.
func TestGroupsOfOneKeyAreToldApart(t *testing.T) {
	known := NewSignatures(1)
	g := known.KeyGeneration(ideal.NewKeyGeneration())
	config, secrets := among(g)
	transcript := fresh(t, g, config)
	resharing := *config
	resharing.Resharing = transcript
	var dealings []crypto.IndexedDealing
	for i := range 2 {
		share, _ := g.OpenShare(config, transcript, i, secrets[i])
		d, _ := g.Deal(&resharing, i, crypto.Seed{byte(20 + i)}, &share)
		dealings = append(dealings, crypto.IndexedDealing{Dealer: i, Dealing: d})
	}
	second, fault := g.Combine(&resharing, dealings)
	require.Equal(t, crypto.DealingSound, fault)
	a, b := g.Group(transcript), g.Group(second)
	require.Equal(t, a.Key, b.Key)
	require.True(t, known.dealt(a) && known.dealt(b))
	mixed := *a
	mixed.Shares = append([]crypto.ThresholdPublicKey{a.Shares[0]}, b.Shares[1:]...)
	require.False(t, known.dealt(&mixed))
}
