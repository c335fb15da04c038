package protocol

import "icsim/crypto"

// An OutcallResponse is what one node would answer an outcall with: a reply or a reject. Build it with NewOutcallResponse.
type OutcallResponse struct {
	ID       OutcallID
	Timeout  Time       // the context's deadline
	Canister CanisterID // whose call it is
	Reply    []byte     // when Reject.Code is 0
	Reject   Reject
	hash     crypto.Hash
}

// NewOutcallResponse seals a response to a call.
func NewOutcallResponse(c *OutcallContext, reply []byte, reject Reject) *OutcallResponse {
	r := &OutcallResponse{ID: c.ID, Timeout: c.Deadline(), Canister: c.Caller(), Reply: reply, Reject: reject}
	var e encoder
	e.u64(uint64(r.ID))
	e.u64(uint64(r.Timeout))
	e.u64(uint64(r.Canister))
	e.u64(uint64(reject.Code))
	e.str(reject.Message)
	e.blob(reply)
	r.hash = crypto.Sum("ic-canister-http-response-domain", e.buf)
	return r
}

// Hash identifies the response: what nodes have to agree on.
func (r *OutcallResponse) Hash() crypto.Hash { return r.hash }

// Size is the encoded size in bytes.
func (r *OutcallResponse) Size() int { return 40 + len(r.Reply) + len(r.Reject.Message) }

// OutcallMetadata is what a node signs about its response (CanisterHttpResponseMetadata).
type OutcallMetadata struct {
	ID       OutcallID
	Timeout  Time
	Hash     crypto.Hash // of the response
	Registry RegistryVersion
	Version  ReplicaVersion
}

// sizeOutcallMetadata is its encoded size in bytes, with a version of the usual 40 letters.
const sizeOutcallMetadata = 3*8 + SizeHash + 40

func (m *OutcallMetadata) encode(e *encoder) {
	e.u64(uint64(m.ID))
	e.u64(uint64(m.Timeout))
	e.raw(m.Hash[:])
	e.u64(uint64(m.Registry))
	e.str(string(m.Version))
}

// Signable gives the signed bytes.
func (m *OutcallMetadata) Signable() []byte {
	e := signing(crypto.DomainOutcall)
	m.encode(&e)
	return e.buf
}

// An OutcallShare says what one node's response to an outcall hashes to (CanisterHttpResponseShare). The response itself
// stays with its node, unless that is the only one who asked.
type OutcallShare struct {
	sealed
	Metadata  OutcallMetadata
	Signer    NodeID
	Signature crypto.BasicSignature
	Response  *OutcallResponse // of a call that is not replicated, else nil
}

// NewOutcallShare seals a share.
func NewOutcallShare(m OutcallMetadata, signer NodeID, sig crypto.BasicSignature, response *OutcallResponse) *OutcallShare {
	s := &OutcallShare{Metadata: m, Signer: signer, Signature: sig, Response: response}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	m.encode(&e)
	e.node(signer)
	e.raw(sig[:])
	size := SizeEnvelope + sizeOutcallMetadata + SizeNodeID + SizeBasicSig
	if response != nil {
		e.raw(response.hash[:])
		size += response.Size()
	}
	s.seal(KindOutcallShare, size, &e)
	return s
}

func (s *OutcallShare) Kind() ArtifactKind { return KindOutcallShare }
func (s *OutcallShare) Height() Height     { return 0 }
