package tschnorr

import (
	"crypto/sha256"

	"icsim/crypto/idkg/curve"
)

// taggedHash is the hash of BIP 340 with a tag before it.
func taggedHash(tag string, parts ...[]byte) (out [32]byte) {
	prefix := sha256.Sum256([]byte(tag))
	h := sha256.New()
	h.Write(prefix[:])
	h.Write(prefix[:])
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(out[:0])
	return out
}

func bip340Challenge(nonce, public [32]byte, message []byte) curve.Scalar {
	var wide [64]byte
	hash := taggedHash("BIP0340/challenge", nonce[:], public[:], message)
	copy(wide[32:], hash[:])
	return curve.Secp256k1.Wide(wide)
}

// VerifyBip340 is BIP 340's verification, for anybody's key.
func VerifyBip340(public [32]byte, message []byte, sig Signature) bool {
	key, err := curve.ParseX(public)
	if err != nil {
		return false
	}
	s, err := curve.Secp256k1.ParseScalar(sig[32:])
	if err != nil {
		return false
	}
	e := bip340Challenge([32]byte(sig[:32]), public, message)
	nonce := curve.Secp256k1.Sum(s, curve.Secp256k1.Number(0), curve.Term{Scalar: e.Neg(), Point: key})
	return !nonce.IsIdentity() && nonce.HasEvenY() && nonce.X() == [32]byte(sig[:32])
}
