package userkey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"

	"icsim/crypto/secp256k1"
)

// sizeECDSA is the bytes of r ‖ s on both curves.
const sizeECDSA = secp256k1.SizeSignature

func checkSizeECDSA(sig []byte) error {
	if len(sig) != sizeECDSA {
		return fmt.Errorf("an ECDSA signature is r and s of 32 bytes, %d together, not %d", sizeECDSA, len(sig))
	}
	return nil
}

type koblitz struct{ key *secp256k1.PublicKey }

func parseSecp256k1(raw []byte) (algorithm, error) {
	key, err := secp256k1.ParsePublicKey(raw)
	return koblitz{key}, err
}

func (k koblitz) verify(_ *network, msg, sig []byte) error {
	if err := checkSizeECDSA(sig); err != nil {
		return err
	}
	if !k.key.Verify(sha256.Sum256(msg), secp256k1.Signature(sig)) {
		return errVerification
	}
	return nil
}

type p256 struct{ key *ecdsa.PublicKey }

func parseP256(raw []byte) (algorithm, error) {
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return nil, errors.New("a P-256 key is 04 and the coordinates of a point on the curve, of 32 bytes each")
	}
	return p256{key}, nil
}

func (p p256) verify(_ *network, msg, sig []byte) error {
	if err := checkSizeECDSA(sig); err != nil {
		return err
	}
	hash := sha256.Sum256(msg)
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
	if !ecdsa.Verify(p.key, hash[:], r, s) {
		return errVerification
	}
	return nil
}

// A p256DER is a P-256 key whose signatures are in DER, as authenticators make them.
type p256DER struct{ key *ecdsa.PublicKey }

func (p p256DER) verify(_ *network, msg, sig []byte) error {
	hash := sha256.Sum256(msg)
	if !ecdsa.VerifyASN1(p.key, hash[:], sig) {
		return errVerification
	}
	return nil
}
