package management

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto/principal"
)

// The wire format against messages that agents write (interface.md F; the hash of canister_id is given there).
func TestMessagesAreThoseOfAgents(t *testing.T) {
	require.Equal(t, "DIDL\x00\x00", string(Encode(nil)))
	id := principal.Canister(2)
	message := Encode(CanisterID{id})
	require.Equal(t, "4449444c016c01b3c4b1f204680100010a00000000000000020101", hex.EncodeToString(message))
	var got CanisterID
	require.NoError(t, Decode(message, &got))
	require.Equal(t, id, got.Canister)
	require.Equal(t, "DIDL\x01\x6d\x7b\x01\x00\x02hi", string(Encode([]byte("hi"))))
}

func ptr[T any](v T) *T { return &v }

func TestValuesRoundTrip(t *testing.T) {
	up := &Upgrade{SkipPreUpgrade: ptr(true), Persistence: &Persistence{Keep: &Null{}}}
	in := InstallCode{
		Mode: InstallMode{Upgrade: &up}, Canister: principal.Canister(9), Module: []byte("\x00asm"), Arg: []byte{}, SenderVersion: ptr(uint64(7)),
	}
	var out InstallCode
	require.NoError(t, Decode(Encode(in), &out))
	require.Equal(t, in, out)

	in.Mode = InstallMode{Upgrade: new(*Upgrade)} // upgrade null
	out = InstallCode{}
	require.NoError(t, Decode(Encode(in), &out))
	require.NotNil(t, out.Mode.Upgrade)
	require.Nil(t, *out.Mode.Upgrade)

	settings := Settings{
		Controllers: &[]principal.ID{principal.Anonymous(), principal.Canister(3)}, FreezingThreshold: &Nat{Hi: 5, Lo: 1 << 63},
		LogVisibility: &Visibility{Public: &Null{}}, Environment: &[]EnvironmentVariable{{"a", "b"}},
	}
	var back Settings
	require.NoError(t, Decode(Encode(settings), &back))
	require.Equal(t, settings, back)
}

// A struct that is embedded gives its fields to the record: on the wire there is no difference.
func TestEmbeddedStructsAreNotSeen(t *testing.T) {
	type flat struct {
		Canister      principal.ID `candid:"canister_id"`
		Snapshot      []byte       `candid:"snapshot_id"`
		SenderVersion *uint64      `candid:"sender_canister_version"`
	}
	in := LoadSnapshot{SnapshotOf{principal.Canister(3), []byte("s")}, ptr(uint64(4))}
	require.Equal(t, Encode(flat{in.Canister, in.Snapshot, in.SenderVersion}), Encode(in))
	var out LoadSnapshot
	require.NoError(t, Decode(Encode(in), &out))
	require.Equal(t, in, out)
}

// Subtyping: what is unknown is passed over, what is missing or does not fit an opt is none, a plain value fits an opt.
func TestDecodingCoerces(t *testing.T) {
	type newer struct {
		Canister principal.ID `candid:"canister_id"`
		Extra    []string     `candid:"extra"`
		Changes  uint64       `candid:"num_requested_changes"`
	}
	var info CanisterInfo
	require.NoError(t, Decode(Encode(newer{principal.Canister(1), []string{"x"}, 4}), &info))
	require.Equal(t, CanisterInfo{principal.Canister(1), ptr(uint64(4))}, info)
	type wrong struct {
		Canister principal.ID `candid:"canister_id"`
		Changes  *string      `candid:"num_requested_changes"`
	}
	info = CanisterInfo{}
	require.NoError(t, Decode(Encode(wrong{principal.Canister(1), ptr("no")}), &info))
	require.Nil(t, info.Changes)
	require.NoError(t, Decode(Encode(CanisterID{principal.Canister(1)}), &info))
	require.NoError(t, DecodeNothing(Encode(CanisterID{principal.Canister(1)})), "an argument nobody asked for")
	require.Error(t, DecodeNothing([]byte("DIDL\x00")))
	for _, v := range []struct {
		message []byte
		to      any
		text    string
	}{
		{Encode(CanisterID{}), &UploadChunk{}, "chunk"},
		{Encode(nil), &CanisterID{}, "argument"},
		{Encode("text"), &CanisterID{}, "record"},
		{Encode(Visibility{Public: &Null{}}), &Persistence{}, "not one of variant"},
		{[]byte("DIDX"), &CanisterID{}, "DIDL"},
		{[]byte("DIDL\x00\x01\x7d\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), new(Nat), "128 bits"},
	} {
		require.ErrorContains(t, Decode(v.message, v.to), v.text, "%q", v.message)
	}
	most := Nat{Hi: 1<<64 - 1, Lo: 1<<64 - 1}
	var got Nat
	require.NoError(t, Decode(Encode(most), &got))
	require.Equal(t, most, got)
}

// Whatever bytes come, decoding ends, and says so if they are not a message.
func FuzzDecode(f *testing.F) {
	f.Add(Encode(CanisterID{}))
	f.Add(Encode(InstallCode{Mode: InstallMode{Install: &Null{}}}))
	f.Add(Encode(Settings{Controllers: &[]principal.ID{{}}}))
	f.Fuzz(func(t *testing.T, message []byte) {
		for _, to := range []any{&CanisterID{}, &InstallCode{}, &UpdateSettings{}, &InstallChunkedCode{}} {
			_ = Decode(message, to)
		}
	})
}

// A reference to a transform function has the real type: a query from a record to a record.
func TestTransformFunctions(t *testing.T) {
	in := HTTPRequest{
		URL: "https://a", Method: HTTPMethod{Head: &Null{}}, Headers: []HTTPHeader{{"a", "b"}}, Body: ptr([]byte("x")),
		MaxResponse: ptr(uint64(7)),
		Transform:   &TransformContext{TransformFunction{principal.Canister(4), "strip"}, []byte("c")}, Replicated: ptr(false),
	}
	var out HTTPRequest
	require.NoError(t, Decode(Encode(in), &out))
	require.Equal(t, in, out)

	type update struct {
		URL     string       `candid:"url"`
		Method  HTTPMethod   `candid:"method"`
		Headers []HTTPHeader `candid:"headers"`
	}
	require.NoError(t, Decode(Encode(update{"https://b", HTTPMethod{Get: &Null{}}, []HTTPHeader{}}), &out))
	require.Nil(t, out.Transform)
	require.Nil(t, out.Body)
}
