package bls

import (
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"math/big"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
	"icsim/crypto/curve"
)

// A suite is the hash to curve's domain separation tag (RFC 9380).
type suite string

const (
	suiteMulti      suite = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_"
	suitePossession suite = "BLS_POP_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_"
	suiteThreshold  suite = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
)

// teeth of the combs: the nodes of a subnet sign the same message one after the other, each with a scalar of its own, and from
// the second on a comb halves the work.
const teeth = 6

// lines are the Miller loop's line functions of a point in G2.
type lines = [2][len(bls12381.LoopCounter) - 1]bls12381.LineEvaluationAff

// A publicKey is a key that passed all checks.
type publicKey struct {
	point bls12381.G2Affine
	lines *lines // computed when a signature is first checked against the key
}

// A parsedShare is what became of 48 bytes: a point of the subgroup that is not infinity, or not ok.
type parsedShare struct {
	point bls12381.G1Affine
	ok    bool
}

// A hashed message is a point of the curve.
type hashed struct {
	point  bls12381.G1Affine
	signed bool          // once at least
	comb   *curve.CombG1 // for signing again
}

// hash maps a message to the curve.
func (s *Scheme) hash(to suite, msg []byte) *hashed {
	key := crypto.Sum(string(to), msg)
	h, ok := s.messages.Get(key)
	if ok {
		return h
	}
	point, err := bls12381.HashToG1(msg, []byte(to))
	if err != nil { // only for a tag of more than 255 bytes
		panic(fmt.Sprintf("bls: hash to curve: %v", err))
	}
	h = &hashed{point: point}
	s.messages.Put(key, h)
	return h
}

// share parses a signature or share.
func (s *Scheme) share(raw [48]byte) (bls12381.G1Affine, bool) {
	parsed, known := s.shares.Get(raw)
	if !known {
		_, err := parsed.point.SetBytes(raw[:])
		parsed.ok = err == nil && !parsed.point.IsInfinity()
		s.shares.Put(raw, parsed)
	}
	return parsed.point, parsed.ok
}

// key parses a public key; nil if it is none.
func (s *Scheme) key(raw [96]byte) *publicKey {
	pk, known := s.keys.Get(raw)
	if known {
		return pk
	}
	pk = new(publicKey)
	if _, err := pk.point.SetBytes(raw[:]); err != nil || pk.point.IsInfinity() {
		pk = nil
	}
	s.keys.Put(raw, pk)
	return pk
}

// verify checks e(signature, -G) · e(H(message), key) = 1.
func (s *Scheme) verify(pk *publicKey, to suite, msg []byte, sig [48]byte) bool {
	if pk == nil {
		return false
	}
	point, ok := s.share(sig)
	if !ok {
		return false
	}
	if pk.lines == nil {
		l := bls12381.PrecomputeLines(pk.point)
		pk.lines = &l
	}
	s.scratch[1] = *pk.lines
	return s.pairs(point, s.hash(to, msg).point)
}

// verifyOnce is verify for a key that will not come again: its lines are not kept.
func (s *Scheme) verifyOnce(pk *bls12381.G2Affine, sig, hashed bls12381.G1Affine) bool {
	s.scratch[1] = bls12381.PrecomputeLines(*pk)
	return s.pairs(sig, hashed)
}

// pairs ends a check whose key's lines are in scratch[1].
func (s *Scheme) pairs(sig, hashed bls12381.G1Affine) bool {
	s.scratch[0] = s.negG
	ok, err := bls12381.PairingCheckFixedQ([]bls12381.G1Affine{sig, hashed}, s.scratch[:])
	return ok && err == nil
}

// sign multiplies the hashed message with a secret, taken modulo the order of the group.
func (s *Scheme) sign(sk [32]byte, to suite, msg []byte) [48]byte {
	var secret fr.Element
	secret.SetBytes(sk[:])
	h := s.hash(to, msg)
	var point bls12381.G1Affine
	if h.signed {
		if h.comb == nil {
			h.comb = curve.NewCombG1(&h.point, teeth)
		}
		product := h.comb.Multiply(&secret)
		point.FromJacobian(&product)
	} else {
		h.signed = true
		point.ScalarMultiplication(&h.point, secret.BigInt(new(big.Int)))
	}
	return s.encode(&point)
}

// encode compresses a point of the subgroup, and spares parsing it again.
func (s *Scheme) encode(point *bls12381.G1Affine) [48]byte {
	raw := point.Bytes()
	if _, known := s.shares.Get(raw); !known {
		s.shares.Put(raw, parsedShare{point: *point, ok: !point.IsInfinity()})
	}
	return raw
}

// public gives the key of a secret.
func public(secret *fr.Element) [96]byte {
	var point bls12381.G2Affine
	point.ScalarMultiplicationBase(secret.BigInt(new(big.Int)))
	return point.Bytes()
}

// scalar expands a seed into the n-th of a family of secrets; 512 bits, so that reducing them
// modulo the order leaves no bias. Zero does not occur before SHA-512 breaks.
func scalar(domain string, seed crypto.Seed, n ...int) (out fr.Element) {
	in := append([]byte{byte(len(domain))}, domain...)
	in = append(in, seed[:]...)
	for _, k := range n {
		in = binary.BigEndian.AppendUint64(in, uint64(k))
	}
	wide := sha512.Sum512(in)
	out.SetBytes(wide[:])
	return out
}
