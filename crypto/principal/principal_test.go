package principal

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func fromBytes(t interface{ Fatal(...any) }, raw []byte) ID {
	id, err := FromBytes(raw)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Published texts of principals: the interface specification's example and ids of mainnet.
func TestTextFormIsThatOfTheInternetComputer(t *testing.T) {
	for _, v := range []struct{ raw, text string }{
		{"", "aaaaa-aa"},
		{"04", "2vxsx-fae"},
		{"abcd01", "em77e-bvlzu-aq"},
		{"00000000000000000101", "rwlgt-iiaaa-aaaaa-aaaaa-cai"},
		{"00000000000000010101", "rrkah-fqaaa-aaaaa-aaaaq-cai"}, // governance
		{"00000000000000020101", "ryjl3-tyaaa-aaaaa-aaaba-cai"}, // ledger
		{"00000000000000070101", "rdmx6-jaaaa-aaaaa-aaadq-cai"}, // Internet Identity
		{"00000000001000000101", "5v3p4-iyaaa-aaaaa-qaaaa-cai"},
		{"ffffffffffe000000101", "lxzze-o7777-77777-aaaaa-cai"},
	} {
		id := fromBytes(t, unhex(t, v.raw))
		if id.String() != v.text {
			t.Errorf("%s is written %s, want %s", v.raw, id, v.text)
		}
		if parsed, err := Parse(strings.ToUpper(v.text)); err != nil || parsed != id {
			t.Errorf("upper case %s: %s, %v", v.text, parsed, err)
		}
	}
}

func TestCanisterIdsCarryTheirNumber(t *testing.T) {
	if got := Canister(2).String(); got != "ryjl3-tyaaa-aaaaa-aaaba-cai" {
		t.Errorf("canister 2 is %s", got)
	}
	if Canister(0xff).Compare(Canister(0x100)) != -1 {
		t.Error("ids do not order as numbers")
	}
	if n, ok := Canister(0x100000).CanisterNumber(); !ok || n != 0x100000 {
		t.Errorf("number %#x, %v", n, ok)
	}
	for _, id := range []ID{Management(), Anonymous(), SelfAuthenticating([]byte("key"))} {
		if _, ok := id.CanisterNumber(); ok {
			t.Errorf("%s passes for a canister", id)
		}
	}
}

// The root key of mainnet names the NNS subnet (reference/interface.md, section E).
func TestSubnetIdIsTheHashOfItsKey(t *testing.T) {
	id := SelfAuthenticating(unhex(t, "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100"+
		"814c0e6ec71fab583b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d9685f913a0c0b2cc534"+
		"1583bf4b4392e467db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b01291091c5f87b98883463f98091a0baaae"))
	if id.String() != "tdb26-jop6k-aogll-7ltgs-eruif-6kk7m-qpktf-gdiqx-mxtrf-vb5e6-eqe" || id.Len() != MaxLen {
		t.Errorf("the NNS subnet is %s of %d bytes", id, id.Len())
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, v := range []struct{ text, why string }{
		{"", "too short"},
		{"aaaaa", "too short"},
		{"aaaaa-a1", `character '1' at 7`},
		{"ryjl3-tyaaa-aaaaa-aaaba-caq", "checksum"},
		{"ryjl3-tyaaa-aaaaa-aaabb-cai", "checksum"},
		{"ryjl3tyaaaaaaaaaaabacai", "must be written"},
		{"ryjl3-tyaaa-aaaaa-aaaba-cai-", "must be written"},
		{"aaaaa-ab", "must be written"}, // bits beyond the last byte
		{strings.Repeat("a", 1<<16), "at most 29 bytes"},
		{"2vxsx-fae ", `character ' '`},
		{"5v3p4-iyaaa-aaaaa-qaaaa-cai\u212a", "is none of"}, // the Kelvin sign folds to k
	} {
		if id, err := Parse(v.text); err == nil || !strings.Contains(err.Error(), v.why) {
			t.Errorf("%.40q gave %s, %v; want an error with %q", v.text, id, err, v.why)
		}
	}
	if _, err := FromBytes(make([]byte, 30)); err == nil || !strings.Contains(err.Error(), "at most 29 bytes") {
		t.Errorf("30 bytes: %v", err)
	}
}

func TestTextAndBytesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 0, MaxLen).Draw(t, "raw")
		id := fromBytes(t, raw)
		if !slices.Equal(raw, id.Bytes()) {
			t.Fatalf("%x came back as %x", raw, id.Bytes())
		}
		text, _ := id.MarshalText()
		var back ID
		if err := back.UnmarshalText(text); err != nil || back != id {
			t.Fatalf("%s came back as %s, %v", text, back, err)
		}
	})
}

func TestCompareIsTheOrderOfBytes(t *testing.T) {
	anonymousAndMore := fromBytes(t, []byte{4, 0})
	order := []ID{Management(), Canister(0), Canister(1), Canister(1 << 40), Anonymous(), anonymousAndMore}
	for i, a := range order {
		for j, b := range order {
			if got := a.Compare(b); got != max(-1, min(1, i-j)) {
				t.Errorf("%s against %s: %d", a, b, got)
			}
		}
	}
	if anonymousAndMore == Anonymous() {
		t.Error("a trailing zero byte does not count")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("aaaaa-aa")
	f.Add("ryjl3-tyaaa-aaaaa-aaaba-cai")
	f.Fuzz(func(t *testing.T, text string) {
		if id, err := Parse(text); err == nil && id.String() != lowerASCII(text) {
			t.Fatalf("%q is a second text for %s", text, id)
		}
	})
}
