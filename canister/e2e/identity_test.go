package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
)

// Its build for tests takes "a" for the answer to every challenge. It asks for a proof of work, which is the same in every run: a number
// that, hashed with the time and the canister's id, gives two bytes of zeros.
func TestInternetIdentity(t *testing.T) {
	const identity protocol.CanisterID = 1
	const work = "(record { timestamp = 1_700_000_000_000_000_000; nonce = 34_147 })"
	s := newSubnet(t, install{"internet_identity_dummy.wasm", "internet_identity.did",
		"(opt record { assigned_user_number_range = record { 10_000; 10_100 } })"})
	stats := func(users, end string) {
		t.Helper()
		want := "(record { users_registered = " + users + " : nat64; assigned_user_number_range = " +
			"record { 10_000 : nat64; " + end + " : nat64 } })"
		require.Equal(t, want, s.call(identity, "stats", "()"))
	}
	stats("0", "10_100")
	require.Equal(t, "()", s.call(identity, "init_salt", "()"))
	require.Contains(t, s.call(identity, "init_salt", "()"), "Salt already set")
	require.Contains(t, s.call(identity, "create_challenge", strings.Replace(work, "34_147", "34_148", 1)), "proof of work hash check failed")

	_, challenge, found := strings.Cut(s.call(identity, "create_challenge", work), `challenge_key = "`)
	require.True(t, found, challenge)
	key, _, _ := strings.Cut(challenge, `"`)
	device := `record { alias = "phone"; pubkey = blob "user"; credential_id = null; purpose = variant { authentication }; ` +
		`key_type = variant { unknown } }`
	register := func(chars string) string {
		return s.call(identity, "register", "("+device+`, record { key = "`+key+`"; chars = "`+chars+`" })`)
	}
	require.Equal(t, "(variant { registered = record { user_number = 10_000 : nat64 } })", register("a"))
	require.Equal(t, "(variant { bad_challenge })", register("a"), "a challenge is good for once")
	stats("1", "10_100")
	who := s.call(identity, "get_principal", `(10_000, "example.com")`)
	require.Contains(t, s.call(identity, "prepare_delegation", `(10_000, "example.com", blob "session", null)`), "blob ")

	// An upgrade widens the range to all that there is room for.
	require.Equal(t, "()", s.upgrade(identity, "internet_identity_dummy.wasm", "()"))
	stats("1", "3_784_873")
	require.Contains(t, s.call(identity, "lookup", "(10_000)"), `alias = "phone"`)
	require.Equal(t, who, s.call(identity, "get_principal", `(10_000, "example.com")`))
	require.Contains(t, s.call(identity, "init_salt", "()"), "Salt already set")
}
