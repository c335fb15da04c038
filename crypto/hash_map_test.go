package crypto

import (
	"encoding/hex"
	"testing"
)

// The interface specification's own example of a request id (reference/interface.md D.2).
func TestHashOfMap(t *testing.T) {
	call := []Field{
		TextField("request_type", "call"), BlobField("sender", []byte{4}), NatField("ingress_expiry", 1685570400000000000),
		BlobField("canister_id", []byte{0, 0, 0, 0, 0, 0, 4, 0xd2}), TextField("method_name", "hello"),
		BlobField("arg", []byte("DIDL\x00\xfd*")),
	}
	const want = "1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101"
	for range call {
		if got := HashOfMap(call...).Hex(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		call = append(call[1:], call[0]) // fields have no order
	}
}

// Lists and maps inside are hashed by what they hold, one level at a time.
func TestNestedFields(t *testing.T) {
	inner := HashOfMap(BlobField("arg", []byte("x")))
	if MapField("reply", BlobField("arg", []byte("x"))) != (Field{"reply", inner}) {
		t.Error("a map inside is not its own hash")
	}
	list := HashList(HashBlob([]byte("a")), HashBlob([]byte("b")))
	if hex.EncodeToString(list[:]) == HashBlob([]byte("ab")).Hex() || list == HashList(HashBlob([]byte("b")), HashBlob([]byte("a"))) {
		t.Error("a list is not the hash of its elements in order")
	}
}

// Headers of HTTP may come several times under one name: their order does not matter either, and each counts.
func TestFieldsOfOneNameHaveNoOrder(t *testing.T) {
	a, b := TextField("set-cookie", "a"), TextField("set-cookie", "b")
	if HashOfMap(a, b) != HashOfMap(b, a) {
		t.Error("the order matters")
	}
	if HashOfMap(a, b) == HashOfMap(a) || HashOfMap(a, a) == HashOfMap(a) {
		t.Error("one of them does not count")
	}
}
