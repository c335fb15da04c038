package crypto

// The values that keys and signatures are. Points are compressed as on the wire: 48 bytes in G1
// (signatures), 96 in G2 (public keys).
type (
	Seed [32]byte // all the randomness a key generation gets

	BasicSecretKey [32]byte // Ed25519 seed
	BasicPublicKey [32]byte
	BasicSignature [64]byte

	MultiSecretKey    [32]byte // scalar, big endian
	MultiPublicKey    [96]byte
	MultiSignature    [48]byte // one signer's share, or the aggregate of many
	ProofOfPossession [48]byte

	ThresholdSecretKey [32]byte // one receiver's share of the group's key
	ThresholdPublicKey [96]byte // the group's key, or one receiver's share key
	ThresholdSignature [48]byte // one receiver's share, or the group's signature
)

// A ThresholdGroup is the public side of a threshold key: what a transcript publishes.
// Immutable once made, so that nodes share it.
type ThresholdGroup struct {
	Key       ThresholdPublicKey
	Threshold int                  // shares that make a signature; 1 ≤ Threshold ≤ len(Shares)
	Shares    []ThresholdPublicKey // by receiver index
}

// An IndexedShare is a signature share with its receiver's index in ThresholdGroup.Shares.
type IndexedShare struct {
	Index int
	Share ThresholdSignature
}

// A Scheme is all the cryptography that consensus and certification ask for. Each method is a pure
// function of its arguments: equal arguments give equal results in every process, which lets
// sim/memo compute once and share. Verification reports false for a malformed key or signature;
// it never panics on what a peer sent. A Scheme value serves one goroutine.
//
// Messages are the full signed bytes: callers apply Signable first.
type Scheme interface {
	// Name is the word the command line knows the scheme by: "bls" or "ideal".
	Name() string

	BasicKey(Seed) (BasicSecretKey, BasicPublicKey)
	SignBasic(sk BasicSecretKey, msg []byte) BasicSignature
	VerifyBasic(pk BasicPublicKey, msg []byte, sig BasicSignature) bool

	// MultiKey makes a committee signing key with its proof of possession, without which
	// aggregation would be open to rogue keys.
	MultiKey(Seed) (MultiSecretKey, MultiPublicKey, ProofOfPossession)
	VerifyPossession(MultiPublicKey, ProofOfPossession) bool
	SignMulti(sk MultiSecretKey, msg []byte) MultiSignature
	VerifyMultiShare(pk MultiPublicKey, msg []byte, share MultiSignature) bool
	// CombineMulti adds shares of a message up, the i-th by the i-th key. It does not verify them: verify the
	// aggregate, and look at single shares only when that fails. ok is false when a share is no point, or there are not as many as keys.
	CombineMulti(pks []MultiPublicKey, msg []byte, shares []MultiSignature) (sig MultiSignature, ok bool)
	// VerifyMulti checks an aggregate of exactly these signers. No signers: false.
	VerifyMulti(pks []MultiPublicKey, msg []byte, sig MultiSignature) bool

	SignThreshold(sk ThresholdSecretKey, msg []byte) ThresholdSignature
	VerifyThresholdShare(group *ThresholdGroup, index int, msg []byte, share ThresholdSignature) bool
	// CombineThreshold interpolates the group's signature from at least Threshold shares of distinct
	// indices (more are ignored). The result is unique: any valid shares give the same bytes. Bad
	// shares give a signature that does not verify, or ok = false.
	CombineThreshold(group *ThresholdGroup, msg []byte, shares []IndexedShare) (sig ThresholdSignature, ok bool)
	VerifyThreshold(pk ThresholdPublicKey, msg []byte, sig ThresholdSignature) bool

	// Deal plays a trusted dealer, in whose hand a key exists. Tests that need a key of some group use it; subnets generate theirs
	// (KeyGeneration).
	// 1 ≤ threshold ≤ receivers.
	Deal(seed Seed, receivers, threshold int) (*ThresholdGroup, []ThresholdSecretKey)
}

// A JointSigner is a Scheme that gives what shares add up to without making them, to who has the secret keys of all signers.
type JointSigner interface {
	// SignMultiJointly gives what CombineMulti makes of the signers' shares. There is at least one.
	SignMultiJointly(sks []MultiSecretKey, msg []byte) MultiSignature
	// SignThresholdJointly gives what CombineThreshold makes of the shares by the secrets of distinct indices, Threshold in number.
	SignThresholdJointly(group *ThresholdGroup, indices []int, sks []ThresholdSecretKey, msg []byte) ThresholdSignature
}

// A BatchVerifier is a Scheme that checks many shares of one message faster together than one by
// one. The verdicts are those of single checks, share by share.
type BatchVerifier interface {
	VerifyThresholdShares(group *ThresholdGroup, msg []byte, shares []IndexedShare) []bool
	// VerifyMultiShares takes as many keys as shares; the i-th share is by the i-th key.
	VerifyMultiShares(pks []MultiPublicKey, msg []byte, shares []MultiSignature) []bool
}
