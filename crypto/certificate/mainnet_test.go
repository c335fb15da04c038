package certificate

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

// mainnetRootKey is the key of the NNS subnet, published by DFINITY in every agent.
const mainnetRootKey = "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100" +
	"814c0e6ec71fab583b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d9685f913a0c0b2cc534" +
	"1583bf4b4392e467db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b01291091c5f87b98883463f98091a0baaae"

// A certificate of subnet o3ow2 from November 2025, delegation and all: `mainnetApplicationO3ow2`
// of npm @icp-sdk/core 6.1.0.
//
//go:embed testdata/mainnet_o3ow2.hex
var mainnetO3ow2 string

const o3ow2 = "o3ow2-2ipam-6fcjo-3j5vt-fzbge-2g7my-5fz2m-p4o2t-dwlc4-gt2q7-5ae"

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(strings.ReplaceAll(text, "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func id(t testing.TB, text string) principal.ID {
	t.Helper()
	parsed, err := principal.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func decode(t testing.TB, raw []byte) *Certificate {
	t.Helper()
	c, err := Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMainnetCertificateIsValid(t *testing.T) {
	scheme, root, raw := bls.New(), unhex(t, mainnetRootKey), unhex(t, mainnetO3ow2)
	c := decode(t, raw)
	if got := c.VerifyForSubnet(scheme, root, id(t, o3ow2)); got != Valid {
		t.Errorf("for its subnet: %v", got)
	}
	// Asked about a subnet, the root subnet shows no ranges: the subnet's own claim to them counts for nothing.
	if got := c.VerifyForCanister(scheme, root, id(t, "v7pvf-xyaaa-aaaao-aaaaa-cai")); got != CanisterNotOfSubnet {
		t.Errorf("for a canister: %v", got)
	}
	if ns, ok := c.Time(); !ok || ns != 1763597289536590252 { // 2025-11-20 00:08:09.536590252 UTC
		t.Errorf("time %d, %v", ns, ok)
	}
	key, _ := c.Tree.Lookup("subnet", label(id(t, o3ow2)), "public_key")
	if _, err := der.ParseBLS(key); err != nil || principal.SelfAuthenticating(key) != id(t, o3ow2) {
		t.Errorf("the subnet's key %x does not name it", key)
	}
	if !bytes.Equal(c.Encode(), raw) {
		t.Error("encoding it again gives other bytes")
	}
}

// Every bit counts: with one flipped, a certificate cannot be decoded, is not valid, or says the same
// as before (the tag around a map, for one, means nothing).
func TestTamperedMainnetCertificateIsNotValid(t *testing.T) {
	scheme, root, raw := bls.New(), unhex(t, mainnetRootKey), unhex(t, mainnetO3ow2)
	refused := 0
	for bit := 0; bit < 8*len(raw); bit += 131 {
		bad := bytes.Clone(raw)
		bad[bit/8] ^= 1 << (bit % 8)
		c, err := Decode(bad)
		if err != nil || c.VerifyForSubnet(scheme, root, id(t, o3ow2)) != Valid {
			refused++
			continue
		}
		if !bytes.Equal(c.Encode(), raw) {
			t.Errorf("valid with bit %d flipped", bit)
		}
	}
	if refused < 8*len(raw)/131-2 {
		t.Errorf("only %d tampered certificates were refused", refused)
	}
}

// The responses that agent-rs tests with (ic-agent/src/agent/agent_test), each with the verdict
// that the agent comes to.
func TestMainnetResponses(t *testing.T) {
	const (
		ivg37 = "ivg37-qiaaa-aaaab-aaaga-cai"
		other = "ryjl3-tyaaa-aaaaa-aaaba-cai"
		uzr34 = "uzr34-akd3s-xrdag-3ql62-ocgoh-ld2ao-tamcv-54e7j-krwgb-2gm4z-oqe"
		qxesv = "qxesv-zoxpm-vc64m-zxguk-5sj74-35vrb-tbgwg-pcird-5gr26-62oxl-cae"
	)
	scheme, root := bls.New(), unhex(t, mainnetRootKey)
	for _, v := range []struct {
		file, subnet, canister string
		want                   Verdict // about the canister
	}{
		{"224od_subnet.bin", o3ow2, "v7pvf-xyaaa-aaaao-aaaaa-cai", Valid},
		{"ivg37_delegated_v2.bin", qxesv, ivg37, Valid},
		{"ivg37_delegated_v2.bin", qxesv, other, CanisterNotOfSubnet},
		{"ivg37_delegated_v2_pruned_subnet.bin", qxesv, ivg37, CanisterNotOfSubnet},
		{"ivg37_time.bin", qxesv, ivg37, Valid},
		{"ivg37_time.bin", qxesv, other, CanisterNotOfSubnet},
		{"ivg37_time_pruned_ranges.bin", qxesv, ivg37, CanisterNotOfSubnet},
		{"o3ow2_subnet_key.bin", o3ow2, ivg37, CanisterNotOfSubnet},
		{"uzr34_node_keys.bin", uzr34, ivg37, CanisterNotOfSubnet},
	} {
		t.Run(v.file+" "+v.canister, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("../../../shared/data/certificates", v.file))
			if err != nil {
				t.Skip("the reference certificates are not beside this checkout")
			}
			var response struct {
				Certificate []byte `cbor:"certificate"`
			}
			if err := unmarshal(raw, &response); err != nil {
				t.Fatal(err)
			}
			c := decode(t, response.Certificate)
			if got := c.VerifyForSubnet(scheme, root, id(t, v.subnet)); got != Valid {
				t.Errorf("for subnet: %v", got)
			}
			if got := c.VerifyForSubnet(scheme, root, principal.SelfAuthenticating(root)); got != CertificateOfAnother {
				t.Errorf("for the root subnet: %v", got)
			}
			if got := c.VerifyForCanister(scheme, root, id(t, v.canister)); got != v.want {
				t.Errorf("for canister: %v, want %v", got, v.want)
			}
			if _, ok := c.Time(); !ok {
				t.Error("no time")
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(unhex(f, mainnetO3ow2))
	f.Add((&Certificate{Tree: hashtree.Tree{}.Witness(hashtree.Everything())}).Encode())
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := Decode(raw)
		if err != nil {
			return
		}
		c.Time()
		canonical := c.Encode()
		back, err := Decode(canonical)
		if err != nil || !bytes.Equal(back.Encode(), canonical) {
			t.Fatalf("%x does not survive a round trip: %v", raw, err)
		}
		c.VerifyForCanister(always{}, der.WrapBLS(crypto.ThresholdPublicKey{}), principal.Canister(1))
	})
}

// always finds every signature good, so that fuzzing gets past the first.
type always struct{}

func (always) VerifyThreshold(crypto.ThresholdPublicKey, []byte, crypto.ThresholdSignature) bool {
	return true
}

func BenchmarkVerifyDelegated(b *testing.B) {
	scheme, root, raw := bls.New(), unhex(b, mainnetRootKey), unhex(b, mainnetO3ow2)
	subnet := id(b, o3ow2)
	for b.Loop() {
		if c := decode(b, raw); c.VerifyForSubnet(scheme, root, subnet) != Valid {
			b.Fatal("not valid")
		}
	}
}
