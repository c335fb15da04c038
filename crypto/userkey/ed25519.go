package userkey

import (
	"crypto/ed25519"
	"crypto/sha512"
	"fmt"

	"filippo.io/edwards25519"

	"icsim/crypto"
)

type edwards struct{ key crypto.BasicPublicKey }

func parseEd25519(raw []byte) (algorithm, error) {
	if len(raw) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("an Ed25519 key has %d bytes, not %d", ed25519.PublicKeySize, len(raw))
	}
	return edwards{crypto.BasicPublicKey(raw)}, nil
}

// verify takes what the scheme takes, and what really is an Ed25519 signature: see doc.go.
func (e edwards) verify(n *network, msg, sig []byte) error {
	if len(sig) != ed25519.SignatureSize {
		return fmt.Errorf("an Ed25519 signature has %d bytes, not %d", ed25519.SignatureSize, len(sig))
	}
	if !n.scheme.VerifyBasic(e.key, msg, crypto.BasicSignature(sig)) && !e.verifyZIP215(msg, sig) {
		return errVerification
	}
	return nil
}

// verifyZIP215 checks 8·(s·B − k·A − R) = 0, where s is reduced, and A and R may be written in any way: the rules of
// ZIP 215, by which the replica judges users (packages/ic-ed25519, verify_signature). The standard library demands one way
// to write R, and leaves out the cofactor.
func (e edwards) verifyZIP215(msg, sig []byte) bool {
	key, errKey := new(edwards25519.Point).SetBytes(e.key[:])
	r, errR := new(edwards25519.Point).SetBytes(sig[:32])
	s, errS := new(edwards25519.Scalar).SetCanonicalBytes(sig[32:])
	if errKey != nil || errR != nil || errS != nil {
		return false
	}
	h := sha512.New()
	h.Write(sig[:32])
	h.Write(e.key[:])
	h.Write(msg)
	k, err := new(edwards25519.Scalar).SetUniformBytes(h.Sum(nil))
	if err != nil {
		return false
	}
	difference := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(k, key.Negate(key), s)
	difference.Subtract(difference, r)
	return difference.MultByCofactor(difference).Equal(edwards25519.NewIdentityPoint()) == 1
}
