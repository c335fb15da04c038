package userkey

import (
	"crypto/ed25519"
	"fmt"

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
	if !n.scheme.VerifyBasic(e.key, msg, crypto.BasicSignature(sig)) && !ed25519.Verify(e.key[:], msg, sig) {
		return errVerification
	}
	return nil
}
