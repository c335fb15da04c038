package sim

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/crypto/userkey/userkeytest"
	"icsim/protocol"
	"icsim/protocol/authentication"
	"icsim/protocol/keys"
	"icsim/protocol/registry"
)

// Whatever was judged before, a verdict and what it costs are those of a node that remembers nothing.
func TestRememberedVerdictsAreThoseOfTheRule(t *testing.T) {
	const now = uint64(1_700_000_000_000_000_000)
	network := userkeytest.NewNetwork(ideal.New())
	r := registry.New(protocol.RegistrySnapshot{Root: 1, Subnets: []*protocol.SubnetRecord{{}, {ID: 1, PublicKey: network.Root()}}})
	keyring := func() *keys.Keyring {
		return &keys.Keyring{Scheme: ideal.New(), Registry: r.Client(0, registry.PollPhase{}), Meter: &protocol.Meter{}}
	}
	plain, remembered := keyring(), keyring()
	judge := remembering(authentication.Judge)
	favourable := 0
	same := func(a *protocol.Authentication, r authentication.Request) {
		want, wantFault := authentication.Judge(plain, 1, a, r, now)
		got, fault := judge(remembered, 1, a, r, now)
		require.Equal(t, want, got)
		require.Equal(t, wantFault, fault)
		require.Equal(t, plain.Meter, remembered.Meter)
		if fault == (authentication.Fault{}) {
			favourable++
		}
	}
	check := func(a protocol.Authentication, r authentication.Request) { same(&a, r) }
	signers := []userkeytest.Signer{network.Simulated(1), network.Simulated(2)}
	for _, kind := range userkeytest.Kinds() {
		signers = append(signers, network.New(kind, 1))
	}
	stranger := network.Simulated(3)
	for i, s := range signers {
		id := protocol.MessageID{byte(i)}
		good := protocol.Authentication{PublicKey: s.DER, Signature: s.Sign(protocol.IngressSignable(id))}
		request := authentication.Request{Sender: principal.SelfAuthenticating(s.DER), ID: id}
		delegated, forged, foreign := good, good, good
		delegated.Delegations = []protocol.SignedDelegation{{Delegation: protocol.Delegation{PublicKey: stranger.DER, Expiration: now - 1}}}
		forged.Signature = append(bytes.Clone(good.Signature[:len(good.Signature)-1]), good.Signature[len(good.Signature)-1]^1)
		foreign.PublicKey = stranger.DER
		other, informed := request, request
		other.Sender, informed.Info = principal.SelfAuthenticating(stranger.DER), &protocol.SenderInfo{}
		for range 2 {
			check(forged, request)
			check(good, request)
			same(&good, request)
			same(&good, other)
			same(&good, request)
			check(good, other)
			check(good, informed)
			check(delegated, request)
			check(foreign, request)
			check(good, authentication.Request{Sender: request.Sender, ID: protocol.MessageID{0: byte(i), 20: 1}})
		}
	}
	require.Greater(t, favourable, 2*(len(signers)-2), "all but RSA sign requests")
}
