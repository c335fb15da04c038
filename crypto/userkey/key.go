package userkey

import (
	"errors"
	"fmt"

	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/principal"
)

// A Kind is a way to sign.
type Kind uint8

const (
	Ed25519 Kind = iota
	ECDSAP256
	ECDSASecp256k1
	RSA
	WebAuthnEd25519
	WebAuthnP256
	WebAuthnRSA
	Canister
)

var kinds = [...]string{
	"Ed25519", "ECDSA on P-256", "ECDSA on secp256k1", "RSA",
	"Web Authentication with Ed25519", "Web Authentication with P-256", "Web Authentication with RSA", "canister signature",
}

func (k Kind) String() string { return kinds[k] }

// IsWebAuthn tells the kinds whose signatures are assertions of Web Authentication.
func (k Kind) IsWebAuthn() bool { return k >= WebAuthnEd25519 && k <= WebAuthnRSA }

// A Key is a parsed public key. Immutable.
type Key struct {
	kind Kind
	der  string
	alg  algorithm
}

// An algorithm verifies signatures of one kind under one key.
type algorithm interface {
	verify(n *network, msg, sig []byte) error
}

// A network is what the validity of some signatures depends on, beyond the key.
type network struct {
	scheme Scheme
	root   crypto.ThresholdPublicKey
}

// A Scheme verifies what the simulated network signs; every crypto.Scheme is one.
type Scheme interface {
	VerifyBasic(pk crypto.BasicPublicKey, msg []byte, sig crypto.BasicSignature) bool
	VerifyThreshold(pk crypto.ThresholdPublicKey, msg []byte, sig crypto.ThresholdSignature) bool
}

// A Verifier says whether a signature on a message is valid under a key, and under the root key where subnets signed.
// It answers with nil or the reason, which is for people. Equal arguments give equal answers.
type Verifier interface {
	Verify(root crypto.ThresholdPublicKey, key *Key, msg, sig []byte) error
}

// New gives the Verifier of a network.
func New(s Scheme) Verifier { return verifier{s} }

type verifier struct{ scheme Scheme }

func (v verifier) Verify(root crypto.ThresholdPublicKey, key *Key, msg, sig []byte) error {
	return key.alg.verify(&network{v.scheme, root}, msg, sig)
}

// Kind is how the key signs.
func (k *Key) Kind() Kind { return k.kind }

// DER is the form that Parse took. A string, since nobody may change it.
func (k *Key) DER() string { return k.der }

// Canister is who signs, with the seed that tells the key from the canister's others; ok is false for other kinds.
func (k *Key) Canister() (id principal.ID, seed []byte, ok bool) {
	c, ok := k.alg.(*canister)
	if !ok {
		return principal.ID{}, nil, false
	}
	return c.id, []byte(c.seed), true
}

// Parse reads a public key. The algorithm inside DER says which kind.
func Parse(raw []byte) (*Key, error) {
	a, subject, err := der.Unwrap(raw)
	if err != nil {
		return nil, err
	}
	k := &Key{der: string(raw)}
	switch a {
	case der.Ed25519:
		k.kind = Ed25519
		k.alg, err = parseEd25519(subject)
	case der.ECDSAP256:
		k.kind = ECDSAP256
		k.alg, err = parseP256(subject)
	case der.ECDSASecp256k1:
		k.kind = ECDSASecp256k1
		k.alg, err = parseSecp256k1(subject)
	case der.RSA:
		k.kind = RSA
		k.alg, err = parseRSA(subject)
	case der.COSE:
		k.kind, k.alg, err = parseCOSE(subject)
	case der.CanisterSigning:
		k.kind = Canister
		k.alg, err = parseCanister(subject)
	default:
		return nil, fmt.Errorf("unknown algorithm %x: a key is for %s, or a COSE key of Web Authentication", string(a), keyKinds)
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

const keyKinds = "Ed25519, ECDSA on P-256 or secp256k1, canister signatures"

var errVerification = errors.New("signature could not be verified")
