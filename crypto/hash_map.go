package crypto

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// A Field is one entry of a map that is hashed independently of how it is encoded: request ids, delegations and responses
// to queries are identified so (interface specification, "Representation-independent hashing of structured data").
type Field struct {
	name  string
	value Hash
}

// BlobField is a field with bytes.
func BlobField(name string, value []byte) Field { return Field{name, HashBlob(value)} }

// TextField is a field with a text.
func TextField(name, value string) Field { return Field{name, HashBlob([]byte(value))} }

// NatField is a field with a natural number.
func NatField(name string, n uint64) Field {
	return Field{name, HashBlob(binary.AppendUvarint(nil, n))} // LEB128
}

// ListField is a field with a list, whose elements are hashed already.
func ListField(name string, elements ...Hash) Field { return Field{name, HashList(elements...)} }

// MapField is a field with a map.
func MapField(name string, fields ...Field) Field { return Field{name, HashOfMap(fields...)} }

// HashBlob is the hash of bytes or a text as an element.
func HashBlob(value []byte) Hash { return sha256.Sum256(value) }

// HashList is the hash of a list as an element: of its elements' hashes in order.
func HashList(elements ...Hash) Hash {
	h := sha256.New()
	for i := range elements {
		h.Write(elements[i][:])
	}
	return Hash(h.Sum(nil))
}

// HashOfMap hashes a map, whatever the order of its fields. Several may have one name, as headers of HTTP do: their values' hashes
// order them.
func HashOfMap(fields ...Field) Hash {
	type pair [2 * len(Hash{})]byte // the hashes of a name and of a value
	var few [8]pair
	pairs := few[:0]
	for i := range fields {
		var p pair
		name := sha256.Sum256([]byte(fields[i].name))
		copy(p[copy(p[:], name[:]):], fields[i].value[:])
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(a, b pair) int { return bytes.Compare(a[:], b[:]) })
	h := sha256.New()
	for i := range pairs {
		h.Write(pairs[i][:])
	}
	return Hash(h.Sum(nil))
}
