package candid

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// seedSuite gives the official suite, if it is there, to a fuzzer.
func seedSuite(f *testing.F, add func(a assertion)) {
	if _, err := os.Stat(suiteDir); err != nil {
		return
	}
	for _, name := range []string{"prim", "construct", "reference", "subtypes", "spacebomb", "overshoot"} {
		for _, a := range readSuite(f, name) {
			add(a)
		}
	}
}

// FuzzDecode: no message panics or takes long, at its own types or others; what is read can be written, and then is the same.
func FuzzDecode(f *testing.F) {
	seedSuite(f, func(a assertion) {
		if a.left.message {
			f.Add([]byte(a.left.data), FormatTypes(a.types))
		}
	})
	f.Fuzz(func(t *testing.T, message []byte, text string) {
		if values, types, err := DecodeAny(message); err == nil {
			requireRoundTrip(t, values, types)
		}
		types, err := ParseTypes(text)
		if err != nil {
			return
		}
		if values, err := Decode(message, types); err == nil {
			requireRoundTrip(t, values, types)
		}
	})
}

func requireRoundTrip(t *testing.T, values []Value, types []Type) {
	if hasFuture(types) {
		return // what has no name cannot be written
	}
	raw, err := Encode(values, types)
	require.NoError(t, err)
	back, err := Decode(raw, types)
	require.NoError(t, err)
	requireSame(t, values, back)
}

func hasFuture(types []Type) bool {
	future := false
	look := func(a Type) { future = future || a.kind == KindFuture }
	for _, a := range types {
		look(a)
	}
	for _, a := range newTable(types).nodes {
		a.children(look)
	}
	return future
}

// FuzzParseText: no text panics; what is read is written so that it reads the same, and can be sent.
func FuzzParseText(f *testing.F) {
	seedSuite(f, func(a assertion) {
		if a.right != nil && !a.right.message {
			f.Add(a.right.data, FormatTypes(a.types))
		}
	})
	f.Add(transferText, "(record { to : principal; amount : nat })")
	f.Fuzz(func(t *testing.T, text, typeText string) {
		if values, types, err := ParseArgs(text); err == nil {
			requireRoundTrip(t, values, types)
			back, _, err := ParseArgs(Format(values))
			require.NoError(t, err, Format(values))
			requireSame(t, values, back)
		}
		types, err := ParseTypes(typeText)
		if err != nil {
			return
		}
		strict, err := ParseArgsAs(text, types)
		lenient, other := CoerceArgs(text, types)
		if err == nil {
			require.NoError(t, other)
			requireSame(t, strict, lenient)
			requireRoundTrip(t, strict, types)
		}
	})
}

// FuzzParseDID: no description panics; its types are sound, and read the same when written.
func FuzzParseDID(f *testing.F) {
	f.Add(canisterDID)
	f.Add(transferDID)
	f.Add("type A = B; type B = opt A; service x : (A) -> { m : (A, record { B; 5 : A }) -> (variant { a; b : A }) oneway }")
	f.Fuzz(func(t *testing.T, src string) {
		i, err := ParseDID(src)
		if err != nil {
			return
		}
		var types []Type
		for _, d := range i.Types {
			types = append(types, d.Type)
			require.True(t, Subtype(d.Type, d.Type))
			_ = d.Type.String()
		}
		types = append(types, i.Init...)
		for _, m := range i.Service.Methods() {
			types = append(types, m.Type)
			_, err := i.Method(m.Name)
			require.NoError(t, err)
		}
		header := newTable(types).appendHeader(nil, types)
		wire, bad := (&reader{data: header}).header()
		require.Nil(t, bad)
		require.Equal(t, header, newTable(wire).appendHeader(nil, wire))
	})
}
