package ingress

import (
	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/keys"
)

// Reasons to refuse a single call.
const (
	ReasonExpired   = "ingress expired"
	ReasonExpiryFar = "ingress expiry too far ahead"
	ReasonTooBig    = "ingress message too big"
	ReasonAnonymous = "anonymous ingress with a key or signature"
	ReasonSender    = "ingress sender is not the key's principal"
	ReasonSignature = "ingress signature invalid"
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

// checkRequest is what holds for a message whatever the time: size, and that the sender signed it.
func checkRequest(k *keys.Keyring, subnet *protocol.SubnetRecord, m *protocol.SignedIngress) protocol.Verdict {
	k.Meter.Charge(protocol.OpIngressValidate, 1)
	switch {
	case m.Size() > subnet.MaxIngressBytes:
		return protocol.Refuse(ReasonTooBig)
	case len(m.Content.Nonce) > protocol.MaxNonce:
		return protocol.Refuse(ReasonNonce)
	}
	if m.Content.Sender.IsAnonymous() {
		if !m.Auth.IsZero() {
			return protocol.Refuse(ReasonAnonymous)
		}
		return protocol.Accept()
	}
	key, err := der.ParseEd25519(m.Auth.PublicKey)
	if err != nil || m.Content.Sender != principal.SelfAuthenticating(m.Auth.PublicKey) {
		return protocol.Refuse(ReasonSender)
	}
	sig, ok := crypto.BasicSignature{}, len(m.Auth.Signature) == len(crypto.BasicSignature{})
	copy(sig[:], m.Auth.Signature)
	if !ok || !k.VerifyUser(key, protocol.IngressSignable(m.MessageID), sig) {
		return protocol.Refuse(ReasonSignature)
	}
	return protocol.Accept()
}
