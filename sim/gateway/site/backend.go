package site

import (
	"errors"

	"icsim/crypto/certificate"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// A Backend is the Internet Computer as a gateway sees it. Its methods may be called at the same time. Calls are anonymous. An error is
// a *Rejected if the call has an answer, which is a reject.
type Backend interface {
	// Query makes a query call, which comes with a data certificate.
	Query(canister principal.ID, method string, arg []byte) (reply []byte, err error)

	// Call makes an update call and waits for its answer.
	Call(canister principal.ID, method string, arg []byte) (reply []byte, err error)

	// Metadata gives a public custom section of a canister's module. ok is false only if there certainly is none; that there
	// is a private one is an error.
	Metadata(canister principal.ID, name string) (value []byte, ok bool, err error)

	RootKey() []byte // in DER
	Now() uint64     // nanoseconds since 1970
	Scheme() certificate.Verifier
}

// Rejected is the error of a call that was rejected.
type Rejected struct{ Reject protocol.Reject }

func (r *Rejected) Error() string {
	if r.Reject.Error == "" {
		return r.Reject.Message
	}
	return r.Reject.Error + ": " + r.Reject.Message
}

// The error codes for a canister without the method, and for one without a module (reference/interface.md, section C).
const (
	noMethod = "IC0536"
	noModule = "IC0537"
)

// refused gives the page for a call that failed.
func refused(method string, err error) *Failure {
	var r *Rejected
	if !errors.As(err, &r) {
		return failf(503, "%s cannot be called: %v", method, err)
	}
	switch code := r.Reject.Code; {
	case r.Reject.Error == noMethod, r.Reject.Error == noModule, code == protocol.DestinationInvalid:
		return failf(404, "it has no %s: %v", method, r)
	case code == protocol.SysTransient, code == protocol.SysUnknown:
		return failf(503, "%s has no answer for now: %v", method, r)
	}
	return failf(502, "%s failed: %v", method, r)
}
