package secp256k1

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"testing"

	curve "github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto"
)

var one = crypto.Seed{31: 1} // whose key is the generator

// Signatures that wallets of Bitcoin hold each other to, by the key 1 with nonces of RFC 6979.
func TestSignaturesAreThoseOfWallets(t *testing.T) {
	for msg, want := range map[string]string{
		"Satoshi Nakamoto": "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8" +
			"2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
		"All those moments will be lost in time, like tears in rain. Time to die...": "" +
			"8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b" +
			"547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
	} {
		secret, public := Key(one)
		hash := sha256.Sum256([]byte(msg))
		sig := Sign(secret, hash)
		require.Equal(t, want, hex.EncodeToString(sig[:]))
		require.True(t, public.Verify(hash, sig))
	}
}

func TestKeysComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := crypto.Seed(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))
		_, key := Key(seed)
		back, err := ParsePublicKey(key.Bytes())
		require.NoError(t, err)
		require.Equal(t, key, back)
	})
	_, g := Key(one)
	_, affine := curve.Generators()
	require.Equal(t, affine, g.point)
	zero, order := crypto.Seed{}, crypto.Seed(fr.Modulus().FillBytes(make([]byte, 32)))
	for _, seed := range []crypto.Seed{zero, order} {
		secret, _ := Key(seed)
		require.Equal(t, sha256.Sum256(seed[:]), secret, "no scalar: hashed")
	}
	require.Panics(t, func() { Sign(zero, [32]byte{}) })
}

// What is signed verifies, for its key and hash; so it does with the other s, and not with any bit flipped.
func TestSignaturesVerify(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret, key := Key(crypto.Seed(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed")))
		hash := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))
		sig := Sign(secret, hash)
		require.True(t, key.Verify(hash, sig))
		require.True(t, key.Verify(hash, negated(sig)))
		bad := sig
		bad[rapid.IntRange(0, len(sig)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		require.False(t, key.Verify(hash, bad))
		hash[0] ^= 1
		require.False(t, key.Verify(hash, sig))
	})
}

// The sums that fall out of the formula for adding points: twice the same, and none at all.
func TestSumsOfOnePointAndOfNone(t *testing.T) {
	for _, seed := range []crypto.Seed{one, {1, 2, 3}} {
		secret, key := Key(seed)
		d, _ := scalar(secret[:])
		nonce := fr.NewElement(12345)
		at := timesBase(&nonce)
		r := abscissa(&at)
		var z, s fr.Element
		z.Mul(&r, &d) // so that both terms are one point
		s.Double(&z)
		s.Div(&s, &nonce)
		require.True(t, key.Verify(z.Bytes(), concat(r.Bytes(), s.Bytes())))
		z.Neg(&z) // so that the terms cancel
		require.False(t, key.Verify(z.Bytes(), concat(r.Bytes(), s.Bytes())))
		require.False(t, key.Verify([32]byte{}, concat(r.Bytes(), s.Bytes())), "a hash of zeros")
		signed := Sign(secret, [32]byte{})
		require.True(t, key.Verify([32]byte{}, signed), "a hash of zeros, signed")
	}
}

// Numbers beyond the order are no others than those within, but are not taken for them.
func TestNumbersBeyondTheOrder(t *testing.T) {
	_, key := Key(one)
	n := fr.Modulus()
	zero, order, beyond := [32]byte{}, [32]byte(n.FillBytes(make([]byte, 32))), [32]byte(n.Add(n, big.NewInt(1)).FillBytes(make([]byte, 32)))
	for _, part := range [][32]byte{zero, order, beyond, [32]byte(bytes.Repeat([]byte{0xff}, 32))} {
		sig := Sign([32]byte(one), [32]byte{1})
		copy(sig[:32], part[:])
		require.False(t, key.Verify([32]byte{1}, sig))
		sig = Sign([32]byte(one), [32]byte{1})
		copy(sig[32:], part[:])
		require.False(t, key.Verify([32]byte{1}, sig))
	}
}

func negated(sig Signature) Signature {
	s, _ := scalar(sig[32:])
	s.Neg(&s)
	return concat([32]byte(sig[:32]), s.Bytes())
}

func concat(r, s [32]byte) (sig Signature) {
	copy(sig[:32], r[:])
	copy(sig[32:], s[:])
	return sig
}
