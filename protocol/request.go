package protocol

import (
	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

// An Authentication shows that a request is its sender's (reference/interface.md D.3). The zero value is that of the
// anonymous sender. Whether it does is package protocol/authentication's to say.
type Authentication struct {
	PublicKey   []byte             // in DER: the sender is its principal
	Delegations []SignedDelegation // from that key to the one that signed, link by link
	Signature   []byte             // over IngressSignable(request id)
}

// A SignedDelegation lets another key sign for the key before it in the chain.
type SignedDelegation struct {
	Delegation
	Signature []byte // by the key before, over the delegation's Signable
}

// A Delegation is a link of the chain.
type Delegation struct {
	PublicKey   []byte // in DER: may sign
	Expiration  uint64 // Unix nanoseconds: not after
	Scoped      bool   // only requests to Targets
	Targets     []principal.ID
	Permissions string // "": not stated; "all" or "queries"
}

// Signable gives the bytes that the delegating key signs.
func (d *Delegation) Signable() []byte {
	fields := []crypto.Field{crypto.BlobField("pubkey", d.PublicKey), crypto.NatField("expiration", d.Expiration)}
	if d.Scoped {
		targets := make([]crypto.Hash, len(d.Targets))
		for i, t := range d.Targets {
			targets[i] = crypto.HashBlob(t.Bytes())
		}
		fields = append(fields, crypto.ListField("targets", targets...))
	}
	if d.Permissions != "" {
		fields = append(fields, crypto.TextField("permissions", d.Permissions))
	}
	hash := crypto.HashOfMap(fields...)
	return crypto.Signable(crypto.DomainDelegation, hash[:])
}

// A SenderInfo is what an identity provider says about the sender.
type SenderInfo struct {
	Info      []byte
	Signer    principal.ID // the canister that signed
	Signature []byte       // a canister signature over Info in the domain ic-sender-info
}

// IsZero tells the anonymous sender's authentication.
func (a *Authentication) IsZero() bool {
	return len(a.PublicKey) == 0 && len(a.Delegations) == 0 && len(a.Signature) == 0
}

func (a *Authentication) encode(e *encoder) {
	e.blob(a.PublicKey)
	e.blob(a.Signature)
	e.u64(uint64(len(a.Delegations)))
	for i := range a.Delegations {
		e.blob(a.Delegations[i].Signable())
		e.blob(a.Delegations[i].Signature)
	}
}

// size is about what it takes on the wire.
func (a *Authentication) size() int {
	size := len(a.PublicKey) + len(a.Signature)
	for i := range a.Delegations {
		d := &a.Delegations[i]
		size += 60 + len(d.PublicKey) + len(d.Signature) + len(d.Targets)*principal.MaxLen
	}
	return size
}

// IngressSignable gives the bytes a user signs for a request id.
func IngressSignable(id MessageID) []byte { return crypto.Signable(crypto.DomainRequest, id[:]) }

// A SignedQuery is a user's query as it travels.
type SignedQuery struct {
	Content IngressContent
	Auth    Authentication
	ID      MessageID
}

// NewSignedQuery seals a query. Auth's signature is over IngressSignable(content.QueryID(genesis)).
func NewSignedQuery(c IngressContent, genesis uint64, auth Authentication) *SignedQuery {
	return &SignedQuery{Content: c, Auth: auth, ID: c.QueryID(genesis)}
}

// Size is about what it takes on the wire.
func (q *SignedQuery) Size() int { return q.Content.size() + q.Auth.size() }

// ReadContent is a user's wish to see paths of the certified state, before it is signed (read_state).
type ReadContent struct {
	Sender principal.ID
	Paths  []hashtree.Path
	Expiry Time
	Nonce  []byte
}

// RequestID is the representation-independent hash of the fields; genesis is the scenario's genesis in Unix nanoseconds.
func (c *ReadContent) RequestID(genesis uint64) MessageID {
	paths := make([]crypto.Hash, len(c.Paths))
	for i, path := range c.Paths {
		labels := make([]crypto.Hash, len(path))
		for k, label := range path {
			labels[k] = crypto.HashBlob([]byte(label))
		}
		paths[i] = crypto.HashList(labels...)
	}
	fields := requestFields("read_state", c.Sender, c.Nonce, genesis+uint64(c.Expiry))
	return MessageID(crypto.HashOfMap(append(fields, crypto.ListField("paths", paths...))...))
}

// A SignedRead is a read of the state as it travels.
type SignedRead struct {
	Content ReadContent
	Auth    Authentication
	ID      MessageID
}

// NewSignedRead seals a read. Auth's signature is over IngressSignable(content.RequestID(genesis)).
func NewSignedRead(c ReadContent, genesis uint64, auth Authentication) *SignedRead {
	return &SignedRead{Content: c, Auth: auth, ID: c.RequestID(genesis)}
}

// Size is about what it takes on the wire.
func (r *SignedRead) Size() int {
	size := 100 + r.Auth.size()
	for _, path := range r.Content.Paths {
		for _, label := range path {
			size += 2 + len(label)
		}
	}
	return size
}

// requestFields are the fields that all requests have.
func requestFields(kind string, sender principal.ID, nonce []byte, expiry uint64) []crypto.Field {
	fields := make([]crypto.Field, 0, 8)
	fields = append(fields,
		crypto.TextField("request_type", kind), crypto.BlobField("sender", sender.Bytes()), crypto.NatField("ingress_expiry", expiry))
	if len(nonce) > 0 {
		fields = append(fields, crypto.BlobField("nonce", nonce))
	}
	return fields
}
