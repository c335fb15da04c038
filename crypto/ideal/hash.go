package ideal

import (
	"crypto/sha256"
	"encoding/binary"
)

// A kind keeps the hashes of different purposes apart.
type kind byte

const (
	basicKey kind = iota + 1
	basicSig
	multiKey
	multiSig
	possession
	thresholdKey
	thresholdSig
	groupKey
	dealt
	seeded
	unverifiable
	encryptionKey
	encryptionProofs
	dealtPolynomial
	dealtConstant
	dealtCoefficient
	dealtCiphertext
	dealtChunking
	dealtSharing
)

// A digest identifies a key, or is the body of a signature.
type digest = [32]byte

// sum hashes a message under a kind and a key. Kind and key have fixed sizes, so inputs cannot be
// confused.
func sum(k kind, key *digest, msg []byte) digest {
	var buf [256]byte // enough for what nodes sign; a longer message goes to the heap
	content := append(append(append(buf[:0], byte(k)), key[:]...), msg...)
	return sha256.Sum256(content)
}

// numbered hashes two numbers under a kind and a key.
func numbered(k kind, key *digest, a, b int) digest {
	var msg [16]byte
	binary.LittleEndian.PutUint64(msg[:8], uint64(a))
	binary.LittleEndian.PutUint64(msg[8:], uint64(b))
	return sum(k, key, msg[:])
}

// wideKey fills 96 bytes with a digest.
func wideKey(d digest) (out [96]byte) {
	copy(out[:32], d[:])
	copy(out[32:64], d[:])
	copy(out[64:], d[:])
	return out
}

// narrowKey inverts wideKey; ok is false for what wideKey never gives.
func narrowKey(wide *[96]byte) (d digest, ok bool) {
	d = digest(wide[:32])
	return d, d == digest(wide[32:64]) && d == digest(wide[64:])
}

// wideSig fills 48 bytes with a digest. It is linear in the digest's 64-bit lanes, so that sums of
// signatures are well formed.
func wideSig(d digest) (out [48]byte) {
	copy(out[:32], d[:])
	copy(out[32:], d[:16])
	return out
}

// narrowSig inverts wideSig; ok is false for what wideSig never gives.
func narrowSig(wide *[48]byte) (d digest, ok bool) {
	d = digest(wide[:32])
	return d, [16]byte(wide[:16]) == [16]byte(wide[32:])
}

// add adds lane by lane modulo 2^64: commutative as the addition of points, and unlike XOR it does
// not cancel a signer who is listed twice.
func add(a, b digest) (out digest) {
	for lane := 0; lane < 32; lane += 8 {
		x := binary.LittleEndian.Uint64(a[lane:])
		y := binary.LittleEndian.Uint64(b[lane:])
		binary.LittleEndian.PutUint64(out[lane:], x+y)
	}
	return out
}
