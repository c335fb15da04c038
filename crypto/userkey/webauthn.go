package userkey

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/fxamacker/cbor/v2"
)

// The values of a COSE key that occur (RFC 9053; RFC 8812 and 8230 for RSA).
const (
	coseOctetKeyPair   = 1
	coseTwoCoordinates = 2
	coseRSA            = 3

	coseEdDSA = -8
	coseES256 = -7
	coseRS256 = -257

	coseP256    = 1
	coseEd25519 = 6
)

// A wireCOSE is a key in COSE. What stands at -1 and -2 depends on the type.
type wireCOSE struct {
	Type       int64           `cbor:"1,keyasint"`
	Algorithm  int64           `cbor:"3,keyasint"`
	Operations cbor.RawMessage `cbor:"4,keyasint"`
	First      cbor.RawMessage `cbor:"-1,keyasint"` // the curve, or the modulus
	Second     []byte          `cbor:"-2,keyasint"` // the first coordinate, or the exponent
	Third      []byte          `cbor:"-3,keyasint"` // the second coordinate
}

// parseCOSE reads the key of an authenticator (rs/crypto/internal/crypto_lib/basic_sig/cose).
func parseCOSE(raw []byte) (Kind, algorithm, error) {
	var key wireCOSE
	if err := unmarshal(raw, &key); err != nil {
		return 0, nil, fmt.Errorf("a COSE key is a map in CBOR: %w", err)
	}
	var operations string
	if key.Operations != nil && (unmarshal(key.Operations, &operations) != nil || operations != "verify") {
		return 0, nil, errors.New("the COSE key is for other operations than verify")
	}
	var signer algorithm
	var err error
	kind := WebAuthnP256
	switch {
	case key.Type == coseTwoCoordinates && key.Algorithm == coseES256 && key.isOn(coseP256):
		if len(key.Second) != 32 {
			return 0, nil, errors.New("a coordinate on P-256 has 32 bytes")
		}
		signer, err = parseP256(append(append([]byte{4}, key.Second...), key.Third...))
		if err == nil {
			signer = p256DER(signer.(p256))
		}
	case key.Type == coseOctetKeyPair && key.Algorithm == coseEdDSA && key.isOn(coseEd25519):
		kind = WebAuthnEd25519
		signer, err = parseEd25519(key.Second)
	case key.Type == coseRSA && key.Algorithm == coseRS256:
		kind = WebAuthnRSA
		var modulus []byte
		if unmarshal(key.First, &modulus) != nil {
			return 0, nil, errors.New("an RSA modulus is bytes")
		}
		signer, err = newRSA(new(big.Int).SetBytes(modulus), new(big.Int).SetBytes(key.Second))
	default:
		return 0, nil, errors.New("a COSE key is for ES256 on P-256, EdDSA on Ed25519 or RS256")
	}
	return kind, webAuthn{signer}, err
}

func (k *wireCOSE) isOn(curve int64) bool {
	var on int64
	return unmarshal(k.First, &on) == nil && on == curve
}

// A webAuthn key signs an assertion whose challenge is the message (Web Authentication, "Verifying an Authentication
// Assertion"; rs/validator/src/webauthn.rs).
type webAuthn struct{ signer algorithm }

type wireAssertion struct {
	AuthenticatorData []byte          `cbor:"authenticator_data"`
	ClientData        cbor.RawMessage `cbor:"client_data_json"`
	Signature         []byte          `cbor:"signature"`
}

func (w webAuthn) verify(n *network, msg, sig []byte) error {
	var a wireAssertion
	if err := unmarshal(sig, &a); err != nil {
		return fmt.Errorf("signature CBOR parsing failed with: %w", err)
	}
	clientData, err := bytesOrText(a.ClientData)
	if err != nil {
		return err
	}
	challenge, err := challengeOf(clientData)
	if err != nil {
		return err
	}
	if want := base64.RawURLEncoding.EncodeToString(msg); challenge != want {
		return fmt.Errorf("challenge in webauthn is %q while it is expected to be %q", challenge, want)
	}
	hash := sha256.Sum256(clientData)
	if err := w.signer.verify(n, append(bytes.Clone(a.AuthenticatorData), hash[:]...), a.Signature); err != nil {
		return fmt.Errorf("verifying signature failed: %w", err)
	}
	return nil
}

// bytesOrText reads what is text by the specification and bytes by the replica, which takes either.
func bytesOrText(raw cbor.RawMessage) ([]byte, error) {
	var blob []byte
	if unmarshal(raw, &blob) == nil {
		return blob, nil
	}
	var text string
	if unmarshal(raw, &text) != nil {
		return nil, errors.New("client_data_json is a text")
	}
	return []byte(text), nil
}

// challengeOf finds the challenge, in base64url, among the client data. Three fields have to be there, with these very
// names; encoding/json by itself would take them in capitals as well.
func challengeOf(clientData []byte) (string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(clientData, &fields); err != nil {
		return "", fmt.Errorf("WebAuthn envelope creation failed: ClientDataJSON parsing failed with: %w", err)
	}
	var value string
	for _, name := range []string{"type", "origin", "challenge"} {
		if raw, ok := fields[name]; !ok || json.Unmarshal(raw, &value) != nil || bytes.Equal(raw, []byte("null")) {
			return "", fmt.Errorf("WebAuthn envelope creation failed: ClientDataJSON parsing failed with: no text in field %s", name)
		}
	}
	return value, nil
}

// unmarshal reads CBOR from strangers: no key may come twice, and nesting is bounded.
func unmarshal(raw []byte, into any) error {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, FieldNameMatching: cbor.FieldNameMatchingCaseSensitive, MaxNestedLevels: maxNesting,
	}.DecMode()
	if err != nil {
		panic(fmt.Sprintf("userkey: CBOR options: %v", err))
	}
	return mode.Unmarshal(raw, into)
}
