package keys_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/der"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/crypto/userkey"
	"icsim/crypto/userkey/userkeytest"
	"icsim/protocol"
	"icsim/protocol/keys"
	"icsim/protocol/registry"
)

// A world is a subnet of four nodes; node 5, a stranger, is in the registry from version 2 on, and node 9 never.
type world struct {
	*keys.Keyring
	meter protocol.Meter
	high  *protocol.Transcript
	other *protocol.Transcript // of another subnet
	user  crypto.BasicSecretKey
	key   *userkey.Key
}

var message = []byte("message")

func newWorld(t testing.TB, scheme crypto.Scheme, self protocol.NodeID) *world {
	snapshot := protocol.RegistrySnapshot{}
	record := &protocol.SubnetRecord{Members: []protocol.NodeID{0, 1, 2, 3}, DKGIntervalLength: 9}
	w := &world{}
	node := func(n protocol.NodeID) (*protocol.NodeRecord, keys.Secrets) {
		seed := crypto.Seed{byte(n), 1}
		basic, signing := scheme.BasicKey(seed)
		multi, committee, possession := scheme.MultiKey(seed)
		return &protocol.NodeRecord{ID: n, SigningKey: signing, CommitteeKey: committee, Possession: possession},
			keys.Secrets{Basic: basic, Multi: multi}
	}
	for n := range protocol.NodeID(5) {
		r, _ := node(n)
		snapshot.Nodes = append(snapshot.Nodes, r)
	}
	group, dealt := scheme.Deal(crypto.Seed{7}, len(record.Members), 3)
	record.PublicKey = group.Key
	record.Principal = principal.SelfAuthenticating(der.WrapBLS(record.PublicKey))
	snapshot.Subnets = []*protocol.SubnetRecord{record}
	all := registry.New(snapshot)
	all.Publish(0, func(next *protocol.RegistrySnapshot) {
		r, _ := node(5)
		next.Nodes = append(next.Nodes, r)
	})
	client := all.Client(self, registry.PollPhase{})
	_, secrets := node(self)
	w.Keyring = &keys.Keyring{
		Node: self, Scheme: scheme, Registry: client, Secrets: secrets, Meter: &w.meter,
		Shares: func(t *protocol.Transcript, n protocol.NodeID) (secret crypto.ThresholdSecretKey, ok bool) {
			i := t.ShareIndex(n)
			if i < 0 || t.ID.Subnet != 0 {
				return secret, false
			}
			return dealt[i], true
		},
	}
	w.high = &protocol.Transcript{ID: protocol.TranscriptID{Tag: protocol.HighThreshold}, Group: group, Committee: record.Members}
	strange := *w.high
	strange.ID.Subnet = 1
	w.other = &strange
	var public crypto.BasicPublicKey
	w.user, public = scheme.BasicKey(crypto.Seed{99})
	key, err := userkey.Parse(der.WrapEd25519(public))
	require.NoError(t, err)
	w.key = key
	return w
}

// spent gives what an operation was charged.
func (w *world) spent(do func()) protocol.Meter {
	w.meter = protocol.Meter{}
	do()
	return w.meter
}

func schemes() []crypto.Scheme { return []crypto.Scheme{ideal.New(), bls.New()} }

// Design law 5: each operation is charged as the replica would spend it, once and each time, whatever the scheme and whatever comes
// of it.
func TestEachOperationIsCharged(t *testing.T) {
	for _, scheme := range schemes() {
		w := newWorld(t, scheme, 2)
		basic, multi := w.SignBasic(message), w.SignMulti(message)
		share, _ := w.SignThreshold(w.high, message)
		aggregate, _ := w.CombineMulti([]protocol.NodeID{2}, 1, message, []crypto.MultiSignature{multi})
		signers, shares := w.shares(t)
		signature, _ := w.CombineThreshold(w.high, message, signers, shares)
		user := scheme.SignBasic(w.user, message)
		one, good := []protocol.NodeID{2}, func(ok bool) { require.True(t, ok) }
		for name, op := range map[string]struct {
			op protocol.Op
			n  int
			do func()
		}{
			"sign basic":         {protocol.OpSignBasic, 1, func() { w.SignBasic(message) }},
			"verify basic":       {protocol.OpVerifyBasic, 1, func() { require.True(t, w.VerifyBasic(2, 1, message, basic)) }},
			"a bad one":          {protocol.OpVerifyBasic, 1, func() { require.False(t, w.VerifyBasic(1, 1, message, basic)) }},
			"by nobody":          {protocol.OpVerifyBasic, 1, func() { require.False(t, w.VerifyBasic(9, 1, message, basic)) }},
			"sign multi":         {protocol.OpSignMulti, 1, func() { w.SignMulti(message) }},
			"verify multi share": {protocol.OpVerifyMultiShare, 1, func() { require.True(t, w.VerifyMultiShare(2, 1, message, multi)) }},
			"combine multi": {protocol.OpCombineMulti, 3, func() {
				w.CombineMulti([]protocol.NodeID{2, 2, 2}, 1, message, []crypto.MultiSignature{multi, multi, multi})
			}},
			"verify multi":           {protocol.OpVerifyMulti, 1, func() { good(w.VerifyMulti(one, 1, message, aggregate)) }},
			"sign threshold":         {protocol.OpSignThreshold, 1, func() { w.SignThreshold(w.high, message) }},
			"verify threshold share": {protocol.OpVerifyThresholdShare, 1, func() { good(w.VerifyThresholdShare(w.high, 2, message, share)) }},
			"combine threshold":      {protocol.OpCombineThreshold, 3, func() { w.CombineThreshold(w.high, message, signers, shares) }},
			"verify threshold":       {protocol.OpVerifyThreshold, 1, func() { good(w.VerifyThreshold(w.high.Group.Key, message, signature)) }},
			"a user's":               {protocol.OpVerifyBasic, 1, func() { require.NoError(t, w.VerifyUser(1, w.key, message, user[:])) }},
			"a user's bad one":       {protocol.OpVerifyBasic, 1, func() { require.Error(t, w.VerifyUser(1, w.key, message, user[1:])) }},
		} {
			var want protocol.Meter
			want[op.op] = uint64(op.n)
			require.Equal(t, want, w.spent(op.do), "%s, %s", name, scheme.Name())
			require.Equal(t, want, w.spent(op.do), "%s, %s: again", name, scheme.Name())
		}
		stranger := newWorld(t, scheme, 5)
		require.Equal(t, protocol.Meter{}, stranger.spent(func() {
			_, ok := stranger.SignThreshold(w.high, message)
			require.False(t, ok, "it has no share")
		}))
	}
}

// shares are all of the members', three of which make a signature.
func (w *world) shares(t testing.TB) (signers []protocol.NodeID, shares []crypto.ThresholdSignature) {
	for n := range protocol.NodeID(4) {
		share, ok := newWorld(t, w.Scheme, n).SignThreshold(w.high, message)
		require.True(t, ok)
		signers, shares = append(signers, n), append(shares, share)
	}
	return signers, shares
}

// Signatures by whom a registry version or a transcript does not name are invalid, whatever else they are; none of it panics, as
// peers may claim anything.
func TestNobodysSignaturesAreInvalid(t *testing.T) {
	for _, scheme := range schemes() {
		w, stranger := newWorld(t, scheme, 0), newWorld(t, scheme, 5)
		basic, multi := stranger.SignBasic(message), stranger.SignMulti(message)
		aggregate, ok := w.CombineMulti([]protocol.NodeID{0, 5}, 2, message, []crypto.MultiSignature{w.SignMulti(message), multi})
		require.True(t, ok)
		for v, known := range map[protocol.RegistryVersion]bool{1: false, 2: true} {
			require.Equal(t, known, w.VerifyBasic(5, v, message, basic))
			require.Equal(t, known, w.VerifyMultiShare(5, v, message, multi))
			require.Equal(t, known, w.VerifyMulti([]protocol.NodeID{0, 5}, v, message, aggregate))
		}
		for _, nobody := range []protocol.NodeID{6, 1 << 20, protocol.NoNode} {
			require.False(t, w.VerifyBasic(nobody, 2, message, basic))
			require.False(t, w.VerifyMultiShare(nobody, 2, message, multi))
			require.False(t, w.VerifyMulti([]protocol.NodeID{0, nobody}, 2, message, aggregate))
			require.False(t, w.VerifyThresholdShare(w.high, nobody, message, crypto.ThresholdSignature{}))
		}
		require.False(t, w.VerifyMulti(nil, 1, message, aggregate), "no signers")
		require.False(t, w.VerifyThresholdShare(w.high, 5, message, crypto.ThresholdSignature{1}))
		_, ok = w.SignThreshold(w.other, message)
		require.False(t, ok, "the key of another subnet")
	}
}

// A share is its signer's alone; enough of them, by whoever, make the one signature of the group.
func TestSharesAreTheirSigners(t *testing.T) {
	for _, scheme := range schemes() {
		w := newWorld(t, scheme, 0)
		signers, shares := w.shares(t)
		for i := range signers {
			for _, n := range signers {
				require.Equal(t, n == signers[i], w.VerifyThresholdShare(w.high, n, message, shares[i]))
			}
		}
		first, ok := w.CombineThreshold(w.high, message, signers[:3], shares[:3])
		require.True(t, ok)
		last, ok := w.CombineThreshold(w.high, message, signers[1:], shares[1:])
		require.True(t, ok)
		require.Equal(t, first, last)
		require.True(t, w.VerifyThreshold(w.high.Group.Key, message, first))
		mixed, ok := w.CombineThreshold(w.high, message, []protocol.NodeID{1, 2, 3}, shares[:3])
		require.False(t, ok && w.VerifyThreshold(w.high.Group.Key, message, mixed), "by others than who signed")
		_, ok = w.CombineThreshold(w.high, message, []protocol.NodeID{1, 2, 9}, shares[1:])
		require.False(t, ok, "one by nobody")
		_, ok = w.CombineThreshold(w.high, message, signers[:2], shares[:2])
		require.False(t, ok, "too few")
	}
}

// Users' signatures are charged by their kind. One of a canister costs its hashing each time, and its verification when it is new: a
// session shows one delegation in each of its requests.
func TestUsersSignaturesAreChargedByKind(t *testing.T) {
	scheme := ideal.New()
	w, network := newWorld(t, scheme, 0), userkeytest.NewNetwork(scheme)
	for _, kind := range userkeytest.Kinds() {
		signer := network.New(kind, 1)
		key, err := userkey.Parse(signer.DER)
		require.NoError(t, err)
		sig := signer.Sign(message)
		first := w.spent(func() { _ = w.VerifyUser(1, key, message, sig) })
		again := w.spent(func() { _ = w.VerifyUser(1, key, message, sig) })
		var want protocol.Meter
		switch kind {
		case userkey.Canister:
			want[protocol.OpHashByte] = uint64(len(sig))
			require.Equal(t, want, again)
			want[protocol.OpVerifyCanister] = 1
		case userkey.Ed25519, userkey.WebAuthnEd25519:
			want[protocol.OpVerifyBasic] = 1
		case userkey.RSA, userkey.WebAuthnRSA:
			want[protocol.OpVerifyRSA] = 1
		default:
			want[protocol.OpVerifyECDSA] = 1
		}
		require.Equal(t, want, first, kind)
		if kind != userkey.Canister {
			require.Equal(t, want, again, kind)
		}
	}
}
