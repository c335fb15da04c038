package der

import (
	"fmt"
	"strings"

	"icsim/crypto"
)

const (
	prefixBLS = "\x30\x81\x82\x30\x1d" + // SEQUENCE of 130 bytes: SEQUENCE of two identifiers, then the key
		"\x06\x0d\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x01\x02\x01" +
		"\x06\x0c\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x02\x01" +
		"\x03\x61\x00"
	prefixEd25519 = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"
)

// WrapBLS gives the 133 bytes that a subnet's key has in a certificate.
func WrapBLS(key crypto.ThresholdPublicKey) []byte { return append([]byte(prefixBLS), key[:]...) }

// ParseBLS inverts WrapBLS. It does not look whether the bytes are a point.
func ParseBLS(der []byte) (crypto.ThresholdPublicKey, error) {
	key, err := strip("BLS", prefixBLS, der, len(crypto.ThresholdPublicKey{}))
	if err != nil {
		return crypto.ThresholdPublicKey{}, err
	}
	return crypto.ThresholdPublicKey(key), nil
}

// WrapEd25519 gives the 44 bytes that a node's or user's key is named by.
func WrapEd25519(key crypto.BasicPublicKey) []byte { return append([]byte(prefixEd25519), key[:]...) }

// ParseEd25519 inverts WrapEd25519.
func ParseEd25519(der []byte) (crypto.BasicPublicKey, error) {
	key, err := strip("Ed25519", prefixEd25519, der, len(crypto.BasicPublicKey{}))
	if err != nil {
		return crypto.BasicPublicKey{}, err
	}
	return crypto.BasicPublicKey(key), nil
}

func strip(kind, prefix string, der []byte, size int) ([]byte, error) {
	if len(der) != len(prefix)+size {
		return nil, fmt.Errorf("a DER %s key has %d bytes, not %d", kind, len(prefix)+size, len(der))
	}
	if !strings.HasPrefix(string(der), prefix) {
		return nil, fmt.Errorf("DER names another kind of key than %s", kind)
	}
	return der[len(prefix):], nil
}
