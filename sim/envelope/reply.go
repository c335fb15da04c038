package envelope

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"icsim/protocol"
	"icsim/sim/boundary"
)

// selfDescribed is the CBOR tag that replies begin with (RFC 8949, section 3.4.6).
const selfDescribed = 55799

// Statuses of HTTP.
const (
	ok         = 200
	accepted   = 202
	badRequest = 400
	notFound   = 404
)

// ContentType is what bodies of both directions are.
const ContentType = "application/cbor"

// A Response is what goes back over HTTP. Body is CBOR if Status is 200, else text.
type Response struct {
	Status int
	Body   []byte
}

type wireReject struct {
	Status  string `cbor:"status,omitempty"`
	Code    uint64 `cbor:"reject_code"`
	Message string `cbor:"reject_message"`
	Error   string `cbor:"error_code,omitempty"`
}

type wireQuery struct {
	Status     string          `cbor:"status"`
	Reply      *wireReply      `cbor:"reply,omitempty"`
	Code       uint64          `cbor:"reject_code,omitempty"`
	Message    *string         `cbor:"reject_message,omitempty"`
	Error      string          `cbor:"error_code,omitempty"`
	Signatures []wireSignature `cbor:"signatures"`
}

type wireReply struct {
	Arg []byte `cbor:"arg"`
}

type wireSignature struct {
	Timestamp uint64 `cbor:"timestamp"`
	Signature []byte `cbor:"signature"`
	Identity  []byte `cbor:"identity"`
}

// Response writes an answer of the boundary node as the endpoint's version has it.
func (e *Endpoint) Response(a *boundary.Answer) Response {
	if a.Refusal.Status != 0 {
		return RefusedResponse(&a.Refusal)
	}
	switch {
	case a.Call != nil:
		return e.called(a.Call)
	case a.Query != nil:
		return encoded(queried(a.Query))
	case a.Read != nil:
		return encoded(struct {
			Certificate []byte `cbor:"certificate"`
		}{a.Read.Certificate})
	}
	panic("envelope: an empty answer")
}

// RefusedResponse writes a refusal.
func RefusedResponse(r *protocol.Refusal) Response {
	return Response{Status: r.Status, Body: []byte(r.Text)}
}

func (e *Endpoint) called(r *protocol.CallReply) Response {
	reject := wireReject{Code: uint64(r.Reject.Code), Message: r.Reject.Message, Error: r.Reject.Error}
	switch {
	case reject.Code != 0 && e.Version == 2:
		return encoded(reject)
	case reject.Code != 0:
		reject.Status = "non_replicated_rejection"
		return encoded(reject)
	case r.Certificate == nil || e.Version == 2:
		return Response{Status: accepted}
	}
	return encoded(struct {
		Status      string `cbor:"status"`
		Certificate []byte `cbor:"certificate"`
	}{"replied", r.Certificate})
}

func queried(r *protocol.QueryReply) wireQuery {
	w := wireQuery{
		Status:     "replied",
		Signatures: []wireSignature{{Timestamp: r.Timestamp, Signature: r.Signature[:], Identity: r.Node.Bytes()}},
	}
	if r.Reject.Code == 0 {
		w.Reply = &wireReply{Arg: r.Reply}
		return w
	}
	w.Status, w.Code, w.Message, w.Error = "rejected", uint64(r.Reject.Code), &r.Reject.Message, r.Reject.Error
	return w
}

// A Status is what /api/v2/status tells.
type Status struct {
	RootKey         []byte `cbor:"root_key"` // in DER
	Version         string `cbor:"impl_version"`
	Health          string `cbor:"replica_health_status"`
	CertifiedHeight uint64 `cbor:"certified_height"`
}

// Response writes the status.
func (s *Status) Response() Response { return encoded(*s) }

func encoded(v any) Response {
	raw, err := cbor.Marshal(cbor.Tag{Number: selfDescribed, Content: v})
	if err != nil {
		panic(fmt.Sprintf("envelope: encoding %T: %v", v, err)) // byte strings, texts and numbers only: cannot fail
	}
	return Response{Status: ok, Body: raw}
}
