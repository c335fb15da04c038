package orchestrator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/idkg"
	"icsim/protocol"
	"icsim/protocol/orchestrator"
	"icsim/protocol/registry"
	"icsim/protocol/replica/replicatest"
)

// E, "Key rotation": a node asks for its next key when its turn comes, at each look until the registry has it, and then sleeps until the
// next turn; on a subnet that does not rotate keys it is never woken for that.
func TestNodesAskForTheirNextKey(t *testing.T) {
	w := newWorld()
	secret := idkg.NewKey(crypto.Seed{5})
	cfg := w.config(5)
	cfg.Keys.Secrets.IDKG = []*idkg.SecretKey{secret}
	a := orchestrator.NewAssigned(cfg, subnet, replicatest.Version)
	look := func(at protocol.Time) (out protocol.Outputs, made bool) {
		made = a.Rotate(&protocol.Input{Now: at, Instant: at - 7*second}, &out) // it started later than the world
		return out, made
	}
	require.False(t, a.Rotates(40*second))
	out, _ := look(40 * second)
	require.Empty(t, out.Notes)
	require.Equal(t, protocol.Never, a.NextWake())

	put := func(key idkg.EncryptionKey, set protocol.Time) {
		w.Registry.Publish(40*second, func(next *protocol.RegistrySnapshot) {
			registry.EditSubnet(subnet, func(s *protocol.SubnetRecord) { s.ChainKeys = &protocol.ChainKeys{Rotation: 400 * second} })(next)
			record := *next.Nodes[5]
			record.IDKGKey, record.IDKGKeySet = key, set
			next.Nodes[5] = &record
		})
	}
	put(secret.Public(), -300*second)
	require.True(t, a.Rotates(41*second))
	out, _ = look(41 * second)
	require.Empty(t, out.Notes)
	wake := a.NextWake() + 7*second
	require.Greater(t, wake, 100*second)
	require.LessOrEqual(t, wake, 110*second)
	out, _ = look(wake - 1)
	require.Empty(t, out.Notes, "it looks every ten seconds")

	out, made := look(wake)
	require.True(t, made)
	require.Len(t, out.Notes, 1)
	asked := *out.Notes[0].EncryptionKey
	require.Equal(t, asked.Hash(), out.Notes[0].Hash)
	require.Equal(t, wake+10*second, a.NextWake()+7*second)
	out, _ = look(wake + second)
	require.Empty(t, out.Notes, "news meanwhile change nothing")
	out, made = look(wake + 10*second)
	require.False(t, made, "the same")
	require.True(t, out.Notes[0].EncryptionKey.Equal(asked))

	put(asked, wake+10*second)
	out, _ = look(wake + 20*second)
	require.Empty(t, out.Notes)
	require.Greater(t, a.NextWake()+7*second, wake+410*second)
}
