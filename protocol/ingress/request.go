package ingress

import (
	"icsim/protocol"
	"icsim/protocol/authentication"
	"icsim/protocol/keys"
)

// Reasons to refuse a single call, beside those of package authentication.
const (
	ReasonExpired   = "ingress expired"
	ReasonExpiryFar = "ingress expiry too far ahead"
	ReasonTooBig    = "ingress message too big"
	ReasonNonce     = "ingress nonce too long"
	ReasonPoolFull  = "ingress pool full"
)

// checkExpiry says whether a message may still be used at now, and not too early: [now, now + window].
func checkExpiry(m *protocol.SignedIngress, now, window protocol.Time) protocol.Verdict {
	switch {
	case m.Content.Expiry < now:
		return protocol.Refuse(ReasonExpired)
	case m.Content.Expiry > now+window:
		return protocol.Refuse(ReasonExpiryFar)
	}
	return protocol.Accept()
}

// checkRequest is what else has to hold: size, and that the sender signed it and may send it to the canister. Delegations
// live until a time; the subnet and the root key are those of a registry version.
func checkRequest(
	judge authentication.Judgement, k *keys.Keyring, id protocol.SubnetID, at protocol.RegistryVersion,
	m *protocol.SignedIngress, now protocol.Time,
) protocol.Verdict {
	k.Meter.Charge(protocol.OpIngressValidate, 1)
	subnet := k.Registry.At(at).Subnet(id)
	switch {
	case m.Size() > subnet.MaxIngressBytes:
		return protocol.Refuse(ReasonTooBig)
	case len(m.Content.Nonce) > protocol.MaxNonce:
		return protocol.Refuse(ReasonNonce)
	}
	scope, fault := judge(k, at, &m.Auth, authentication.Request{
		Sender: m.Content.Sender, ID: m.MessageID, Info: m.Content.Info,
	}, k.Registry.At(at).Genesis+uint64(now))
	if fault == (authentication.Fault{}) {
		fault = scope.Forbids(m.Content.Canister.Principal(), true)
	}
	if fault != (authentication.Fault{}) {
		return protocol.Refuse(fault.Reason)
	}
	return protocol.Accept()
}
