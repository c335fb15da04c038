package der

import (
	"bytes"
	"encoding/asn1"
	"strings"
	"testing"

	"crypto/ed25519"
	"crypto/x509"

	"icsim/crypto"
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
