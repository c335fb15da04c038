package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/cdk/candid"
	"icsim/canister/cdk/cdktest"
)

// A signer asks the management canister for the key and then the signature, by names that come apart at colons.
func TestSignerAsksByTheKeysName(t *testing.T) {
	n := cdktest.New()
	n.Install("s", undecided(), settings("signer", candid.Of("path", candid.NewText("seal"))))
	for _, bad := range []string{"", "ecdsa", "ecdsa:secp256k1"} {
		_, reject := n.Call("s", "sign", candid.Encode(candid.NewText(bad), candid.NewText("m")))
		require.ErrorContains(t, reject, "is no chain key")
	}
	key, ok := newChainKey("schnorr:ed25519:key:1")
	require.True(t, ok)
	require.Equal(t, "schnorr", key.scheme)
	want := candid.NewRecord(
		candid.Of("algorithm", candid.NewVariant("ed25519", candid.NewNull())), candid.Of("name", candid.NewText("key:1")))
	require.Equal(t, candid.Encode(want), candid.Encode(key.id))
	_, reject := n.Call("s", "sign", candid.Encode(candid.NewText("ecdsa:secp256k1:key_1"), candid.NewText("m")))
	require.NotNil(t, reject, "this network has no chain keys")
}
