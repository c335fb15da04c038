package sim

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	dcrec "github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
	"github.com/stretchr/testify/require"

	"icsim/canister/cdk/candid"
	"icsim/canister/library"
	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/tschnorr"
	"icsim/crypto/vetkd"
	"icsim/protocol"
	"icsim/sim/fault"
	"icsim/sim/workload"
)

// signing is a subnet that holds keys, with a canister that a client asks to sign a message by each, in turn.
func signing(t *testing.T, nodes int, d time.Duration, keys ...string) *Config {
	t.Helper()
	module, err := library.Module()
	if err != nil {
		t.Skip(err)
	}
	arg, err := library.Arg("signer", nil)
	require.NoError(t, err)
	c := small(nodes, d)
	c.Modules, err = compiled()
	require.NoError(t, err)
	held := &protocol.ChainKeys{Parallel: 20}
	k := workload.Config{Name: "user", Start: 8 * time.Second, Stop: d}
	for _, name := range keys {
		id, err := chainkey.ParseKeyID(name)
		require.NoError(t, err)
		key := protocol.ChainKey{ID: id, Queue: 20}
		if id.Algorithm.NeedsPreSignatures() {
			key.PreSignatures = 2
		}
		held.Keys = append(held.Keys, key)
		k.Sequence = append(k.Sequence, askFor(name))
	}
	c.Subnets[0].ChainKeys = held
	c.Canisters = []Canister{{
		Name: "signer", ID: FirstCanister(0), Module: module, Library: true, Arg: arg, Cycles: protocol.CyclesOf(1e14),
	}}
	c.Clients = []workload.Config{k}
	return c
}

const signed = "some message"

func askFor(key string) workload.Call {
	return workload.Call{
		What: key, Canister: FirstCanister(0), Method: "sign", Arg: candid.Encode(candid.NewText(key), candid.NewText(signed)),
	}
}

const (
	ecdsaKey   = "ecdsa:secp256k1:key_1"
	bip340Key  = "schnorr:bip340secp256k1:key_1"
	ed25519Key = "schnorr:ed25519:key_1"
	vetKDKey   = "vetkd:bls12_381_g2:key_1"
)

// verifies judges an answer as a client would, by libraries that share no code with what made it, but for vetKD.
func verifies(t *testing.T, key string, public, answer []byte) bool {
	t.Helper()
	switch key {
	case ecdsaKey:
		parsed, err := dcrec.ParsePubKey(public)
		require.NoError(t, err)
		var r, s dcrec.ModNScalar
		require.Len(t, answer, 64)
		require.False(t, r.SetByteSlice(answer[:32]) || s.SetByteSlice(answer[32:]))
		hash := sha256.Sum256([]byte(signed))
		return ecdsa.NewSignature(&r, &s).Verify(hash[:], parsed)
	case bip340Key:
		require.Len(t, public, 33)
		return tschnorr.VerifyBip340([32]byte(public[1:]), []byte(signed), tschnorr.Signature(answer))
	case ed25519Key:
		return ed25519.Verify(public, []byte(signed), answer)
	}
	require.Len(t, answer, 192)
	return vetkd.Key(answer[144:]).Verify(crypto.ThresholdPublicKey(public), []byte(signed))
}

// requireSigned demands that each call of the first client was answered by what verifies, and by nothing else.
func requireSigned(t *testing.T, r *Result) {
	t.Helper()
	require.NotEmpty(t, r.Sequences[0].Calls)
	for _, call := range r.Sequences[0].Calls {
		require.Equal(t, uint64(1), call.Answered, "%s: %s", call.What, call.Reject)
		require.Empty(t, call.Reject, call.What)
		raw, err := hex.DecodeString(call.Reply)
		require.NoError(t, err)
		reply := candid.Read(raw)
		public, answer := reply.Blob(), reply.Blob()
		require.NoError(t, reply.Err())
		require.True(t, verifies(t, call.What, public, answer), call.What)
		answer[len(answer)-1] ^= 1
		if call.What != vetKDKey { // whose bytes need not be a point any more
			require.False(t, verifies(t, call.What, public, answer), call.What)
		}
	}
}

// E: a canister gets signatures by each kind of key, with real signatures between nodes and with cheap ones; those of a stash that has
// been used up are made again.
func TestCanistersGetSignatures(t *testing.T) {
	c := signing(t, 4, 28*time.Second, ecdsaKey, bip340Key, ed25519Key, vetKDKey)
	c.Crypto = "bls"
	r := run(t, c)
	requireChecks(t, r)
	requireSigned(t, r)
	for _, k := range r.Subnets[0].ChainKeys {
		require.Equal(t, uint64(1), k.Signatures, k.Key)
		want := uint64(3) // two in advance, and one for that which was used
		if k.Key == vetKDKey {
			want = 0
		}
		require.Equal(t, want, k.PreSignatures, k.Key)
	}
	require.Zero(t, r.Subnets[0].IDKGComplaints+r.Subnets[0].Invalid)
}

// The keys outlive their intervals: vetKD's is reshared in each, the others' stay, and what is signed after several still verifies.
func TestChainKeysOutliveIntervals(t *testing.T) {
	c := signing(t, 4, 36*time.Second, vetKDKey, ecdsaKey)
	c.Crypto, c.Subnets[0].DKGIntervalLength = "bls", 9
	c.Clients[0].Start = 26 * time.Second
	r := run(t, c)
	requireChecks(t, r)
	requireSigned(t, r)
	require.Greater(t, r.Subnets[0].CUPHeight, uint64(40))
}

// E: a dealer's wrong share for one receiver is found when it is needed; the receiver complains, f+1 others open theirs, and everybody
// signs.
func TestComplaintsMakeUpForBadShares(t *testing.T) {
	c := signing(t, 7, 26*time.Second, ecdsaKey, bip340Key, ed25519Key)
	c.Attackers = attackers([]string{"bad-idkg-dealings"}, 0, 1)
	r := run(t, c)
	requireChecks(t, r)
	requireSigned(t, r)
	require.NotZero(t, r.Subnets[0].IDKGComplaints)
	require.GreaterOrEqual(t, r.Subnets[0].IDKGOpenings, 3*r.Subnets[0].IDKGComplaints, "f+1 of others for each")
	require.Zero(t, r.Subnets[0].Invalid, "all of it looks sound to others")
}

// E: f signers whose shares are wrong, and whose own blocks hold wrong answers, change nothing that a canister gets.
func TestCorruptSignersChangeNothing(t *testing.T) {
	c := signing(t, 7, 30*time.Second, ecdsaKey, bip340Key, ed25519Key, vetKDKey)
	c.Crypto = "bls"
	c.Attackers = attackers([]string{"bad-signature-shares", "corrupt-shares"}, 2, 5)
	r := run(t, c)
	requireChecks(t, r)
	requireSigned(t, r)
	require.NotZero(t, r.Subnets[0].Invalid)
}

// The trajectory does not depend on what nodes share (design law 5).
func TestSigningIsTheSameWithoutSharing(t *testing.T) {
	c := signing(t, 4, 8*time.Second, ecdsaKey, ed25519Key)
	c.Attackers = attackers([]string{"bad-idkg-dealings", "bad-signature-shares"}, 3)
	shared := run(t, c)
	c = signing(t, 4, 8*time.Second, ecdsaKey, ed25519Key)
	c.Attackers = attackers([]string{"bad-idkg-dealings", "bad-signature-shares"}, 3)
	c.NoShare = true
	require.Equal(t, shared.Digest, run(t, c).Digest)
	require.NotZero(t, shared.Subnets[0].ChainKeys[0].PreSignatures)
}

// Requests that nothing can be signed for are rejected after the registry's timeout, those beyond the queue at once; both in the
// replica's words (rs/consensus/idkg, rs/execution_environment/tests/threshold_signatures.rs).
func TestSignatureRequestsTimeOut(t *testing.T) {
	c := signing(t, 4, 30*time.Second, bip340Key)
	keys := c.Subnets[0].ChainKeys
	keys.Keys[0].PreSignatures, keys.Keys[0].Queue, keys.Timeout = 0, 1, protocol.Time(10*time.Second)
	second := c.Clients[0]
	second.Name, second.Start = "another", 12*time.Second
	c.Clients = append(c.Clients, second)
	r := run(t, c)
	requireChecks(t, r)
	require.Contains(t, r.Sequences[0].Calls[0].Reject, "CANISTER_ERROR: Signature request expired")
	require.Contains(t, r.Sequences[1].Calls[0].Reject,
		"sign_with_schnorr request failed: signature queue for key schnorr:Bip340Secp256k1:key_1 is full.")
	require.Equal(t, ChainKeyResult{Key: bip340Key, Rejected: 1}, r.Subnets[0].ChainKeys[0])
}

// A node that crashes loses its pool of dealings and shares, and one that comes back after intervals has to fetch the state with its
// stash; both sign again, and nobody else waits for them.
func TestSigningGoesOnWhileNodesComeAndGo(t *testing.T) {
	c := signing(t, 4, 60*time.Second, ecdsaKey, bip340Key, ed25519Key)
	c.Subnets[0].DKGIntervalLength = 19
	c.Faults.Crashes = []fault.Crash{
		{Node: 1, At: 5 * time.Second, Down: 4 * time.Second}, {Node: 2, At: 11 * time.Second, Down: 20 * time.Second, LoseDisk: true},
	}
	late := c.Clients[0]
	late.Name, late.Start = "late", 38*time.Second // then 3 is gone: f+1 of the others include one that came back
	c.Clients = append(c.Clients, late)
	c.Faults.Crashes = append(c.Faults.Crashes, fault.Crash{Node: 3, At: 37 * time.Second, Down: time.Hour})
	r := run(t, c)
	requireChecks(t, r)
	requireSigned(t, r)
	require.NotZero(t, r.Subnets[0].StateSyncs)
	for _, call := range r.Sequences[1].Calls {
		require.Equal(t, uint64(1), call.Answered, call.What)
		require.Empty(t, call.Reject)
	}
}
