package candid

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Messages as the specification writes them (reference/interface.md section F; the Candid test suite and didc).
func TestEncodeIsCandid(t *testing.T) {
	for _, v := range []struct {
		hex    string
		values []Value
	}{
		{"4449444c 00 00", nil},
		{"4449444c 00 01 78 0700000000000000", []Value{NewNat64(7)}},
		{"4449444c 00 02 71 7e 0568656c6c6f 01", []Value{NewText("hello"), NewBool(true)}},
		{"4449444c 01 6d7b 01 00 03 010203", []Value{NewBlob([]byte{1, 2, 3})}},
		{"4449444c 00 01 68 01 00", []Value{NewPrincipal("")}},
		{"4449444c 00 01 7d e58e26", []Value{NewNat(624485)}},
		{"4449444c 01 6d68 01 00 02 0101aa 010104", []Value{NewVec(NewPrincipal("\xaa"), NewPrincipal("\x04"))}},
		// didc encode '(record { canister_id = principal "aaaaa-aa" })'
		{"4449444c 01 6c01b3c4b1f20468 01 00 0100", []Value{NewRecord(Of("canister_id", NewPrincipal("")))}},
		// func "aaaaa-aa"."m" : (text) -> (nat) query
		{"4449444c 01 6a0171017d0101 01 00 0101 00 016d", []Value{NewQuery("", "m", []Value{NewText("")}, []Value{NewNat(0)})}},
		{"4449444c 01 6b01bc8a017f 01 00 00", []Value{NewVariant("Ok", NewNull())}},
		{"4449444c 01 6c02007a0171 01 00 0100 0161", []Value{NewTuple(NewNat16(1), NewText("a"))}},
		{"4449444c 02 6e78 6e6f 02 00 01 01 0700000000000000 00", []Value{NewOpt(NewNat64(7)), NewOpt()}},
		// (nat64) -> (text, opt empty) query
		{"4449444c 02 6e6f 6a0178027100 0101 01 01 01 01 01aa 0167",
			[]Value{NewQuery("\xaa", "g", []Value{NewNat64(0)}, []Value{NewText(""), NewOpt()})}},
	} {
		want, err := hex.DecodeString(strings.ReplaceAll(v.hex, " ", ""))
		require.NoError(t, err)
		require.Equal(t, hex.EncodeToString(want), hex.EncodeToString(Encode(v.values...)))
	}
	require.Equal(t, NewRecord(Field{1, NewNull()}, Field{2, NewNat(7)}), NewRecord(Field{2, NewNat(7)}, Field{1, NewNull()}))
	require.Panics(t, func() { NewRecord(Of("a", NewNull()), Of("b", NewNull()), Of("a", NewNull())) })
	require.Panics(t, func() { Encode(NewVec(NewNull(), NewBool(true))) })
	require.Panics(t, func() { Encode(NewVec(NewVariant("a", NewNull()), NewVariant("a", NewBool(true)))) })
	require.Equal(t, uint32(17724), Hash("Ok"))
	require.Equal(t, uint32(1313628723), Hash("canister_id"))
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	for _, v := range []struct{ hex, text string }{
		{"", "byte 0: not a Candid message"},
		{"4449444d", "byte 0: not a Candid message"},
		{"4449444c", "byte 4: the message ends inside a value"},
		{"4449444c 00 01 78 07", "byte 7: the message ends inside a value"},
		{"4449444c 00 00 00", "byte 6: 1 bytes too many"},
		{"4449444c 00 01 7e 02", "a bool that begins neither with 0 nor 1"},
		{"4449444c 00 01 71 02 c328", "a text is not UTF-8"},
		{"4449444c 00 01 71 ffffffffffffffffff01", "the message ends inside a value"},
		{"4449444c 00 01 7d ffffffffffffffffff02", "a number beyond 64 bits"},
		{"4449444c 00 01 7d 80808080808080808001 00", "1 bytes too many"}, // 2⁶³
		{"4449444c 00 01 00", "no type 0 in the table"},
		{"4449444c 00 01 70 00", "1 bytes too many"},
		{"4449444c 00 01 6f", "a value of type empty"},
		{"4449444c 01 6a000000 00", "the type func is not supported in a table"},
		{"4449444c 01 6c02 017f 017f 01 00", "field ids do not ascend"},
		{"4449444c 01 6b01 017f 01 00 01", "a variant has no such case"},
		{"4449444c 01 6c01 0000 01 00", "deeper in each other"},
		{"4449444c 01 6d7f 01 00 80808001", "a vec of 2097152 is more"},
		{"4449444c 01 6d7f 01 00 808004", "more than 65536 values"},
		{"4449444c ffff7f 00", "a table of 2097151 types"},
		{"4449444c 00 01 68 00", "an opaque reference"},
	} {
		message, err := hex.DecodeString(strings.ReplaceAll(v.hex, " ", ""))
		require.NoError(t, err)
		_, err = Decode(message)
		require.ErrorContains(t, err, v.text, v.hex)
	}
}

// value draws a value of a random type, and another one of the same type when asked again.
func value(depth int) *rapid.Generator[Value] {
	return rapid.Custom(func(t *rapid.T) Value {
		n := 8
		if depth > 0 {
			n = 11
		}
		switch rapid.IntRange(0, n).Draw(t, "kind") {
		case 0:
			return NewNull()
		case 1:
			return NewBool(rapid.Bool().Draw(t, "bool"))
		case 2:
			return NewNat(rapid.Uint64().Draw(t, "nat"))
		case 3:
			return Value{kind: Int, num: rapid.Uint64().Draw(t, "int")}
		case 4:
			return NewNat32(rapid.Uint32().Draw(t, "nat32"))
		case 5:
			return Value{kind: Int16, num: uint64(rapid.Int16().Draw(t, "int16"))}
		case 6:
			return NewText(rapid.String().Draw(t, "text"))
		case 7:
			return NewBlob(rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(t, "blob"))
		case 8:
			return NewPrincipal(rapid.SliceOfN(rapid.Byte(), 0, 29).Draw(t, "principal"))
		case 9:
			v := value(depth-1).Draw(t, "case")
			return NewVariant(rapid.String().Draw(t, "name"), v)
		case 10:
			v := value(depth-1).Draw(t, "item")
			return NewVec(v, v)
		}
		var fields []Field
		for range rapid.IntRange(0, 3).Draw(t, "fields") {
			f := Field{uint32(len(fields)*2 + rapid.IntRange(0, 1).Draw(t, "id")), value(depth-1).Draw(t, "value")}
			fields = append(fields, f)
		}
		return NewRecord(fields...)
	})
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(value(3), 1, 4).Draw(t, "values")
		got, err := Decode(Encode(values...))
		require.NoError(t, err)
		require.Equal(t, values, got)
	})
}

// The variants of a vector may be of several cases: their type has all of them.
func TestVectorsOfVariants(t *testing.T) {
	cases := NewVec(NewVariant("b", NewNat64(1)), NewVariant("a", NewText("x")), NewVariant("b", NewNat64(2)), NewVariant("c", NewNull()))
	got, err := Decode(Encode(cases))
	require.NoError(t, err)
	require.Equal(t, []Value{cases}, got)
	require.Equal(t, "4449444c 02 6b03 61 71 62 78 63 7f 6d00 01 01 04 01 0100000000000000 00 0178 01 0200000000000000 02",
		spaced(Encode(cases)))
}

// spaced is a message as one reads it.
func spaced(message []byte) string {
	text, at := "", 0
	for _, n := range []int{4, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 8, 1, 2, 1, 8, 1} {
		text, at = text+" "+hex.EncodeToString(message[at:at+n]), at+n
	}
	if at != len(message) {
		return "another length"
	}
	return text[1:]
}

func TestReaderTakesMore(t *testing.T) {
	r := Read(Encode(NewPrincipal("p"), NewRecord(Of("b", NewBool(true)), Of("p", NewPrincipal("q")),
		Of("v", NewVariant("stopped", NewNull())), Of("x", NewNat(7)))))
	require.Equal(t, "p", r.Principal())
	r.Record()
	require.True(t, r.FieldBool("b"))
	require.False(t, r.FieldBool("c"))
	require.Equal(t, "q", r.FieldPrincipal("p"))
	require.True(t, r.FieldIs("v", "stopped"))
	require.False(t, r.FieldIs("v", "running") || r.FieldIs("w", "stopped"))
	require.Equal(t, NewNat(7), r.FieldAny("x"))
	require.NoError(t, r.Err())
	r.FieldAny("y")
	require.EqualError(t, r.Err(), "candid: there is no field y")
}

func TestReaderTakesWhatItExpects(t *testing.T) {
	message := Encode(NewText("a"), NewRecord(Of("n", NewNat64(3)), Of("ids", NewVec(NewPrincipal("\x04"))), Of("more", NewNull())), NewVec())
	r := Read(message)
	require.Equal(t, "a", r.Text())
	r.Record()
	require.Equal(t, uint64(3), r.FieldNat64("n", 1))
	require.Equal(t, []string{"\x04"}, r.FieldPrincipals("ids", nil))
	require.Equal(t, "default", r.FieldText("missing", "default"))
	require.Empty(t, r.Blob())
	require.False(t, r.More())
	require.NoError(t, r.Err())

	r = Read(Encode(NewRecord(Of("a", NewNat16(3)), Of("b", NewOpt(NewNat16(4))), Of("c", NewOpt()), Of("d", NewOpt(NewText(""))))))
	r.Record()
	require.Equal(t, []uint16{3, 4, 9, 9}, []uint16{r.FieldNat16("a", 9), r.FieldNat16("b", 9), r.FieldNat16("c", 9), r.FieldNat16("e", 9)})
	require.NoError(t, r.Err())
	r.FieldNat16("d", 9)
	require.EqualError(t, r.Err(), "candid: field d is a text, not a nat16")

	for _, v := range []struct {
		text string
		take func(*Reader)
	}{
		{"argument 1 is a text, not a nat64", func(r *Reader) { r.Nat64(); r.Text() }},
		{"argument 4 is missing: a text is expected", func(r *Reader) { r.Text(); r.Record(); r.Blob(); r.Text() }},
		{"field n is a nat64, not a text", func(r *Reader) { r.Text(); r.Record(); r.FieldText("n", "") }},
		{"field more is a null, not a vec", func(r *Reader) { r.Text(); r.Record(); r.FieldPrincipals("more", nil) }},
	} {
		r := Read(message)
		v.take(r)
		require.EqualError(t, r.Err(), "candid: "+v.text)
	}
	require.ErrorContains(t, Read([]byte("no")).Err(), "not a Candid message")
}

// Whatever comes from the outside ends in values or an *Error.
func FuzzDecode(f *testing.F) {
	f.Add(Encode(NewText("a"), NewRecord(Of("n", NewNat64(3)), Of("v", NewVec(NewVariant("x", NewNull()))))))
	f.Add([]byte("DIDL\x01\x6e\x00\x01\x00\x01\x01\x00"))
	f.Fuzz(func(t *testing.T, message []byte) {
		values, err := Decode(message)
		if err != nil {
			require.IsType(t, &Error{}, err)
			return
		}
		require.LessOrEqual(t, len(values), maxValues)
	})
}
