package candid

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto/principal"
)

func parseTypes(t testing.TB, text string) []Type {
	types, err := ParseTypes(text)
	require.NoError(t, err)
	return types
}

// Candid.md, section Values.
func TestTextOfValues(t *testing.T) {
	for _, c := range []struct{ types, text, want string }{
		{"(nat, int, int8)", "(1_000_000, -5, +7,)", "(1_000_000 : nat, -5 : int, 7 : int8)"},
		{"(nat, nat64)", "(0xff, 0xFFFF_ffff_FFFF_ffff)", "(255 : nat, 18_446_744_073_709_551_615 : nat64)"},
		{"(float64, float64, float64)", "(1.5e3, 0x1.8p1, 3)", "(1500.0 : float64, 3.0 : float64, 3.0 : float64)"},
		{"(float32, float64, float64, float64)", "(0.1, -inf, nan, 1e21)", "(0.1 : float32, -inf : float64, nan : float64, 1e+21 : float64)"},
		{"(text, text)", `("\\n", "\'\"\t\r")`, `("\\n", "'\"\t\r")`},
		{"(text)", `("\u{1F4A9}\n\"\e2\98\83\u{7f}")`, `("💩\n\"☃\u{7f}")`},
		{"(blob, vec nat8)", `(blob "\00a\u{ff}", vec { 1; 0x02 })`, `(blob "\00a\c3\bf", blob "\01\02")`},
		{"(opt nat, opt nat, opt opt nat, opt null)", "(null, opt 1, opt null, opt null)", "(null, opt (1 : nat), opt null, opt null)"},
		{"(record { a : nat; \"b c\" : text })", `(record { "b c" = "x"; a = 1 : nat; })`, `(record { a = 1 : nat; "b c" = "x" })`},
		{"(record { nat; text })", `(record { 1; "x" })`, `(record { 1 : nat; "x" })`},
		{"(record { 5 : nat; nat })", `(record { 5 = 1; (2 : nat) })`, `(record { 5 = 1 : nat; 6 = 2 : nat })`},
		{"(variant { A; \"query\" : nat; 7 })", `(variant { "query" = 5 })`, `(variant { "query" = 5 : nat })`},
		{"(variant { A; B })", "(variant { A })", "(variant { A })"},
		{"(principal, service {}, func () -> ())", `(principal "aaaaa-aa", service "2vxsx-fae", func "aaaaa-aa"."raw rand")`,
			`(principal "aaaaa-aa", service "2vxsx-fae", func "aaaaa-aa"."raw rand")`},
		{"(record { a : nat; b : opt nat; c : null; d : reserved }, opt text)", "(record { a = 1 })",
			"(record { a = 1 : nat; b = null; c = null; d = null }, null)"},
		{"(reserved, int, bool)", `(vec { 1; "x" }, 5 : nat, true /* comment */) // more`, "(null, 5 : int, true)"},
	} {
		values, err := ParseArgsAs(c.text, parseTypes(t, c.types))
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, Format(values))
	}
}

func TestTypesOfTextAreInferred(t *testing.T) {
	for text, want := range map[string]string{
		`(1, 1.5, 0x10, 0x1p4, "x", true, null, inf)`:                       "(int, float64, int, float64, text, bool, null, float64)",
		`(1 : nat8, null : opt nat, blob "x")`:                              "(nat8, opt nat, blob)",
		`(vec {}, vec { null; opt 1 }, vec { 1 : nat; 2 })`:                 "(vec empty, vec opt int, vec int)",
		`(vec { variant { A }; variant { B = 1 }; variant { A } })`:         "(vec variant { A; B : int })",
		`(vec { record { a = vec {} }; record { a = vec { "x" } } })`:       "(vec record { a : vec text })",
		`(principal "aaaaa-aa", service "aaaaa-aa", func "aaaaa-aa".m)`:     "(principal, service {}, func () -> ())",
		`(func "aaaaa-aa".m : func (nat) -> (text) query)`:                  "(func (nat) -> (text) query)",
		`(record { 1; "x" }, opt (1 : nat), record { b = 1; 7 = 2 : nat })`: "(record { int; text }, opt nat, record { 7 : nat; b : int })",
	} {
		_, types, err := ParseArgs(text)
		require.NoError(t, err, text)
		require.Equal(t, want, FormatTypes(types))
	}
}

// An error says where it is, and what would be accepted.
func TestFaultyText(t *testing.T) {
	for _, c := range []struct{ types, text, want string }{
		{"(nat)", "(-1)", "line 1, column 2: argument 1: '-1' where nat is expected, which is not negative"},
		{"(nat8)", "(256)", "'256' where nat8 is expected, from 0 to 255"},
		{"(int8)", "(-129)", "from -128 to 127"},
		{"(int)", "(1.5)", "a float where int is expected"},
		{"(float32)", "(1e39)", "'1e39' is not a number that float32 can hold"},
		{"(text)", "(1)", "a number where text is expected"},
		{"(record { to : record { amount : nat } })", "(\nrecord { to = record {\n  amount = \"1\" } })",
			"line 3, column 12: argument 1: field to: field amount: a text where nat is expected"},
		{"(vec nat)", "(vec { 1; 2; true })", "argument 1: item 2: true where nat is expected"},
		{"(variant { Ok : nat })", `(variant { Ok = "x" })`, "case Ok: a text where nat is expected"},
		{"(variant { Ok : nat })", "(variant { Err })", "case Err is not one of variant { Ok : nat }"},
		{"(record { amount : opt nat })", "(record { amuont = opt 1 })", "field amuont is not one of record { amount : opt nat }"},
		{"(record { amount : opt nat; z : null })", "(record { a = 1 })", "field a is not one of"},
		{"(record { amount : nat })", "(record {})", "field amount is missing; its type is nat"},
		{"(opt nat)", "(1)", "a number where opt nat is expected; write opt … or null"},
		{"(opt nat)", `(opt "x")`, "a text where nat is expected"},
		{"(nat)", "(1, 2)", "line 1, column 5: one argument too many; expected is (nat)"},
		{"(nat, text)", "(1)", "line 1, column 4: argument 2 is missing; expected is (nat, text)"},
		{"(nat8)", "(1 : nat)", "nat where nat8 is expected"},
		{"(nat)", "(null)", "null where nat is expected"},
		{"(null)", "(1)", "a number where null is expected"},
		{"(vec int)", "(vec { 1 } : vec nat)", "line 1, column 2: argument 1: vec nat where vec int is expected"},
		{"(int)", "(-1 : nat)", "'-1' where nat is expected"},
		{"(reserved)", "(-1 : nat)", "'-1' where nat is expected"},
		{"(service {})", `(principal "aaaaa-aa")`, "a principal where service {} is expected"},
		{"(principal)", `(principal "rwlgt-iiaaa-aaaaa-aaaab-cai")`, "checksum"},
		{"(principal)", "(principal)", `a principal in quotes, such as "aaaaa-aa", is expected`},
		{"(text)", `("\ff")`, "a text has to be valid UTF-8; a blob may hold any bytes"},
		{"(text)", `("\u{d800}")`, "the hexadecimal number of a Unicode character"},
		{"(text)", `("\u{110000}")`, "the hexadecimal number of a Unicode character"},
		{"(text)", `(hello)`, "'hello' where a value; a text stands in quotes and is expected"},
		{"(nat)", `1`, "'1' where '(' before arguments is expected"},
		{"(nat)", `(1) 2`, "'2' where the end is expected"},
		{"(nat)", `(1 2)`, "'2' where ',' or ')' is expected"},
		{"(nat)", `(0x)`, "a hexadecimal number has to have digits"},
		{"(nat)", "(1 : Foo)", "no type Foo is defined"},
		{"(record {})", "(record { a = 1; a = 2 })", "field a has the number 97 of field a"},
		{"(record {})", "(record { 97 = 1; a = 2 })", "field a has the number 97 of field 97"},
		{"(variant {})", "(variant {})", "the name or number of a field is expected"},
		{"(blob)", "(blob 1)", "a text after blob is expected"},
		{"(vec nat8)", "(vec { 256 })", "item 0: '256' where nat8 is expected"},
	} {
		_, err := ParseArgsAs(c.text, parseTypes(t, c.types))
		require.ErrorContains(t, err, c.want, c.text)
	}
	_, _, err := ParseArgs(`(vec { 1; "x" })`)
	require.EqualError(t, err, "line 1, column 11: argument 1: text among items of type int; "+
		"the items of a vec have one type, which an annotation may say")
}

// What decoders pass over, people get told; CoerceArgs is for who wants a decoder's view.
func TestCoerceArgsPassesOverWhatIsNotAskedFor(t *testing.T) {
	values, err := CoerceArgs(`(record { z = 1; a = 2; b = 3 }, "more")`, parseTypes(t, "(record { a : nat; c : opt text })"))
	require.NoError(t, err)
	require.Equal(t, "(record { a = 2 : nat; c = null })", Format(values))
}

func TestLongNumbers(t *testing.T) {
	long := strings.Repeat("7", maxDigits)
	_, err := ParseArgsAs("("+long+")", parseTypes(t, "(nat)"))
	require.NoError(t, err)
	_, err = ParseArgsAs("("+long+"7)", parseTypes(t, "(nat)"))
	require.ErrorContains(t, err, "a number of 10001 digits; 10000 are the most")

	n := new(big.Int).Lsh(big.NewInt(3), 5*maxDigits)
	text := Format([]Value{BigInt(n), BigInt(n.Neg(n))})
	require.Contains(t, text, "0x")
	values, _, err := ParseArgs(text)
	require.NoError(t, err)
	require.Equal(t, text, Format(values))
	require.Zero(t, values[1].(Int).Big().Cmp(n))
}

func TestNestingIsBounded(t *testing.T) {
	for _, open := range []string{"opt ", "vec {", "record {", "(", "variant { a ="} {
		_, _, err := ParseArgs("(" + strings.Repeat(open, maxDepth+1))
		require.ErrorContains(t, err, tooDeep, open)
	}
	deep := Value(Null{})
	for range maxDepth {
		deep = Opt{deep}
	}
	types := parseTypes(t, "(reserved)")
	i, err := ParseDID("type Opt = opt Opt")
	require.NoError(t, err)
	types[0] = i.Types[0].Type
	raw, err := Encode([]Value{deep}, types)
	require.NoError(t, err)
	_, err = Encode([]Value{Opt{deep}}, types)
	require.ErrorContains(t, err, tooDeep)
	_, err = Decode(raw, types)
	require.ErrorContains(t, err, tooDeep)
	_, err = Decode(append(raw[:len(raw)-2], 0), types)
	require.NoError(t, err)
}

// A value has to fit the type that it is encoded at.
func TestUnfitValues(t *testing.T) {
	id := principal.Management()
	for _, c := range []struct {
		types string
		value Value
		want  string
	}{
		{"(nat)", Text("x"), "argument 1: a text where nat is expected"},
		{"(nat8)", Nat16(1), "1 : nat16 where nat8 is expected"},
		{"(nat8)", NatOf(1), "1 : nat where nat8 is expected"},
		{"(nat)", IntOf(1), "1 : int where nat is expected"},
		{"(null)", nil, "no value where null is expected"},
		{"(text)", Null{}, "null where text is expected"},
		{"(bool)", Principal{id}, "a principal where bool is expected"},
		{"(text)", Text("\xff"), "a text has to be valid UTF-8"},
		{"(principal)", Service{id}, "a service where principal is expected"},
		{"(service {})", Principal{id}, "a principal where service {} is expected"},
		{"(nat)", Func{id, "m"}, "a func where nat is expected"},
		{"(opt nat)", NatOf(1), "1 : nat where opt nat is expected"},
		{"(vec nat)", Blob("x"), "a blob where vec nat is expected"},
		{"(vec nat)", Vec{NatOf(1), Bool(true)}, "item 1: true where nat is expected"},
		{"(record {})", Vec{}, "a vec where record {} is expected"},
		{"(record { a : nat })", Record{}, "field a of record { a : nat } is missing"},
		{"(record { a : nat })", Record{{Named("a"), NatOf(1)}, {Named("b"), NatOf(1)}}, "field b is not expected"},
		{"(record { a : nat })", Record{{Named("a"), NatOf(1)}, {Named("a"), NatOf(1)}}, "field a is not expected, or there twice"},
		{"(record { a : nat })", Record{{Named("a"), Opt{NatOf(1)}}}, "field a: an opt where nat is expected"},
		{"(variant { a })", Record{}, "a record where variant { a } is expected"},
		{"(variant { a })", Variant{Named("b"), Null{}}, "case b is not one of variant { a }"},
		{"(empty)", Null{}, "null where empty is expected"},
		{"(nat)", Variant{Named("b"), Null{}}, "variant { b } where nat is expected"},
	} {
		_, err := Encode([]Value{c.value}, parseTypes(t, c.types))
		require.ErrorContains(t, err, c.want)
	}
	_, err := Encode(nil, parseTypes(t, "(nat)"))
	require.EqualError(t, err, "candid: 0 values for 1 types (nat)")
}

func TestFieldsAreEncodedInAnyOrder(t *testing.T) {
	types := parseTypes(t, "(record { a : nat; b : text; c : opt nat })")
	sorted := Record{{Named("a"), NatOf(1)}, {Named("b"), Text("x")}, {Named("c"), Null{}}}
	want, err := Encode([]Value{sorted}, types)
	require.NoError(t, err)
	got, err := Encode([]Value{Record{sorted[1], sorted[0]}}, types)
	require.NoError(t, err)
	require.Equal(t, want, got)
	v, ok := sorted.Get("b")
	require.True(t, ok)
	require.Equal(t, Text("x"), v)
	_, ok = sorted.Get("d")
	require.False(t, ok)
}

func TestSameTellsValuesApart(t *testing.T) {
	different := []Value{Null{}, Bool(false), NatOf(0), IntOf(0), Nat8(0), Int8(0), Float32(0), Float32(math.Copysign(0, -1)), Float64(0),
		Text(""), Blob{0}, Blob{1}, Opt{Null{}}, Opt{Opt{Null{}}}, Vec{Null{}}, Record{}, Record{{Named("a"), Null{}}},
		Variant{Named("a"), Null{}}, Variant{Named("b"), Null{}}, Principal{}, Service{}, Func{}, Func{Method: "m"}, nil}
	for i, a := range different {
		for j, b := range different {
			require.Equal(t, i == j, Same(a, b), "%v %v", a, b)
		}
	}
	require.True(t, Same(Blob{1, 2}, Vec{Nat8(1), Nat8(2)}))
	require.True(t, Same(Vec{Nat8(1)}, Blob{1}))
	require.True(t, Same(Record{{Numbered(97), Null{}}}, Record{{Named("a"), Null{}}}))
	require.True(t, Same(Float64(math.NaN()), Float64(math.NaN())))
}
