package bls

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"icsim/crypto"
	"icsim/crypto/curve"
)

// VerifyThresholdShares judges shares of one message as VerifyThresholdShare does.
func (s *Scheme) VerifyThresholdShares(group *crypto.ThresholdGroup, msg []byte, shares []crypto.IndexedShare) []bool {
	b := newBatch(len(shares))
	for i := range shares {
		if index := shares[i].Index; index >= 0 && index < len(group.Shares) {
			b.add(s, i, group.Shares[index], shares[i].Share)
		}
	}
	return b.verdicts(s, suiteThreshold, msg)
}

// VerifyMultiShares judges shares of one message as VerifyMultiShare does.
func (s *Scheme) VerifyMultiShares(
	pks []crypto.MultiPublicKey, msg []byte, shares []crypto.MultiSignature,
) []bool {
	b := newBatch(len(shares))
	for i := range shares {
		b.add(s, i, pks[i], shares[i])
	}
	return b.verdicts(s, suiteMulti, msg)
}

// A batch holds the shares of one message that are well formed.
type batch struct {
	valid []bool // by the caller's numbering
	items []item
	keys  []bls12381.G2Affine
	sigs  []bls12381.G1Affine
}

type item struct {
	number int
	key    [96]byte
	sig    [48]byte
}

func newBatch(n int) *batch { return &batch{valid: make([]bool, n), items: make([]item, 0, n)} }

func (b *batch) add(s *Scheme, number int, key [96]byte, sig [48]byte) {
	pk := s.key(key)
	point, ok := s.share(sig)
	if pk == nil || !ok {
		return
	}
	b.items = append(b.items, item{number, key, sig})
	b.keys = append(b.keys, pk.point)
	b.sigs = append(b.sigs, point)
}

// verdicts checks all at once, and one by one if that fails.
func (b *batch) verdicts(s *Scheme, to suite, msg []byte) []bool {
	together := len(b.items) > 1 && b.holds(s, to, msg)
	for _, it := range b.items {
		b.valid[it.number] = together || s.verify(s.key(it.key), to, msg, it.sig)
	}
	return b.valid
}

// holds checks a combination of all shares against the same combination of keys. A wrong share
// passes with probability 2^-128 over the coefficients, which nobody chooses: they hash the
// message, the keys and the shares.
func (b *batch) holds(s *Scheme, to suite, msg []byte) bool {
	factors := b.coefficients(to, msg)
	sig := curve.Sum[bls12381.G1Jac](b.sigs, factors)
	key := curve.Sum[bls12381.G2Jac](b.keys, factors)
	var point bls12381.G1Affine
	var pk bls12381.G2Affine
	point.FromJacobian(&sig)
	pk.FromJacobian(&key)
	return s.verifyOnce(&pk, point, s.hash(to, msg).point)
}

func (b *batch) coefficients(to suite, msg []byte) []*big.Int {
	h := sha256.New()
	hashed := crypto.Sum(string(to), msg)
	h.Write(hashed[:])
	for i := range b.items {
		h.Write(b.items[i].key[:])
		h.Write(b.items[i].sig[:])
	}
	root := h.Sum(nil)
	out := make([]*big.Int, len(b.items))
	for i := range out {
		wide := sha256.Sum256(binary.BigEndian.AppendUint32(root, uint32(i)))
		out[i] = new(big.Int).SetBytes(wide[:16])
	}
	return out
}
