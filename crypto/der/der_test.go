package der

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"strings"
	"testing"

	"crypto/ed25519"
	"crypto/x509"

	"icsim/crypto"
	"icsim/crypto/principal"
)

// The standard library reads what is written, as a key of that algorithm.
func TestEd25519IsWhatTheStandardLibraryReads(t *testing.T) {
	key := crypto.BasicPublicKey{1, 2, 3}
	wrapped := WrapEd25519(key)
	parsed, err := x509.ParsePKIXPublicKey(wrapped)
	if err != nil || !bytes.Equal(parsed.(ed25519.PublicKey), key[:]) {
		t.Fatalf("%v, %v", parsed, err)
	}
	if back, err := ParseEd25519(wrapped); err != nil || back != key {
		t.Errorf("%x, %v", back, err)
	}
}

// The structure is what the interface specification says, down to the object identifiers.
func TestBLSNamesItsAlgorithmAndCurve(t *testing.T) {
	key := crypto.ThresholdPublicKey{1, 2, 3}
	wrapped := WrapBLS(key)
	var info struct {
		Algorithm struct{ Algorithm, Curve asn1.ObjectIdentifier }
		Key       asn1.BitString
	}
	rest, err := asn1.Unmarshal(wrapped, &info)
	if err != nil || len(rest) > 0 {
		t.Fatalf("%v, %d bytes left", err, len(rest))
	}
	if got := info.Algorithm.Algorithm.String(); got != "1.3.6.1.4.1.44668.5.3.1.2.1" {
		t.Errorf("algorithm %s", got)
	}
	if got := info.Algorithm.Curve.String(); got != "1.3.6.1.4.1.44668.5.3.2.1" {
		t.Errorf("curve %s", got)
	}
	if !bytes.Equal(info.Key.Bytes, key[:]) {
		t.Errorf("key %x", info.Key.Bytes)
	}
	if back, err := ParseBLS(wrapped); err != nil || back != key {
		t.Errorf("%x, %v", back, err)
	}
}

func TestParseRefusesOtherKeys(t *testing.T) {
	bls, ed := WrapBLS(crypto.ThresholdPublicKey{}), WrapEd25519(crypto.BasicPublicKey{})
	if _, err := ParseBLS(ed); err == nil || !strings.Contains(err.Error(), "133 bytes, not 44") {
		t.Error(err)
	}
	if _, err := ParseEd25519(append(ed, 0)); err == nil || !strings.Contains(err.Error(), "44 bytes, not 45") {
		t.Error(err)
	}
	bls[20]++
	if _, err := ParseBLS(bls); err == nil || !strings.Contains(err.Error(), "another kind") {
		t.Error(err)
	}
	if _, err := ParseBLS(nil); err == nil {
		t.Error("nothing is a key")
	}
}

// The forms of reference/interface.md D.3, taken apart and put together.
func TestWrapGivesTheFormsOfTheSpecification(t *testing.T) {
	for _, v := range []struct {
		der  string
		a    Algorithm
		size int
	}{
		{"302a300506032b6570032100" + strings.Repeat("11", 32), Ed25519, 32},
		{"3056301006072a8648ce3d020106052b8104000a034200" + strings.Repeat("11", 65), ECDSASecp256k1, 65},
		{"3059301306072a8648ce3d020106082a8648ce3d030107034200" + strings.Repeat("11", 65), ECDSAP256, 65},
		{"305e300c060a2b0601040183b8430101034e00" + strings.Repeat("11", 77), COSE, 77},
		{"3027300c060a2b0601040183b8430102031700" + "0a00000000000000070101" + strings.Repeat("11", 11), CanisterSigning, 22},
	} {
		raw, err := hex.DecodeString(v.der)
		if err != nil {
			t.Fatal(err)
		}
		a, subject, err := Unwrap(raw)
		if err != nil || a != v.a || len(subject) != v.size || !bytes.Equal(Wrap(a, subject), raw) {
			t.Errorf("%s: %x, %x, %v", v.der, string(a), subject, err)
		}
	}
	raw := WrapCanister(principal.Canister(7), bytes.Repeat([]byte{0x11}, 11))
	if got := hex.EncodeToString(raw); got != "3027300c060a2b0601040183b8430102031700"+"0a00000000000000070101"+strings.Repeat("11", 11) {
		t.Error(got)
	}
}

// Long keys have long lengths, in the only way that DER allows.
func TestLengthsOfAllSizes(t *testing.T) {
	for _, size := range []int{0, 1, 107, 108, 109, 110, 111, 200, 235, 240, 250, 256, 1000, 65_500, 65_536, 70_000} {
		a, subject, err := Unwrap(Wrap(RSA, make([]byte, size)))
		if err != nil || a != RSA || len(subject) != size {
			t.Errorf("%d bytes: %d, %v", size, len(subject), err)
		}
	}
}

// A key has one form: what Unwrap takes, Wrap gives back.
func FuzzUnwrap(f *testing.F) {
	f.Add(WrapEd25519(crypto.BasicPublicKey{1}))
	f.Add(Wrap(RSA, make([]byte, 300)))
	f.Add([]byte{0x30, 0x81, 0x03, 0x30, 0x00, 0x03})
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, subject, err := Unwrap(raw)
		if err == nil && !bytes.Equal(Wrap(a, subject), raw) {
			t.Errorf("%x and %x are one key", raw, Wrap(a, subject))
		}
	})
}
