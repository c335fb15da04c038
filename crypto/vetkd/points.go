package vetkd

import (
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
)

// Domains of hashing to numbers and to the curve.
const (
	domainCanister = "ic-vetkd-bls12-381-g2-canister-id"
	domainContext  = "ic-vetkd-bls12-381-g2-context"
	domainInput    = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_AUG_"
)

// An EncryptedKey is a derived key, or a node's share of it, encrypted: E1 ‖ E2 ‖ E3.
type EncryptedKey [sizeG1 + sizeG2 + sizeG1]byte

const (
	sizeG1 = bls12381.SizeOfG1AffineCompressed
	sizeG2 = bls12381.SizeOfG2AffineCompressed
)

// An encrypted key as points.
type encrypted struct {
	e1 bls12381.G1Affine
	e2 bls12381.G2Affine
	e3 bls12381.G1Affine
}

func (k *EncryptedKey) parse() (e encrypted, err error) {
	if _, err = e.e1.SetBytes(k[:sizeG1]); err != nil {
		return e, fmt.Errorf("E1: %w", err)
	}
	if _, err = e.e2.SetBytes(k[sizeG1 : sizeG1+sizeG2]); err != nil {
		return e, fmt.Errorf("E2: %w", err)
	}
	if _, err = e.e3.SetBytes(k[sizeG1+sizeG2:]); err != nil {
		return e, fmt.Errorf("E3: %w", err)
	}
	return e, nil
}

func (e *encrypted) bytes() (out EncryptedKey) {
	e1, e2, e3 := e.e1.Bytes(), e.e2.Bytes(), e.e3.Bytes()
	copy(out[:], e1[:])
	copy(out[sizeG1:], e2[:])
	copy(out[sizeG1+sizeG2:], e3[:])
	return out
}

// Errors of keys that cannot be read.
var (
	ErrPublicKey = errors.New("the public key is no point of G2 other than infinity, in 96 bytes")
	ErrTransport = errors.New("the transport key is no point of G1, in 48 bytes")
)

func parsePublic(raw crypto.ThresholdPublicKey) (p bls12381.G2Affine, err error) {
	if _, err := p.SetBytes(raw[:]); err != nil || p.IsInfinity() {
		return p, ErrPublicKey
	}
	return p, nil
}

// offset hashes two strings to a number.
func offset(domain string, first, second []byte) *fr.Element {
	var message []byte
	for _, part := range [][]byte{first, second} {
		message = binary.BigEndian.AppendUint64(message, uint64(len(part)))
		message = append(message, part...)
	}
	out, err := fr.Hash(message, []byte(domain), 1)
	if err != nil {
		panic(fmt.Sprintf("vetkd: %v", err)) // only for a longer domain
	}
	return &out[0]
}

// derive moves a master key for a canister and context, and says by how much in all.
func derive(master bls12381.G2Affine, canister, context []byte) (key bls12381.G2Affine, total fr.Element) {
	raw := master.Bytes()
	total = *offset(domainCanister, raw[:], canister)
	key = plusBase(&master, &total)
	if len(context) > 0 {
		raw = key.Bytes()
		more := offset(domainContext, raw[:], context)
		key = plusBase(&key, more)
		total.Add(&total, more)
	}
	return key, total
}

func plusBase(p *bls12381.G2Affine, n *fr.Element) (out bls12381.G2Affine) {
	var b big.Int
	out.ScalarMultiplicationBase(n.BigInt(&b))
	out.Add(&out, p)
	return out
}

func times(p *bls12381.G1Affine, n *fr.Element) (out bls12381.G1Affine) {
	var b big.Int
	out.ScalarMultiplication(p, n.BigInt(&b))
	return out
}

// hashInput is H1.
func hashInput(key *bls12381.G2Affine, input []byte) bls12381.G1Affine {
	raw := key.Bytes()
	p, err := bls12381.HashToG1(append(raw[:], input...), []byte(domainInput))
	if err != nil {
		panic(fmt.Sprintf("vetkd: %v", err)) // only for a longer domain
	}
	return p
}

// drawn expands a secret seed to a number.
func drawn(domain string, seed crypto.Seed, bound ...[]byte) (n fr.Element) {
	h := sha512.New()
	for _, part := range append([][]byte{[]byte(domain), seed[:]}, bound...) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write(part)
	}
	n.SetBytes(h.Sum(nil))
	return n
}
