package bls

import (
	"math/big"
	"testing"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
	"pgregory.net/rapid"
)

// The comb agrees with plain multiplication, at the edges of the scalars too.
func TestCombMultiplies(t *testing.T) {
	point, err := bls12381.HashToG1([]byte("comb"), []byte(suiteMulti))
	if err != nil {
		t.Fatal(err)
	}
	c := newComb(&point)
	check := func(t interface{ Fatalf(string, ...any) }, secret fr.Element) {
		var want bls12381.G1Affine
		want.ScalarMultiplication(&point, secret.BigInt(new(big.Int)))
		if got := c.multiply(&secret); !got.Equal(&want) {
			t.Fatalf("%s times the point is wrong", secret.String())
		}
	}
	for _, n := range []int64{0, 1, 2, -1, -2} {
		var secret fr.Element
		secret.SetInt64(n)
		check(t, secret)
	}
	for _, bit := range []uint{spacing - 1, spacing, 2 * spacing, 63, 64, fr.Bits - 1} {
		var secret fr.Element
		secret.SetBigInt(new(big.Int).Lsh(big.NewInt(1), bit))
		check(t, secret)
	}
	rapid.Check(t, func(t *rapid.T) {
		var secret fr.Element
		secret.SetBytes(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "secret"))
		check(t, secret)
	})
}
