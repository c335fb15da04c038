package protocol

import (
	"fmt"

	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

// What users send to a node's HTTP endpoint and get back (reference/interface.md D.1). Serial is the asker's, and
// comes back with the reply.

// A Refusal is an answer that concerns the request itself, as HTTP gives it. The zero value is none.
type Refusal struct {
	Status int    // of HTTP, see below
	Text   string // for people
}

// The statuses that refusals have.
const (
	StatusBadRequest  = 400 // malformed, expired, or of no use here
	StatusForbidden   = 403
	StatusNotFound    = 404
	StatusTooLarge    = 413
	StatusTooMany     = 429 // try later
	StatusUnavailable = 503 // the node cannot answer yet
)

// A CallRequest is a user's call. A synchronous one is answered when its outcome is certified, or acknowledged after ten
// seconds; an asynchronous one is acknowledged at once.
type CallRequest struct {
	Ingress   *SignedIngress
	Effective CanisterID // the canister whose subnet is asked
	Async     bool
	Flat      bool // the delegation names canister ranges in the flat form, of interface versions before v4
	Serial    uint64
}

func (r *CallRequest) Lane() Lane          { return LaneIngress }
func (r *CallRequest) Size() int           { return r.Ingress.Size() }
func (r *CallRequest) Fingerprint() uint64 { return prefix(r.Ingress.MessageID) ^ r.Serial }
func (r *CallRequest) String() string      { return "call " + r.Ingress.MessageID.String() }

// A CallReply tells where a call stands. With a certificate it is proven; without, the node says that it has the call, or why not:
// by a Reject that nobody certifies, or by a Refusal.
type CallReply struct {
	ID          MessageID
	Certificate []byte // CBOR
	Reject      Reject
	Refusal     Refusal
	Serial      uint64
}

func (r *CallReply) Lane() Lane { return LaneIngress }
func (r *CallReply) Size() int {
	return 100 + len(r.Certificate) + len(r.Reject.Message) + len(r.Refusal.Text)
}
func (r *CallReply) Fingerprint() uint64 {
	return prefix(r.ID) ^ r.Serial ^ prefix(crypto.Sum("call reply", r.Certificate, []byte(r.Reject.Message), []byte(r.Refusal.Text)))
}
func (r *CallReply) String() string {
	switch {
	case r.Certificate != nil:
		return "certificate for call " + r.ID.String()
	case r.Reject.Code != 0:
		return fmt.Sprintf("call %s rejected: %s", r.ID, r.Reject.Message)
	case r.Refusal.Status != 0:
		return fmt.Sprintf("call %s refused: %s", r.ID, r.Refusal.Text)
	}
	return "call " + r.ID.String() + " taken"
}

// A QueryRequest is a user's query.
type QueryRequest struct {
	Query     *SignedQuery
	Effective CanisterID
	Flat      bool // see CallRequest; of the certificate that the canister may show
	Serial    uint64
}

func (r *QueryRequest) Lane() Lane          { return LaneQuery }
func (r *QueryRequest) Size() int           { return r.Query.Size() }
func (r *QueryRequest) Fingerprint() uint64 { return prefix(r.Query.ID) ^ r.Serial }
func (r *QueryRequest) String() string      { return "query " + r.Query.ID.String() }

// A QueryReply is one node's answer to a query, which it signs. Without Refusal it is a reply or, with Reject, a rejection.
type QueryReply struct {
	ID        MessageID
	Reply     []byte
	Reject    Reject
	Timestamp uint64                // Unix nanoseconds, of the state that was asked
	Node      principal.ID          // that signed
	Signature crypto.BasicSignature // over Signable
	Refusal   Refusal
	Serial    uint64
}

// Signable gives the bytes that the node signs (reference/interface.md D.6).
func (r *QueryReply) Signable() []byte {
	fields := []crypto.Field{crypto.NatField("timestamp", r.Timestamp), crypto.BlobField("request_id", r.ID[:])}
	if r.Reject.Code == 0 {
		fields = append(fields, crypto.TextField("status", "replied"), crypto.MapField("reply", crypto.BlobField("arg", r.Reply)))
	} else {
		fields = append(fields, crypto.TextField("status", "rejected"),
			crypto.NatField("reject_code", uint64(r.Reject.Code)), crypto.TextField("reject_message", r.Reject.Message))
		if r.Reject.Error != "" {
			fields = append(fields, crypto.TextField("error_code", r.Reject.Error))
		}
	}
	hash := crypto.HashOfMap(fields...)
	return crypto.Signable(crypto.DomainResponse, hash[:])
}

func (r *QueryReply) Lane() Lane { return LaneQuery }
func (r *QueryReply) Size() int {
	return 250 + len(r.Reply) + len(r.Reject.Message) + len(r.Refusal.Text)
}
func (r *QueryReply) Fingerprint() uint64 {
	return prefix(r.ID) ^ r.Serial ^ prefix(crypto.Sum("query reply", r.Signature[:], []byte(r.Refusal.Text)))
}
func (r *QueryReply) String() string { return "answer to query " + r.ID.String() }

// A ReadRequest asks a node for paths of its certified state, about a canister or about a subnet.
type ReadRequest struct {
	Read      *SignedRead
	Effective CanisterID // unless Subnet is set
	Subnet    bool       // about the node's subnet
	Flat      bool       // see CallRequest; also: the paths of interface version 2 may be read
	Serial    uint64
}

func (r *ReadRequest) Lane() Lane          { return LaneQuery }
func (r *ReadRequest) Size() int           { return r.Read.Size() }
func (r *ReadRequest) Fingerprint() uint64 { return prefix(r.Read.ID) ^ r.Serial }
func (r *ReadRequest) String() string {
	if len(r.Read.Content.Paths) == 0 {
		return "read time"
	}
	return fmt.Sprintf("read %d paths, %s", len(r.Read.Content.Paths), describePath(r.Read.Content.Paths[0]))
}

// describePath gives the path's first label, which is a word.
func describePath(p hashtree.Path) string {
	if len(p) == 0 {
		return "all"
	}
	return fmt.Sprintf("%q", string(p[0]))
}

// A ReadReply shows the paths in a certificate.
type ReadReply struct {
	ID          MessageID
	Certificate []byte // CBOR
	Refusal     Refusal
	Serial      uint64
}

func (r *ReadReply) Lane() Lane { return LaneQuery }
func (r *ReadReply) Size() int  { return 100 + len(r.Certificate) + len(r.Refusal.Text) }
func (r *ReadReply) Fingerprint() uint64 {
	return prefix(r.ID) ^ r.Serial ^ prefix(crypto.Sum("read reply", r.Certificate, []byte(r.Refusal.Text)))
}
func (r *ReadReply) String() string { return "answer to read " + r.ID.String() }
