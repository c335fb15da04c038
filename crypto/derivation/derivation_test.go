package derivation

import (
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto/idkg/curve"
)

func point(t *testing.T, c curve.Curve, text string) curve.Point {
	raw, err := hex.DecodeString(text)
	require.NoError(t, err)
	p, err := c.ParsePoint(raw)
	require.NoError(t, err)
	return p
}

// Keys that the Internet Computer itself gave canister h5jwf-5iaaa-aaaan-qmvoa-cai (dfinity/ic-pub-key, mainnet_derivation.test).
func TestKeysAreThoseOfTheInternetComputer(t *testing.T) {
	canister := []byte{0, 0, 0, 0, 1, 0xb0, 0x65, 0x5c, 1, 1}
	hello := [][]byte{[]byte("Hello"), []byte("Threshold"), []byte("Signatures")}
	for _, c := range []struct {
		curve        curve.Curve
		master, want string
		parts        [][]byte
	}{
		{
			curve.Secp256k1, "02f9ac345f6be6db51e1c5612cddb59e72c3d0d493c994d12035cf13257e3b1fa7",
			"0315ae8bb8c6e9f78eec2167f5ac773067f37a39da1a1efbc585f9e90658d1c620", hello, // ECDSA, test_key_1
		},
		{
			curve.Secp256k1, "037a651a2e5ef3d1ef63e84c4c4caa029fa4a43a347a91e4d84a8e846853d51be1",
			"0237ca6a41c1db8ab40410445250a5d46fbec7f3e449c8f40f86d8622a4106cebd", hello, // BIP 340, test_key_1
		},
		{
			curve.Edwards25519, "6c0824beb37621bcca6eecc237ed1bc4e64c9c59dcb85344aa7f9cc8278ee31f",
			"d9a2ce6a3cd33fe16dce37e045609e51ff516e93bb51013823d6d7a915e3cfb9", hello, // Ed25519, test_key_1
		},
		{
			curve.Edwards25519, "476374d9df3a8af28d3164dc2422cff894482eadd1295290b6d9ad92b2eeaa5c",
			"43f0008b26564b6da51f585ad47669dfeb1db6d94d7dd216bd304fc1f5f5e997", // key_1
			[][]byte{{0xab, 0xcd, 0xef}, {0x01, 0x23, 0x45}},
		},
	} {
		path, err := Path(canister, c.parts)
		require.NoError(t, err)
		require.Equal(t, c.want, hex.EncodeToString(Derive(point(t, c.curve, c.master), path).Key.Bytes()))
	}
}

// BIP 32, test vector 2: the children 0 of the master, and of its child, by their public keys and chain codes.
func TestIndicesOfFourBytesAreBip32(t *testing.T) {
	master := point(t, curve.Secp256k1, "03cbcaa9c98c877a26977d00825c956a238e8dddfbd322cce4f74b0b5bd6ace4a7")
	code, _ := hex.DecodeString("60499f801b896d83179a4374aeb7822aaeaceaa0db1f85ee3e904c4defbd9689")
	child := From(master, [32]byte(code), [][]byte{binary.BigEndian.AppendUint32(nil, 0)})
	require.Equal(t, "02fc9e5af0ac8d9b3cecfe2a888e2117ba3d089d8585886c9c826b6b22a98d12ea", hex.EncodeToString(child.Key.Bytes()))
	require.Equal(t, "f0909affaa7ee7abe5dd4e100598d4dc53cd709d5a5c2cac40e7412f232f7c9c", hex.EncodeToString(child.ChainCode[:]))
}

// The tweak is the difference of the secrets, and a path is the same at once as part by part.
func TestDerivingPublicAndSecretKeysAgrees(t *testing.T) {
	for _, c := range []curve.Curve{curve.Secp256k1, curve.Edwards25519} {
		rapid.Check(t, func(t *rapid.T) {
			master := c.Base(c.HashToScalar("master", rapid.SliceOf(rapid.Byte()).Draw(t, "master")))
			path := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 80), 0, 4).Draw(t, "path")
			whole := Derive(master, path)
			require.True(t, whole.Key.Equal(master.Add(c.Base(whole.Tweak))))
			cut := rapid.IntRange(0, len(path)).Draw(t, "cut")
			first := Derive(master, path[:cut])
			rest := From(first.Key, first.ChainCode, path[cut:])
			require.True(t, rest.Key.Equal(whole.Key))
			require.Equal(t, whole.ChainCode, rest.ChainCode)
			require.Equal(t, whole.Tweak, first.Tweak.Add(rest.Tweak))
			if len(path) > 0 {
				other := Derive(master, append(append([][]byte(nil), path[:len(path)-1]...), []byte("another part")))
				require.False(t, other.Key.Equal(whole.Key))
			}
		})
	}
}

func TestPathsAreBounded(t *testing.T) {
	_, err := Path([]byte("canister"), make([][]byte, MostParts))
	require.NoError(t, err)
	_, err = Path([]byte("canister"), make([][]byte, MostParts+1))
	require.ErrorContains(t, err, "at most 255 parts, not 256")
}
