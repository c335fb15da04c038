package chainkey

import (
	"errors"

	"icsim/crypto"
	"icsim/crypto/idkg"
	"icsim/crypto/tecdsa"
	"icsim/crypto/tschnorr"
	"icsim/crypto/vetkd"
)

// A PreSignature is what has been prepared for one signature: κ, λ, κ·λ, x·λ, or a nonce.
type PreSignature []*idkg.Transcript

// Needed are the operations that make a pre-signature's transcripts (reference/protocol.md E), with the places of their operands:
// Key is the master key, others are among the transcripts before.
func (a Algorithm) Needed() []Step {
	switch a {
	case ECDSA:
		return []Step{
			{Operation: idkg.RandomUnmasked, Left: None, Right: None},
			{Operation: idkg.Random, Left: None, Right: None},
			{Operation: idkg.UnmaskedTimesMasked, Left: 0, Right: 1},
			{Operation: idkg.UnmaskedTimesMasked, Left: Key, Right: 1},
		}
	case BIP340, Ed25519:
		return []Step{{Operation: idkg.RandomUnmasked, Left: None, Right: None}}
	}
	return nil
}

// A Step is one transcript of a pre-signature.
type Step struct {
	Operation   idkg.Operation
	Left, Right int
}

// Operands that are no transcript of the pre-signature.
const (
	None = -1
	Key  = -2
)

// A Request is what is asked of a key.
type Request struct {
	Key          KeyID
	Master       *idkg.Transcript // of all but vetKD
	PreSignature PreSignature
	Path         [][]byte
	Message      []byte // of ECDSA a hash of 32 bytes; the input of vetKD
	Taproot      *[]byte
	Randomness   [32]byte

	Group     *crypto.ThresholdGroup // the rest is of vetKD
	Caller    []byte
	Context   []byte
	Transport [48]byte
}

// Secrets are what a node has to sign with: its shares of what Signing.Loads lists, or its share of the group's key with a seed of its
// own.
type Secrets struct {
	Shares []idkg.Opening
	Key    crypto.ThresholdSecretKey
	Seed   crypto.Seed
}

// A NodeShare is a node's share with its place.
type NodeShare struct {
	Signer int
	Share  []byte
}

// A Signing is a request with what follows from it. It never changes.
type Signing interface {
	// Loads lists the transcripts of which a node's shares are needed.
	Loads() []*idkg.Transcript
	// Threshold is how many shares make the answer.
	Threshold() int
	Sign(Secrets) []byte
	// VerifyShare takes anything.
	VerifyShare(signer int, share []byte) bool
	Combine([]NodeShare) ([]byte, error)
	Verify(answer []byte) bool
}

var errMalformed = errors.New("a share that cannot be read")

// Start prepares the signing of a request. An error says why it cannot be.
func (q *Request) Start() (Signing, error) {
	switch q.Key.Algorithm {
	case ECDSA:
		return q.startECDSA()
	case BIP340, Ed25519:
		return q.startSchnorr()
	}
	d, err := vetkd.Request{
		Group: q.Group, Canister: q.Caller, Context: q.Context, Input: q.Message, Transport: q.Transport,
	}.Start()
	return derived{q.Group.Threshold, d}, err
}

func (q *Request) startECDSA() (Signing, error) {
	if len(q.PreSignature) != 4 || len(q.Message) != 32 {
		return nil, tecdsa.ErrPreSignature
	}
	p := tecdsa.PreSignature{
		Kappa: q.PreSignature[0], Lambda: q.PreSignature[1], KappaLambda: q.PreSignature[2], KeyLambda: q.PreSignature[3],
	}
	s, err := tecdsa.Request{
		Key: q.Master, PreSignature: p, Path: q.Path, Hash: [32]byte(q.Message), Randomness: q.Randomness,
	}.Start()
	return ecdsa{q, s}, err
}

func (q *Request) startSchnorr() (Signing, error) {
	if len(q.PreSignature) != 1 {
		return nil, tschnorr.ErrTranscripts
	}
	r := tschnorr.Request{
		Key: q.Master, Nonce: q.PreSignature[0], Path: q.Path, Message: q.Message, Randomness: q.Randomness,
	}
	if q.Taproot != nil {
		r.Taproot = &tschnorr.Taproot{MerkleRoot: *q.Taproot}
	}
	s, err := r.Start()
	return schnorr{q, s}, err
}

type ecdsa struct {
	request *Request
	*tecdsa.Signing
}

func (s ecdsa) Loads() []*idkg.Transcript { return s.request.PreSignature[1:] }
func (s ecdsa) Threshold() int            { return s.request.Master.Threshold() }

func (s ecdsa) Sign(own Secrets) []byte {
	return s.Signing.Sign(tecdsa.Secrets{Lambda: own.Shares[0], KappaLambda: own.Shares[1], KeyLambda: own.Shares[2]}).Bytes()
}

func (s ecdsa) VerifyShare(signer int, raw []byte) bool {
	share, err := tecdsa.ParseShare(raw)
	return err == nil && s.Signing.VerifyShare(signer, share)
}

func (s ecdsa) Combine(shares []NodeShare) ([]byte, error) {
	parsed := make([]tecdsa.SignerShare, len(shares))
	for i, n := range shares {
		share, err := tecdsa.ParseShare(n.Share)
		if err != nil {
			return nil, errMalformed
		}
		parsed[i] = tecdsa.SignerShare{Signer: n.Signer, Share: share}
	}
	sig, err := s.Signing.Combine(parsed)
	return sig[:], err
}

func (s ecdsa) Verify(answer []byte) bool {
	return len(answer) == len(tecdsa.Signature{}) && s.Signing.Verify(tecdsa.Signature(answer))
}

type schnorr struct {
	request *Request
	*tschnorr.Signing
}

func (s schnorr) Loads() []*idkg.Transcript {
	return []*idkg.Transcript{s.request.Master, s.request.PreSignature[0]}
}

func (s schnorr) Threshold() int { return s.request.Master.Threshold() }

func (s schnorr) Sign(own Secrets) []byte {
	return s.Signing.Sign(tschnorr.Secrets{Key: own.Shares[0], Nonce: own.Shares[1]}).Bytes()
}

func (s schnorr) VerifyShare(signer int, raw []byte) bool {
	share, err := tschnorr.ParseShare(s.request.Key.Algorithm.IDKG(), raw)
	return err == nil && s.Signing.VerifyShare(signer, share)
}

func (s schnorr) Combine(shares []NodeShare) ([]byte, error) {
	parsed := make([]tschnorr.SignerShare, len(shares))
	for i, n := range shares {
		share, err := tschnorr.ParseShare(s.request.Key.Algorithm.IDKG(), n.Share)
		if err != nil {
			return nil, errMalformed
		}
		parsed[i] = tschnorr.SignerShare{Signer: n.Signer, Share: share}
	}
	sig, err := s.Signing.Combine(parsed)
	return sig[:], err
}

func (s schnorr) Verify(answer []byte) bool {
	return len(answer) == len(tschnorr.Signature{}) && s.Signing.Verify(tschnorr.Signature(answer))
}

type derived struct {
	threshold int
	*vetkd.Derivation
}

func (d derived) Loads() []*idkg.Transcript { return nil }
func (d derived) Threshold() int            { return d.threshold }

func (d derived) Sign(own Secrets) []byte {
	key := d.Derivation.Share(own.Key, own.Seed)
	return key[:]
}

func (d derived) VerifyShare(signer int, raw []byte) bool {
	return len(raw) == len(vetkd.EncryptedKey{}) && d.Derivation.VerifyShare(signer, vetkd.EncryptedKey(raw))
}

func (d derived) Combine(shares []NodeShare) ([]byte, error) {
	parsed := make([]vetkd.IndexedShare, len(shares))
	for i, n := range shares {
		if len(n.Share) != len(vetkd.EncryptedKey{}) {
			return nil, errMalformed
		}
		parsed[i] = vetkd.IndexedShare{Index: n.Signer, Share: vetkd.EncryptedKey(n.Share)}
	}
	key, err := d.Derivation.Combine(parsed)
	return key[:], err
}

func (d derived) Verify(answer []byte) bool {
	return len(answer) == len(vetkd.EncryptedKey{}) && d.Derivation.Verify(vetkd.EncryptedKey(answer))
}
