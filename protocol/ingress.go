package protocol

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"icsim/crypto"
	"icsim/crypto/principal"
)

// Bounds of ingress messages (reference/protocol.md A.6 and D).
const (
	IngressTTL = Time(5 * 60 * 1e9) // an expiry lies at most this far ahead
	MaxNonce   = 32                 // bytes of a nonce
)

// IngressContent is a user's call before it is signed.
type IngressContent struct {
	Sender   principal.ID
	Canister CanisterID
	Method   string
	Arg      []byte
	Expiry   Time // the message is dead after it
	Nonce    []byte
}

// RequestID is the representation-independent hash of the call's fields; genesis is the scenario's genesis in
// Unix nanoseconds (interface specification, "Request ids").
func (c *IngressContent) RequestID(genesis uint64) MessageID {
	field := func(name string, value []byte) []byte {
		k, v := sha256.Sum256([]byte(name)), sha256.Sum256(value)
		return append(k[:], v[:]...)
	}
	expiry := binary.AppendUvarint(nil, genesis+uint64(c.Expiry))
	fields := [][]byte{
		field("request_type", []byte("call")),
		field("canister_id", c.Canister.Principal().Bytes()),
		field("method_name", []byte(c.Method)),
		field("arg", c.Arg),
		field("sender", c.Sender.Bytes()),
		field("ingress_expiry", expiry),
	}
	if len(c.Nonce) > 0 {
		fields = append(fields, field("nonce", c.Nonce))
	}
	slices.SortFunc(fields, bytes.Compare)
	return MessageID(sha256.Sum256(bytes.Join(fields, nil)))
}

// A SignedIngress is a user's call as it travels and lies in pools and blocks. The id alone is not unique: the
// same content may come with another valid signature, hence BytesHash (incident 3 of section H).
type SignedIngress struct {
	sealed
	Content   IngressContent
	PublicKey crypto.BasicPublicKey // zero for the anonymous sender
	Signature crypto.BasicSignature // over the domain ic-request and the request id
	MessageID MessageID
	BytesHash crypto.Hash
}

// NewSignedIngress seals a call. The signature is over IngressSignable(content.RequestID(genesis)).
func NewSignedIngress(c IngressContent, genesis uint64, pk crypto.BasicPublicKey, sig crypto.BasicSignature) *SignedIngress {
	m := &SignedIngress{Content: c, PublicKey: pk, Signature: sig, MessageID: c.RequestID(genesis)}
	var e encoder
	e.raw(m.MessageID[:])
	e.raw(pk[:])
	e.raw(sig[:])
	const fields = 200 // CBOR keys, sender, canister, expiry, nonce, key, signature
	m.seal(KindIngress, fields+len(c.Method)+len(c.Arg), &e)
	m.BytesHash = crypto.Hash(m.id)
	return m
}

// IngressSignable gives the bytes a user signs for a request id.
func IngressSignable(id MessageID) []byte { return crypto.Signable(crypto.DomainRequest, id[:]) }

func (m *SignedIngress) Kind() ArtifactKind { return KindIngress }
func (m *SignedIngress) Height() Height     { return 0 }

// IngressState is where a call stands in the certified state.
type IngressState uint8

const (
	IngressUnknown IngressState = iota
	IngressReceived
	IngressProcessing
	IngressReplied
	IngressRejected
	IngressDone // terminal, with the answer pruned
)

var ingressStates = [...]string{"unknown", "received", "processing", "replied", "rejected", "done"}

func (s IngressState) String() string { return ingressStates[s] }

// IsTerminal reports whether the call has its answer.
func (s IngressState) IsTerminal() bool { return s >= IngressReplied }

// An IngressStatus is a call's state with its answer.
type IngressStatus struct {
	State  IngressState
	Reply  []byte // when replied
	Reject Reject // when rejected
}

// An IngressUpdate is a change of one call's status made by a round.
type IngressUpdate struct {
	ID     MessageID
	Status IngressStatus
}

// A RejectCode is why a call failed (interface specification, "Reject codes").
type RejectCode uint8

const (
	SysFatal           RejectCode = 1
	SysTransient       RejectCode = 2
	DestinationInvalid RejectCode = 3
	CanisterReject     RejectCode = 4
	CanisterError      RejectCode = 5
	SysUnknown         RejectCode = 6
)

// A Reject is a negative answer. Code is 0 in a value that holds none. Error is the specification's
// error code, such as IC0503, or empty.
type Reject struct {
	Code    RejectCode
	Message string
	Error   string
}
