package candid

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawArgs draws types and values of them, of those that have small ones.
func drawArgs(t *rapid.T, recursive bool) (types []Type, values []Value) {
	types, values = []Type{}, []Value{}
	for _, a := range drawTypes(t, recursive) {
		if v, ok := drawValue(t, a, 6); ok {
			types, values = append(types, a), append(values, v)
		}
	}
	return types, values
}

func requireSame(t require.TestingT, want, got []Value) {
	require.True(t, Same(Vec(want), Vec(got)), "%s\n%s", Format(want), Format(got))
}

// Candid.md, Properties: (v : t) ⟺ v : t ~> v : t.
func TestDecodeInvertsEncode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types, values := drawArgs(t, true)
		raw, err := Encode(values, types)
		require.NoError(t, err)
		back, err := Decode(raw, types)
		require.NoError(t, err, "%x", raw)
		requireSame(t, values, back)
	})
}

// Candid.md, Properties: t <: t' means that every value of t coerces to t'.
func TestSubtypingIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types, values := drawArgs(t, true)
		raw, err := Encode(values, types)
		require.NoError(t, err)
		super := make([]Type, len(types))
		for i, a := range types {
			super[i] = drawSupertype(t, a, 4)
			require.True(t, Subtype(a, super[i]), "%s <: %s", a, super[i])
		}
		back, err := Decode(raw, super)
		require.NoError(t, err, "%s at %s", FormatTypes(types), FormatTypes(super))
		_, err = Encode(back, super) // well-typedness: the result is of the expected type
		require.NoError(t, err)
	})
}

// Candid.md, Rules: t <: t, and t <: opt t' for all t, t'. Then no value at all can fail at an opt.
func TestEverythingIsASubtypeOfEveryOpt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types, values := drawArgs(t, true)
		raw, err := Encode(values, types)
		require.NoError(t, err)
		opts := make([]Type, len(types))
		for i, a := range types {
			require.True(t, Subtype(a, a))
			opts[i] = OptOf((&typeGen{t: t}).typ(3))
			require.True(t, Subtype(a, opts[i]))
		}
		_, err = Decode(raw, opts)
		require.NoError(t, err)
	})
}

// A sequence of arguments may be longer or shorter than expected (Candid.md, Tuple types).
func TestFurtherArgumentsAreIgnoredAndMissingOnesNull(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types, values := drawArgs(t, true)
		raw, err := Encode(values, types)
		require.NoError(t, err)
		n := rapid.IntRange(0, len(types)).Draw(t, "taken")
		back, err := Decode(raw, types[:n])
		require.NoError(t, err)
		requireSame(t, values[:n], back)

		back, err = Decode(raw, append(types[:len(types):len(types)], Prim(KindNull), OptOf(Prim(KindNat)), Prim(KindReserved)))
		require.NoError(t, err)
		requireSame(t, append(values[:len(values):len(values)], Null{}, Null{}, Null{}), back)

		_, err = Decode(raw, append(types[:len(types):len(types)], Prim(KindNat)))
		require.Error(t, err)
	})
}

// A message says all that is needed to read it, and to write it again byte by byte.
func TestDecodeAnyKeepsTheMessage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types, values := drawArgs(t, true)
		raw, err := Encode(values, types)
		require.NoError(t, err)
		back, wire, err := DecodeAny(raw)
		require.NoError(t, err)
		requireSame(t, values, back)
		for i := range types {
			require.True(t, Equal(types[i], wire[i]))
		}
		again, err := Encode(back, wire)
		require.NoError(t, err)
		require.Equal(t, raw, again)
	})
}

// unroll copies the graph below a type, taking a fresh copy of whatever it meets for so many steps.
func unroll(a Type, steps int, seen map[*body]Type) Type {
	if a.body == nil {
		return a
	}
	if c, ok := seen[a.body]; ok && steps <= 0 {
		return c
	}
	c := Type{a.kind, &body{name: "copy"}}
	if _, ok := seen[a.body]; !ok {
		seen[a.body] = c
	}
	all := func(types []Type) (out []Type) {
		for _, t := range types {
			out = append(out, unroll(t, steps-1, seen))
		}
		return out
	}
	if a.kind == KindOpt || a.kind == KindVec {
		c.body.elem = unroll(a.body.elem, steps-1, seen)
	}
	for _, f := range a.body.fields {
		c.body.fields = append(c.body.fields, Field{f.Label, unroll(f.Type, steps-1, seen)})
	}
	for _, m := range a.body.methods {
		c.body.methods = append(c.body.methods, Method{m.Name, unroll(m.Type, steps-1, seen)})
	}
	c.body.signature = Signature{all(a.body.signature.Args), all(a.body.signature.Results), a.body.signature.Mode}
	return c
}

// Equal types have equal type tables, in which everything is needed and nothing is there twice.
func TestTypeTableIsMinimalAndCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types := drawTypes(t, true)
		table := newTable(types)
		seen := map[string]bool{}
		for _, e := range table.entries {
			require.False(t, seen[string(e)])
			seen[string(e)] = true
		}
		header := table.appendHeader(nil, types)

		knotted := make([]Type, len(types))
		for i, a := range types {
			knotted[i] = unroll(a, rapid.IntRange(0, 3).Draw(t, "steps"), map[*body]Type{})
			require.True(t, Equal(a, knotted[i]))
			require.True(t, Subtype(a, knotted[i]) && Subtype(knotted[i], a))
		}
		require.Equal(t, header, newTable(knotted).appendHeader(nil, knotted))

		wire, f := (&reader{data: header}).header()
		require.Nil(t, f)
		reached := newTable(wire)
		require.Len(t, reached.nodes, len(table.entries), "an entry is superfluous")
		require.Len(t, reached.entries, len(table.entries), "two entries are equal")
	})
}

// What Format writes, ParseArgs reads, with and without types.
func TestTextRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types, values := drawArgs(t, true)
		text := Format(values)
		typed, err := ParseArgsAs(text, types)
		require.NoError(t, err, text)
		requireSame(t, values, typed)
		inferred, its, err := ParseArgs(text)
		require.NoError(t, err, text)
		requireSame(t, values, inferred)
		_, err = Encode(inferred, its)
		require.NoError(t, err)
	})
}

func TestTypesRoundTripAsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types := drawTypes(t, false)
		text := FormatTypes(types)
		if len(text) > mostTypeText {
			t.Skip("a type whose text was cut is no type: draw another")
		}
		back, err := ParseTypes(text)
		require.NoError(t, err, text)
		require.Equal(t, newTable(types).appendHeader(nil, types), newTable(back).appendHeader(nil, back), text)
	})
}

// LEB128 by its definition, digit by digit.
func TestNumbersAreLEB128(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := drawBig(t)
		n, err := BigNat(new(big.Int).Abs(i))
		require.NoError(t, err)
		unsigned := slowLEB(new(big.Int).Abs(i), false)
		require.Equal(t, unsigned, appendNat(nil, n))
		require.Equal(t, n, decodeNat(unsigned))
		signed := slowLEB(i, true)
		require.Equal(t, signed, appendInt(nil, BigInt(i)))
		require.Equal(t, BigInt(i), decodeInt(signed))

		padding := byte(0)
		if i.Sign() < 0 {
			padding = 0x7f
		}
		signed[len(signed)-1] |= 0x80
		overlong := append(signed, padding|0x80, padding)
		require.Equal(t, BigInt(i), decodeInt(overlong))
	})
}

func slowLEB(i *big.Int, signed bool) (out []byte) {
	low, rest := new(big.Int), new(big.Int).Set(i)
	for {
		low.And(rest, big.NewInt(0x7f))
		rest.Rsh(rest, 7) // rounds down, as two's complement does
		b := byte(low.Uint64())
		done := rest.Sign() == 0 && (!signed || b < 0x40) || signed && rest.Cmp(big.NewInt(-1)) == 0 && b >= 0x40
		if done {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}
