package curve

import (
	"crypto/sha256"
	"math/big"
	"testing"

	"filippo.io/edwards25519"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fp"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
	dcrec "github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var curves = []Curve{Secp256k1, Edwards25519}

func scalars(c Curve) *rapid.Generator[Scalar] {
	return rapid.Custom(func(t *rapid.T) Scalar {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			return c.Number(rapid.Uint64Range(0, 40).Draw(t, "small"))
		case 1:
			return c.Number(rapid.Uint64Range(0, 40).Draw(t, "small")).Neg()
		}
		return c.HashToScalar("test", rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "seed"))
	})
}

// slow multiplies bit by bit, with Add alone.
func slow(s Scalar, p Point) Point {
	raw := s.Bytes()
	if s.curve == Edwards25519 {
		for i := range 16 {
			raw[i], raw[31-i] = raw[31-i], raw[i]
		}
	}
	total := p.curve.Identity()
	for _, b := range raw {
		for bit := 7; bit >= 0; bit-- {
			total = total.Add(total)
			if b>>bit&1 == 1 {
				total = total.Add(p)
			}
		}
	}
	return total
}

func TestSumsAreWhatAdditionGives(t *testing.T) {
	for _, c := range curves {
		rapid.Check(t, func(t *rapid.T) {
			g, h := scalars(c).Draw(t, "g"), scalars(c).Draw(t, "h")
			want := slow(g, c.Generator()).Add(slow(h, c.Second()))
			terms := make([]Term, rapid.IntRange(0, 3).Draw(t, "terms"))
			for i := range terms {
				terms[i] = Term{scalars(c).Draw(t, "scalar"), c.Base(scalars(c).Draw(t, "point"))}
				want = want.Add(slow(terms[i].Scalar, terms[i].Point))
			}
			require.True(t, want.Equal(c.Sum(g, h, terms...)))
		})
	}
}

// The field laws, through the arithmetic of big integers.
func TestScalarsAreNumbersModuloTheOrder(t *testing.T) {
	order := map[Curve]*big.Int{Secp256k1: fr.Modulus()}
	order[Edwards25519], _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	number := func(s Scalar) *big.Int {
		raw := s.Bytes()
		if s.curve == Edwards25519 {
			for i := range 16 {
				raw[i], raw[31-i] = raw[31-i], raw[i]
			}
		}
		return new(big.Int).SetBytes(raw)
	}
	for _, c := range curves {
		rapid.Check(t, func(t *rapid.T) {
			a, b := scalars(c).Draw(t, "a"), scalars(c).Draw(t, "b")
			x, y := number(a), number(b)
			mod := func(n *big.Int) *big.Int { return n.Mod(n, order[c]) }
			require.Equal(t, 0, mod(new(big.Int).Add(x, y)).Cmp(number(a.Add(b))))
			require.Equal(t, 0, mod(new(big.Int).Sub(x, y)).Cmp(number(a.Sub(b))))
			require.Equal(t, 0, mod(new(big.Int).Mul(x, y)).Cmp(number(a.Mul(b))))
			if !a.IsZero() {
				require.Equal(t, c.Number(1), a.Mul(a.Inverse()))
			}
			back, err := c.ParseScalar(a.Bytes())
			require.NoError(t, err)
			require.Equal(t, a, back)
			wide := [64]byte(rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "wide"))
			require.Equal(t, 0, mod(new(big.Int).SetBytes(wide[:])).Cmp(number(c.Wide(wide))))
		})
	}
}

// Points are those of libraries that share no code with ours.
func TestMultiplesAreThoseOfOtherLibraries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scalars(Secp256k1).Draw(t, "s")
		if s.IsZero() {
			return
		}
		key := dcrec.PrivKeyFromBytes(s.Bytes()).PubKey()
		require.Equal(t, key.SerializeCompressed(), Secp256k1.Base(s).Bytes())
		require.Equal(t, key.Y().Bit(0) == 0, Secp256k1.Base(s).HasEvenY())

		e := scalars(Edwards25519).Draw(t, "e")
		require.Equal(t, new(edwards25519.Point).ScalarBaseMult(&e.e).Bytes(), Edwards25519.Base(e).Bytes())
	})
	_, err := dcrec.ParsePubKey(Secp256k1.Second().Bytes())
	require.NoError(t, err)
	require.True(t, inSubgroup(Edwards25519.Second().e))
}

func TestPolynomials(t *testing.T) {
	for _, c := range curves {
		rapid.Check(t, func(t *rapid.T) {
			coefficients := rapid.SliceOfN(scalars(c), 1, 5).Draw(t, "coefficients")
			points := make([]Point, len(coefficients))
			for i := range points {
				points[i] = c.Base(coefficients[i])
			}
			places := rapid.SliceOfNDistinct(rapid.Uint64Range(1, 40), len(points), len(points), rapid.ID).Draw(t, "places")
			values, images := make([]Scalar, len(places)), make([]Point, len(places))
			for i, x := range places {
				values[i], images[i] = Evaluate(coefficients, x), EvaluatePoints(points, x)
				require.True(t, c.Base(values[i]).Equal(images[i]))
			}
			for i, p := range EvaluateUpTo(points, rapid.IntRange(1, 12).Draw(t, "n")) {
				require.True(t, p.Equal(EvaluatePoints(points, uint64(i)+1)), "at %d", i+1)
			}
			x := rapid.Uint64Range(0, 40).Draw(t, "x")
			factors := c.Lagrange(x, places)
			require.Equal(t, Evaluate(coefficients, x), Interpolate(factors, values))
			require.True(t, c.Base(Evaluate(coefficients, x)).Equal(InterpolatePoints(factors, images)))
		})
	}
}

// Only what is canonical, on the curve and in the group parses, and never the identity.
func TestPointsOutsideTheGroupAreRefused(t *testing.T) {
	order8, err := new(edwards25519.Point).SetBytes(append([]byte{
		0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
		0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03}, 0x7a))
	require.NoError(t, err)
	torsioned := new(edwards25519.Point).Add(order8, Edwards25519.Generator().e)
	beyond := append([]byte{0xee}, make([]byte, 31)...) // y = 1 + p, the identity in another form
	for i := 1; i < 31; i++ {
		beyond[i] = 0xff
	}
	beyond[31] = 0x7f
	for name, raw := range map[string][]byte{
		"order 8": order8.Bytes(), "torsion": torsioned.Bytes(), "identity": edwards25519.NewIdentityPoint().Bytes(),
		"beyond the field": beyond, "short": make([]byte, 31), "none": nil,
	} {
		_, err := Edwards25519.ParsePoint(raw)
		require.Error(t, err, name)
	}
	good := Secp256k1.Generator().Bytes()
	p := fp.Modulus().FillBytes(make([]byte, 32))
	for name, raw := range map[string][]byte{
		"uncompressed": append([]byte{4}, good[1:]...), "beyond the field": append([]byte{2}, p...),
		"no such x": append([]byte{2}, append(make([]byte, 31), 5)...), "zeros": make([]byte, 33), "long": append(good, 0), "none": nil,
	} {
		_, err := Secp256k1.ParsePoint(raw)
		require.Error(t, err, name)
	}
	_, err = Curve(0).ParsePoint(nil)
	require.Error(t, err)
	_, err = Curve(7).ParseScalar(make([]byte, 32))
	require.Error(t, err)
	require.Panics(t, func() { Secp256k1.Number(1).Add(Edwards25519.Number(1)) })
	require.Panics(t, func() { Secp256k1.Generator().Add(Edwards25519.Generator()) })
}

func FuzzParsePoint(f *testing.F) {
	for _, c := range curves {
		f.Add(c.Generator().Bytes())
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, c := range curves {
			if p, err := c.ParsePoint(raw); err == nil {
				require.Equal(t, raw, p.Bytes())
				require.False(t, p.IsIdentity())
			}
			if s, err := c.ParseScalar(raw); err == nil {
				require.Equal(t, raw, s.Bytes())
			}
		}
	})
}

func BenchmarkPoints(b *testing.B) {
	for _, c := range curves {
		s := c.HashToScalar("bench")
		p := c.Base(s)
		coefficients := make([]Point, 12)
		terms := make([]Term, 23)
		for i := range terms {
			terms[i] = Term{c.HashToScalar("bench", []byte{byte(i)}), c.Base(c.Number(uint64(i + 1)))}
			if i < len(coefficients) {
				coefficients[i] = terms[i].Point
			}
		}
		run := func(name string, f func()) {
			b.Run(c.String()+"/"+name, func(b *testing.B) {
				for b.Loop() {
					f()
				}
			})
		}
		run("base", func() { c.Base(s) })
		run("pedersen", func() { c.Pedersen(s, s) })
		run("multiple", func() { p.Times(s) })
		run("sum of 23", func() { c.Sum(s, s, terms...) })
		run("evaluate 12", func() { EvaluatePoints(coefficients, 34) })
		run("evaluate 12 at 34", func() { EvaluateUpTo(coefficients, 34) })
		run("parse", func() { _, _ = c.ParsePoint(p.Bytes()) })
	}
	hash := sha256.Sum256(nil)
	b.Run("hash to secp256k1", func(b *testing.B) {
		for b.Loop() {
			HashToPoint("bench", hash[:])
		}
	})
}
