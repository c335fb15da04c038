package authentication

import (
	"encoding/hex"
	"fmt"

	"icsim/crypto"
	"icsim/crypto/principal"
	"icsim/crypto/userkey"
	"icsim/protocol"
	"icsim/protocol/keys"
)

// Bounds of a chain (interface specification, "Authentication").
const (
	MaxDelegations = 20
	MaxTargets     = 1000 // of one delegation
)

// A Request is what of a request the check looks at.
type Request struct {
	Sender principal.ID
	ID     protocol.MessageID
	Info   *protocol.SenderInfo // nil: none
}

// A Judgement says whether a request is its sender's. Judge is the Internet Computer's; a simulation may put another in its place.
type Judgement func(*keys.Keyring, protocol.RegistryVersion, *protocol.Authentication, Request, uint64) (Scope, Fault)

// Judge says whether a request is its sender's, with what scope, at a time in Unix nanoseconds. The fault's text is the
// replica's HTTP endpoints'. The root key is that of a registry version.
func Judge(k *keys.Keyring, at protocol.RegistryVersion, a *protocol.Authentication, r Request, now uint64) (Scope, Fault) {
	c := &check{keys: k, at: at, now: now}
	switch {
	case r.Sender.IsAnonymous() && !a.IsZero():
		return Scope{}, Fault{ReasonAnonymous, "Signature is not allowed for the anonymous user."}
	case r.Sender.IsAnonymous() && r.Info != nil:
		return Scope{}, faultInfo("sender_info requires an authenticated request with sender_pubkey")
	case r.Sender.IsAnonymous():
		return Scope{}, Fault{}
	case a.IsZero():
		return Scope{}, Fault{ReasonMissing, fmt.Sprintf("Missing signature from user: %s", r.Sender)}
	case r.Sender != principal.SelfAuthenticating(a.PublicKey):
		return Scope{}, Fault{ReasonSender,
			fmt.Sprintf("The user id '%s' does not match the public key '%x'", r.Sender, a.PublicKey)}
	}
	scope, fault := c.chain(a, r.ID)
	if fault == (Fault{}) && r.Info != nil {
		fault = c.info(a.PublicKey, r.Info)
	}
	if fault != (Fault{}) {
		return Scope{}, fault
	}
	return scope, Fault{}
}

// A check verifies one request.
type check struct {
	keys *keys.Keyring
	at   protocol.RegistryVersion
	now  uint64
}

// chain goes from the sender's key along the delegations to the one that signed the request. What costs nothing is
// looked at first, as by the replica.
func (c *check) chain(a *protocol.Authentication, id protocol.MessageID) (Scope, Fault) {
	scope, fault := c.bounds(a)
	if fault != (Fault{}) {
		return Scope{}, fault
	}
	by := a.PublicKey
	for i := range a.Delegations {
		d := &a.Delegations[i]
		if text := c.signature(by, d.Signable(), d.Signature, false); text != "" {
			return Scope{}, faultDelegation(text)
		}
		by = d.PublicKey
	}
	if text := c.signature(by, protocol.IngressSignable(id), a.Signature, true); text != "" {
		return Scope{}, Fault{ReasonSignature, "Invalid signature: " + text}
	}
	return scope, Fault{}
}

// bounds looks at the chain without its signatures.
func (c *check) bounds(a *protocol.Authentication) (scope Scope, fault Fault) {
	if n := len(a.Delegations); n > MaxDelegations {
		return scope, faultDelegation(fmt.Sprintf(
			"Chain of delegations is too long: got %d delegations, but at most %d are allowed.", n, MaxDelegations))
	}
	for i := range a.Delegations {
		if e := a.Delegations[i].Expiration; e < c.now {
			return scope, Fault{ReasonDelegationExpired, fmt.Sprintf("Invalid delegation expiry: Specified sender delegation "+
				"has expired:\nProvided expiry:    %s\nLocal replica time: %s", Time(e), Time(c.now))}
		}
	}
	known := map[string]struct{}{string(a.PublicKey): {}}
	for i := range a.Delegations {
		d := &a.Delegations[i]
		if _, ok := known[string(d.PublicKey)]; ok {
			return scope, faultDelegation("Chain of delegations contains at least one cycle: " +
				"first repeating public key encountered " + hex.EncodeToString(d.PublicKey))
		}
		known[string(d.PublicKey)] = struct{}{}
	}
	for i := range a.Delegations {
		if fault = scope.narrow(&a.Delegations[i].Delegation); fault != (Fault{}) {
			return Scope{}, fault
		}
	}
	return scope, Fault{}
}

// signature says what is wrong with a signature. By an RSA key alone a request may not be signed; a delegation may.
func (c *check) signature(by, msg, sig []byte, ofRequest bool) (text string) {
	key, err := userkey.Parse(by)
	if err != nil {
		return "Invalid public key: " + err.Error()
	}
	if ofRequest && key.Kind() == userkey.RSA {
		return "Invalid basic signature: RSA signatures are not allowed except in webauthn context"
	}
	if err = c.keys.VerifyUser(c.at, key, msg, sig); err == nil {
		return ""
	}
	switch {
	case key.Kind() == userkey.Canister:
		return "Invalid canister signature: " + err.Error()
	case key.Kind().IsWebAuthn():
		return "WebAuthn error: " + err.Error()
	default:
		return fmt.Sprintf("Invalid basic signature: %s %v", key.Kind(), err)
	}
}

// info checks what an identity provider says about the sender: its canister has to have made the sender's key too.
func (c *check) info(sender []byte, info *protocol.SenderInfo) Fault {
	key, err := userkey.Parse(sender)
	if err != nil {
		return faultInfo("sender_pubkey is not a valid canister signature public key: " + err.Error())
	}
	canister, _, ok := key.Canister()
	if !ok {
		return faultInfo("sender_pubkey is not a valid canister signature public key: it is for " + key.Kind().String())
	}
	if canister != info.Signer {
		return faultInfo(fmt.Sprintf("signer %s does not match canister ID %s in sender_pubkey", info.Signer, canister))
	}
	if err := c.keys.VerifyUser(c.at, key, crypto.Signable(crypto.DomainSenderInfo, info.Info), info.Signature); err != nil {
		return faultInfo("signature verification failed: " + err.Error())
	}
	return Fault{}
}
