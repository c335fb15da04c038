package page

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"icsim/canister/candid"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/gateway/visitor"
)

// patience is how long a call may take, in real time.
const patience = 100 * time.Second

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

// A mistake is in what was asked.
type mistake string

func (m mistake) Error() string { return string(m) }

func wrong(format string, args ...any) error { return mistake(fmt.Sprintf(format, args...)) }

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
	var asked mistake
	var refused *visitor.Refused
	switch {
	case errors.As(err, &asked):
		status = http.StatusBadRequest
	case errors.As(err, &refused), errors.Is(err, visitor.ErrForged):
		status = http.StatusBadGateway
	case errors.Is(err, visitor.ErrForgotten):
		status = http.StatusGone
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		status, err = http.StatusGatewayTimeout, fmt.Errorf("no answer in %v; is the session paused?", patience)
	}
	fail(w, status, "%v", err)
}

func (p *page) ask(ctx context.Context, q *question) (*result, error) {
	switch {
	case q.Kind != "update" && q.Kind != "query":
		return nil, wrong("kind %q: want update or query", q.Kind)
	case q.Method == "":
		return nil, wrong("a call needs a method")
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
		return nil, wrong("%v", err)
	}
	began, err := p.now()
	if err != nil {
		return nil, err
	}
	ask := p.visitor.Call
	if q.Kind == "query" {
		ask = p.visitor.Query
	}
	status, err := ask(ctx, c.ID, q.Method, arg)
	if err != nil {
		return nil, err
	}
	ended, err := p.now()
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
		return Canister{}, wrong("%q is no canister of the scenario, and no canister id: %v", name, err)
	}
	canister, known := protocol.CanisterFromPrincipal(id)
	if !known {
		return Canister{}, wrong("%s is no canister", id)
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

// now is the virtual time.
func (p *page) now() (at time.Duration, err error) {
	err = p.runner.Do(func(s *sim.Session) { at = s.Now() })
	return at, err
}
