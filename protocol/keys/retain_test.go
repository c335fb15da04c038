package keys_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/ideal"
	"icsim/protocol"
	"icsim/protocol/keys"
	"icsim/protocol/registry"
)

// E: the epoch that a node's decryption key keeps is the oldest registry version of the keys that are still needed. Shares of older ones
// cannot be opened any more, those of the others can, and nothing happens while the first version is in use.
func TestKeysForgetWhatNoTranscriptNeeds(t *testing.T) {
	generation := ideal.NewKeyGeneration()
	decryption, public, proof := generation.EncryptionKey(crypto.Seed{1}, nil)
	all := registry.New(protocol.RegistrySnapshot{Nodes: []*protocol.NodeRecord{{ID: 0, EncryptionKey: public, EncryptionProof: proof}}})
	for range 8 {
		all.Publish(0, func(*protocol.RegistrySnapshot) {})
	}
	ring := func(key crypto.DecryptionKey) *keys.Keyring {
		return &keys.Keyring{
			Node: 0, Scheme: ideal.New(), Generation: generation, Registry: all.Client(0, registry.PollPhase{}),
			Secrets: keys.Secrets{Decryption: key}, Meter: new(protocol.Meter),
		}
	}
	k := ring(decryption)
	transcript := func(v protocol.RegistryVersion) *protocol.Transcript {
		c := &protocol.DKGConfig{
			ID: protocol.TranscriptID{Start: protocol.Height(v)}, Registry: v, Dealers: []protocol.NodeID{0}, Receivers: []protocol.NodeID{0},
			Threshold: 1, Collect: 1,
		}
		d, ok := k.Deal(c)
		require.True(t, ok)
		made, fault := k.CombineDealings(c, []*protocol.Dealing{protocol.NewDealing("", c.ID, 0, d, crypto.BasicSignature{})})
		require.Equal(t, crypto.DealingSound, fault)
		return made
	}
	first, second, fifth := transcript(1), transcript(2), transcript(5)
	opens := func(key crypto.DecryptionKey, t *protocol.Transcript) bool {
		_, ok := ring(key).SignThreshold(t, nil)
		return ok
	}
	require.False(t, k.Retain([]*protocol.Transcript{second, first}), "the first version is in use")
	require.Equal(t, crypto.Epoch(0), k.Secrets.Decryption.Epoch())
	_, ok := k.SignThreshold(first, nil)
	require.True(t, ok)

	*k.Meter = protocol.Meter{}
	require.True(t, k.Retain([]*protocol.Transcript{fifth, second}))
	require.Equal(t, uint64(1), k.Meter[protocol.OpUpdateKey])
	require.Equal(t, crypto.Epoch(2), k.Secrets.Decryption.Epoch())
	_, ok = k.SignThreshold(first, nil)
	require.False(t, ok, "a share that was open is erased")
	require.True(t, opens(decryption, first))
	require.False(t, opens(k.Secrets.Decryption, first))
	require.True(t, opens(k.Secrets.Decryption, second))
	require.True(t, opens(k.Secrets.Decryption, fifth))

	require.False(t, k.Retain([]*protocol.Transcript{second}), "once")
	require.True(t, k.Outlives([]*protocol.Transcript{fifth}))
	require.True(t, k.Retain([]*protocol.Transcript{fifth}))
	require.False(t, opens(k.Secrets.Decryption, second))
	require.True(t, opens(k.Secrets.Decryption, fifth))
}
