package authentication

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/crypto/userkey"
	"icsim/crypto/userkey/userkeytest"
	"icsim/protocol"
	"icsim/protocol/keys"
	"icsim/protocol/registry"
)

const now = uint64(1_700_000_000_000_000_000)

// A world is a node that checks, and the network whose canisters sign.
type world struct {
	*userkeytest.Network
	keys  *keys.Keyring
	meter *protocol.Meter
}

func newWorld() *world {
	w := &world{Network: userkeytest.NewNetwork(ideal.New()), meter: &protocol.Meter{}}
	r := registry.New(protocol.RegistrySnapshot{Root: 1, Subnets: []*protocol.SubnetRecord{{}, {ID: 1, PublicKey: w.Root()}}})
	w.keys = &keys.Keyring{Scheme: ideal.New(), Registry: r.Client(0, registry.PollPhase{}), Meter: w.meter}
	return w
}

// A chain is who signs for whom: the sender first. links are the delegations without keys and signatures.
type chain struct {
	signers []userkeytest.Signer
	links   []protocol.Delegation
}

func (c chain) sender() principal.ID { return principal.SelfAuthenticating(c.signers[0].DER) }

// authenticate signs a request, delegating all along.
func (c chain) authenticate(id protocol.MessageID) *protocol.Authentication {
	a := &protocol.Authentication{PublicKey: c.signers[0].DER}
	for i, link := range c.links {
		link.PublicKey = c.signers[i+1].DER
		a.Delegations = append(a.Delegations, protocol.SignedDelegation{Delegation: link, Signature: c.signers[i].Sign(link.Signable())})
	}
	a.Signature = c.signers[len(c.links)].Sign(protocol.IngressSignable(id))
	return a
}

// of makes a chain of signers with delegations that permit everything for a second.
func of(signers ...userkeytest.Signer) chain {
	c := chain{signers: signers}
	for range signers[1:] {
		c.links = append(c.links, protocol.Delegation{Expiration: now + 1e9})
	}
	return c
}

func (w *world) judge(c chain) (Scope, Fault) { return w.judgeInfo(c, nil) }

func (w *world) judgeInfo(c chain, info *protocol.SenderInfo) (Scope, Fault) {
	id := protocol.MessageID{1}
	return Judge(w.keys, 1, c.authenticate(id), Request{Sender: c.sender(), ID: id, Info: info}, now)
}

// Whoever signs for whom, and also for a request directly: all kinds of keys do, but RSA alone signs no requests.
func TestEveryKindSignsForEveryKind(t *testing.T) {
	w := newWorld()
	fault := func(c chain) Fault {
		_, f := w.judge(c)
		return f
	}
	simulated := w.Simulated(1)
	require.Empty(t, fault(of(simulated)))
	for _, kind := range userkeytest.Kinds() {
		signer, between := w.New(kind, 1), w.New(kind, 2)
		if kind == userkey.RSA {
			require.Equal(t, Fault{ReasonSignature,
				"Invalid signature: Invalid basic signature: RSA signatures are not allowed except in webauthn context"}, fault(of(signer)))
		} else {
			require.Empty(t, fault(of(signer)), kind)
			require.Empty(t, fault(of(simulated, signer)), kind)
		}
		require.Empty(t, fault(of(signer, simulated)), kind)
		if !bytes.Equal(signer.DER, between.DER) {
			require.Empty(t, fault(of(signer, between, simulated)), kind)
		}
	}
}

// The words are the replica's (rs/validator, RequestValidationError and AuthenticationError).
func TestFaultsNameTheirReason(t *testing.T) {
	w := newWorld()
	id := protocol.MessageID{1}
	user, session, provider := w.Simulated(1), w.Simulated(2), w.New(userkey.Canister, 3)
	good := of(user, session)
	with := func(change func(*chain)) *protocol.Authentication {
		c := of(user, session)
		change(&c)
		return c.authenticate(id)
	}
	link := func(change func(*protocol.Delegation)) *protocol.Authentication {
		return with(func(c *chain) { change(&c.links[0]) })
	}
	long := []userkeytest.Signer{user}
	for i := range MaxDelegations + 1 {
		long = append(long, w.Simulated(10+i))
	}
	anonymous, canister := principal.Anonymous(), principal.Canister(1)
	sender := user.DER
	for _, v := range []struct {
		sender principal.ID
		a      *protocol.Authentication
		reason string
		text   string
	}{
		{anonymous, &protocol.Authentication{}, "", ""},
		{anonymous, good.authenticate(id), ReasonAnonymous, "Signature is not allowed for the anonymous user."},
		{good.sender(), &protocol.Authentication{}, ReasonMissing, "Missing signature from user: " + good.sender().String()},
		{canister, good.authenticate(id), ReasonSender,
			fmt.Sprintf("The user id '%s' does not match the public key '%x'", canister, sender)},
		{principal.Management(), good.authenticate(id), ReasonSender, "The user id 'aaaaa-aa' does not match the public key"},
		{of(long...).sender(), of(long...).authenticate(id), ReasonDelegation,
			"Invalid delegation: Chain of delegations is too long: got 21 delegations, but at most 20 are allowed."},
		{of(long[:21]...).sender(), of(long[:21]...).authenticate(id), "", ""},
		{good.sender(), link(func(d *protocol.Delegation) { d.Expiration = now - 1 }), ReasonDelegationExpired,
			"Invalid delegation expiry: Specified sender delegation has expired:\n" +
				"Provided expiry:    2023-11-14 22:13:19.999999999 UTC\nLocal replica time: 2023-11-14 22:13:20 UTC"},
		{good.sender(), link(func(d *protocol.Delegation) { d.Expiration = now }), "", ""},
		{good.sender(), link(func(d *protocol.Delegation) { d.Permissions = "some" }), ReasonDelegation,
			`Invalid delegation: Delegation permissions are "some", but may be "all" or "queries".`},
		{good.sender(), link(func(d *protocol.Delegation) { d.Scoped, d.Targets = true, canisters(0, MaxTargets+1) }), ReasonDelegation,
			"Invalid delegation: Delegation target error: expected at most 1000 targets per delegation, but got 1001"},
		{good.sender(), link(func(d *protocol.Delegation) { d.Scoped, d.Targets = true, canisters(0, MaxTargets) }), "", ""},
		{good.sender(), of(user, user).authenticate(id), ReasonDelegation, fmt.Sprintf(
			"Invalid delegation: Chain of delegations contains at least one cycle: first repeating public key encountered %x", sender)},
		{good.sender(), of(user, session, user).authenticate(id), ReasonDelegation, "Invalid delegation: Chain of delegations contains"},
		{good.sender(), of(user, session, w.Simulated(3), session).authenticate(id), ReasonDelegation,
			fmt.Sprintf("first repeating public key encountered %x", session.DER)},
		{good.sender(), with(func(c *chain) { c.signers[1].DER = []byte("x") }), ReasonSignature,
			"Invalid signature: Invalid public key: a key in DER is one sequence"},
		{good.sender(), with(func(c *chain) { c.signers[0].Sign = session.Sign }), ReasonDelegation,
			"Invalid delegation: Invalid basic signature: Ed25519 signature could not be verified"},
		{good.sender(), with(func(c *chain) { c.signers[1].Sign = user.Sign }), ReasonSignature,
			"Invalid signature: Invalid basic signature: Ed25519 signature could not be verified"},
		{of(provider).sender(), &protocol.Authentication{PublicKey: provider.DER, Signature: []byte("x")}, ReasonSignature,
			"Invalid signature: Invalid canister signature: signature CBOR doesn't have a self-describing tag"},
		{of(w.New(userkey.WebAuthnP256, 1)).sender(), &protocol.Authentication{PublicKey: w.New(userkey.WebAuthnP256, 1).DER},
			ReasonSignature, "Invalid signature: WebAuthn error: signature CBOR parsing failed with: EOF"},
	} {
		_, fault := Judge(w.keys, 1, v.a, Request{Sender: v.sender, ID: id}, now)
		require.Equal(t, v.reason, fault.Reason, "%s, not %s", v.text, fault.Text)
		require.Contains(t, fault.Text, v.text)
	}
}

// Interface specification, "Authentication" and the predicate verify_envelope: the canister that made the sender's
// key signs the information in a domain of its own.
func TestSenderInformation(t *testing.T) {
	w := newWorld()
	provider, session := w.New(userkey.Canister, 3), w.Simulated(1)
	signed := []byte("verified")
	signature := provider.Sign(crypto.Signable("ic-sender-info", signed))
	by := principal.Canister(13)
	for _, v := range []struct {
		c    chain
		info protocol.SenderInfo
		text string
	}{
		{of(provider, session), protocol.SenderInfo{Info: signed, Signer: by, Signature: signature}, ""},
		{of(provider), protocol.SenderInfo{Info: signed, Signer: by, Signature: signature}, ""},
		{of(provider), protocol.SenderInfo{Info: signed, Signer: principal.Canister(14), Signature: signature},
			fmt.Sprintf("Invalid sender info: signer %s does not match canister ID %s in sender_pubkey", principal.Canister(14), by)},
		{of(provider), protocol.SenderInfo{Info: []byte("other"), Signer: by, Signature: signature},
			"Invalid sender info: signature verification failed: the signature tree doesn't contain"},
		{of(provider), protocol.SenderInfo{Info: signed, Signer: by, Signature: provider.Sign(signed)}, "doesn't contain"},
		{of(provider), protocol.SenderInfo{Info: signed, Signer: by}, "self-describing"},
		{of(session), protocol.SenderInfo{Info: signed, Signer: by, Signature: signature},
			"Invalid sender info: sender_pubkey is not a valid canister signature public key: it is for Ed25519"},
	} {
		_, fault := w.judgeInfo(v.c, &v.info)
		require.Contains(t, fault.Text, v.text)
		require.Equal(t, v.text == "", fault == Fault{}, "%s", fault.Text)
		require.True(t, v.text == "" || fault.Reason == ReasonInfo)
	}
	_, fault := Judge(w.keys, 1, &protocol.Authentication{}, Request{Sender: principal.Anonymous(), Info: &protocol.SenderInfo{}}, now)
	require.Equal(t, Fault{ReasonInfo, "Invalid sender info: sender_info requires an authenticated request with sender_pubkey"}, fault)
}

// A canister signs for users only under the root key of the registry version that is asked about.
func TestTheRootKeyIsTheRegistrys(t *testing.T) {
	w := newWorld()
	c := of(w.New(userkey.Canister, 1))
	r := registry.New(protocol.RegistrySnapshot{Subnets: []*protocol.SubnetRecord{{}}})
	r.Publish(0, registry.EditSubnet(0, func(s *protocol.SubnetRecord) { s.PublicKey = w.Root() }))
	w.keys.Registry = r.Client(0, registry.PollPhase{})
	id := protocol.MessageID{1}
	for version, reason := range map[protocol.RegistryVersion]string{1: ReasonSignature, 2: ""} {
		_, fault := Judge(w.keys, version, c.authenticate(id), Request{Sender: c.sender(), ID: id}, now)
		require.Equal(t, reason, fault.Reason)
	}
	none := registry.New(protocol.RegistrySnapshot{Root: 7})
	w.keys.Registry = none.Client(0, registry.PollPhase{})
	_, fault := w.judge(c)
	require.Equal(t, ReasonSignature, fault.Reason, "a registry without its root subnet")
}

// Each signature costs what its kind costs; a canister signature that the node has seen costs its bytes.
func TestSignaturesAreCharged(t *testing.T) {
	for kind, op := range map[userkey.Kind]protocol.Op{
		userkey.Ed25519: protocol.OpVerifyBasic, userkey.WebAuthnEd25519: protocol.OpVerifyBasic,
		userkey.ECDSAP256: protocol.OpVerifyECDSA, userkey.ECDSASecp256k1: protocol.OpVerifyECDSA,
		userkey.WebAuthnP256: protocol.OpVerifyECDSA, userkey.WebAuthnRSA: protocol.OpVerifyRSA, userkey.RSA: protocol.OpVerifyRSA,
	} {
		w := newWorld()
		w.judge(of(w.New(kind, 1), w.Simulated(1)))
		want := protocol.Meter{}
		want.Charge(protocol.OpVerifyBasic, 1)
		want.Charge(op, 1)
		require.Equal(t, want, *w.meter, kind)
	}
	w := newWorld()
	session := of(w.New(userkey.Canister, 1), w.Simulated(1))
	w.judge(session)
	require.Equal(t, uint64(1), w.meter[protocol.OpVerifyCanister])
	hashed := w.meter[protocol.OpHashByte]
	require.NotZero(t, hashed)
	w.judge(session)
	require.Equal(t, uint64(1), w.meter[protocol.OpVerifyCanister])
	require.Equal(t, 2*hashed, w.meter[protocol.OpHashByte])
	session.links[0].Expiration++
	w.judge(session)
	require.Equal(t, uint64(2), w.meter[protocol.OpVerifyCanister], "another delegation")
}

// Agents look for these words, and set their clock by them.
func TestExpiryText(t *testing.T) {
	text := ExpiryText(now, now+1, now+2e9)
	require.True(t, strings.HasPrefix(text, "Invalid request expiry: "))
	require.Equal(t, "Invalid request expiry: Specified ingress_expiry not within expected range: "+
		"Minimum allowed expiry: 2023-11-14 22:13:20.000000001 UTC, Maximum allowed expiry: 2023-11-14 22:13:22 UTC, "+
		"Provided expiry:        2023-11-14 22:13:20 UTC", text)
}

// A key's bytes may be anything; nothing panics on them.
func FuzzJudge(f *testing.F) {
	w := newWorld()
	id := protocol.MessageID{1}
	for _, kind := range userkeytest.Kinds() {
		a := of(w.New(kind, 1), w.Simulated(1)).authenticate(id)
		f.Add(a.PublicKey, a.Delegations[0].PublicKey, a.Delegations[0].Signature, a.Signature)
	}
	f.Fuzz(func(t *testing.T, key, to, delegated, sig []byte) {
		a := &protocol.Authentication{PublicKey: key, Signature: sig, Delegations: []protocol.SignedDelegation{
			{Delegation: protocol.Delegation{PublicKey: to, Expiration: now}, Signature: delegated}}}
		scope, fault := Judge(w.keys, 1, a, Request{Sender: principal.SelfAuthenticating(key), ID: id}, now)
		require.True(t, fault.Text != "" || scope.Allows(principal.Canister(1)))
	})
}

func canisters(from, to int) (ids []principal.ID) {
	for i := from; i < to; i++ {
		ids = append(ids, principal.Canister(uint64(i)))
	}
	return ids
}
