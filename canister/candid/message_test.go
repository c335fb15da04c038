package candid

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a fault in a message says. That faults are found is for the official suite.
func TestFaultyMessages(t *testing.T) {
	for _, c := range []struct{ types, message, want string }{
		{"()", "DADL", `byte 0: a message begins with "DIDL"`},
		{"(nat)", "DIDL\x00\x00", "argument 1: missing; nat is expected"},
		{"(nat)", "DIDL\x00\x01\x71\x01a", "byte 7: argument 1: text where nat is expected"},
		{"(bool)", "DIDL\x00\x01\x7e\x02", "byte 7: argument 1: a bool is 0 or 1"},
		{"(bool)", "DIDL\x00\x01\x7e\x01\x00", "byte 8: 1 bytes follow the last argument"},
		{"(record { a : text })", "DIDL\x01\x6c\x01\x61\x7d\x01\x00\x05", "byte 11: argument 1: field a: nat where text is expected"},
		{"(record { b : text })", "DIDL\x01\x6c\x01\x61\x7d\x01\x00\x05", "field b is missing; its type is text"},
		{"(vec text)", "DIDL\x01\x6d\x7d\x01\x00\x01\x05", "argument 1: item 0: nat where text is expected"},
		{"(variant { b })", "DIDL\x01\x6b\x01\x61\x7f\x01\x00\x00", "case 97 is not one of variant { b }"},
		{"(variant { b })", "DIDL\x01\x6b\x01\x61\x7f\x01\x00\x01", "case number 1 of a variant with 1"},
		{"(principal)", "DIDL\x00\x01\x68\x00", "an opaque reference"},
		{"(principal)", "DIDL\x00\x01\x68\x01\x1e" + strings.Repeat("x", 30), "a principal has at most 29 bytes, not 30"},
		{"(func () -> ())", "DIDL\x01\x6a\x01\x7d\x00\x00\x01\x00\x01\x01\x00\x01m", "func (nat) -> () where func () -> () is expected"},
		{"()", "DIDL\x01\x67\x00\x01\x00\x00\x01", "holds references"},
		{"()", "DIDL\x00\x01\x6d", "an opcode stands where a primitive type or an entry of the table is expected"},
		{"()", "DIDL\x01\x6d\x05\x00", "type 5 of a table of 1"},
		{"()", "DIDL\x01\x69\x01\x01m\x7d\x00", "the type of method m is nat, and no func"},
		{"()", "DIDL\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x00", "beyond 64 bits"},
	} {
		_, err := Decode([]byte(c.message), parseTypes(t, c.types))
		require.ErrorContains(t, err, c.want, "%q", c.message)
		require.True(t, strings.HasPrefix(err.Error(), "candid: byte "))
	}
}

// A vec of whatever, if it is empty, is a blob where one is expected (Candid.md, section Vectors: vec empty <: vec nat8).
func TestEmptyVecIsABlob(t *testing.T) {
	for _, message := range []string{"DIDL\x01\x6d\x6f\x01\x00\x00", "DIDL\x01\x6d\x7b\x01\x00\x00"} {
		values, err := Decode([]byte(message), []Type{BlobType()})
		require.NoError(t, err)
		require.Equal(t, []Value{Blob{}}, values)
	}
}

// An opt that gives up reads on behind what it could not take.
func TestOptGoesOnBehindWhatItCannotTake(t *testing.T) {
	types := parseTypes(t, "(record { a : text; b : vec nat }, text)")
	args, err := ParseArgsAs(`(record { a = "x"; b = vec { 1; 2; 300 } }, "after")`, types)
	require.NoError(t, err)
	raw, err := Encode(args, types)
	require.NoError(t, err)
	back, err := Decode(raw, parseTypes(t, "(opt record { a : text; b : vec text }, text)"))
	require.NoError(t, err)
	require.Equal(t, `(null, "after")`, Format(back))
	back, err = Decode(raw, parseTypes(t, "(opt record { a : text; b : opt vec text; c : opt nat }, text)"))
	require.NoError(t, err)
	require.Equal(t, `(opt record { a = "x"; b = null; c = null }, "after")`, Format(back))
}

// The work of a message is bounded by its length, however its parts refer to one another.
func TestWorkIsMetered(t *testing.T) {
	limit := func(n int) []byte { return appendLEB([]byte("DIDL\x01\x6d\x7f\x01\x00"), uint64(n)) }
	vecNull := parseTypes(t, "(vec null)")
	_, err := Decode(limit(stepsBase), vecNull)
	require.NoError(t, err)
	_, err = Decode(limit(2*stepsBase), vecNull)
	require.ErrorContains(t, err, "takes more work")
	_, err = Decode(limit(2*stepsBase), nil)
	require.ErrorContains(t, err, "takes more work", "passing over costs, too")

	// A long honest message has room in proportion.
	types := parseTypes(t, "(vec record { opt bool; record { record { nat } } })")
	args, err := ParseArgsAs("(vec { record { opt true; record { record { 1 } } } })", types)
	require.NoError(t, err)
	raw, err := Encode([]Value{Vec(slices.Repeat(args[0].(Vec), 100_000))}, types)
	require.NoError(t, err)
	_, err = Decode(raw, types)
	require.NoError(t, err)
	_, err = Decode(raw, parseTypes(t, "(opt vec record { opt text })"))
	require.NoError(t, err)
}

// Subtyping is metered as well: each of many references asks about a large type again, and gets it refused.
func TestSubtypingIsMetered(t *testing.T) {
	var wide strings.Builder
	for i := range 2000 {
		wide.WriteString(FormatValue(NatOf(uint64(i)))[:len(FormatValue(NatOf(uint64(i))))-len(" : nat")] + " : nat;")
	}
	have := parseTypes(t, "(vec func () -> (record {"+wide.String()+" 5_000 : nat }))")
	want := parseTypes(t, "(vec opt func () -> (record {"+wide.String()+" 5_000 : text }))")
	raw, err := Encode([]Value{Vec{}}, have)
	require.NoError(t, err)
	raw = append(raw[:len(raw)-1], appendLEB(nil, 1000)...)
	raw = append(raw, bytes.Repeat([]byte("\x01\x01\x00\x01m"), 1000)...)
	_, err = Decode(raw, want)
	require.NoError(t, err, "the answer is remembered")
	m := meter{steps: 1000}
	s := subtyping{known: map[pair]bool{}}
	require.False(t, s.holds(have[0], have[0].Elem(), &m))
	require.False(t, s.holds(have[0], want[0].Elem(), &meter{}))
}

func TestTableIsBounded(t *testing.T) {
	n := maxTableEntries + 1
	raw := appendLEB([]byte(magic), uint64(n))
	raw = append(raw, bytes.Repeat([]byte{0x6e, 0x7f}, n)...)
	_, err := Decode(append(raw, 0), nil)
	require.ErrorContains(t, err, "16384 are the most")
}

// Blobs of the result do not share the message's memory.
func TestBlobsAreCopies(t *testing.T) {
	raw := []byte("DIDL\x01\x6d\x7b\x01\x00\x02ab")
	values, err := Decode(raw, []Type{BlobType()})
	require.NoError(t, err)
	raw[len(raw)-1] = 'x'
	require.Equal(t, Blob("ab"), values[0])
}
