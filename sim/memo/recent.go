package memo

import (
	"encoding/binary"

	"icsim/crypto"
)

// Recent is inner, a scheme as cheap as a few hashes, with a memory of its latest verdicts on shares. A map and a hash of the message cost
// more than such a verdict; here an entry has one place, found by a few bytes of the signature, and the whole content of the question is
// compared. It is for one goroutine.
//
// Of a cheap scheme only what is common is remembered: each share of a group is judged by every node, and combined by every node.
func Recent(inner crypto.Scheme) crypto.Scheme {
	return &recent{
		Scheme: inner, verdicts: make([]recentVerdict, recentVerdicts), combined: make([]recentCombination, recentCombinations),
	}
}

// Sizes, powers of two. A subnet of 40 asks about 200 shares a height, and is about two heights at a time.
const (
	recentVerdicts     = 1 << 12
	recentCombinations = 1 << 9
	recentMessage      = 160 // bytes: what nodes sign is shorter, and what is longer is not remembered
)

type recent struct {
	crypto.Scheme
	verdicts []recentVerdict
	combined []recentCombination
}

// A recentVerdict is a question with its answer.
type recentVerdict struct {
	kind  kind
	known bool
	valid bool
	key   [96]byte
	sig   [48]byte
	msg   recentBytes
}

type recentBytes struct {
	size  uint8
	bytes [recentMessage]byte
}

func (b *recentBytes) is(msg []byte) bool { return string(b.bytes[:b.size]) == string(msg) }

func (b *recentBytes) set(msg []byte) { b.size = uint8(copy(b.bytes[:], msg)) }

// place is where the verdict on a signature lies.
func (s *recent) place(k kind, sig *[48]byte) *recentVerdict {
	return &s.verdicts[(binary.LittleEndian.Uint64(sig[:])+uint64(k))%recentVerdicts]
}

func (v *recentVerdict) answers(k kind, key *[96]byte, sig *[48]byte, msg []byte) bool {
	return v.known && v.kind == k && v.sig == *sig && v.key == *key && v.msg.is(msg)
}

func (v *recentVerdict) put(k kind, key *[96]byte, sig *[48]byte, msg []byte, valid bool) bool {
	v.kind, v.known, v.valid, v.key, v.sig = k, true, valid, *key, *sig
	v.msg.set(msg)
	return valid
}

func (s *recent) VerifyMultiShare(pk crypto.MultiPublicKey, msg []byte, share crypto.MultiSignature) bool {
	key, sig := (*[96]byte)(&pk), (*[48]byte)(&share)
	v := s.place(multiShare, sig)
	switch {
	case len(msg) > recentMessage:
		return s.Scheme.VerifyMultiShare(pk, msg, share)
	case v.answers(multiShare, key, sig, msg):
		return v.valid
	}
	return v.put(multiShare, key, sig, msg, s.Scheme.VerifyMultiShare(pk, msg, share))
}

// VerifyThresholdShare depends on the group by the share's key alone, when there is one.
func (s *recent) VerifyThresholdShare(group *crypto.ThresholdGroup, index int, msg []byte, share crypto.ThresholdSignature) bool {
	if index < 0 || index >= len(group.Shares) || len(msg) > recentMessage {
		return s.Scheme.VerifyThresholdShare(group, index, msg, share)
	}
	key, sig := (*[96]byte)(&group.Shares[index]), (*[48]byte)(&share)
	v := s.place(thresholdShare, sig)
	if v.answers(thresholdShare, key, sig, msg) {
		return v.valid
	}
	return v.put(thresholdShare, key, sig, msg, s.Scheme.VerifyThresholdShare(group, index, msg, share))
}

// A recentCombination is the signature of a group that enough shares, each known to be valid, combined to. With the cheap scheme that
// depends on nothing else: not on whose shares they are.
type recentCombination struct {
	known bool
	key   [96]byte
	sig   crypto.ThresholdSignature
	msg   recentBytes
}

func (s *recent) CombineThreshold(
	group *crypto.ThresholdGroup, msg []byte, shares []crypto.IndexedShare,
) (crypto.ThresholdSignature, bool) {
	if len(msg) > recentMessage || !s.suffice(group, msg, shares) {
		return s.Scheme.CombineThreshold(group, msg, shares)
	}
	key := (*[96]byte)(&group.Key)
	c := &s.combined[mixed(key, msg)%recentCombinations]
	if c.known && c.key == *key && c.msg.is(msg) {
		return c.sig, true
	}
	sig, ok := s.Scheme.CombineThreshold(group, msg, shares)
	if ok {
		c.known, c.key, c.sig = true, *key, sig
		c.msg.set(msg)
	}
	return sig, ok
}

// suffice tells whether all shares are valid and of distinct nodes, and there are enough of them.
func (s *recent) suffice(group *crypto.ThresholdGroup, msg []byte, shares []crypto.IndexedShare) bool {
	if len(shares) < group.Threshold {
		return false
	}
	for i := range shares {
		share := &shares[i]
		if hasIndex(shares[:i], share.Index) {
			return false
		}
		if !s.VerifyThresholdShare(group, share.Index, msg, share.Share) {
			return false
		}
	}
	return true
}

func hasIndex(shares []crypto.IndexedShare, index int) bool {
	for i := range shares {
		if shares[i].Index == index {
			return true
		}
	}
	return false
}

// mixed is of few instructions, and different for most keys and messages.
func mixed(key *[96]byte, msg []byte) uint64 {
	const prime = 0x9E3779B97F4A7C15
	h := binary.LittleEndian.Uint64(key[:])
	for ; len(msg) >= 8; msg = msg[8:] {
		h = (h ^ binary.LittleEndian.Uint64(msg)) * prime
	}
	for _, b := range msg {
		h = (h ^ uint64(b)) * prime
	}
	return h >> 32
}
