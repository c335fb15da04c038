package protocol

import "icsim/crypto"

// A CallbackID names the open call of a canister that a response answers.
type CallbackID uint64

// A Request is a canister's call to another canister.
type Request struct {
	Sender   CanisterID
	Receiver CanisterID
	Callback CallbackID
	Method   string
	Arg      []byte
	Cycles   Cycles
	Deadline Time   // 0: the response is guaranteed
	Depth    uint32 // of the call tree, for limits and traces
}

// A Response answers exactly one request.
type Response struct {
	Originator CanisterID // who called, and now receives
	Respondent CanisterID
	Callback   CallbackID
	Refund     Cycles
	Reply      []byte // when Reject.Code is 0
	Reject     Reject
	Deadline   Time
}

// A CanisterMessage is a request or a response. Immutable; build it with NewRequest or NewResponse.
type CanisterMessage struct {
	Request  *Request // exactly one of the two is set
	Response *Response
	Hash     crypto.Hash
	encoded  []byte
}

// NewRequest seals a request.
func NewRequest(r *Request) *CanisterMessage {
	var e encoder
	e.str("request")
	e.u64(uint64(r.Sender))
	e.u64(uint64(r.Receiver))
	e.u64(uint64(r.Callback))
	e.str(r.Method)
	e.blob(r.Arg)
	e.u64(r.Cycles.Hi)
	e.u64(r.Cycles.Lo)
	e.u64(uint64(r.Deadline))
	e.u64(uint64(r.Depth))
	return &CanisterMessage{Request: r, Hash: crypto.Sum("canister_message", e.buf), encoded: e.buf}
}

// NewResponse seals a response.
func NewResponse(r *Response) *CanisterMessage {
	var e encoder
	e.str("response")
	e.u64(uint64(r.Originator))
	e.u64(uint64(r.Respondent))
	e.u64(uint64(r.Callback))
	e.u64(r.Refund.Hi)
	e.u64(r.Refund.Lo)
	e.blob(r.Reply)
	e.u64(uint64(r.Reject.Code))
	e.str(r.Reject.Message)
	e.str(r.Reject.Error)
	e.u64(uint64(r.Deadline))
	return &CanisterMessage{Response: r, Hash: crypto.Sum("canister_message", e.buf), encoded: e.buf}
}

// Encoded gives the bytes that stand in the certified stream. Callers do not change them.
func (m *CanisterMessage) Encoded() []byte { return m.encoded }

// Size is the encoded size in bytes.
func (m *CanisterMessage) Size() int { return len(m.encoded) }

// From is who sent the message: the caller of a request, the respondent of a response.
func (m *CanisterMessage) From() CanisterID {
	if m.Request != nil {
		return m.Request.Sender
	}
	return m.Response.Respondent
}

// To is whose input queue the message goes to.
func (m *CanisterMessage) To() CanisterID {
	if m.Request != nil {
		return m.Request.Receiver
	}
	return m.Response.Originator
}

// Cycles is what travels with the message: a payment or a refund.
func (m *CanisterMessage) Cycles() Cycles {
	if m.Request != nil {
		return m.Request.Cycles
	}
	return m.Response.Refund
}

// RejectTo gives the reject response that the system makes for a request, refunding its cycles.
func (r *Request) RejectTo(reject Reject) *CanisterMessage {
	return NewResponse(&Response{
		Originator: r.Sender, Respondent: r.Receiver, Callback: r.Callback,
		Refund: r.Cycles, Reject: reject, Deadline: r.Deadline,
	})
}
