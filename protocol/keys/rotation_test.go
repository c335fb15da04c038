package keys_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/idkg"
	"icsim/protocol"
	"icsim/protocol/keys"
	"icsim/protocol/registry"
)

// E, "Key rotation": a node makes one key at a time, and shows it again until the registry has it. What was shared with older keys can be
// opened until it forgets them; then the node neither takes part in it nor complains.
func TestEncryptionKeysRotate(t *testing.T) {
	first := idkg.NewKey(crypto.Seed{1})
	r := registry.New(protocol.RegistrySnapshot{Nodes: []*protocol.NodeRecord{{ID: 0, IDKGKey: first.Public()}}})
	k := &keys.Keyring{
		Registry: r.Client(0, registry.PollPhase{}), Secrets: keys.Secrets{IDKG: []*idkg.SecretKey{first}}, Meter: new(protocol.Meter),
	}
	shared := func(key idkg.EncryptionKey) *protocol.IDKGTranscript {
		p := &idkg.Params{
			Algorithm: idkg.SchnorrEd25519, ID: []byte{1}, Dealers: 1, Operation: idkg.RandomUnmasked, Receivers: []idkg.EncryptionKey{key},
		}
		d, _ := idkg.Deal(p, 0, nil, crypto.Seed{9})
		made, reason := idkg.Combine(p, []idkg.DealerDealing{{Dealing: d}})
		require.Equal(t, idkg.Valid, reason)
		return &protocol.IDKGTranscript{Receivers: []protocol.NodeID{0}, Dealers: []protocol.NodeID{0}, Transcript: made}
	}
	opens := func(s *protocol.IDKGTranscript) bool {
		_, bad, ok := k.LoadIDKG(s, nil)
		require.Empty(t, bad)
		return ok
	}
	register := func(key idkg.EncryptionKey) {
		r.Publish(0, func(next *protocol.RegistrySnapshot) { next.Nodes = []*protocol.NodeRecord{{ID: 0, IDKGKey: key}} })
	}
	second, made := k.RotateIDKG(1)
	require.True(t, made)
	again, made := k.RotateIDKG(1)
	require.False(t, made, "it is not in the registry yet")
	require.True(t, again.Equal(second))
	old, young := shared(first.Public()), shared(second)
	require.True(t, opens(old) && opens(young))
	register(second)
	third, made := k.RotateIDKG(2)
	require.True(t, made)
	require.False(t, third.Equal(second))

	require.False(t, k.RetainIDKG(1), "the first is still in use")
	require.True(t, k.RetainIDKG(2))
	require.False(t, k.RetainIDKG(2), "once")
	require.Len(t, k.Secrets.IDKG, 2)
	require.False(t, opens(old))
	require.True(t, opens(young))
	require.True(t, opens(shared(third)), "also before the registry has it")
	_, ok := k.ComplainIDKG(old, 0)
	require.False(t, ok)
	_, ok = k.OpenIDKG(old, 0)
	require.False(t, ok)
	require.False(t, opens(shared(idkg.NewKey(crypto.Seed{7}).Public())), "one for somebody else's key")
}
