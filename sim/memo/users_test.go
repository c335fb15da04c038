package memo

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto"
	"icsim/crypto/ideal"
	"icsim/crypto/userkey"
	"icsim/crypto/userkey/userkeytest"
)

// counted counts what reaches the verifier inside.
type counted struct {
	userkey.Verifier
	checks int
}

func (c *counted) Verify(root crypto.ThresholdPublicKey, key *userkey.Key, msg, sig []byte) error {
	c.checks++
	return c.Verifier.Verify(root, key, msg, sig)
}

// Good or bad, a signature is checked once, and the reason is the same each time.
func TestUsersAreCheckedOnce(t *testing.T) {
	inner := &counted{Verifier: userkey.New(ideal.New())}
	u, n, msg := NewUsers().Verifier(inner), userkeytest.NewNetwork(ideal.New()), []byte("m")
	for i, kind := range userkeytest.Kinds() {
		signer := n.New(kind, 1)
		good := signer.Sign(msg)
		for range 13 {
			key, err := userkey.Parse(signer.DER)
			require.NoError(t, err)
			require.NoError(t, u.Verify(n.Root(), key, msg, good))
			err = u.Verify(n.Root(), key, msg, good[1:])
			require.Error(t, err)
			require.Equal(t, inner.Verifier.Verify(n.Root(), key, msg, good[1:]).Error(), err.Error())
		}
		require.Equal(t, 2*(i+1), inner.checks)
	}
}

// All the arguments count: no answer is that of another question.
func TestUsersAnswerAsTheVerifierInside(t *testing.T) {
	inner := userkey.New(ideal.New())
	u, n := NewUsers().Verifier(inner), userkeytest.NewNetwork(ideal.New())
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]userkey.Kind{userkey.Ed25519, userkey.ECDSASecp256k1, userkey.Canister}).Draw(t, "kind")
		signer, by := n.New(kind, rapid.IntRange(0, 1).Draw(t, "signer")), n.New(kind, rapid.IntRange(0, 1).Draw(t, "by"))
		root := rapid.SampledFrom([]crypto.ThresholdPublicKey{n.Root(), {1}}).Draw(t, "root")
		msg := bytes.Repeat([]byte("m"), rapid.IntRange(0, 2).Draw(t, "length"))
		sig := by.Sign(bytes.Repeat([]byte("m"), rapid.IntRange(0, 2).Draw(t, "length signed")))
		if rapid.Bool().Draw(t, "shifted") && len(msg) > 0 {
			msg, sig = msg[1:], append([]byte("m"), sig...) // the same bytes, cut elsewhere
		}
		key, err := userkey.Parse(signer.DER)
		require.NoError(t, err)
		require.Equal(t, inner.Verify(root, key, msg, sig), u.Verify(root, key, msg, sig))
	})
}
