package principal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// MaxLen is the greatest length of a principal in bytes.
const MaxLen = 29

const (
	suffixOpaque             = 0x01
	suffixSelfAuthenticating = 0x02
	suffixAnonymous          = 0x04
)

// An ID is a principal. The zero value is the management canister, `aaaaa-aa`.
type ID struct {
	len   uint8
	bytes [MaxLen]byte // zero beyond len, so that == compares principals
}

// Management is the virtual canister `aaaaa-aa` that every subnet answers for.
func Management() ID { return ID{} }

// Anonymous is the sender of unsigned requests, `2vxsx-fae`.
func Anonymous() ID { return ID{len: 1, bytes: [MaxLen]byte{suffixAnonymous}} }

// SelfAuthenticating is the principal of whoever holds the key with this DER form.
func SelfAuthenticating(der []byte) ID {
	id := ID{len: sha256.Size224 + 1}
	sum := sha256.Sum224(der)
	copy(id.bytes[:], sum[:])
	id.bytes[sha256.Size224] = suffixSelfAuthenticating
	return id
}

// Canister is the id of the canister with this number in the network-wide allocation: eight bytes
// big endian, then 01 01. Ids order as their numbers do.
func Canister(number uint64) ID {
	id := ID{len: 10}
	binary.BigEndian.PutUint64(id.bytes[:], number)
	id.bytes[8], id.bytes[9] = 0x01, suffixOpaque
	return id
}

// CanisterNumber inverts Canister; ok is false for any other principal.
func (id ID) CanisterNumber() (number uint64, ok bool) {
	number = binary.BigEndian.Uint64(id.bytes[:])
	return number, id == Canister(number)
}

// FromBytes takes the raw form; more than MaxLen bytes are an error.
func FromBytes(raw []byte) (ID, error) {
	if len(raw) > MaxLen {
		return ID{}, fmt.Errorf("a principal has at most %d bytes, not %d", MaxLen, len(raw))
	}
	id := ID{len: uint8(len(raw))}
	copy(id.bytes[:], raw)
	return id, nil
}

// Bytes is the raw form, of 0 to MaxLen bytes, in a slice of its own.
func (id ID) Bytes() []byte { return id.AppendTo(nil) }

// AppendTo appends the raw form.
func (id ID) AppendTo(dst []byte) []byte { return append(dst, id.bytes[:id.len]...) }

// Len is the number of raw bytes.
func (id ID) Len() int { return int(id.len) }

// IsAnonymous tells the anonymous principal.
func (id ID) IsAnonymous() bool { return id == Anonymous() }

// Compare orders principals as their raw bytes: -1, 0 or +1. Canister ranges and the state tree
// are in this order.
func (id ID) Compare(other ID) int {
	return bytes.Compare(id.bytes[:id.len], other.bytes[:other.len])
}
