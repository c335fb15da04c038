package visitor

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/sim"
	"icsim/sim/boundary"
	"icsim/sim/envelope"
	"icsim/sim/gateway/live"
	"icsim/sim/recording"
)

const (
	validity = 4 * time.Minute       // of nodes' time: a request lives five at most
	pollTime = 20 * time.Millisecond // of real time, between two looks at an open call

	freshness = 5 * time.Minute // of certificates, as agents have it
)

// A Refused request was not carried out.
type Refused struct{ protocol.Refusal }

func (r *Refused) Error() string { return fmt.Sprintf("refused with status %d: %s", r.Status, r.Text) }

// ErrForged is what an answer gets that its subnet or node did not give.
var ErrForged = errors.New("the answer does not verify: the node that gave it is faulty")

// ErrForgotten is what a call gets whose reply the subnet does not keep any more.
var ErrForgotten = errors.New("the call is over, and its reply not kept any more")

// A Visitor asks canisters of one session. Its methods may be called by many goroutines.
type Visitor struct {
	runner   *live.Runner
	genesis  uint64
	root     []byte
	registry *protocol.RegistrySnapshot
	asked    atomic.Uint64

	verifying sync.Mutex
	scheme    crypto.Scheme
}

// New makes a visitor of a session that began at genesis, in Unix nanoseconds. The error says that the session is over.
func New(r *live.Runner, genesis uint64) (*Visitor, error) {
	v := &Visitor{runner: r, genesis: genesis}
	err := r.Do(func(s *sim.Session) { v.scheme, v.root, v.registry = s.Scheme(), s.RootKey(), s.Registry() })
	return v, err
}

// RootKey is the root subnet's key in DER.
func (v *Visitor) RootKey() []byte { return v.root }

// Now is the time on the walls of nodes whose clocks are right, in Unix nanoseconds; 0 once the session is over.
func (v *Visitor) Now() (at uint64) {
	_ = v.runner.Do(func(s *sim.Session) { at = s.Clock() })
	return at
}

// VerifyThreshold checks a signature: a Visitor is a certificate.Verifier.
func (v *Visitor) VerifyThreshold(pk crypto.ThresholdPublicKey, msg []byte, sig crypto.ThresholdSignature) bool {
	v.verifying.Lock()
	defer v.verifying.Unlock()
	return v.scheme.VerifyThreshold(pk, msg, sig)
}

// Query asks a query of a canister. The status is Reply or Reject.
func (v *Visitor) Query(ctx context.Context, c protocol.CanisterID, method string, arg []byte) (protocol.IngressStatus, error) {
	none := protocol.IngressStatus{}
	content, err := v.content(c, method, arg)
	if err != nil {
		return none, err
	}
	e := &envelope.Endpoint{Operation: envelope.Query, Version: 3, ID: c.Principal()}
	a, err := v.send(ctx, e, e.Ask(content, v.genesis))
	if err != nil {
		return none, err
	}
	if !v.signed(c, a.Query) {
		return none, ErrForged
	}
	return protocol.IngressStatus{Reply: a.Query.Reply, Reject: a.Query.Reject}, nil
}

// signed tells whether a node of the canister's subnet gave an answer.
func (v *Visitor) signed(c protocol.CanisterID, r *protocol.QueryReply) bool {
	subnet, ok := v.registry.Routing.Route(c)
	if !ok {
		return false
	}
	for _, n := range v.registry.Subnet(subnet).Members {
		if node := v.registry.Node(n); node.Principal == r.Node {
			v.verifying.Lock()
			defer v.verifying.Unlock()
			return v.scheme.VerifyBasic(node.SigningKey, r.Signable(), r.Signature)
		}
	}
	return false
}

// Call makes an update call and waits for its outcome.
func (v *Visitor) Call(ctx context.Context, c protocol.CanisterID, method string, arg []byte) (protocol.IngressStatus, error) {
	none := protocol.IngressStatus{}
	content, err := v.content(c, method, arg)
	if err != nil {
		return none, err
	}
	e := &envelope.Endpoint{Operation: envelope.Call, Version: 4, ID: c.Principal()}
	a, err := v.send(ctx, e, e.Ask(content, v.genesis))
	switch {
	case err != nil:
		return none, err
	case a.Call.Reject.Code != 0:
		return protocol.IngressStatus{Reject: a.Call.Reject}, nil
	}
	return v.outcome(ctx, c, content.RequestID(v.genesis), a.Call.Certificate)
}

// outcome reads what a call came to, and asks again while that is open.
func (v *Visitor) outcome(
	ctx context.Context, c protocol.CanisterID, id protocol.MessageID, raw []byte,
) (protocol.IngressStatus, error) {
	none := protocol.IngressStatus{}
	for {
		if raw != nil {
			cert, err := v.verify(raw, c)
			if err != nil {
				return none, err
			}
			switch s := messaging.ShownStatus(cert.Tree, id); s.State {
			case protocol.IngressReplied, protocol.IngressRejected:
				return s, nil
			case protocol.IngressDone:
				return none, ErrForgotten
			}
			select {
			case <-ctx.Done():
				return none, ctx.Err()
			case <-time.After(pollTime):
			}
		}
		a, err := v.read(ctx, c, messaging.StatusPath(id))
		if err != nil {
			return none, err
		}
		raw = a.Read.Certificate
	}
}

// Read shows a path of the certified state of a canister's subnet.
func (v *Visitor) Read(ctx context.Context, c protocol.CanisterID, path hashtree.Path) (*certificate.Certificate, error) {
	a, err := v.read(ctx, c, path)
	if err != nil {
		return nil, err
	}
	return v.verify(a.Read.Certificate, c)
}

// Metadata gives a custom section of a canister's module that is for everybody; found is false if there is none.
func (v *Visitor) Metadata(ctx context.Context, c protocol.CanisterID, name string) (value []byte, found bool, err error) {
	path := hashtree.Path{"canister", hashtree.Label(c.Principal().Bytes()), "metadata", hashtree.Label(name)}
	cert, err := v.Read(ctx, c, path)
	if err != nil {
		return nil, false, err
	}
	value, result := cert.Tree.Lookup(path...)
	return value, result == hashtree.Found, nil
}

func (v *Visitor) read(ctx context.Context, c protocol.CanisterID, path hashtree.Path) (boundary.Answer, error) {
	expiry, err := v.expiry()
	if err != nil {
		return boundary.Answer{}, err
	}
	content := &protocol.ReadContent{Sender: principal.Anonymous(), Expiry: expiry, Paths: []hashtree.Path{path}, Nonce: v.nonce()}
	e := &envelope.Endpoint{Operation: envelope.ReadState, Version: 3, ID: c.Principal()}
	return v.send(ctx, e, e.AskState(content, v.genesis))
}

func (v *Visitor) verify(raw []byte, c protocol.CanisterID) (*certificate.Certificate, error) {
	cert, err := certificate.Decode(raw)
	if err != nil || cert.VerifyForCanister(v, v.root, c.Principal()) != certificate.Valid {
		return nil, ErrForged
	}
	if made, ok := cert.Time(); !ok || made+uint64(freshness) < v.Now() {
		return nil, ErrForged
	}
	return cert, nil
}

func (v *Visitor) content(c protocol.CanisterID, method string, arg []byte) (*protocol.IngressContent, error) {
	expiry, err := v.expiry()
	return &protocol.IngressContent{
		Sender: principal.Anonymous(), Canister: c, Method: method, Arg: arg, Expiry: expiry, Nonce: v.nonce(),
	}, err
}

// expiry is until when a request from now on is good.
func (v *Visitor) expiry() (at protocol.Time, err error) {
	err = v.runner.Do(func(s *sim.Session) { at = protocol.Time(s.Clock()-v.genesis) + protocol.Time(validity) })
	return at, err
}

// nonce tells requests apart that are otherwise the same. Agents choose theirs at random: none of them has so short a one.
func (v *Visitor) nonce() []byte { return binary.BigEndian.AppendUint64(nil, v.asked.Add(1)) }

// send gives a request to the boundary node, and takes what is no refusal.
func (v *Visitor) send(ctx context.Context, e *envelope.Endpoint, body []byte) (boundary.Answer, error) {
	request, refusal := e.Request(body, v.genesis)
	if refusal != nil {
		return boundary.Answer{}, &Refused{*refusal}
	}
	answer, err := v.runner.Ask(ctx, request, recording.Raw{Path: e.Path(), Body: body})
	if err == nil && answer.Refusal.Status != 0 {
		err = &Refused{answer.Refusal}
	}
	return answer, err
}
