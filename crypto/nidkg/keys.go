package nidkg

import (
	"math/big"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
)

const purposePossession = "ic-pop-encryption"

// A decryptionKey opens all epochs from one on (paper, section 7: KGen, KUpd). Young, it is the root of the tree of keys, from which
// everything follows, and so it is kept as the two scalars that the root is made of. Once updated, it is the nodes whose subtrees
// together hold the epochs left, and nothing leads back.
type decryptionKey struct {
	epoch crypto.Epoch
	pk    crypto.EncryptionPublicKey
	root  *root
	nodes []node // subtrees of epochs, the latest first; the last holds the key's own
	due   *due   // instead of both: an update that nobody has needed yet
}

// A due update is what a lazy instance puts off, since it recalls most of what updated keys open. What the key opens and refuses is the
// same.
type due struct {
	from *decryptionKey
	seed crypto.Seed
}

// settle carries out an update that is due.
func (k *KeyGeneration) settle(key *decryptionKey) {
	if d := key.due; d != nil {
		k.settle(d.from)
		*key = *k.update(d.from, key.epoch, newStream(d.seed))
	}
}

type root struct{ x, rho fr.Element }

// Epoch is the oldest that the key opens.
func (k *decryptionKey) Epoch() crypto.Epoch { return k.epoch }

// EncryptionKey makes a key pair whose public part is y = x·G.
func (k *KeyGeneration) EncryptionKey(
	seed crypto.Seed, owner []byte,
) (crypto.DecryptionKey, crypto.EncryptionPublicKey, crypto.EncryptionProof) {
	return k.encryptionKey(newStream(seed), owner)
}

func (k *KeyGeneration) encryptionKey(
	random *stream, owner []byte,
) (crypto.DecryptionKey, crypto.EncryptionPublicKey, crypto.EncryptionProof) {
	x, rho := random.scalar(), random.scalar()
	y := affine1(k.generators().g1.Multiply(&x))
	pk := crypto.EncryptionPublicKey(y.Bytes())
	if _, known := k.receivers.Get(pk); !known && !y.IsInfinity() { // who made it need not parse it
		k.receivers.Put(pk, &y)
	}
	return &decryptionKey{pk: pk, root: &root{x, rho}}, pk, k.provePossession(&x, random.scalar(), pk, owner)
}

// provePossession proves that one logarithm leads from G to the key and from a hashed base to a second point, by Schnorr's
// protocol (replica: fs_ni_dkg/encryption_key_pop.rs).
func (k *KeyGeneration) provePossession(
	x *fr.Element, blinder fr.Element, pk crypto.EncryptionPublicKey, owner []byte,
) (proof crypto.EncryptionProof) {
	base := possessionBase(pk, owner)
	var second, blindSecond bls12381.G1Affine
	second.ScalarMultiplication(&base, x.BigInt(new(big.Int)))
	blindSecond.ScalarMultiplication(&base, blinder.BigInt(new(big.Int)))
	blindKey := affine1(k.generators().g1.Multiply(&blinder))
	challenge := possessionChallenge(pk, &base, &second, &blindKey, &blindSecond)
	var response fr.Element
	response.Mul(&challenge, x).Add(&response, &blinder)
	point, c, z := second.Bytes(), challenge.Bytes(), response.Bytes()
	copy(proof[:], point[:])
	copy(proof[48:], c[:])
	copy(proof[80:], z[:])
	return proof
}

// VerifyEncryptionKey checks that the owner knows the secret of a key.
func (k *KeyGeneration) VerifyEncryptionKey(owner []byte, pk crypto.EncryptionPublicKey, proof crypto.EncryptionProof) bool {
	key := k.receiver(pk)
	var second bls12381.G1Affine
	var challenge, response, negated fr.Element
	if _, err := second.SetBytes(proof[:48]); key == nil || err != nil ||
		challenge.SetBytesCanonical(proof[48:80]) != nil || response.SetBytesCanonical(proof[80:]) != nil {
		return false
	}
	negated.Neg(&challenge)
	base, generator := possessionBase(pk, owner), generatorG1()
	var blindKey, blindSecond bls12381.G1Jac
	c, z := negated.BigInt(new(big.Int)), response.BigInt(new(big.Int))
	blindKey.JointScalarMultiplication(key, &generator, c, z)
	blindSecond.JointScalarMultiplication(&second, &base, c, z)
	blindKeyPoint, blindSecondPoint := affine1(blindKey), affine1(blindSecond)
	again := possessionChallenge(pk, &base, &second, &blindKeyPoint, &blindSecondPoint)
	return again.Equal(&challenge)
}

func possessionBase(pk crypto.EncryptionPublicKey, owner []byte) bls12381.G1Affine {
	statement := hashStruct(member{"g1-generator", hashG1Generator()},
		member{"public-key", hashG1(pk)}, member{"associated-data", hashBytes(owner)})
	return hashToG1(string(rune(len(purposePossession)))+purposePossession, statement[:])
}

func possessionChallenge(pk crypto.EncryptionPublicKey, base, second, blindKey, blindSecond *bls12381.G1Affine) fr.Element {
	return oracleScalar(purposePossession, hashStruct(member{"public-key", hashG1(pk)},
		member{"pop-base", hashG1(base.Bytes())}, member{"pop-key", hashG1(second.Bytes())},
		member{"blinder-public-key", hashG1(blindKey.Bytes())}, member{"blinder-pop-key", hashG1(blindSecond.Bytes())}))
}

func hashToG1(suite string, message []byte) bls12381.G1Affine {
	point, err := bls12381.HashToG1(message, []byte(suite))
	if err != nil { // only for a suite of more than 255 bytes
		panic("nidkg: hash to curve: " + err.Error())
	}
	return point
}

func affine1(p bls12381.G1Jac) (out bls12381.G1Affine) {
	out.FromJacobian(&p)
	return out
}

func affine2(p bls12381.G2Jac) (out bls12381.G2Affine) {
	out.FromJacobian(&p)
	return out
}
