package crypto

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// The values of distributed key generation, of the sizes they have on the wire.
type (
	// An Epoch numbers the periods of forward security. The replica counts in registry versions.
	Epoch uint32

	EncryptionPublicKey [48]byte  // what shares are encrypted to; a point in G1
	EncryptionProof     [112]byte // that its owner knows the secret: a point in G1 and two scalars
)

// A DecryptionKey opens shares of its epoch and of later ones. It is immutable, and only the implementation of
// KeyGeneration that made it understands it.
type DecryptionKey interface {
	// Epoch is the oldest that the key opens.
	Epoch() Epoch
}

// A KeyGenerationConfig says what is to be generated: all that dealers, verifiers and receivers agree on beforehand. Immutable.
type KeyGenerationConfig struct {
	// Context names the subnet, the purpose and the target of the generation. It is bound into every ciphertext, so that
	// no dealing stands for another.
	Context   []byte
	Epoch     Epoch // that shares are encrypted for
	Threshold int   // of the key to generate; 1 ≤ Threshold ≤ len(Receivers)
	Receivers []EncryptionPublicKey
	Dealers   int // have the indices 0 … Dealers-1; in resharing, those of the old group's receivers
	Collect   int // dealings that make a transcript; 1 ≤ Collect ≤ Dealers
	// Resharing is the transcript whose key is to be shared anew, or nil for a fresh key.
	Resharing *Transcript
}

// A Dealing is what one dealer contributes: commitments to its polynomial, the receivers' shares encrypted, and proofs that
// all of it fits. To everybody but a KeyGeneration it is bytes. Immutable.
type Dealing struct{ artifact }

// A Transcript is the outcome of a key generation: the public polynomial, and the encrypted shares that its receivers still
// have to open. Immutable.
type Transcript struct{ artifact }

// An artifact is bytes with a name.
type artifact struct {
	raw  []byte
	make func() []byte // gives raw when somebody looks; nil once it has
	size int
	hash Hash
}

// NewDealing takes a dealing's bytes, which may be anything, and which nobody changes from now on.
func NewDealing(raw []byte) *Dealing { return &Dealing{bytesOf(raw, Sum(DomainDealing, raw))} }

// NewTranscript takes a transcript's bytes, which may be anything, and which nobody changes from now on.
func NewTranscript(raw []byte) *Transcript {
	return &Transcript{bytesOf(raw, Sum(DomainTranscript, raw))}
}

// LaterDealing is a dealing whose bytes, size in number, follow from what its name is the hash of. They are computed when somebody
// looks at them, by make, which is pure: a dealing at which nobody looks costs nothing.
func LaterDealing(name Hash, size int, make func() []byte) *Dealing {
	return &Dealing{artifact{make: make, size: size, hash: name}}
}

// LaterTranscript is LaterDealing for a transcript.
func LaterTranscript(name Hash, size int, make func() []byte) *Transcript {
	return &Transcript{artifact{make: make, size: size, hash: name}}
}

func bytesOf(raw []byte, hash Hash) artifact { return artifact{raw: raw, size: len(raw), hash: hash} }

// Bytes are what travels. Not to be changed. The first call may compute them, so it serves one goroutine.
func (a *artifact) Bytes() []byte {
	if a.make != nil {
		if a.raw = a.make(); len(a.raw) != a.size {
			panic(fmt.Sprintf("crypto: %d bytes of %s, where %d were announced", len(a.raw), a.hash, a.size))
		}
		a.make = nil
	}
	return a.raw
}

// Size is the number of bytes.
func (a *artifact) Size() int { return a.size }

// Hash identifies the bytes: what has one hash has one content. It is the hash of the bytes, or of all that they follow from.
func (a *artifact) Hash() Hash { return a.hash }

// An IndexedDealing is a dealing with its dealer's index.
type IndexedDealing struct {
	Dealer  int
	Dealing *Dealing
}

// A DealingFault says why a dealing, or a set of them, is refused. Zero refuses nothing.
type DealingFault uint8

const (
	DealingSound           DealingFault = iota
	DealingBadConfig                    // the configuration itself cannot be met, or a receiver's key is none
	DealingUnknownDealer                // an index that is no dealer's
	DealingMalformed                    // bytes of no dealing
	DealingBadPoint                     // an encoding that is no point of the curve
	DealingOutsideSubgroup              // a point outside the subgroup of prime order
	DealingBadScalar                    // a number that is not reduced
	DealingWrongThreshold               // more or fewer coefficients than the threshold
	DealingWrongReceivers               // more or fewer ciphertexts than receivers
	DealingBadCiphertext                // components that do not belong together, or to this dealer, epoch or context
	DealingBadChunking                  // the chunks of a share are not proven to be small
	DealingBadSharing                   // the encrypted shares are not those of the public polynomial
	DealingWrongConstant                // a resharing of something else than the dealer's share
	DealingDuplicate                    // two dealings of one dealer
	DealingsTooFew                      // fewer than are to be collected
	DealingUnopened                     // a share that the key does not open: too old an epoch, or another receiver's
)

var dealingFaults = [...]string{
	"sound", "bad configuration", "unknown dealer", "malformed", "bad point", "point outside the subgroup", "bad scalar",
	"wrong threshold", "wrong number of receivers", "bad ciphertext", "bad proof of chunking", "bad proof of sharing",
	"wrong constant term", "duplicate dealer", "too few dealings", "share does not open",
}

// String names the fault.
func (f DealingFault) String() string {
	if int(f) < len(dealingFaults) {
		return dealingFaults[f]
	}
	return fmt.Sprintf("fault %d", uint8(f))
}

// A KeyGeneration is non-interactive distributed key generation (reference/protocol.md, section E): every dealer publishes one
// dealing, which anybody can check, and enough sound ones make a key that nobody ever had in one hand. As with Scheme, every
// method is a pure function of its arguments, nothing panics on what a peer sent, and a value serves one goroutine.
type KeyGeneration interface {
	// EncryptionKey makes a receiver's keys for all epochs, and proves possession of the secret on behalf of an owner.
	EncryptionKey(seed Seed, owner []byte) (DecryptionKey, EncryptionPublicKey, EncryptionProof)
	VerifyEncryptionKey(owner []byte, pk EncryptionPublicKey, proof EncryptionProof) bool
	// Update gives the key that opens an epoch and later ones but none before. The epoch of a key never falls.
	Update(sk DecryptionKey, epoch Epoch, seed Seed) DecryptionKey

	// Deal makes a dealer's dealing. share is the dealer's share of the key that is reshared, or nil for a fresh key.
	Deal(config *KeyGenerationConfig, dealer int, seed Seed, share *ThresholdSecretKey) (*Dealing, DealingFault)
	VerifyDealing(config *KeyGenerationConfig, dealer int, dealing *Dealing) DealingFault

	// Combine makes the transcript of sound dealings: it does not verify them again. It takes the first Collect of them in
	// the order of dealers; a resharing needs as many as the old threshold and takes no more.
	Combine(config *KeyGenerationConfig, dealings []IndexedDealing) (*Transcript, DealingFault)
	// Group is the public side of a transcript's key; nil for what is no transcript. In a resharing its Key is the old one.
	Group(transcript *Transcript) *ThresholdGroup
	// OpenShare gives a receiver's share of a transcript's key.
	OpenShare(config *KeyGenerationConfig, transcript *Transcript, receiver int, sk DecryptionKey) (ThresholdSecretKey, DealingFault)
}

// Valid says whether the configuration can be met by anyone.
func (c *KeyGenerationConfig) Valid() bool {
	return 1 <= c.Threshold && c.Threshold <= len(c.Receivers) && len(c.Receivers) <= MaxReceivers &&
		1 <= c.Collect && c.Collect <= c.Dealers && c.Dealers <= MaxReceivers
}

// Content is all of the configuration, each part after its length: two that differ have different contents.
func (c *KeyGenerationConfig) Content() []byte {
	out := make([]byte, 0, 8*6+len(c.Context)+len(EncryptionPublicKey{})*len(c.Receivers)+len(Hash{}))
	out = binary.BigEndian.AppendUint64(out, uint64(len(c.Context)))
	out = append(out, c.Context...)
	for _, n := range []int{int(c.Epoch), c.Threshold, c.Dealers, c.Collect, len(c.Receivers)} {
		out = binary.BigEndian.AppendUint64(out, uint64(n))
	}
	for i := range c.Receivers {
		out = append(out, c.Receivers[i][:]...)
	}
	if c.Resharing != nil {
		hash := c.Resharing.Hash()
		out = append(out, hash[:]...)
	}
	return out
}

// MaxReceivers bounds a group: ten times the largest subnet.
const MaxReceivers = 400

// Associated is what the ciphertext of a dealer is bound to beside its epoch.
//
// Model: the replica binds the dealer's index alone and leaves the rest to the dealer's signature over the whole message. Here the
// context comes before it; with none the bytes are the replica's.
func (c *KeyGenerationConfig) Associated(dealer int) []byte {
	return binary.BigEndian.AppendUint32(slices.Clone(c.Context), uint32(dealer))
}

// Choose gives the dealings that make a transcript: the first in the order of dealers, as many as are to be collected, or in a
// resharing as the old threshold, which is that of old (replica: groth20_bls12_381/transcript.rs).
func (c *KeyGenerationConfig) Choose(dealings []IndexedDealing, old *ThresholdGroup) ([]IndexedDealing, DealingFault) {
	dealings = slices.Clone(dealings)
	slices.SortStableFunc(dealings, func(a, b IndexedDealing) int { return a.Dealer - b.Dealer })
	for i := range dealings {
		if dealer := dealings[i].Dealer; dealer < 0 || dealer >= c.Dealers || old != nil && dealer >= len(old.Shares) {
			return nil, DealingUnknownDealer
		}
		if i > 0 && dealings[i].Dealer == dealings[i-1].Dealer {
			return nil, DealingDuplicate
		}
	}
	taken := c.Collect
	if old != nil {
		taken = old.Threshold
	}
	if len(dealings) < max(taken, c.Collect) {
		return nil, DealingsTooFew
	}
	return dealings[:taken], DealingSound
}
