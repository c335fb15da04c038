package canister

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/crypto/chainkey"
	"icsim/crypto/idkg"
	"icsim/crypto/idkg/idkgtest"
	"icsim/protocol"
)

var schnorrTest = chainkey.KeyID{Algorithm: chainkey.Ed25519, Name: "test"}

// A keyed is a subnet of 13 that holds a key for Ed25519, of a nonce-less kind for all that matters here.
type keyed struct {
	*subnet
	nodes   *idkgtest.Subnet
	payload *protocol.IDKGPayload
	made    uint64
}

func newKeyed(t *testing.T, queue int) *keyed {
	k := &keyed{subnet: newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...), nodes: idkgtest.New("keyed", 1)}
	record := func(id protocol.SubnetID, keys *protocol.ChainKeys) *protocol.SubnetRecord {
		return &protocol.SubnetRecord{ID: id, Principal: k.ctx.SubnetPrincipal, PricedAs: 13, ChainKeys: keys}
	}
	k.ctx.Registry = &protocol.RegistrySnapshot{Subnets: []*protocol.SubnetRecord{record(0, nil),
		record(1, &protocol.ChainKeys{Keys: []protocol.ChainKey{{ID: schnorrTest, PreSignatures: 2, Queue: queue}}})}}
	k.payload = &protocol.IDKGPayload{Keys: []protocol.MasterKey{{ID: schnorrTest, Current: k.transcript(1, idkg.RandomUnmasked)}}}
	k.ctx.ChainKeys = k.payload
	return k
}

func (k *keyed) transcript(serial uint64, op idkg.Operation) *protocol.IDKGTranscript {
	return &protocol.IDKGTranscript{
		ID: protocol.IDKGID{Serial: serial}, Receivers: []protocol.NodeID{0}, Transcript: k.nodes.Run(idkg.SchnorrEd25519, op),
	}
}

// make lets the next round's block bring pre-signatures.
func (k *keyed) make(n int) {
	next := *k.payload
	for range n {
		k.made++
		next.Made = append(next.Made, &protocol.PreSignature{
			ID: k.made, Key: schnorrTest, Master: next.Keys[0].Current,
			Transcripts: []*protocol.IDKGTranscript{k.transcript(100+k.made, idkg.RandomUnmasked)},
		})
	}
	k.ctx.ChainKeys = &next
	k.round()
	k.ctx.ChainKeys = k.payload
}

func schnorrID() management.SchnorrKeyID {
	return management.SchnorrKeyID{Algorithm: management.SchnorrAlgorithm{Ed25519: &management.Null{}}, Name: "test"}
}

func signIt(text string) management.SignWithSchnorr {
	return management.SignWithSchnorr{Message: []byte(text), Path: [][]byte{{1}, {}}, Key: schnorrID()}
}

// requesting calls a method and replies with the refund and the reply, or the refund, the reject code and its text.
func requesting(method string, arg any, cycles int) script {
	return script{}.do("call", protocol.ManagementCanister, method,
		script{}.do("refunded").do("arg").do("reply"), script{}.do("refunded").do("code").do("message").do("reply")).
		do("data", candidOf(arg)).do("attach", cycles).do("perform")
}

func (k *keyed) start(method string, arg any, cycles int) *protocol.SignedIngress {
	k.t.Helper()
	m := k.ingress(1, "run", requesting(method, arg, cycles))
	k.round(m)
	return m
}

// E: a request is paired in the first round after its own with the oldest pre-signature, gets its nonce from the randomness of the next,
// and is answered once; the fee for 13 nodes is 10 B, what is left goes back (interface.md B.4).
func TestRequestsArePairedAndThenGetANonce(t *testing.T) {
	k := newKeyed(t, 20)
	first, second := k.start("sign_with_schnorr", signIt("a"), 12*billion), k.start("sign_with_schnorr", signIt("b"), 10*billion)
	require.Len(t, k.state.ChainKeys().Open, 2)
	k.make(1)
	a, b := k.state.ChainKeys().Open[0], k.state.ChainKeys().Open[1]
	require.Equal(t, uint64(1), a.PreSignature.ID)
	require.Equal(t, k.ctx.Height, a.Paired)
	require.False(t, a.IsReady())
	require.Nil(t, b.PreSignature, "there was one")
	require.Equal(t, [][]byte{[]byte(protocol.CanisterID(1).Principal().Bytes()), {1}, {}}, a.Path)
	k.make(2)
	a, b = k.state.ChainKeys().Open[0], k.state.ChainKeys().Open[1]
	require.True(t, a.IsReady())
	require.Equal(t, k.ctx.Height, a.ReadyAt())
	require.Equal(t, uint64(2), b.PreSignature.ID)
	require.Len(t, k.state.ChainKeys().Stash(schnorrTest), 1)
	k.round(&protocol.SignatureAnswer{ID: 0, Answer: []byte("signature")}, &protocol.SignatureAnswer{ID: 9})
	reply := management.Encode(management.SignatureReply{Signature: []byte("signature")})
	k.replied(le128(2*billion)+string(reply), k.statuses[first.MessageID])
	require.NotEqual(t, *a.Nonce, *k.state.ChainKeys().Open[0].Nonce)
	k.round(&protocol.SignatureAnswer{ID: 1, Reject: protocol.Reject{Code: protocol.CanisterError, Message: "Signature request expired"}})
	k.replied(le128(0)+le32(5)+"Signature request expired", k.statuses[second.MessageID])
	require.Empty(t, k.state.ChainKeys().Open)
	require.Equal(t, protocol.SignatureID(2), k.state.ChainKeys().Next)
}

// E: when a key's transcript is another, what was prepared with the old one is thrown away; requests paired before keep theirs.
func TestPreSignaturesOfAnOldTranscriptGo(t *testing.T) {
	k := newKeyed(t, 20)
	k.make(3)
	k.start("sign_with_schnorr", signIt("a"), 10*billion)
	k.round()
	paired := k.state.ChainKeys().Open[0].PreSignature
	require.NotNil(t, paired)
	require.Len(t, k.state.ChainKeys().Stash(schnorrTest), 2)
	next := *k.payload
	next.Keys = []protocol.MasterKey{{ID: schnorrTest, Current: k.transcript(2, idkg.RandomUnmasked)}}
	k.ctx.ChainKeys = &next
	k.round()
	require.Empty(t, k.state.ChainKeys().Stash(schnorrTest))
	require.Equal(t, paired, k.state.ChainKeys().Open[0].PreSignature)
}

// What is wrong with a request is said at once, in the replica's words where they are known, and costs nothing
// (rs/execution_environment/tests/threshold_signatures.rs).
func TestSignatureRequestsAreChecked(t *testing.T) {
	k := newKeyed(t, 1)
	ecdsa := management.ECDSAKeyID{Curve: management.ECDSACurve{Secp256k1: &management.Null{}}, Name: "test"}
	vetKD := management.VetKDKeyID{Curve: management.VetKDCurve{BLS12381G2: &management.Null{}}, Name: "test"}
	unknown, aux := signIt("x"), signIt("x")
	unknown.Key.Name = "other"
	aux.Aux = &management.SchnorrAux{BIP341: &management.BIP341{MerkleRoot: []byte{}}}
	long := signIt("x")
	long.Path = make([][]byte, 256)
	existing := "existing keys with signing enabled: [schnorr:Ed25519:test]"
	for _, x := range []struct {
		method string
		arg    any
		cycles int
		want   string
	}{
		{"sign_with_schnorr", signIt("x"), 10*billion - 1,
			"sign_with_schnorr request sent with 9999999999 cycles, but 10000000000 cycles are required."},
		{"sign_with_schnorr", unknown, 10 * billion, "unknown or signing disabled threshold key: schnorr:Ed25519:other, " + existing},
		{"sign_with_schnorr", aux, 10 * billion, "invalid aux"},
		{"sign_with_schnorr", long, 10 * billion, "at most 255 parts"},
		{"sign_with_ecdsa", management.SignWithECDSA{Hash: make([]byte, 32), Key: ecdsa}, 10 * billion, "key: ecdsa:Secp256k1:test, " + existing},
		{"sign_with_ecdsa", management.SignWithECDSA{Hash: make([]byte, 31), Key: ecdsa}, 10 * billion,
			"message_hash has 31 bytes; 32 are wanted"},
		{"ecdsa_public_key", management.ECDSAPublicKey{Key: ecdsa}, 0, "unknown threshold key: ecdsa:Secp256k1:test, existing keys: ["},
		{"vetkd_derive_key", management.VetKDDeriveKey{Transport: make([]byte, 47), Key: vetKD}, 10 * billion, "has 47 bytes; 48 are wanted"},
		{"vetkd_derive_key", management.VetKDDeriveKey{Transport: make([]byte, 48), Key: vetKD}, 10 * billion, "invalid transport public key"},
	} {
		m := k.start(x.method, x.arg, x.cycles)
		reply := string(k.statuses[m.MessageID].Reply)
		require.True(t, strings.HasPrefix(reply, le128(uint64(x.cycles))), "%s: the cycles come back", x.want)
		require.Contains(t, reply, x.want)
	}
	k.start("sign_with_schnorr", signIt("x"), 10*billion)
	full := k.start("sign_with_schnorr", signIt("y"), 10*billion)
	require.Contains(t, string(k.statuses[full.MessageID].Reply),
		"sign_with_schnorr request failed: signature queue for key schnorr:Ed25519:test is full.")
	require.Equal(t, protocol.SignatureID(1), k.state.ChainKeys().Next)
}

// interface.md B.1: a public key is that of the caller unless another canister is named, it costs nothing, and follows from the path.
func TestPublicKeysAreDerived(t *testing.T) {
	k := newKeyed(t, 1)
	ask := func(canister *protocol.CanisterID, parts ...string) (reply management.PublicKeyReply) {
		arg := management.SchnorrPublicKey{Key: schnorrID()}
		for _, p := range parts {
			arg.Path = append(arg.Path, []byte(p))
		}
		if canister != nil {
			id := canister.Principal()
			arg.Canister = &id
		}
		m := k.start("schnorr_public_key", arg, 0)
		raw := k.statuses[m.MessageID].Reply
		require.NoError(t, management.Decode(raw[16:], &reply), "%q", raw)
		return reply
	}
	one, two := protocol.CanisterID(1), protocol.CanisterID(2)
	own := ask(nil, "a")
	require.Equal(t, own, ask(&one, "a"))
	want := chainkey.PublicKey(k.payload.Keys[0].Current.Transcript, [][]byte{[]byte(one.Principal().Bytes()), []byte("a")})
	require.Equal(t, want, chainkey.Public{Key: own.PublicKey, ChainCode: own.ChainCode})
	require.Len(t, own.PublicKey, 32)
	for _, other := range []management.PublicKeyReply{ask(&two, "a"), ask(nil, "b"), ask(nil), ask(nil, "a", "")} {
		require.NotEqual(t, own, other)
	}
	k.payload.Keys[0].Current = nil
	m := k.start("schnorr_public_key", management.SchnorrPublicKey{Key: schnorrID()}, 0)
	require.Contains(t, string(k.statuses[m.MessageID].Reply), "does not hold threshold key schnorr:Ed25519:test.")
}

// A call about a key that another subnet holds goes to that subnet's management canister, and its answer comes from there; the price is
// that subnet's (rs/embedders, routing.rs; interface.md A.2 cost_sign_with_schnorr).
func TestRequestsGoToTheSubnetThatHoldsTheKey(t *testing.T) {
	k := newKeyed(t, 20)
	k.ctx.Registry.Subnets[0], k.ctx.Registry.Subnets[1] = k.ctx.Registry.Subnets[1], k.ctx.Registry.Subnets[0]
	k.ctx.Registry.Subnets[0].ID, k.ctx.Registry.Subnets[1].ID = 0, 1
	k.start("sign_with_schnorr", signIt("x"), 10*billion)
	require.Len(t, k.sent, 1)
	require.Equal(t, protocol.ManagerOf(0), k.sent[0].To())

	holder := newKeyed(t, 20)
	holder.make(1)
	holder.ctx.Routing = &protocol.RoutingTable{Ranges: []protocol.CanisterRange{
		{First: 0, Last: 9, Subnet: 1}, {First: 10, Last: 99, Subnet: 0},
	}}
	remote := protocol.NewRequest(&protocol.Request{
		Sender: 50, Receiver: protocol.ManagerOf(1), Callback: 3, Method: "sign_with_schnorr",
		Arg: management.Encode(signIt("far")), Cycles: protocol.CyclesOf(11 * billion),
	})
	holder.round(remote)
	require.Len(t, holder.state.ChainKeys().Open, 1)
	require.True(t, holder.state.ChainKeys().Open[0].Remote)
	holder.sent = nil
	holder.round(&protocol.SignatureAnswer{ID: 0, Answer: []byte("s")})
	require.Len(t, holder.sent, 1)
	response := holder.sent[0].Response
	require.Equal(t, []any{protocol.CanisterID(50), protocol.CallbackID(3), cyc(billion)},
		[]any{response.Originator, response.Callback, response.Refund}, fmt.Sprint(response))
}

// interface.md A.2: cost_sign_with_schnorr tells the price of the subnet that holds the key, 26.15 B on 34 nodes, and that a key is none.
func TestPriceOfASignatureIsThatOfTheKeysSubnet(t *testing.T) {
	for algorithm, want := range []string{
		string(make([]byte, 16)) + le32(2),    // BIP 340, of which there is no key
		le128(10_000_000_000*34/13) + le32(0), // Ed25519
		string(make([]byte, 16)) + le32(1),    // no algorithm
	} {
		s, run := probe(t, 20, fmt.Sprintf( // the price goes to 0, the result to 16
			"i32.const 16 i32.const 1000 i32.const 5 i32.const %d i32.const 0 @cost_sign_with_schnorr i32.store 0", algorithm))
		held := &protocol.ChainKeys{Keys: []protocol.ChainKey{{ID: chainkey.KeyID{Algorithm: chainkey.Ed25519, Name: "key_1"}, Queue: 1}}}
		s.ctx.Registry = &protocol.RegistrySnapshot{Subnets: []*protocol.SubnetRecord{
			{ID: 0, PricedAs: 34, ChainKeys: held}, {ID: 1, PricedAs: 13, Principal: s.ctx.SubnetPrincipal},
		}}
		s.replied(want, run())
	}
}

// B.1: calls go to a subnet that signs, this one if it does; who only holds the key tells its public key, refuses to sign, and is not asked
// to while another one signs. What no subnet signs with is said.
func TestSubnetsThatHoldAKeyAsABackupDoNotSign(t *testing.T) {
	k := newKeyed(t, 20)
	backup, signer := k.ctx.Registry.Subnets[1], k.ctx.Registry.Subnets[0]
	held := *backup.ChainKeys
	held.Keys = []protocol.ChainKey{{ID: schnorrTest, Queue: 20, Disabled: true}}
	signer.ChainKeys, backup.ChainKeys = backup.ChainKeys, &held
	sign, public := management.Encode(signIt("x")), management.Encode(management.SchnorrPublicKey{Key: schnorrID()})
	to := func(method string, arg []byte) protocol.CanisterID {
		return (&Round{ctx: &k.ctx}).managerFor(method, arg)
	}
	require.Equal(t, protocol.ManagerOf(0), to("sign_with_schnorr", sign))
	require.Equal(t, protocol.ManagerOf(0), to("schnorr_public_key", public))

	remote := func(method string, arg []byte) *protocol.Response {
		k.sent = nil
		k.round(protocol.NewRequest(&protocol.Request{
			Sender: 50, Receiver: protocol.ManagerOf(1), Method: method, Arg: arg, Cycles: protocol.CyclesOf(11 * billion),
		}))
		require.Len(t, k.sent, 1)
		return k.sent[0].Response
	}
	k.ctx.Routing = &protocol.RoutingTable{Ranges: []protocol.CanisterRange{{First: 0, Last: 9, Subnet: 1}, {First: 10, Last: 99, Subnet: 0}}}
	refused := remote("sign_with_schnorr", sign)
	require.Contains(t, refused.Reject.Message, "holds threshold key schnorr:Ed25519:test, and signing with it is disabled there.")
	require.Equal(t, cyc(11*billion), refused.Refund)
	require.Zero(t, remote("schnorr_public_key", public).Reject.Code)

	signer.ChainKeys = nil
	require.Equal(t, protocol.ManagementCanister, to("schnorr_public_key", public), "that of this subnet: a backup knows it, too")
	unsigned := k.start("sign_with_schnorr", signIt("x"), 10*billion)
	require.Contains(t, string(k.statuses[unsigned.MessageID].Reply),
		"unknown or signing disabled threshold key: schnorr:Ed25519:test, existing keys with signing enabled: []")
}
