package memo

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"icsim/crypto"
)

// Signatures is what is known about signatures, for one crypto.Scheme or several of one name.
type Signatures struct {
	verdicts *Cache[question, bool]
	combined *Cache[combination, crypto.ThresholdSignature]
	sums     *Cache[question, crypto.MultiSignature] // aggregates by signers and message

	// Keys made here.
	basic     *Cache[crypto.BasicSecretKey, crypto.BasicPublicKey]
	multi     *Cache[crypto.MultiSecretKey, crypto.MultiPublicKey]
	threshold *Cache[crypto.ThresholdSecretKey, crypto.ThresholdPublicKey]
	groups    *Cache[crypto.ThresholdPublicKey, *crypto.ThresholdGroup] // copies of our own, by the first share's key
	subnets   int
}

// A question is whether a signature is valid: all the arguments of one verification.
type question struct {
	kind kind
	key  [96]byte // zeros beyond a shorter key; of many, a hash of the sorted keys
	sig  [64]byte // zeros beyond a shorter signature
	msg  [32]byte // hash
}

type kind uint8

const (
	basicSignature kind = iota
	possession
	multiShare
	multiSignature
	thresholdShare
	thresholdSignature
)

type combination struct {
	group crypto.ThresholdPublicKey
	msg   [32]byte
}

// Bounds, in entries a generation. A subnet of 40 asks some 300 questions a height; its keys of an interval have 80 shares.
const (
	boundVerdicts = 1 << 15
	boundShares   = 1 << 14
	boundKeys     = 1 << 12

	boundGroups      = 1 << 3 // a subnet
	boundGroupShares = 1 << 9 // a subnet
)

// NewSignatures makes an empty memory for a number of subnets.
func NewSignatures(subnets int) *Signatures {
	return &Signatures{
		subnets:   subnets,
		verdicts:  NewCache[question, bool](boundVerdicts),
		combined:  NewCache[combination, crypto.ThresholdSignature](boundKeys),
		sums:      NewCache[question, crypto.MultiSignature](boundKeys),
		basic:     NewCache[crypto.BasicSecretKey, crypto.BasicPublicKey](boundKeys),
		multi:     NewCache[crypto.MultiSecretKey, crypto.MultiPublicKey](boundKeys),
		threshold: NewCache[crypto.ThresholdSecretKey, crypto.ThresholdPublicKey](boundGroupShares * subnets),
		groups:    NewCache[crypto.ThresholdPublicKey, *crypto.ThresholdGroup](boundGroups * subnets),
	}
}

// Scheme is inner with a memory of its own; inner itself when sharing is off.
func Scheme(inner crypto.Scheme, on bool) crypto.Scheme {
	if !on {
		return inner
	}
	return NewSignatures(1).Scheme(inner)
}

// Scheme is inner with this memory.
func (s *Signatures) Scheme(inner crypto.Scheme) crypto.Scheme {
	return &scheme{Signatures: s, inner: inner}
}

// ask builds a question about one key. Key and sig have at most 96 and 64 bytes, and one length each for a kind.
func ask(k kind, key, sig []byte, msg [32]byte) question {
	q := question{kind: k, msg: msg}
	copy(q.key[:], key)
	copy(q.sig[:], sig)
	return q
}

// askMulti builds a question about the sum of some signers' keys, which does not depend on their order.
func askMulti(keys []crypto.MultiPublicKey, sig *crypto.MultiSignature, msg [32]byte) question {
	sorted := slices.Clone(keys)
	slices.SortFunc(sorted, func(a, b crypto.MultiPublicKey) int { return bytes.Compare(a[:], b[:]) })
	h := sha256.New()
	for i := range sorted {
		h.Write(sorted[i][:])
	}
	var sum [32]byte
	return ask(multiSignature, h.Sum(sum[:0]), sig[:], msg)
}

// dealt tells whether a group is, in all its parts, one dealt here.
func (s *Signatures) dealt(group *crypto.ThresholdGroup) bool {
	if len(group.Shares) == 0 {
		return false
	}
	ours, ok := s.groups.Get(group.Shares[0])
	return ok && ours.Key == group.Key && ours.Threshold == group.Threshold && slices.Equal(ours.Shares, group.Shares)
}
