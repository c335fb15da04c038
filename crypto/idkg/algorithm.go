package idkg

import "icsim/crypto/idkg/curve"

// An Algorithm is what a key is for. Transcripts of different algorithms have nothing to do with each other.
type Algorithm uint8

// The algorithms of chain keys that are shared so. The zero Algorithm is none.
const (
	EcdsaSecp256k1 Algorithm = iota + 1
	SchnorrBip340
	SchnorrEd25519
)

var algorithms = [...]struct {
	name  string
	curve curve.Curve
}{
	EcdsaSecp256k1: {"ecdsa-secp256k1", curve.Secp256k1},
	SchnorrBip340:  {"schnorr-bip340", curve.Secp256k1},
	SchnorrEd25519: {"schnorr-ed25519", curve.Edwards25519},
}

func (a Algorithm) known() bool { return a >= 1 && int(a) < len(algorithms) }

func (a Algorithm) String() string {
	if !a.known() {
		return "no algorithm"
	}
	return algorithms[a].name
}

// Curve is the group of the algorithm's keys.
func (a Algorithm) Curve() curve.Curve {
	if !a.known() {
		return 0
	}
	return algorithms[a].curve
}
