package protocol

import (
	"cmp"
	"slices"

	"icsim/crypto"
	"icsim/crypto/chainkey"
)

// ChainKeys is what the registry says of the keys that a subnet holds for canisters (ChainKeyConfig).
type ChainKeys struct {
	Keys []ChainKey
	// Timeout is after what time a request without an answer is rejected; 0: never (signature_request_timeout_ns).
	Timeout Time
	// Parallel bounds the transcripts of pre-signatures that are made at once (max_parallel_pre_signature_transcripts_in_creation).
	Parallel int
	// Rotation is after what time a node has another encryption key; 0: never (idkg_key_rotation_period_ms).
	Rotation Time
}

// A ChainKey is one of them.
type ChainKey struct {
	ID            chainkey.KeyID
	PreSignatures int // to create in advance
	Queue         int // requests that may wait (max_queue_size)
	// Disabled says that the subnet holds the key without signing with it, as a backup (chain_key_enabled_subnet_list lacks the subnet).
	Disabled bool
}

// Find gives what is said of a key, or nil.
func (c *ChainKeys) Find(id chainkey.KeyID) *ChainKey {
	if c == nil {
		return nil
	}
	i := slices.IndexFunc(c.Keys, func(k ChainKey) bool { return k.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Keys[i]
}

// Signs reports whether the subnet signs with a key that it holds.
func (c *ChainKeys) Signs(id chainkey.KeyID) bool {
	key := c.Find(id)
	return key != nil && !key.Disabled
}

// MaxPaired is how many requests of a key may have a pre-signature each at one time (rs/limits; reference/protocol.md E).
const MaxPaired = 100

// A SignatureID numbers the requests to chain keys that a subnet gets, from 0.
type SignatureID uint64

// A SignatureContext is a call of sign_with_ecdsa, sign_with_schnorr or vetkd_derive_key that waits for consensus
// (SignWithThresholdContext). Immutable: what is paired is another value.
type SignatureContext struct {
	ID     SignatureID
	Call   *CanisterMessage // the request that is answered
	Remote bool             // it came from another subnet
	Refund Cycles           // what is left of the call's cycles after the fee: goes back with the answer
	Time   Time             // of the round that took the call
	Height Height           // likewise

	Key       chainkey.KeyID
	Path      [][]byte
	Message   []byte
	Taproot   *[]byte
	Caller    []byte   // of vetKD, as the next two
	Context   []byte   //
	Transport [48]byte //

	// What it is paired with, in a later round: of vetKD the master key's transcript, else a pre-signature. The nonce comes one round
	// after that, so that nobody knew it when the pair was made.
	PreSignature *PreSignature
	Transcript   *Transcript
	Paired       Height
	Nonce        *crypto.Hash
}

// IsReady reports whether nodes may sign.
func (c *SignatureContext) IsReady() bool { return c.Nonce != nil || c.Transcript != nil }

// ReadyAt is the height of the round since which nodes may sign.
func (c *SignatureContext) ReadyAt() Height {
	if c.Transcript != nil {
		return c.Paired
	}
	return c.Paired + 1
}

// Request is what is asked of the cryptography; of contexts that are ready.
func (c *SignatureContext) Request() *chainkey.Request {
	q := &chainkey.Request{Key: c.Key, Path: c.Path, Message: c.Message, Taproot: c.Taproot}
	if c.Transcript != nil {
		q.Group, q.Caller, q.Context, q.Transport = c.Transcript.Group, c.Caller, c.Context, c.Transport
		return q
	}
	q.Master, q.Randomness = c.PreSignature.Master.Transcript, *c.Nonce
	for _, t := range c.PreSignature.Transcripts {
		q.PreSignature = append(q.PreSignature, t.Transcript)
	}
	return q
}

// Signers are the nodes that have shares, by their places.
func (c *SignatureContext) Signers() []NodeID {
	if c.Transcript != nil {
		return c.Transcript.Committee
	}
	return c.PreSignature.Master.Receivers
}

// Digest names the request with all it is paired with.
func (c *SignatureContext) Digest() crypto.Hash {
	var e encoder
	c.encode(&e)
	return crypto.Sum("signature request", e.buf)
}

func (c *SignatureContext) encode(e *encoder) {
	e.u64(uint64(c.ID))
	e.raw(c.Call.Hash[:]) // fixes all that was asked
	e.u64(uint64(c.Time))
	e.height(c.Height)
	e.u64(c.Refund.Hi)
	e.u64(c.Refund.Lo)
	e.height(c.Paired)
	switch {
	case c.PreSignature != nil:
		e.str("pre-signature")
		c.PreSignature.encode(e)
	case c.Transcript != nil:
		e.str("transcript")
		c.Transcript.encode(e)
	}
	if c.Nonce != nil {
		e.raw(c.Nonce[:])
	}
}

// A PreSignature is a chainkey.PreSignature with where it comes from.
type PreSignature struct {
	ID          uint64
	Key         chainkey.KeyID
	Master      *IDKGTranscript
	Transcripts []*IDKGTranscript
}

func (p *PreSignature) encode(e *encoder) {
	e.u64(p.ID)
	e.str(p.Key.String())
	p.Master.encode(e)
	for _, t := range p.Transcripts {
		t.encode(e)
	}
}

// A Stash is the pre-signatures of a key that wait for requests, oldest first.
type Stash struct {
	Key           chainkey.KeyID
	PreSignatures []*PreSignature
}

// ChainKeyState is what a subnet's state has of chain keys. Immutable.
type ChainKeyState struct {
	Open    []*SignatureContext // ascending by id
	Next    SignatureID         // of the next request
	Stashes []Stash             // by key, in the order of the registry
}

// IsEmpty reports whether there never was anything.
func (s *ChainKeyState) IsEmpty() bool { return s.Next == 0 && len(s.Stashes) == 0 }

// Find gives an open request, or nil.
func (s *ChainKeyState) Find(id SignatureID) *SignatureContext {
	i, ok := slices.BinarySearchFunc(s.Open, id, func(c *SignatureContext, id SignatureID) int { return cmp.Compare(c.ID, id) })
	if !ok {
		return nil
	}
	return s.Open[i]
}

// Stash gives the pre-signatures of a key.
func (s *ChainKeyState) Stash(id chainkey.KeyID) []*PreSignature {
	for i := range s.Stashes {
		if s.Stashes[i].Key == id {
			return s.Stashes[i].PreSignatures
		}
	}
	return nil
}

// Bytes covers all of it, for a checkpoint.
func (s *ChainKeyState) Bytes() []byte {
	var e encoder
	e.u64(uint64(s.Next))
	e.u64(uint64(len(s.Open)))
	for _, c := range s.Open {
		c.encode(&e)
	}
	for i := range s.Stashes {
		e.str(s.Stashes[i].Key.String())
		e.u64(uint64(len(s.Stashes[i].PreSignatures)))
		for _, p := range s.Stashes[i].PreSignatures {
			p.encode(&e)
		}
	}
	return e.buf
}
