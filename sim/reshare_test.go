package sim

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/cdk/candid"
	"icsim/crypto/chainkey"
)

// resharing is a subnet that holds keys and another that gets them and then signs in its place, at times after one another; a canister on
// each, asked by clients before, while and after.
func resharing(t *testing.T, nodes int, keys ...string) *Config {
	t.Helper()
	c := signing(t, nodes, 120*time.Second, keys...)
	c.Subnets[0].DKGIntervalLength = 19
	other := c.Subnets[0]
	other.Name, other.ChainKeys = "other", nil
	c.Subnets = append(c.Subnets, other)
	far := c.Canisters[0]
	far.Name, far.Subnet, far.ID = "far", 1, FirstCanister(1)
	c.Canisters = append(c.Canisters, far)
	var ids []chainkey.KeyID
	for i := range c.Subnets[0].ChainKeys.Keys {
		ids = append(ids, c.Subnets[0].ChainKeys.Keys[i].ID)
	}
	c.Changes = []Change{
		{At: 10 * time.Second, Subnet: 1, Reshare: Reshare{Keys: ids}},
		{At: 50 * time.Second, Subnet: 1, EnableSigning: ids},
		{At: 50 * time.Second, DisableSigning: ids},
	}
	late := c.Clients[0]
	late.Name, late.Start = "late", 75*time.Second
	for i := range c.Clients[0].Sequence {
		call := c.Clients[0].Sequence[i]
		call.Subnet, call.Canister = 1, FirstCanister(1)
		c.Clients[0].Sequence = append(c.Clients[0].Sequence, call)
	}
	late.Sequence = c.Clients[0].Sequence
	c.Clients = append(c.Clients, late)
	return c
}

// publicKeys are what a sequence's calls were told.
func publicKeys(t *testing.T, r *Result, sequence int) (all []string) {
	for _, call := range r.Sequences[sequence].Calls {
		raw, err := hex.DecodeString(call.Reply)
		require.NoError(t, err)
		all = append(all, hex.EncodeToString(candid.Read(raw).Blob()))
	}
	return all
}

// E, "Key rotation": another subnet gets the keys, whatever f bad dealers do; canisters everywhere have the same public keys as before,
// and what the other subnet signs when the registry has switched verifies under them, by canisters on either. Nobody but it signs then.
func TestKeysAreResharedToAnotherSubnet(t *testing.T) {
	for _, attack := range []string{"", "bad-idkg-dealings"} {
		c := resharing(t, 4, ecdsaKey, bip340Key, ed25519Key)
		if attack != "" {
			c.Attackers = attackers([]string{attack}, 2)
		}
		s, err := begin(c)
		require.NoError(t, err)
		r, err := s.finish(s.pump(nil))
		require.NoError(t, err)
		requireChecks(t, r)
		requireSigned(t, r)
		r.Sequences[0], r.Sequences[1] = r.Sequences[1], r.Sequences[0]
		requireSigned(t, r)
		require.Equal(t, publicKeys(t, r, 1), publicKeys(t, r, 0))
		for i := range r.Subnets {
			for _, k := range r.Subnets[i].ChainKeys {
				require.Equal(t, uint64(2), k.Signatures, "%s of %s", k.Key, r.Subnets[i].Name)
			}
		}
		require.Len(t, r.Subnets[1].ChainKeys, 3)
		require.Empty(t, s.registry.Latest().Reshares)
	}
}

// The same for a key of vetKD, which NI-DKG reshares.
func TestVetKDKeysAreResharedToAnotherSubnet(t *testing.T) {
	c := resharing(t, 4, vetKDKey)
	c.Crypto = "bls"
	c.Attackers = attackers([]string{"bad-dealings"}, 1)
	r := run(t, c)
	requireChecks(t, r)
	requireSigned(t, r)
	r.Sequences[0], r.Sequences[1] = r.Sequences[1], r.Sequences[0]
	requireSigned(t, r)
	require.Equal(t, uint64(2), r.Subnets[0].ChainKeys[0].Signatures)
	require.Equal(t, []ChainKeyResult{{Key: vetKDKey, Signatures: 2}}, r.Subnets[1].ChainKeys)
}
