package page

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"icsim/canister/candid"
	"icsim/crypto/certificate"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/boundary"
	"icsim/sim/envelope"
	"icsim/sim/recording"
)

const (
	patience = 100 * time.Second // of real time, for a call
	validity = 4 * time.Minute   // of nodes' time: an agent's request lives five at most
	pollTime = 20 * time.Millisecond
)

// A question is what somebody asks a canister.
type question struct {
	Canister string `json:"canister"` // its name in the scenario, or its id
	Method   string `json:"method"`
	Arg      string `json:"arg"`  // Candid; empty: no arguments
	Kind     string `json:"kind"` // update or query
}

// A result is what came of it: a reply, or a reject.
type result struct {
	Reply  string       `json:"reply,omitempty"` // Candid
	Raw    string       `json:"raw,omitempty"`   // the same as bytes, in hexadecimal
	Reject *rejectState `json:"reject,omitempty"`
	TookMS float64      `json:"took_ms"` // of virtual time
}

type rejectState struct {
	Code    uint64 `json:"code"`
	Message string `json:"message"`
	Error   string `json:"error_code,omitempty"`
}

// A refusal is an error with the status of HTTP that it has.
type refusal struct {
	status int
	text   string
}

func (r refusal) Error() string { return r.text }

func refuse(status int, format string, args ...any) error {
	return refusal{status, fmt.Sprintf(format, args...)}
}

// call asks a canister as an agent without an identity does.
func (p *page) call(w http.ResponseWriter, r *http.Request) {
	var q question
	if !read(w, r, &q) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	result, err := p.ask(ctx, &q)
	if err != nil {
		failWith(w, err)
		return
	}
	reply(w, http.StatusOK, result)
}

func failWith(w http.ResponseWriter, err error) {
	status := http.StatusServiceUnavailable
	var refused refusal
	switch {
	case errors.As(err, &refused):
		status = refused.status
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		status, err = http.StatusGatewayTimeout, fmt.Errorf("no answer in %v; is the session paused?", patience)
	}
	fail(w, status, "%v", err)
}

func (p *page) ask(ctx context.Context, q *question) (*result, error) {
	kind := envelope.Call
	switch {
	case q.Kind == "query":
		kind = envelope.Query
	case q.Kind != "update":
		return nil, refuse(http.StatusBadRequest, "kind %q: want update or query", q.Kind)
	case q.Method == "":
		return nil, refuse(http.StatusBadRequest, "a call needs a method")
	}
	c, err := p.findCanister(q.Canister)
	if err != nil {
		return nil, err
	}
	if c.Interface == nil {
		if c.Interface, err = p.metadata(ctx, c.ID); err != nil {
			return nil, err
		}
	}
	arg, signature, err := encodeArg(q, c.Interface)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "%v", err)
	}
	began, expiry, err := p.now()
	if err != nil {
		return nil, err
	}
	content := &protocol.IngressContent{Canister: c.ID, Method: q.Method, Arg: arg, Expiry: expiry, Nonce: p.nonce()}
	endpoint := &envelope.Endpoint{Operation: kind, Version: 3, ID: c.ID.Principal()}
	answer, err := p.send(ctx, endpoint, endpoint.Ask(content, p.scene.Genesis))
	if err != nil {
		return nil, err
	}
	var status protocol.IngressStatus
	if kind == envelope.Query {
		status = protocol.IngressStatus{Reply: answer.Query.Reply, Reject: answer.Query.Reject}
	} else {
		content.Sender = principal.Anonymous()
		status, err = p.outcome(ctx, c.ID, content.RequestID(p.scene.Genesis), answer.Call)
	}
	if err != nil {
		return nil, err
	}
	ended, _, err := p.now()
	return describe(&status, signature, ended-began), err
}

// findCanister takes the name of a canister of the scenario, or any canister's id.
func (p *page) findCanister(name string) (Canister, error) {
	for _, c := range p.scene.Canisters {
		if name == c.Name || name == c.ID.Principal().String() {
			return c, nil
		}
	}
	id, err := principal.Parse(name)
	if err != nil {
		return Canister{}, refuse(http.StatusBadRequest, "%q is no canister of the scenario, and no canister id: %v", name, err)
	}
	canister, known := protocol.CanisterFromPrincipal(id)
	if !known {
		return Canister{}, refuse(http.StatusBadRequest, "%s is no canister", id)
	}
	return Canister{Name: name, ID: canister}, nil
}

// encodeArg encodes an argument by the method's types, or by what it looks like if these are not known.
func encodeArg(q *question, i *candid.Interface) ([]byte, *candid.Signature, error) {
	text := q.Arg
	if text == "" {
		text = "()"
	}
	if i != nil {
		s, err := i.Method(q.Method)
		if err != nil {
			return nil, nil, err
		}
		args, err := candid.ParseArgsAs(text, s.Args)
		if err != nil {
			return nil, nil, fmt.Errorf("argument: %w; %s takes %s", err, q.Method, candid.FormatTypes(s.Args))
		}
		raw, err := candid.Encode(args, s.Args)
		return raw, &s, err
	}
	args, types, err := candid.ParseArgs(text)
	if err != nil {
		return nil, nil, fmt.Errorf("argument: %w", err)
	}
	raw, err := candid.Encode(args, types)
	return raw, nil, err
}

// describe puts an outcome into words.
func describe(s *protocol.IngressStatus, signature *candid.Signature, took time.Duration) *result {
	out := &result{TookMS: float64(took.Microseconds()) / 1000}
	if s.Reject.Code != 0 {
		out.Reject = &rejectState{uint64(s.Reject.Code), s.Reject.Message, s.Reject.Error}
		return out
	}
	out.Raw = hex.EncodeToString(s.Reply)
	var values []candid.Value
	err := errors.New("its type is not known")
	if signature != nil {
		values, err = candid.Decode(s.Reply, signature.Results)
	}
	if err != nil {
		values, _, err = candid.DecodeAny(s.Reply)
	}
	if err == nil {
		out.Reply = candid.Format(values)
	}
	return out
}

// now is the virtual time, and a time until which a request from now on is good.
func (p *page) now() (at time.Duration, expiry protocol.Time, err error) {
	err = p.runner.Do(func(s *sim.Session) {
		at, expiry = s.Now(), protocol.Time(s.Clock()-p.scene.Genesis)+protocol.Time(validity)
	})
	return at, expiry, err
}

// nonce tells calls apart that are otherwise the same.
func (p *page) nonce() []byte {
	return binary.BigEndian.AppendUint64(nil, p.calls.Add(1))
}

// send gives a request to the boundary node, and takes what is no refusal.
func (p *page) send(ctx context.Context, e *envelope.Endpoint, body []byte) (boundary.Answer, error) {
	request, refused := e.Request(body, p.scene.Genesis)
	if refused != nil {
		return boundary.Answer{}, refuse(refused.Status, "%s", refused.Text)
	}
	answer, err := p.runner.Ask(ctx, request, recording.Raw{Path: e.Path(), Body: body})
	if err == nil && answer.Refusal.Status != 0 {
		err = refuse(http.StatusBadGateway, "refused with status %d: %s", answer.Refusal.Status, answer.Refusal.Text)
	}
	return answer, err
}

// outcome reads what a call came to, and asks again while that is open, as agents do.
func (p *page) outcome(ctx context.Context, c protocol.CanisterID, id protocol.MessageID, r *protocol.CallReply) (
	protocol.IngressStatus, error,
) {
	if r.Reject.Code != 0 {
		return protocol.IngressStatus{Reject: r.Reject}, nil
	}
	certified := r.Certificate
	for {
		if certified != nil {
			status, known, err := readStatus(certified, id)
			if err != nil || known {
				return status, err
			}
			select {
			case <-ctx.Done():
				return protocol.IngressStatus{}, ctx.Err()
			case <-time.After(pollTime):
			}
		}
		answer, err := p.readState(ctx, c, hashtree.Path{"request_status", hashtree.Label(id[:])})
		if err != nil {
			return protocol.IngressStatus{}, err
		}
		certified = answer
	}
}

// readState asks for a path of a certified state.
func (p *page) readState(ctx context.Context, c protocol.CanisterID, path hashtree.Path) ([]byte, error) {
	_, expiry, err := p.now()
	if err != nil {
		return nil, err
	}
	endpoint := &envelope.Endpoint{Operation: envelope.ReadState, Version: 3, ID: c.Principal()}
	content := &protocol.ReadContent{Expiry: expiry, Paths: []hashtree.Path{path}, Nonce: p.nonce()}
	answer, err := p.send(ctx, endpoint, endpoint.AskState(content, p.scene.Genesis))
	if err != nil {
		return nil, err
	}
	return answer.Read.Certificate, nil
}

// readStatus reads a certificate's request_status/<id>; known is false while the call is open.
func readStatus(raw []byte, id protocol.MessageID) (s protocol.IngressStatus, known bool, err error) {
	cert, err := certificate.Decode(raw)
	if err != nil {
		return s, false, err
	}
	leaf := func(name hashtree.Label) []byte {
		value, _ := cert.Tree.Lookup("request_status", hashtree.Label(id[:]), name)
		return value
	}
	switch string(leaf("status")) {
	case "replied":
		s.Reply = leaf("reply")
	case "rejected":
		code, _ := binary.Uvarint(leaf("reject_code"))
		s.Reject = protocol.Reject{
			Code: protocol.RejectCode(code), Message: string(leaf("reject_message")), Error: string(leaf("error_code")),
		}
	case "done":
		return s, false, refuse(http.StatusGone, "the call is over, and its reply not kept any more")
	default:
		return s, false, nil
	}
	return s, true, nil
}
