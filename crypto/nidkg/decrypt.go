package nidkg

import (
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

// decrypt opens the chunks of the only receiver in a ciphertext that is for many (paper, section 5.2: Dec). Each is the logarithm of
//
//	e(C, G) · e(R, -b) · e(a, Z) · e(S, -e)
//
// in which everything but the chunk cancels.
func (k *KeyGeneration) decrypt(c *ciphertext, receivers int, with *opening) (share fr.Element, ok bool) {
	p := k.parameters()
	radix := fr.NewElement(1 << chunkBits)
	scratch := make([]lines, 3)
	for j := range Chunks {
		scratch[0], scratch[1], scratch[2] = p.gLines, with.b, with.e // the Miller loop overwrites them
		fixed, err := bls12381.MillerLoopFixedQ([]bls12381.G1Affine{c.c[0][j], c.r[j], c.s[j]}, scratch)
		if err != nil {
			return share, false
		}
		free, err := bls12381.MillerLoop([]bls12381.G1Affine{with.a}, []bls12381.G2Affine{c.z[j]})
		if err != nil {
			return share, false
		}
		power := bls12381.FinalExponentiation(&fixed, &free)
		chunk, ok := p.logarithm(&power, receivers)
		if !ok {
			return share, false
		}
		share.Mul(&share, &radix).Add(&share, &chunk)
	}
	return share, true
}
