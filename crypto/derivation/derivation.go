package derivation

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha512"
	"fmt"

	"icsim/crypto/idkg/curve"
)

// MostParts is how many parts a canister's path may have, beside its id (interface specification, ecdsa_public_key).
const MostParts = 255

// A Derived key is a public key, its chain code, and the scalar by which its secret is more than the master's.
type Derived struct {
	Key       curve.Point
	ChainCode [32]byte
	Tweak     curve.Scalar
}

// Path is a canister's path: its id, then the parts that it asks for.
func Path(canister []byte, parts [][]byte) ([][]byte, error) {
	if len(parts) > MostParts {
		return nil, fmt.Errorf("a derivation path has at most %d parts, not %d", MostParts, len(parts))
	}
	return append([][]byte{canister}, parts...), nil
}

// Derive follows a path from a master key, whose chain code is zeros.
func Derive(master curve.Point, path [][]byte) Derived { return From(master, [32]byte{}, path) }

// From follows a path from a key with a chain code.
func From(key curve.Point, chainCode [32]byte, path [][]byte) Derived {
	d := Derived{key, chainCode, key.Curve().Number(0)}
	for _, index := range path {
		if key.Curve() == curve.Secp256k1 {
			d.secp256k1(index)
		} else {
			d.edwards25519(index)
		}
	}
	return d
}

// step goes on to a child, and says false if there is none.
func (d *Derived) step(offset curve.Scalar, chainCode []byte) bool {
	child := d.Key.Add(d.Key.Curve().Base(offset))
	if child.IsIdentity() {
		return false
	}
	*d = Derived{child, [32]byte(chainCode), d.Tweak.Add(offset)}
	return true
}

// secp256k1 is CKDpub.
func (d *Derived) secp256k1(index []byte) {
	for input := d.Key.Bytes(); ; {
		mac := hmac.New(sha512.New, d.ChainCode[:])
		mac.Write(input)
		mac.Write(index)
		out := mac.Sum(nil)
		offset, err := curve.Secp256k1.ParseScalar(out[:32])
		if err == nil && d.step(offset, out[32:]) {
			return
		}
		input = append([]byte{1}, out[32:]...)
	}
}

func (d *Derived) edwards25519(index []byte) {
	material := append(d.Key.Bytes(), index...)
	out, err := hkdf.Key(sha512.New, material, d.ChainCode[:], "Ed25519", 96)
	if err != nil {
		panic(fmt.Sprintf("derivation: %v", err)) // only for a longer output
	}
	if !d.step(curve.Edwards25519.Wide([64]byte(out[:64])), out[64:]) {
		panic("derivation: a hash is the negative of a key's logarithm")
	}
}
