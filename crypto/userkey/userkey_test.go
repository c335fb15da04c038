package userkey_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/der"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/crypto/userkey"
	"icsim/crypto/userkey/userkeytest"
)

// A network with the verifier of its scheme.
type world struct {
	*userkeytest.Network
	userkey.Verifier
}

func newWorld(s crypto.Scheme) *world { return &world{userkeytest.NewNetwork(s), userkey.New(s)} }

func (w *world) verify(t require.TestingT, key, msg, sig []byte) error {
	k, err := userkey.Parse(key)
	require.NoError(t, err)
	return w.Verify(w.Root(), k, msg, sig)
}

// Whatever the scheme, every kind of signer signs, for itself and its message alone.
func TestSignaturesOfAllKinds(t *testing.T) {
	for _, s := range []crypto.Scheme{ideal.New(), bls.New()} {
		w := newWorld(s)
		for _, kind := range userkeytest.Kinds() {
			t.Run(s.Name()+" "+kind.String(), func(t *testing.T) {
				msg := []byte("message")
				signer, other := w.New(kind, 1), w.New(kind, 2)
				key, err := userkey.Parse(signer.DER)
				require.NoError(t, err)
				require.Equal(t, kind, key.Kind())
				require.Equal(t, string(signer.DER), key.DER())
				sig := signer.Sign(msg)
				require.NoError(t, w.verify(t, signer.DER, msg, sig))
				require.Error(t, w.verify(t, signer.DER, []byte("other"), sig))
				require.Error(t, w.verify(t, signer.DER, msg, nil))
				require.Error(t, w.verify(t, signer.DER, msg, append(bytes.Clone(sig), 0)))
				if !bytes.Equal(other.DER, signer.DER) { // RSA keys are all one
					require.Error(t, w.verify(t, other.DER, msg, sig))
				}
			})
		}
	}
}

// No bit of a signature is without meaning, nor any of a key. What names the kind of a key, or frames it, makes another
// key or none; both are refused.
func TestAnyBitMatters(t *testing.T) {
	w := newWorld(ideal.New())
	kinds := userkeytest.Kinds()
	rapid.Check(t, func(t *rapid.T) {
		signer := w.New(rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.IntRange(0, 3).Draw(t, "number"))
		msg := rapid.SliceOfN(rapid.Byte(), 1, 80).Draw(t, "message")
		sig, key := signer.Sign(msg), signer.DER
		require.NoError(t, w.verify(t, key, msg, sig))
		flip := func(name string, raw []byte) []byte {
			raw = bytes.Clone(raw)
			raw[rapid.SampledFrom(userkeytest.Meaningful(raw)).Draw(t, name)] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			return raw
		}
		require.Error(t, w.verify(t, key, msg, flip("byte of signature", sig)))
		require.Error(t, w.verify(t, key, flip("byte of message", msg), sig))
		if k, err := userkey.Parse(flip("byte of key", key)); err == nil {
			require.Error(t, w.Verify(w.Root(), k, msg, sig))
		}
	})
}

// The text of principals: those that users of other software know themselves by.
func TestKeysHavePrincipals(t *testing.T) {
	zero := hexBytes("3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29") // of 32 zeros as the seed
	require.Equal(t, "535yc-uxytb-gfk7h-tny7p-vjkoe-i4krp-3qmcl-uqfgr-cpgej-yqtjq-rqe",
		principal.SelfAuthenticating(der.Wrap(der.Ed25519, zero)).String())
}

// RFC 8032, section 7.1, tests 1 to 3.
func TestEd25519Vectors(t *testing.T) {
	w := newWorld(ideal.New())
	for _, v := range []struct{ key, msg, sig string }{
		{"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
			"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
		{"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
			"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
		{"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
			"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
	} {
		require.NoError(t, w.verify(t, der.Wrap(der.Ed25519, hexBytes(v.key)), hexBytes(v.msg), hexBytes(v.sig)))
	}
}

// ZIP 215: points of small order and unreduced ones count, numbers beyond the order do not.
func TestEd25519EdgesAreThoseOfZIP215(t *testing.T) {
	for _, s := range []crypto.Scheme{ideal.New(), bls.New()} {
		w := newWorld(s)
		small := der.Wrap(der.Ed25519, hexBytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")) // of order 8
		zero := make([]byte, 32)
		identity := append([]byte{1}, make([]byte, 31)...)
		unreduced := hexBytes("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f") // the identity, p + 1
		order := hexBytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
		require.NoError(t, w.verify(t, small, []byte("m"), append(identity, zero...)))
		require.NoError(t, w.verify(t, small, []byte("m"), append(unreduced, zero...)))
		require.Error(t, w.verify(t, small, []byte("m"), append(identity, order...)))
		require.Error(t, w.verify(t, small, []byte("m"), append(bytes.Repeat([]byte{2}, 32), zero...)), "no point")
	}
}

// Simulated users sign with the scheme and people with Ed25519. Nodes' keys have no second way.
func TestBothWaysToSignWithEd25519(t *testing.T) {
	for _, s := range []crypto.Scheme{ideal.New(), bls.New()} {
		w := newWorld(s)
		msg := []byte("m")
		simulated, real := w.Simulated(1), w.New(userkey.Ed25519, 1)
		require.NoError(t, w.verify(t, simulated.DER, msg, simulated.Sign(msg)))
		require.NoError(t, w.verify(t, real.DER, msg, real.Sign(msg)))
		require.Error(t, w.verify(t, simulated.DER, msg, real.Sign(msg)))
	}
	real := newWorld(ideal.New()).New(userkey.Ed25519, 1)
	key, err := der.ParseEd25519(real.DER)
	require.NoError(t, err)
	require.False(t, ideal.New().VerifyBasic(key, []byte("m"), crypto.BasicSignature(real.Sign([]byte("m")))))
}

// What is no key says what would be one.
func TestBadKeysNameTheirFault(t *testing.T) {
	w := newWorld(ideal.New())
	off := bytes.Clone(w.New(userkey.ECDSASecp256k1, 1).DER)
	off[len(off)-1] ^= 1
	offP256 := bytes.Clone(w.New(userkey.ECDSAP256, 1).DER)
	offP256[len(offP256)-1] ^= 1
	compressed := append([]byte{2}, make([]byte, 32)...)
	for _, v := range []struct {
		der  []byte
		want string
	}{
		{nil, "one sequence"},
		{append(der.Wrap(der.Ed25519, make([]byte, 32)), 0), "one sequence"},
		{hexBytes("3000"), "begins with its algorithm"},
		{hexBytes("3007300506032b6570"), "ends with a string"},
		{der.Wrap("\x30\x05\x06\x03\x2b\x65\x71", nil), "unknown algorithm 300506032b6571"},
		{der.WrapBLS(w.Root()), "unknown algorithm"},
		{der.Wrap(der.Ed25519, make([]byte, 33)), "32 bytes, not 33"},
		{der.Wrap(der.ECDSASecp256k1, compressed), "04 and two coordinates"},
		{der.Wrap(der.ECDSASecp256k1, append([]byte{4}, bytes.Repeat([]byte{0xff}, 64)...)), "beyond the field"},
		{der.Wrap(der.ECDSASecp256k1, append([]byte{4}, make([]byte, 64)...)), "not on secp256k1"},
		{off, "not on secp256k1"},
		{offP256, "on the curve"},
		{der.Wrap(der.ECDSAP256, compressed), "04 and the coordinates"},
		{der.Wrap(der.RSA, []byte("x")), "modulus and exponent"},
		{der.Wrap(der.COSE, []byte{0xa0}), "ES256"},
		{der.Wrap(der.COSE, []byte{0xff}), "map in CBOR"},
		{der.Wrap(der.CanisterSigning, nil), "length of its id"},
		{der.Wrap(der.CanisterSigning, []byte{10, 1}), "length of its id"},
		{der.Wrap(der.CanisterSigning, append([]byte{30}, make([]byte, 30)...)), "at most 29 bytes"},
	} {
		_, err := userkey.Parse(v.der)
		require.ErrorContains(t, err, v.want, "%x", v.der)
	}
}

func TestCanisterKeysNameTheirCanister(t *testing.T) {
	key, err := userkey.Parse(der.WrapCanister(principal.Canister(7), []byte("seed")))
	require.NoError(t, err)
	id, seed, ok := key.Canister()
	require.True(t, ok)
	require.Equal(t, principal.Canister(7), id)
	require.Equal(t, "seed", string(seed))
	key, err = userkey.Parse(newWorld(ideal.New()).New(userkey.Ed25519, 1).DER)
	require.NoError(t, err)
	_, _, ok = key.Canister()
	require.False(t, ok)
}

func hexBytes(s string) []byte {
	raw, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return raw
}
