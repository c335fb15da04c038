package der

import (
	"encoding/asn1"
	"errors"
	"math/bits"

	"icsim/crypto/principal"
)

// An Algorithm names the kind of a public key: the DER form of its algorithm identifier, with parameters.
type Algorithm string

// The algorithms of keys that sign for users (interface specification, "Signatures").
const (
	Ed25519         Algorithm = "\x30\x05\x06\x03\x2b\x65\x70"
	ECDSASecp256k1  Algorithm = "\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x0a"
	ECDSAP256       Algorithm = "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
	RSA             Algorithm = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"
	COSE            Algorithm = "\x30\x0c\x06\x0a\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x01"
	CanisterSigning Algorithm = "\x30\x0c\x06\x0a\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x02"
)

// tags of what a key is made of.
const (
	tagBitString = 0x03
	tagSequence  = 0x30
)

// Wrap gives the DER form of a key whose bytes mean something to the algorithm.
func Wrap(a Algorithm, subject []byte) []byte {
	key := appendValue(nil, tagBitString, append([]byte{0}, subject...))
	return appendValue(nil, tagSequence, append([]byte(a), key...))
}

// Unwrap inverts Wrap.
func Unwrap(der []byte) (a Algorithm, subject []byte, err error) {
	var outer, algorithm, key asn1.RawValue
	rest, err := asn1.Unmarshal(der, &outer)
	if err != nil || len(rest) > 0 || outer.FullBytes[0] != tagSequence {
		return "", nil, errors.New("a key in DER is one sequence")
	}
	if rest, err = asn1.Unmarshal(outer.Bytes, &algorithm); err != nil || algorithm.FullBytes[0] != tagSequence {
		return "", nil, errors.New("a key in DER begins with its algorithm")
	}
	rest, err = asn1.Unmarshal(rest, &key)
	if err != nil || len(rest) > 0 || key.FullBytes[0] != tagBitString || len(key.Bytes) == 0 || key.Bytes[0] != 0 {
		return "", nil, errors.New("a key in DER ends with a string of whole bytes")
	}
	return Algorithm(algorithm.FullBytes), key.Bytes[1:], nil
}

// WrapCanister gives the key that a canister signs for under a seed of its choice.
func WrapCanister(canister principal.ID, seed []byte) []byte {
	subject := append([]byte{byte(canister.Len())}, canister.Bytes()...)
	return Wrap(CanisterSigning, append(subject, seed...))
}

func appendValue(dst []byte, tag byte, value []byte) []byte {
	dst = append(dst, tag)
	n := len(value)
	if n < 1<<7 {
		return append(append(dst, byte(n)), value...)
	}
	size := (bits.Len(uint(n)) + 7) / 8
	dst = append(dst, 0x80|byte(size))
	for i := size - 1; i >= 0; i-- {
		dst = append(dst, byte(n>>(8*i)))
	}
	return append(dst, value...)
}
