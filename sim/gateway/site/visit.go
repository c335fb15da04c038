package site

import (
	"context"
	"fmt"
	"time"

	"icsim/crypto/certificate"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/gateway/visitor"
)

// patience is how long a request to a canister may take, in real time.
const patience = time.Minute

// A session is a Backend that asks the canisters of a session.
type session struct{ visitor *visitor.Visitor }

// Of gives the network that a visitor asks.
func Of(v *visitor.Visitor) Backend { return session{v} }

func (x session) Query(canister principal.ID, method string, arg []byte) ([]byte, error) {
	return x.ask(x.visitor.Query, canister, method, arg)
}

func (x session) Call(canister principal.ID, method string, arg []byte) ([]byte, error) {
	return x.ask(x.visitor.Call, canister, method, arg)
}

type ask = func(ctx context.Context, c protocol.CanisterID, method string, arg []byte) (protocol.IngressStatus, error)

func (x session) ask(how ask, canister principal.ID, method string, arg []byte) ([]byte, error) {
	id, err := number(canister)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	status, err := how(ctx, id, method, arg)
	if err == nil && status.Reject.Code != 0 {
		err = &Rejected{status.Reject}
	}
	return status.Reply, err
}

func (x session) Metadata(canister principal.ID, name string) ([]byte, bool, error) {
	id, err := number(canister)
	if err != nil {
		return nil, false, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return x.visitor.Metadata(ctx, id, name)
}

func (x session) RootKey() []byte              { return x.visitor.RootKey() }
func (x session) Scheme() certificate.Verifier { return x.visitor }

// Now is the time on nodes' walls, which agents' clocks are near.
func (x session) Now() uint64 { return x.visitor.Now() }

func number(canister principal.ID) (protocol.CanisterID, error) {
	id, ok := protocol.CanisterFromPrincipal(canister)
	if !ok {
		return 0, fmt.Errorf("%s is no canister", canister)
	}
	return id, nil
}
