package sim

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim/fault"
)

// E, "Key rotation": each node has another encryption key in each period, in turn; keys are reshared to the new ones at summaries, what is
// signed verifies under the same public keys all the time, and what opens transcripts that nobody needs is forgotten.
func TestNodesRotateTheirKeys(t *testing.T) {
	c := signing(t, 4, 130*time.Second, ecdsaKey, ed25519Key)
	c.Subnets[0].DKGIntervalLength = 19
	c.Subnets[0].ChainKeys.Rotation = protocol.Time(60 * time.Second)
	late := c.Clients[0]
	late.Name, late.Start = "late", 115*time.Second
	c.Clients = append(c.Clients, late)
	c.Faults.Crashes = []fault.Crash{{Node: 2, At: 80 * time.Second, Down: 10 * time.Second}}
	s, err := begin(c)
	require.NoError(t, err)
	genesis := s.registry.Latest()
	r, err := s.finish(s.pump(nil))
	require.NoError(t, err)
	requireChecks(t, r)
	requireSigned(t, r)
	r.Sequences[0], r.Sequences[1] = r.Sequences[1], r.Sequences[0]
	requireSigned(t, r)
	require.Equal(t, publicKeys(t, r, 0), publicKeys(t, r, 1))
	require.GreaterOrEqual(t, r.Subnets[0].IDKGRotations, uint64(5), "a turn is 15 s; nodes learn of the one before, and look, every 10 s")
	require.LessOrEqual(t, r.Subnets[0].IDKGRotations, uint64(9))
	var set []protocol.Time
	for n, record := range s.registry.Latest().Nodes {
		require.False(t, genesis.Nodes[n].IDKGKey.Equal(record.IDKGKey))
		set = append(set, record.IDKGKeySet)
	}
	for i, a := range set {
		for _, b := range set[i+1:] {
			require.GreaterOrEqual(t, max(a-b, b-a), protocol.Time(15*time.Second*85/100), "they take turns")
		}
	}
	for n := range s.hosts[:4] {
		for _, kept := range s.hosts[n].Disk().Load(protocol.DiskKeys) {
			if v := reflect.ValueOf(kept); v.Kind() == reflect.Slice {
				require.Less(t, v.Len(), 3, "node %d keeps what opens no transcript in use", n)
			}
		}
	}
}
