package userkey

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// The sizes of a modulus in bits that are accepted (rs/crypto/internal/crypto_lib/basic_sig/rsa_pkcs1).
const (
	minRSA = 2048
	maxRSA = 8192
)

type pkcs1 struct{ key *rsa.PublicKey }

// parseRSA reads the sequence of modulus and exponent (RFC 8017, A.1.1).
func parseRSA(raw []byte) (algorithm, error) {
	var key struct{ N, E *big.Int }
	if rest, err := asn1.Unmarshal(raw, &key); err != nil || len(rest) > 0 {
		return nil, errors.New("an RSA key is a sequence of modulus and exponent")
	}
	return newRSA(key.N, key.E)
}

func newRSA(n, e *big.Int) (algorithm, error) {
	switch bits := n.BitLen(); {
	case n.Sign() <= 0 || bits < minRSA || bits > maxRSA:
		return nil, fmt.Errorf("an RSA modulus has %d to %d bits, not %d", minRSA, maxRSA, bits)
	case n.Bit(0) == 0:
		return nil, errors.New("the RSA modulus is even")
	case e.Cmp(big.NewInt(2)) <= 0 || e.BitLen() > 31 || e.Bit(0) == 0:
		return nil, errors.New("an RSA exponent is odd, from 3 and of at most 31 bits")
	}
	return pkcs1{&rsa.PublicKey{N: n, E: int(e.Int64())}}, nil
}

func (r pkcs1) verify(_ *network, msg, sig []byte) error {
	hash := sha256.Sum256(msg)
	if rsa.VerifyPKCS1v15(r.key, crypto.SHA256, hash[:], sig) != nil {
		return errVerification
	}
	return nil
}
