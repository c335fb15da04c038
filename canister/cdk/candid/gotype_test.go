package candid

import (
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	host "icsim/canister/candid"
)

type id string

func (id) IsPrincipal() {}

type inner struct {
	A   bool
	Pos int32 `candid:"0"`
	B   []string
}

type choice struct {
	OneOf
	Nothing *Unit
	Number  *uint
	Inner   *inner `candid:"in ner"`
	Chain   *all
}

type all struct {
	Bool    bool
	Text    string
	N8      uint8
	N16     uint16
	N32     uint32
	N64     uint64
	Nat     uint
	I8      int8
	I16     int16
	I32     int32
	I64     int64
	Int     int
	F32     float32
	F64     float64
	Bytes   []byte
	Who     id
	Maybe   *string
	Twice   **int8
	List    []inner
	Choices []choice
	Next    *all
	Unit    Unit
	Left    int `candid:"-"`
}

// draw gives a random value of all.
func draw(depth int) *rapid.Generator[all] {
	return rapid.Custom(func(t *rapid.T) all {
		a := all{
			Bool: rapid.Bool().Draw(t, "bool"), Text: rapid.String().Draw(t, "text"),
			N8: rapid.Uint8().Draw(t, "n8"), N16: rapid.Uint16().Draw(t, "n16"), N32: rapid.Uint32().Draw(t, "n32"),
			N64: rapid.Uint64().Draw(t, "n64"), Nat: rapid.Uint().Draw(t, "nat"),
			I8: rapid.Int8().Draw(t, "i8"), I16: rapid.Int16().Draw(t, "i16"), I32: rapid.Int32().Draw(t, "i32"),
			I64: rapid.Int64().Draw(t, "i64"), Int: rapid.Int().Draw(t, "int"),
			F32: rapid.Float32().Draw(t, "f32"), F64: rapid.Float64().Draw(t, "f64"),
			Bytes: rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "bytes"), Who: id(rapid.SliceOfN(rapid.Byte(), 0, 29).Draw(t, "who")),
			Maybe: rapid.Ptr(rapid.String(), true).Draw(t, "maybe"), Twice: rapid.Ptr(rapid.Ptr(rapid.Int8(), true), true).Draw(t, "twice"),
			List: []inner{}, Choices: []choice{},
		}
		for range rapid.IntRange(0, 2).Draw(t, "list") {
			a.List = append(a.List, inner{true, rapid.Int32().Draw(t, "pos"), rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "b")})
		}
		for range rapid.IntRange(0, 3).Draw(t, "choices") {
			n := rapid.Uint().Draw(t, "number")
			cases := []choice{{Nothing: &Unit{}}, {Number: &n}, {Inner: &inner{B: []string{}}}}
			a.Choices = append(a.Choices, rapid.SampledFrom(cases).Draw(t, "case"))
		}
		if depth > 0 && rapid.Bool().Draw(t, "deeper") {
			next := draw(depth-1).Draw(t, "next")
			a.Next = &next
			a.Choices = append(a.Choices, choice{Chain: &next})
		}
		return a
	})
}

func codecOf(t require.TestingT, of ...any) *Codec {
	var types []reflect.Type
	for _, v := range of {
		types = append(types, reflect.TypeOf(v))
	}
	c, err := NewCodec(types)
	require.NoError(t, err)
	return c
}

func encode(t require.TestingT, of ...any) []byte {
	var values []reflect.Value
	for _, v := range of {
		values = append(values, reflect.ValueOf(v))
	}
	return codecOf(t, of...).Encode(values)
}

// The other implementation of Candid, canister/candid, reads what a codec writes by the types that its description states, writes the
// same values in its own way, and the codec reads that.
func TestCodecAgreesWithCandid(t *testing.T) {
	c := codecOf(t, all{}, uint64(0))
	d := NewDescription()
	tuple := c.Tuple(d)
	did, err := host.ParseDID(d.Types() + "service : { m : " + tuple + " -> () }")
	require.NoError(t, err, "%s", d.Types())
	sig, err := did.Method("m")
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		want := draw(2).Draw(t, "value")
		message := encode(t, want, uint64(7))
		theirs, err := host.Decode(message, sig.Args)
		require.NoError(t, err)
		again, err := host.Encode(theirs, sig.Args)
		require.NoError(t, err)
		for _, m := range [][]byte{message, again} {
			got, err := c.Decode(m)
			require.NoError(t, err)
			require.Equal(t, want, got[0].Interface())
			require.Equal(t, uint64(7), got[1].Interface())
		}
	})
}

// Values that are there more than once in the description have one name each, and a name is there once.
func TestDescriptionNamesTypes(t *testing.T) {
	type record struct{ N uint8 }
	other := func() any {
		type inner struct{ Text string }
		return inner{}
	}()
	d := NewDescription()
	tuple := codecOf(t, inner{}, other, []inner{}, record{}, choice{}.Inner, struct{ MaxSupply, URL, NodeID, V2Beta uint8 }{}).Tuple(d)
	require.Equal(t, "(inner, inner_2, vec inner, record_, opt inner, "+
		"record { max_supply : nat8; url : nat8; node_id : nat8; v2_beta : nat8 })", tuple)
	require.Equal(t, "type inner = record { a : bool; 0 : int32; b : vec text };\n"+
		"type inner_2 = record { \"text\" : text };\ntype record_ = record { n : nat8 };\n", d.Types())
	for name, want := range map[string]string{"a_1": "a_1", "1a": `"1a"`, "7": `"7"`, "": `""`, "opt": `"opt"`, "a b": `"a b"`, "é": `"é"`} {
		require.Equal(t, want, Name(name))
	}
}

// Candid's subtyping, as far as a codec has it.
func TestCodecReadsSubtypes(t *testing.T) {
	type old struct{ A uint8 }
	type young struct {
		A uint8
		B *string
		C Unit
	}
	text := "x"
	read := func(message []byte, like any) any {
		got, err := codecOf(t, like).Decode(message)
		require.NoError(t, err)
		return got[0].Interface()
	}
	require.Equal(t, young{A: 3}, read(encode(t, old{3}), young{}), "fields that may be null may be missing")
	require.Equal(t, old{3}, read(encode(t, young{A: 3, B: &text}), old{}), "fields more are passed over")
	require.Equal(t, 7, read(encode(t, uint(7)), 0), "nat is an int")
	require.Equal(t, &text, read(encode(t, "x"), &text), "T is an opt T")
	require.Equal(t, (*string)(nil), read(encode(t, 7), &text), "what does not fit an opt is null")
	require.Equal(t, (*string)(nil), read(encode(t, Unit{}), &text))
	require.Equal(t, (*string)(nil), read(encode(t), &text), "an argument that may be null may be missing")
	require.Equal(t, []uint64{}, read(Encode(NewVec()), []uint64{}))
	require.Equal(t, []byte{}, read(Encode(NewVec()), []byte{}))
	require.Equal(t, "x", read(encode(t, "x", 7, old{}), ""), "values more are passed over")

	n := uint(math.MaxUint64)
	for _, v := range []struct {
		message []byte
		like    any
		text    string
	}{
		{encode(t, old{3}), struct{ A, D uint8 }{}, "value 1: field d: missing: a nat8 is expected"},
		{encode(t, "x"), 0, "value 1: a text, not a int"},
		{encode(t, -7), n, "value 1: a int, not a nat"},
		{encode(t, n), 0, "value 1: a nat, not a int"}, // it does not fit
		{encode(t, uint8(7)), n, "a nat8, not a nat"},
		{encode(t, choice{Number: &n}), struct {
			OneOf
			Nothing *Unit
		}{}, "a case of a variant"},
		{encode(t, []string{"a", "b"}), []int{}, "value 1: item 0: a text"},
		{encode(t, []byte("ab")), []uint16{}, "a blob, not a vec"},
		{[]byte("DIDL"), 0, "the message ends"},
	} {
		_, err := codecOf(t, v.like).Decode(v.message)
		require.ErrorContains(t, err, v.text)
		require.IsType(t, &Error{}, err)
	}
}

func TestVariantIsOneCase(t *testing.T) {
	n := uint(1)
	require.PanicsWithValue(t, "candid: the variant candid.choice is none of its cases", func() { encode(t, choice{}) })
	require.Panics(t, func() { encode(t, choice{Number: &n, Nothing: &Unit{}}) })
}

// Whatever comes from the outside ends in values of the codec's types or an *Error.
func FuzzCodec(f *testing.F) {
	n := uint(7)
	f.Add(encode(f, all{List: []inner{{}}, Choices: []choice{{Number: &n}}, Next: &all{}}))
	f.Add(encode(f, "text", 7))
	c := codecOf(f, all{})
	f.Fuzz(func(t *testing.T, message []byte) {
		values, err := c.Decode(message)
		if err != nil {
			require.IsType(t, &Error{}, err)
			return
		}
		again, err := c.Decode(c.Encode(values))
		require.NoError(t, err)
		require.Equal(t, c.Encode(values), c.Encode(again))
	})
}
