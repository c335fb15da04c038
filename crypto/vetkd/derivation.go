package vetkd

import (
	"errors"
	"math/big"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
)

// A TransportKey is a client's key, a point of G1.
type TransportKey [sizeG1]byte

// Valid says whether it is a point of G1.
func (k TransportKey) Valid() bool {
	_, err := new(bls12381.G1Affine).SetBytes(k[:])
	return err == nil
}

// A Request is what is to be derived, for whom.
type Request struct {
	Group     *crypto.ThresholdGroup // of the master key
	Canister  []byte
	Context   []byte
	Input     []byte
	Transport TransportKey
}

// A Derivation is a request with what follows from it. It never changes.
type Derivation struct {
	request   Request
	offset    fr.Element
	key       bls12381.G2Affine // derived
	input     bls12381.G1Affine // hashed
	transport bls12381.G1Affine
}

// PublicKey is the key that clients verify by what was derived for them (vetkd_public_key).
func PublicKey(master crypto.ThresholdPublicKey, canister, context []byte) (crypto.ThresholdPublicKey, error) {
	p, err := parsePublic(master)
	if err != nil {
		return crypto.ThresholdPublicKey{}, err
	}
	key, _ := derive(p, canister, context)
	return key.Bytes(), nil
}

// Start prepares the derivation of a key.
func (q Request) Start() (*Derivation, error) {
	master, err := parsePublic(q.Group.Key)
	if err != nil {
		return nil, err
	}
	d := &Derivation{request: q}
	if _, err := d.transport.SetBytes(q.Transport[:]); err != nil {
		return nil, ErrTransport
	}
	d.key, d.offset = derive(master, q.Canister, q.Context)
	d.input = hashInput(&d.key, q.Input)
	return d, nil
}

// PublicKey is the derived key.
func (d *Derivation) PublicKey() crypto.ThresholdPublicKey { return d.key.Bytes() }

// Share makes a node's share, by its share of the master key and a secret seed.
func (d *Derivation) Share(secret crypto.ThresholdSecretKey, seed crypto.Seed) EncryptedKey {
	var own fr.Element
	own.SetBytes(secret[:])
	own.Add(&own, &d.offset)
	key := d.key.Bytes()
	r := drawn("icsim-vetkd-share", seed, key[:], d.request.Input, d.request.Transport[:])
	var b big.Int
	var e encrypted
	e.e1.ScalarMultiplicationBase(r.BigInt(&b))
	e.e2.ScalarMultiplicationBase(&b)
	e.e3 = times(&d.transport, &r)
	part := times(&d.input, &own)
	e.e3.Add(&e.e3, &part)
	return e.bytes()
}

// VerifyShare says whether a share is right for the node at an index of the group. The share may be anything.
func (d *Derivation) VerifyShare(index int, share EncryptedKey) bool {
	if index < 0 || index >= len(d.request.Group.Shares) {
		return false
	}
	own, err := parsePublic(d.request.Group.Shares[index])
	if err != nil {
		return false
	}
	own = plusBase(&own, &d.offset)
	return d.valid(&own, share)
}

// Verify says whether an encrypted key is that of this derivation.
func (d *Derivation) Verify(key EncryptedKey) bool { return d.valid(&d.key, key) }

// valid checks e(E1, G2) = e(G1, E2) and e(E3, G2) = e(T, E2) · e(H1, key): at once, the second plus a multiple of the first. The
// factor hashes everything, so that nobody chooses it; a wrong one passes with probability 2^-255.
func (d *Derivation) valid(key *bls12381.G2Affine, raw EncryptedKey) bool {
	e, err := raw.parse()
	if err != nil {
		return false
	}
	public := key.Bytes()
	factor := drawn("icsim-vetkd-batch", crypto.Seed{}, public[:], d.request.Input, d.request.Transport[:], raw[:])
	_, _, g1, g2 := bls12381.Generators()
	left, right := times(&e.e1, &factor), times(&g1, &factor)
	left.Add(&left, &e.e3)
	left.Neg(&left)
	right.Add(&right, &d.transport)
	ok, err := bls12381.PairingCheck([]bls12381.G1Affine{left, right, d.input}, []bls12381.G2Affine{g2, e.e2, *key})
	return ok && err == nil
}

// An IndexedShare is a share with its node's index in the group.
type IndexedShare struct {
	Index int
	Share EncryptedKey
}

// Errors of Combine.
var (
	ErrTooFewShares = errors.New("too few shares of distinct nodes")
	ErrBadShares    = errors.New("the shares make no encrypted key")
)

// Combine interpolates the encrypted key from Threshold shares of distinct nodes that VerifyShare accepted; more are ignored. With
// a bad share among them it is an error.
func (d *Derivation) Combine(shares []IndexedShare) (EncryptedKey, error) {
	group := d.request.Group
	seen := make([]bool, len(group.Shares))
	var places []fr.Element
	var parts []encrypted
	for _, s := range shares {
		if s.Index < 0 || s.Index >= len(seen) || seen[s.Index] || len(parts) == group.Threshold {
			continue
		}
		e, err := s.Share.parse()
		if err != nil {
			return EncryptedKey{}, ErrBadShares
		}
		seen[s.Index] = true
		places = append(places, fr.NewElement(uint64(s.Index)+1))
		parts = append(parts, e)
	}
	if len(parts) < group.Threshold {
		return EncryptedKey{}, ErrTooFewShares
	}
	key := interpolate(places, parts)
	if !d.Verify(key) {
		return EncryptedKey{}, ErrBadShares
	}
	return key, nil
}

// interpolate gives the value at 0.
func interpolate(places []fr.Element, parts []encrypted) EncryptedKey {
	var e1, e3 bls12381.G1Jac
	var e2 bls12381.G2Jac
	for i := range places {
		numerator, denominator := fr.One(), fr.One()
		for j := range places {
			if i != j {
				var difference fr.Element
				numerator.Mul(&numerator, &places[j])
				denominator.Mul(&denominator, difference.Sub(&places[j], &places[i]))
			}
		}
		numerator.Div(&numerator, &denominator)
		var b big.Int
		numerator.BigInt(&b)
		var p1, p3 bls12381.G1Affine
		var p2 bls12381.G2Affine
		e1.AddMixed(p1.ScalarMultiplication(&parts[i].e1, &b))
		e2.AddMixed(p2.ScalarMultiplication(&parts[i].e2, &b))
		e3.AddMixed(p3.ScalarMultiplication(&parts[i].e3, &b))
	}
	var e encrypted
	e.e1.FromJacobian(&e1)
	e.e2.FromJacobian(&e2)
	e.e3.FromJacobian(&e3)
	return e.bytes()
}
