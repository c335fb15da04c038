package sim

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/cdk/candid"
	"icsim/crypto/chainkey"
	"icsim/protocol"
	"icsim/protocol/dkg"
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

// requireMissed demands that some checks are there and do not hold, and that all others do.
func requireMissed(t *testing.T, r *Result, names ...string) {
	t.Helper()
	requireChecks(t, r, names...)
	for _, name := range names {
		require.True(t, slices.ContainsFunc(r.Checks, func(o CheckResult) bool { return o.Name == name }), name)
	}
}

// F: a subnet that is created begins with a key that another holds: the registry has the subnet when it has both; who asks its canisters is
// told the same public key. Enabled before it is there it does not sign, and the run says so.
func TestCreatedSubnetBeginsWithAKey(t *testing.T) {
	c := signing(t, 4, 110*time.Second, ecdsaKey, vetKDKey) // of which the second comes an interval after the subnet's own
	c.Crypto, c.Subnets[0].DKGIntervalLength = "bls", 19
	c.Spares.Places = make([]int, 4)
	fresh := c.Subnets[0]
	fresh.Name, fresh.ChainKeys, fresh.Created, fresh.Places = "fresh", nil, true, nil
	c.Subnets = append(c.Subnets, fresh)
	ids := []chainkey.KeyID{c.Subnets[0].ChainKeys.Keys[0].ID, c.Subnets[0].ChainKeys.Keys[1].ID}
	c.Changes = []Change{
		{At: 10 * time.Second, Subnet: 1, Create: true, Add: []protocol.NodeID{4, 5, 6, 7}, Reshare: Reshare{Keys: ids}},
		{At: 11 * time.Second, Subnet: 1, EnableSigning: ids},
		{At: 60 * time.Second, Subnet: 1, EnableSigning: ids},
		{At: 60 * time.Second, DisableSigning: ids},
	}
	c.Bounds.CatchUp = 40 * time.Second
	late := c.Clients[0]
	late.Name, late.Start = "late", 85*time.Second
	c.Clients = append(c.Clients, late)
	r := run(t, c)
	requireMissed(t, r, "signing with "+ecdsaKey+" on fresh", "signing with "+vetKDKey+" on fresh")
	requireSigned(t, r)
	r.Sequences[0], r.Sequences[1] = r.Sequences[1], r.Sequences[0]
	requireSigned(t, r)
	require.Equal(t, publicKeys(t, r, 0), publicKeys(t, r, 1))
	require.Equal(t, uint64(1), r.Subnets[1].ChainKeys[0].Signatures)
	order := ""
	for _, m := range r.Timeline {
		for sign, what := range map[string]string{"k": "fresh gets", "c": "fresh is created, with the keys that app has generated"} {
			if strings.Contains(m.What, what) {
				order += sign
			}
		}
	}
	require.Equal(t, "kkc", order, "not before it has all of them")
}

// A.7: where nobody gets a key of vetKD dealt in time, a subnet that was to begin with it is not created, and one that runs has nothing.
func TestKeysThatCannotBeDealtAreRejected(t *testing.T) {
	c := resharing(t, 4, vetKDKey)
	c.Crypto, c.Subnets[0].DKGIntervalLength = "bls", 5
	c.Changes = append(c.Changes[:1], Change{
		At: 62 * time.Second, Subnet: 2, Create: true, Add: []protocol.NodeID{8, 9, 10, 11}, Reshare: c.Changes[0].Reshare,
	})
	c.Spares.Places = make([]int, 4)
	fresh := c.Subnets[1]
	fresh.Name, fresh.Created, fresh.Places = "fresh", true, nil
	c.Subnets = append(c.Subnets, fresh)
	c.Clients = nil
	s, err := begin(c)
	require.NoError(t, err)
	r, err := s.finish(s.pump(nil))
	require.NoError(t, err)
	requireMissed(t, r, "resharing of "+vetKDKey+" to other", "resharing of "+vetKDKey+" to fresh", "creation of fresh")
	require.Equal(t, 1, happened(r, "other does not get "+vetKDKey+": "+dkg.ReasonAttempts))
	require.Empty(t, s.registry.Latest().Reshares)
	require.Nil(t, s.registry.Latest().Subnet(1).ChainKeys)
}

// A subnet of short intervals, whose registry changes meanwhile, waits for a key of vetKD without losing what opens its shares.
func TestVetKDKeyComesToASubnetOfShortIntervals(t *testing.T) {
	c := resharing(t, 4, vetKDKey)
	c.Crypto, c.Subnets[0].DKGIntervalLength, c.Subnets[1].DKGIntervalLength = "bls", 39, 9
	var busy []Change
	for at := 12 * time.Second; at < 48*time.Second; at += 4 * time.Second {
		busy = append(busy, Change{At: at, UnitDelay: time.Second + at})
	}
	c.Changes = append(append(c.Changes[:1:1], busy...), c.Changes[1:]...)
	r := run(t, c)
	requireChecks(t, r)
	requireSigned(t, r)
	r.Sequences[0], r.Sequences[1] = r.Sequences[1], r.Sequences[0]
	requireSigned(t, r)
}

// F: a subnet that was to begin with a key that it does not get is not created, though its own keys are there.
func TestCreationEndsWithoutTheKey(t *testing.T) {
	c := creating(19, 30*time.Second)
	id := chainkey.KeyID{Algorithm: chainkey.Ed25519, Name: "k"}
	c.Subnets[0].ChainKeys = &protocol.ChainKeys{Keys: []protocol.ChainKey{{ID: id}}}
	c.Changes[0].Reshare.Keys = []chainkey.KeyID{id}
	s, err := begin(c)
	require.NoError(t, err)
	defer s.close()
	at := protocol.Time(c.Changes[0].At)
	s.published(at, &c.Changes[0])
	fresh, asked := s.subnets[1], s.registry.Latest().Reshares[0]
	require.Equal(t, c.Changes[0].Add, asked.Nodes)
	fresh.answer = &protocol.InitialDKG{Subnet: 1, Keys: s.subnets[0].keys}
	s.create(at, 1)
	require.False(t, s.exists(1), "it waits for the key")
	s.share(at, &protocol.ChainKeyInitialization{Request: asked, Reject: "no"})
	s.create(at, 1)
	require.False(t, s.exists(1))
	require.Equal(t, "no", fresh.answer.Reject)
	require.Empty(t, s.registry.Latest().Reshares)
	require.Empty(t, s.registry.Latest().Setups)
}
