package site

import (
	"fmt"

	"icsim/canister/candid"
	"icsim/crypto/httpcert"
)

// A Failure is why a request has no response of its canister: the status and the text to say so with.
type Failure struct {
	Status int
	Text   string
}

func (f *Failure) Error() string { return f.Text }

func failf(status int, format string, args ...any) *Failure {
	return &Failure{status, fmt.Sprintf(format, args...)}
}

// A Gateway answers requests for canisters.
type Gateway struct {
	backend Backend
	types   messages
}

// NewGateway gives the gateway to a network.
func NewGateway(b Backend) *Gateway { return &Gateway{b, newMessages()} }

// The methods of canisters (reference/interface.md D.7).
const (
	queryMethod  = "http_request"
	updateMethod = "http_request_update"
)

// version is the highest one of response verification that is supported.
const version = 2

// Answer gives a canister's response to a request, or a *Failure.
func (g *Gateway) Answer(to Target, q *httpcert.Request) (*httpcert.Response, error) {
	r, failure := g.answer(to, q)
	if failure != nil {
		return nil, failure
	}
	return r, nil
}

func (g *Gateway) answer(to Target, q *httpcert.Request) (*httpcert.Response, *Failure) {
	reply, err := g.backend.Query(to.Canister, queryMethod, g.types.encodeRequest(q))
	if err != nil {
		return nil, refused(queryMethod, err)
	}
	a, failure := g.types.decodeAnswer(queryMethod, reply)
	if failure != nil {
		return nil, failure
	}
	agreed := a.upgrade // by the subnet
	if agreed {
		if reply, err = g.backend.Call(to.Canister, updateMethod, g.types.encodeUpdate(q)); err != nil {
			return nil, refused(updateMethod, err)
		}
		if a, failure = g.types.decodeAnswer(updateMethod, reply); failure != nil {
			return nil, failure
		}
	}
	if failure = g.collect(to, a); failure == nil && !agreed && !to.Raw {
		failure = g.certify(to, q, &a.Response)
	}
	if failure == nil {
		failure = wellFormed(&a.Response)
	}
	return &a.Response, failure
}

// An answer is what a canister said.
type answer struct {
	httpcert.Response
	upgrade bool
	next    *part // nil: the body is whole
}

// A part of a body that is to be asked for.
type part struct {
	callback candid.Func
	token    candid.Value
	of       candid.Type // the token's
}
