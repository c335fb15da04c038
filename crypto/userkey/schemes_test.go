package userkey_test

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/der"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/crypto/userkey"
	"icsim/crypto/userkey/userkeytest"
)

// Both values of s are good on both curves, as for the replica; zero and what is beyond the order are not.
func TestECDSATakesEitherSAndNothingBeyondTheOrder(t *testing.T) {
	w, msg := newWorld(ideal.New()), []byte("m")
	for kind, order := range map[userkey.Kind]string{
		userkey.ECDSASecp256k1: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
		userkey.ECDSAP256:      "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
	} {
		n, _ := new(big.Int).SetString(order, 16)
		signer := w.New(kind, 1)
		sig := signer.Sign(msg)
		r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
		with := func(r, s *big.Int) []byte {
			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
		require.NoError(t, w.verify(t, signer.DER, msg, with(r, new(big.Int).Sub(n, s))))
		for _, bad := range [][]byte{
			with(new(big.Int), s), with(r, new(big.Int)), with(n, s), with(r, n), with(s, r),
			with(new(big.Int).Sub(n, r), s), bytes.Repeat([]byte{0xff}, 64), make([]byte, 64),
		} {
			require.Error(t, w.verify(t, signer.DER, msg, bad), "%s: %x", kind, bad)
		}
		require.ErrorContains(t, w.verify(t, signer.DER, msg, sig[1:]), "64 together, not 63")
	}
}

// The example of the interface specification ("Web Authentication") is a key, and two keys with the same point are two.
func TestCOSEKeyOfTheSpecification(t *testing.T) {
	raw := hexBytes("305E300C060A2B0601040183B8430101034E00A50102032620012158207FFD83632072FD1BFEAF3FBAA43146E0" +
		"EF95C3F55E3994A41BBF2B5174D771DA22582032497EED0A7F6F000928765B8318162CFD80A94E525A6A368C2363063D04E6ED")
	key, err := userkey.Parse(raw)
	require.NoError(t, err)
	require.Equal(t, userkey.WebAuthnP256, key.Kind())
}

func TestCOSEKeysOfOtherSorts(t *testing.T) {
	x := hexBytes("7FFD83632072FD1BFEAF3FBAA43146E0EF95C3F55E3994A41BBF2B5174D771DA")
	y := hexBytes("32497EED0A7F6F000928765B8318162CFD80A94E525A6A368C2363063D04E6ED")
	modulus := append(bytes.Repeat([]byte{0xab}, 255), 1)
	for name, v := range map[string]struct {
		key  map[int]any
		want string // empty: good
	}{
		"P-256":              {map[int]any{1: 2, 3: -7, -1: 1, -2: x, -3: y}, ""},
		"to verify":          {map[int]any{1: 2, 3: -7, -1: 1, -2: x, -3: y, 4: "verify"}, ""},
		"to sign":            {map[int]any{1: 2, 3: -7, -1: 1, -2: x, -3: y, 4: "sign"}, "other operations"},
		"another algorithm":  {map[int]any{1: 2, 3: -8, -1: 1, -2: x, -3: y}, "ES256"},
		"another curve":      {map[int]any{1: 2, 3: -7, -1: 2, -2: x, -3: y}, "ES256"},
		"no curve":           {map[int]any{1: 2, 3: -7, -2: x, -3: y}, "ES256"},
		"a short coordinate": {map[int]any{1: 2, 3: -7, -1: 1, -2: x[1:], -3: append([]byte{x[0]}, y...)}, "32 bytes"},
		"off the curve":      {map[int]any{1: 2, 3: -7, -1: 1, -2: y, -3: x}, "on the curve"},
		"a short Ed25519":    {map[int]any{1: 1, 3: -8, -1: 6, -2: x[1:]}, "32 bytes, not 31"},
		"RSA":                {map[int]any{1: 3, 3: -257, -1: modulus, -2: []byte{1, 0, 1}}, ""},
		"small RSA":          {map[int]any{1: 3, 3: -257, -1: modulus[1:], -2: []byte{1, 0, 1}}, "2048 to 8192 bits, not 2040"},
		"even RSA":           {map[int]any{1: 3, 3: -257, -1: append(modulus[:255:255], 2), -2: []byte{1, 0, 1}}, "even"},
		"RSA to the first":   {map[int]any{1: 3, 3: -257, -1: modulus, -2: []byte{1}}, "exponent"},
		"RSA to the fourth":  {map[int]any{1: 3, 3: -257, -1: modulus, -2: []byte{4}}, "exponent"},
		"RSA far up":         {map[int]any{1: 3, 3: -257, -1: modulus, -2: []byte{1, 0, 0, 0, 1}}, "exponent"},
	} {
		raw, err := cbor.Marshal(v.key)
		require.NoError(t, err)
		_, err = userkey.Parse(der.Wrap(der.COSE, raw))
		if v.want == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, v.want, name)
		}
	}
}

// The assertion signs the challenge and what the browser says of the page; the challenge is the message in base64url
// without padding.
func TestAssertions(t *testing.T) {
	w, msg := newWorld(ideal.New()), []byte("a message of odd length")
	signer := w.New(userkey.ECDSAP256, 1)
	raw := signer.DER[len(signer.DER)-64:]
	key, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: raw[:32], -3: raw[32:]})
	require.NoError(t, err)
	wrapped := der.Wrap(der.COSE, key)
	sign := func(signed []byte) []byte {
		sig := signer.Sign(signed)
		var v struct{ R, S *big.Int }
		v.R, v.S = new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
		der, err := asn1.Marshal(v)
		require.NoError(t, err)
		return der
	}
	challenge := base64.RawURLEncoding.EncodeToString(msg)
	good := fmt.Sprintf(`{"type":"webauthn.get","challenge":"%s","origin":"o"}`, challenge)
	for name, v := range map[string]struct{ clientData, want string }{
		"good":          {good, ""},
		"with more":     {fmt.Sprintf(`{"a":[{}], "origin":"", "challenge":"%s", "type":""}`, challenge), ""},
		"padded":        {fmt.Sprintf(`{"type":"t","challenge":"%s=","origin":"o"}`, challenge), "challenge in webauthn"},
		"another":       {`{"type":"t","challenge":"AAAA","origin":"o"}`, "challenge in webauthn"},
		"in capitals":   {fmt.Sprintf(`{"type":"t","Challenge":"%s","origin":"o"}`, challenge), "no text in field challenge"},
		"without type":  {fmt.Sprintf(`{"challenge":"%s","origin":"o"}`, challenge), "no text in field type"},
		"with a number": {fmt.Sprintf(`{"type":"t","challenge":"%s","origin":1}`, challenge), "no text in field origin"},
		"with null":     {fmt.Sprintf(`{"type":"t","challenge":"%s","origin":null}`, challenge), "no text in field origin"},
		"no JSON":       {`{`, "ClientDataJSON parsing failed"},
	} {
		err := w.verify(t, wrapped, msg, userkeytest.AssertWith(v.clientData, sign))
		if v.want == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, v.want, name)
		}
	}
	raw64 := userkeytest.AssertWith(good, signer.Sign)
	require.ErrorContains(t, w.verify(t, wrapped, msg, raw64), "verifying signature failed", "r and s are in DER here")
	require.ErrorContains(t, w.verify(t, wrapped, msg, []byte{0xa0}), "client_data_json")
	require.ErrorContains(t, w.verify(t, wrapped, msg, []byte{0xff}), "CBOR")
}

// Texts and bytes both stand for client data: the specification has the one, the replica's own tests the other.
func TestClientDataMayBeBytes(t *testing.T) {
	w, msg := newWorld(ideal.New()), []byte("m")
	signer := w.New(userkey.WebAuthnEd25519, 1)
	var fields map[string]any
	require.NoError(t, cbor.Unmarshal(signer.Sign(msg), &fields))
	fields["client_data_json"] = []byte(fields["client_data_json"].(string))
	raw, err := cbor.Marshal(fields)
	require.NoError(t, err)
	require.NoError(t, w.verify(t, signer.DER, msg, raw), "untagged as well")
}

// Interface specification, "Canister signatures".
func TestCanisterSignatures(t *testing.T) {
	for _, s := range []crypto.Scheme{ideal.New(), bls.New()} {
		w, msg, seed := newWorld(s), []byte("m"), []byte("seed")
		app, root := principal.Canister(15), principal.Canister(3)
		for name, v := range map[string]struct {
			c    userkeytest.CanisterSignature
			want string // empty: good
		}{
			"application":       {userkeytest.CanisterSignature{Canister: app, Type: "application"}, ""},
			"system":            {userkeytest.CanisterSignature{Canister: app, Type: "system"}, ""},
			"cloud":             {userkeytest.CanisterSignature{Canister: app, Type: "cloud_engine"}, "may not sign"},
			"no type":           {userkeytest.CanisterSignature{Canister: app}, "may not sign"},
			"root":              {userkeytest.CanisterSignature{Canister: root, ByRoot: true}, ""},
			"another subnet's":  {userkeytest.CanisterSignature{Canister: root, Type: "application"}, "canister not of subnet"},
			"forged":            {userkeytest.CanisterSignature{Canister: app, Type: "application", Forged: true}, "bad signature"},
			"another tree":      {userkeytest.CanisterSignature{Canister: app, Type: "application", Certified: make([]byte, 32)}, "tree's root"},
			"a leaf that tells": {userkeytest.CanisterSignature{Canister: app, Type: "application", Leaf: []byte{1}}, "not empty"},
			"no tag":            {userkeytest.CanisterSignature{Canister: app, Type: "application", Untagged: true}, "self-describing"},
		} {
			v.c.Seed = seed
			sig := w.Sign(v.c, msg)
			err := w.verify(t, der.WrapCanister(v.c.Canister, seed), msg, sig)
			if v.want != "" {
				require.ErrorContains(t, err, v.want, name)
				continue
			}
			require.NoError(t, err, name)
			require.ErrorContains(t, w.verify(t, der.WrapCanister(v.c.Canister, []byte("other")), msg, sig), "doesn't contain")
			require.ErrorContains(t, w.verify(t, der.WrapCanister(v.c.Canister, seed), []byte("other"), sig), "doesn't contain")
			key, err := userkey.Parse(der.WrapCanister(v.c.Canister, seed))
			require.NoError(t, err)
			require.Error(t, w.Verify(crypto.ThresholdPublicKey{1}, key, msg, sig), "another root key")
		}
	}
}
