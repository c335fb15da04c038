package protocol

import (
	"icsim/crypto"
	"icsim/crypto/principal"
)

// Bounds of ingress messages (reference/protocol.md A.6 and D).
const (
	IngressTTL = Time(5 * 60 * 1e9) // an expiry lies at most this far ahead
	MaxNonce   = 32                 // bytes of a nonce
	// ExpiryDrift is how much further an expiry may lie when a node checks it on its own clock (rs/limits,
	// PERMITTED_DRIFT_AT_VALIDATOR).
	ExpiryDrift = Time(30 * 1e9)
)

// IngressContent is what a user asks of a canister, before it is signed: a call, or a query.
type IngressContent struct {
	Sender   principal.ID
	Canister CanisterID
	Method   string
	Arg      []byte
	Expiry   Time // the message is dead after it
	Nonce    []byte
	Info     *SenderInfo // nil: none
}

// RequestID is the representation-independent hash of a call's fields; genesis is the scenario's genesis in
// Unix nanoseconds (interface specification, "Request ids").
func (c *IngressContent) RequestID(genesis uint64) MessageID { return c.id("call", genesis) }

// QueryID is the same of a query.
func (c *IngressContent) QueryID(genesis uint64) MessageID { return c.id("query", genesis) }

func (c *IngressContent) id(kind string, genesis uint64) MessageID {
	fields := requestFields(kind, c.Sender, c.Nonce, genesis+uint64(c.Expiry))
	fields = append(fields,
		crypto.BlobField("canister_id", c.Canister.Principal().Bytes()),
		crypto.TextField("method_name", c.Method),
		crypto.BlobField("arg", c.Arg))
	if i := c.Info; i != nil {
		fields = append(fields, crypto.MapField("sender_info",
			crypto.BlobField("info", i.Info), crypto.BlobField("signer", i.Signer.Bytes()), crypto.BlobField("sig", i.Signature)))
	}
	return MessageID(crypto.HashOfMap(fields...))
}

// A SignedIngress is a user's call as it travels and lies in pools and blocks. The id alone is not unique: the
// same content may come with another valid signature, hence BytesHash (incident 3 of section H).
type SignedIngress struct {
	sealed
	Content   IngressContent
	Auth      Authentication // of the request id
	MessageID MessageID
	BytesHash crypto.Hash
}

// NewSignedIngress seals a call. Auth's signature is over IngressSignable(content.RequestID(genesis)).
func NewSignedIngress(c IngressContent, genesis uint64, auth Authentication) *SignedIngress {
	return sealIngress(c, c.RequestID(genesis), auth)
}

// SignIngress seals a call with what authenticates its request id.
func SignIngress(c IngressContent, genesis uint64, sign func(MessageID) Authentication) *SignedIngress {
	id := c.RequestID(genesis)
	return sealIngress(c, id, sign(id))
}

func sealIngress(c IngressContent, id MessageID, auth Authentication) *SignedIngress {
	m := &SignedIngress{Content: c, Auth: auth, MessageID: id}
	var e encoder
	e.raw(m.MessageID[:])
	m.Auth.encode(&e)
	m.seal(KindIngress, c.size()+m.Auth.size(), &e)
	m.BytesHash = crypto.Hash(m.id)
	return m
}

// size is about what the content takes on the wire.
func (c *IngressContent) size() int {
	const fields = 100 // CBOR keys, sender, canister, expiry, nonce
	size := fields + len(c.Method) + len(c.Arg)
	if c.Info != nil {
		size += len(c.Info.Info) + len(c.Info.Signature) + 2*principal.MaxLen
	}
	return size
}

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

// A CallOrigin is where a user's call comes from (the replica keeps user_id and receiver with a call's status:
// rs/types/types/src/ingress.rs).
type CallOrigin struct {
	Sender   principal.ID
	Receiver CanisterID
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
