package memo

import (
	"crypto/sha256"

	"icsim/crypto"
)

// Names lets signature shares travel under names, and be computed when somebody asks for what they add up to.
//
// Of a share only its signature's group ever looks at the 48 bytes: it checks them, and combines enough into the one signature that all
// of the world may see. Who made the keys of a group knows what that will be: the sum of the secrets, or their interpolation, times the
// message's point. So a share by a key made here is named by the keyed hash of what it signs, which no one without the secret can make,
// and which is equal to the name that the secret gives if and only if the share is the one that verifies. Whatever else comes as a
// share, a flipped bit or a real point, goes to the scheme inside as it is.
//
// A scheme that is not lazy makes the points that names stand for, and has each checked and combined by the scheme inside. It answers
// the same, which is what --no-share is there to show.
//
// Model: a share's bytes are its name, not its point. Aggregates, certificates and everything else have their real bytes.
type Names struct {
	multi, threshold keyring
	points           *Cache[[48]byte, [48]byte] // that names stand for, of recent shares
}

// A keyring has the pairs of keys made here.
type keyring struct {
	secrets *Cache[[96]byte, [32]byte]
	publics *Cache[[32]byte, [96]byte]
}

// boundNamed is in entries a generation. A key that signs once in a while is never forgotten before a million others have signed; the
// whole of mainnet has a few thousand in use.
const boundNamed = 1 << 20

func newKeyring() keyring {
	return keyring{NewCache[[96]byte, [32]byte](boundNamed), NewCache[[32]byte, [96]byte](boundNamed)}
}

func (k *keyring) add(pk [96]byte, sk [32]byte) {
	k.secrets.Put(pk, sk)
	k.publics.Put(sk, pk)
}

// NewNames begins with no keys.
func NewNames() *Names {
	return &Names{multi: newKeyring(), threshold: newKeyring(), points: NewCache[[48]byte, [48]byte](boundShares)}
}

// Scheme is inner with shares under names. Lazy, inner has to be a crypto.JointSigner.
func (n *Names) Scheme(inner crypto.Scheme, lazy bool) crypto.Scheme {
	s := &named{Scheme: inner, Names: n}
	if lazy {
		s.joint = inner.(crypto.JointSigner)
	}
	return s
}

// KeyGeneration is inner, whose shares of keys have names.
func (n *Names) KeyGeneration(inner crypto.KeyGeneration) crypto.KeyGeneration {
	return &namedGeneration{inner, n}
}

type namedGeneration struct {
	crypto.KeyGeneration
	names *Names
}

func (g *namedGeneration) OpenShare(
	config *crypto.KeyGenerationConfig, t *crypto.Transcript, receiver int, sk crypto.DecryptionKey,
) (crypto.ThresholdSecretKey, crypto.DealingFault) {
	share, fault := g.KeyGeneration.OpenShare(config, t, receiver, sk)
	if fault == crypto.DealingSound {
		g.names.threshold.add(g.Group(t).Shares[receiver], share)
	}
	return share, fault
}

type named struct {
	crypto.Scheme
	*Names
	joint crypto.JointSigner // nil: points are made at once, and nothing is concluded from a name
}

// nameTag begins a name, as no point's encoding does.
const nameTag = "share under name"

// nameOf is what a share of a message is called.
func nameOf(k kind, sk *[32]byte, msg []byte) (name [48]byte) {
	var buf [256]byte
	content := append(append(append(buf[:0], byte(k)), sk[:]...), msg...)
	sum := sha256.Sum256(content)
	copy(name[copy(name[:], nameTag):], sum[:])
	return name
}

// knows tells whether bytes are the name of the share of a message by a key made here, whose secret it gives.
func (k *keyring) knows(of kind, pk *[96]byte, msg []byte, share *[48]byte) (sk [32]byte, ok bool) {
	if string(share[:len(nameTag)]) != nameTag {
		return sk, false
	}
	sk, ok = k.secrets.Get(*pk)
	return sk, ok && nameOf(of, &sk, msg) == *share
}

// reveal gives the point that a share's bytes stand for, if they are a name, and else the bytes.
func (s *named) reveal(k kind, pk [96]byte, msg []byte, share [48]byte) [48]byte {
	ring, sign := &s.multi, func(sk [32]byte) [48]byte { return s.Scheme.SignMulti(sk, msg) }
	if k == thresholdShare {
		ring, sign = &s.threshold, func(sk [32]byte) [48]byte { return s.Scheme.SignThreshold(sk, msg) }
	}
	sk, ok := ring.knows(k, &pk, msg, &share)
	if !ok {
		return share
	}
	return s.points.Do(share, func() [48]byte { return sign(sk) })
}

func (s *named) MultiKey(seed crypto.Seed) (crypto.MultiSecretKey, crypto.MultiPublicKey, crypto.ProofOfPossession) {
	sk, pk, possession := s.Scheme.MultiKey(seed)
	s.multi.add(pk, sk)
	return sk, pk, possession
}

func (s *named) Deal(seed crypto.Seed, receivers, threshold int) (*crypto.ThresholdGroup, []crypto.ThresholdSecretKey) {
	group, secrets := s.Scheme.Deal(seed, receivers, threshold)
	for i, sk := range secrets {
		s.threshold.add(group.Shares[i], sk)
	}
	return group, secrets
}

func (s *named) SignMulti(sk crypto.MultiSecretKey, msg []byte) crypto.MultiSignature {
	pk, ok := s.multi.publics.Get(sk)
	if !ok {
		return s.Scheme.SignMulti(sk, msg)
	}
	name := nameOf(multiShare, (*[32]byte)(&sk), msg)
	if s.joint == nil {
		s.reveal(multiShare, pk, msg, name)
	}
	return name
}

func (s *named) VerifyMultiShare(pk crypto.MultiPublicKey, msg []byte, share crypto.MultiSignature) bool {
	if s.joint != nil {
		if _, ok := s.multi.knows(multiShare, (*[96]byte)(&pk), msg, (*[48]byte)(&share)); ok {
			return true
		}
	}
	return s.Scheme.VerifyMultiShare(pk, msg, s.reveal(multiShare, pk, msg, share))
}

func (s *named) CombineMulti(
	pks []crypto.MultiPublicKey, msg []byte, shares []crypto.MultiSignature,
) (crypto.MultiSignature, bool) {
	if len(pks) != len(shares) {
		return crypto.MultiSignature{}, false
	}
	secrets := make([]crypto.MultiSecretKey, 0, len(shares))
	for i := range shares {
		if sk, ok := s.multi.knows(multiShare, (*[96]byte)(&pks[i]), msg, (*[48]byte)(&shares[i])); ok {
			secrets = append(secrets, sk)
		}
	}
	if s.joint != nil && len(secrets) == len(shares) && len(shares) > 0 {
		return s.joint.SignMultiJointly(secrets, msg), true
	}
	points := make([]crypto.MultiSignature, len(shares))
	for i := range shares {
		points[i] = s.reveal(multiShare, pks[i], msg, shares[i])
	}
	return s.Scheme.CombineMulti(pks, msg, points)
}

func (s *named) SignThreshold(sk crypto.ThresholdSecretKey, msg []byte) crypto.ThresholdSignature {
	pk, ok := s.threshold.publics.Get(sk)
	if !ok {
		return s.Scheme.SignThreshold(sk, msg)
	}
	name := nameOf(thresholdShare, (*[32]byte)(&sk), msg)
	if s.joint == nil {
		s.reveal(thresholdShare, pk, msg, name)
	}
	return name
}

func (s *named) VerifyThresholdShare(group *crypto.ThresholdGroup, index int, msg []byte, share crypto.ThresholdSignature) bool {
	if index < 0 || index >= len(group.Shares) {
		return false
	}
	if s.joint != nil {
		if _, ok := s.threshold.knows(thresholdShare, (*[96]byte)(&group.Shares[index]), msg, (*[48]byte)(&share)); ok {
			return true
		}
	}
	return s.Scheme.VerifyThresholdShare(group, index, msg, s.reveal(thresholdShare, group.Shares[index], msg, share))
}

func (s *named) CombineThreshold(
	group *crypto.ThresholdGroup, msg []byte, shares []crypto.IndexedShare,
) (crypto.ThresholdSignature, bool) {
	if s.joint != nil {
		if sig, ok := s.jointly(group, msg, shares); ok {
			return sig, true
		}
	}
	points := make([]crypto.IndexedShare, len(shares))
	for i, sh := range shares {
		if points[i] = sh; sh.Index >= 0 && sh.Index < len(group.Shares) {
			points[i].Share = s.reveal(thresholdShare, group.Shares[sh.Index], msg, sh.Share)
		}
	}
	return s.Scheme.CombineThreshold(group, msg, points)
}

// jointly makes the signature that shares add up to if all have names, and there are enough.
func (s *named) jointly(
	group *crypto.ThresholdGroup, msg []byte, shares []crypto.IndexedShare,
) (sig crypto.ThresholdSignature, ok bool) {
	taken := make([]bool, len(group.Shares))
	indices, secrets := make([]int, 0, group.Threshold), make([]crypto.ThresholdSecretKey, 0, group.Threshold)
	for _, sh := range shares {
		if sh.Index < 0 || sh.Index >= len(taken) {
			return sig, false
		}
		sk, known := s.threshold.knows(thresholdShare, (*[96]byte)(&group.Shares[sh.Index]), msg, (*[48]byte)(&sh.Share))
		if !known {
			return sig, false
		}
		if !taken[sh.Index] && len(indices) < group.Threshold {
			taken[sh.Index] = true
			indices, secrets = append(indices, sh.Index), append(secrets, sk)
		}
	}
	if len(indices) < group.Threshold || len(indices) == 0 {
		return sig, false
	}
	return s.joint.SignThresholdJointly(group, indices, secrets, msg), true
}
